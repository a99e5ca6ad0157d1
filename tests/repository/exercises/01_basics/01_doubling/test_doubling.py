"""The suite of doubling."""

import pytest
from doubling import double, double_all


@pytest.mark.task(1)
def test_a_number_is_doubled(check):
    """Doubling a number returns twice the number."""
    check.equal(14, double(7), "double(7)")


@pytest.mark.task(1)
def test_a_negative_number_is_doubled(check):
    """Doubling a negative number keeps its sign."""
    check.equal(-10, double(-5), "double(-5)")


@pytest.mark.task(2)
def test_every_number_is_doubled(check):
    """Doubling a list doubles every number and keeps the order."""
    check.equal([6, 2, -8], double_all([3, 1, -4]), "double_all([3, 1, -4])")


@pytest.mark.task(2)
def test_the_argument_stays_unchanged(check):
    """Doubling a list leaves the list that was passed in unchanged."""
    numbers = [3, 1]
    double_all(numbers)
    check.equal([3, 1], numbers, "numbers = [3, 1]; double_all(numbers); numbers")
