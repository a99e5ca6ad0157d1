"""Shifts the bits by one place."""


def double(number: int) -> int:
    """Return twice the number."""
    return number << 1


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    return list(map(double, numbers))
