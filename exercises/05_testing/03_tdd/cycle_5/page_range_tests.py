"""The tests of cycle 5: those of cycle 4, and at least one more. Red first."""
