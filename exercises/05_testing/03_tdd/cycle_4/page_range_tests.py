"""The tests of cycle 4: those of cycle 3, and at least one more. Red first."""
