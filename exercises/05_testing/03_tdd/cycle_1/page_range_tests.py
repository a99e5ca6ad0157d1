"""The tests of cycle 1: at least one, and red first."""
