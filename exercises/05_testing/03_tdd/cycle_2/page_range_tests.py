"""The tests of cycle 2: those of cycle 1, and at least one more. Red first."""
