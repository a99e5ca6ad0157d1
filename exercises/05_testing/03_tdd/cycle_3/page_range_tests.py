"""The tests of cycle 3: those of cycle 2, and at least one more. Red first."""
