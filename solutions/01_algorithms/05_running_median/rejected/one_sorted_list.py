"""Keeps one sorted list: few comparisons, and half of the list moves aside each time.

The move is done in C and looks free. It takes a time in proportion to the length of the list.

Loses: 4
"""

import decimal
from bisect import bisect_left, insort
from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal | float

_EXACT = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class RunningMedian:
    """The median of a collection of numbers that come and go."""

    def __init__(self) -> None:
        self._numbers: list[Number] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, value: Number) -> None:
        insort(self._numbers, value)

    def discard(self, value: Number) -> bool:
        place = bisect_left(self._numbers, value)
        if place == len(self) or self._numbers[place] != value:
            return False
        del self._numbers[place]
        return True

    def median(self) -> Number:
        if not self:
            raise ValueError("there is no median without numbers")
        if len(self) % 2:
            return self._numbers[len(self) // 2]
        return _mean(self._numbers[len(self) // 2 - 1], self._numbers[len(self) // 2])


def _mean(one: Number, other: Number) -> Number:
    """Return the mean of two numbers of one type: exact, unless they are floats."""
    if isinstance(one, float):
        return (one + other) / 2
    if isinstance(one, Decimal):
        return _EXACT.multiply(_EXACT.add(one, other), Decimal("0.5"))
    return Fraction(one + other, 2)
