"""Doubles numbers."""


def double(number: int) -> int:
    """Return twice the number."""
    raise NotImplementedError("return twice the number")


def double_all(numbers: list[int]) -> list[int]:
    """Return a new list with twice each number."""
    raise NotImplementedError("return a new list with twice each number")
