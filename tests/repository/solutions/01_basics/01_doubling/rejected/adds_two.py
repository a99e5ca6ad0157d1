"""Adds two instead of doubling.

Loses: 1
"""


def double(number: int) -> int:
    """Return twice the number."""
    return number + 2


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    return [2 * number for number in numbers]
