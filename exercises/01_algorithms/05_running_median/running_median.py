"""A running median: the tasks are in README.md, beside this file."""

from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal | float


class RunningMedian:
    """The median of a collection of numbers that come and go."""

    def __init__(self) -> None:
        """Begin without numbers."""
        raise NotImplementedError("make an empty collection")

    def __len__(self) -> int:
        """Return how many numbers there are."""
        raise NotImplementedError("return the number of numbers")

    def add(self, value: Number) -> None:
        """Take a number in; equal ones may be there already."""
        raise NotImplementedError("take value in")

    def discard(self, value: Number) -> bool:
        """Remove one number that equals ``value``; tell whether there was one."""
        raise NotImplementedError("remove one value, and return True; return False if there is none")

    def median(self) -> Number:
        """Return the middle number, or the exact mean of the middle two; ``ValueError`` without numbers."""
        raise NotImplementedError("return the median")
