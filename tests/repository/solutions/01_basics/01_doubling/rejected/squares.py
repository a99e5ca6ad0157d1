"""Takes the square for the double: they agree for 0 and 2 only.

Loses: 1
"""


def double(number: int) -> int:
    """Return twice the number."""
    return number * number


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    return [2 * number for number in numbers]
