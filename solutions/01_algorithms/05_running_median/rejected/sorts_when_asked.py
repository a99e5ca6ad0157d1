"""Collects the numbers and sorts them for each median.

The list is nearly sorted, and sort notices that; it still looks at every number.

Loses: 4
"""

import decimal
from bisect import bisect_left
from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal | float

_EXACT = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class RunningMedian:
    """The median of a collection of numbers that come and go."""

    def __init__(self) -> None:
        self._numbers: list[Number] = []
        self._sorted = True

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, value: Number) -> None:
        self._numbers.append(value)
        self._sorted = False

    def discard(self, value: Number) -> bool:
        self._sort()
        place = bisect_left(self._numbers, value)
        if place == len(self) or self._numbers[place] != value:
            return False
        del self._numbers[place]
        return True

    def _sort(self) -> None:
        if not self._sorted:
            self._numbers.sort()
            self._sorted = True

    def median(self) -> Number:
        if not self:
            raise ValueError("there is no median without numbers")
        self._sort()
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
