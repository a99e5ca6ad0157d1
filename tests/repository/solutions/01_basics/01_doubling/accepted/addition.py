"""Adds each number to itself."""


def double(number: int) -> int:
    """Return twice the number."""
    return number + number


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    return [number + number for number in numbers]
