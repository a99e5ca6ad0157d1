"""Stops one item too soon.

Loses: 2
"""


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    return [2 * number for number in numbers[:-1]]
