"""Doubles in place, so that the list of the caller changes too.

Loses: 2
"""


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    numbers[:] = [2 * number for number in numbers]
    return numbers
