"""Counts the copies of each number, and keeps the numbers whose count is zero.

The heaps are cleaned up, and the dictionary beside them grows.

Loses: 5
"""

import decimal
import heapq
from collections import Counter
from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal | float

_EXACT = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
"""Sums and products of decimals are exact here. The usual context rounds them to 28 digits."""


class RunningMedian:
    """The median of a collection of numbers that come and go.

    The lower half is a heap with its largest number on top, the upper half one with its smallest. The lower
    half has as many numbers as the upper one, or one more. So the median is always on top.
    """

    def __init__(self) -> None:
        """Begin without numbers."""
        self._lower = _Half(_Falling)
        self._upper = _Half(_Rising)
        self._copies: Counter[Number] = Counter()

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._lower) + len(self._upper)

    def add(self, value: Number) -> None:
        """Take a number in; equal ones may be there already."""
        self._copies[value] += 1
        self._half_of(value).push(value)
        self._balance()

    def discard(self, value: Number) -> bool:
        """Remove one number that equals ``value``; tell whether there was one."""
        if not self._copies[value]:
            return False
        self._copies[value] -= 1
        self._half_of(value).forget(value)
        self._balance()
        return True

    def median(self) -> Number:
        """Return the middle number, or the exact mean of the middle two; ``ValueError`` without numbers."""
        if not self:
            raise ValueError("there is no median without numbers")
        if len(self._lower) > len(self._upper):
            return self._lower.top()
        return _mean(self._lower.top(), self._upper.top())

    def _half_of(self, value: Number) -> "_Half":
        """Return the half that a number belongs to.

        If it equals the top of the lower half, other copies may lie in the upper one. But one is here for
        certain, and that is what ``discard`` needs to know.
        """
        if len(self._lower) and self._lower.top() < value:
            return self._upper
        return self._lower

    def _balance(self) -> None:
        if len(self._lower) > len(self._upper) + 1:
            self._upper.push(self._lower.pop())
        elif len(self._lower) < len(self._upper):
            self._lower.push(self._upper.pop())


class _Half:
    """A heap in which numbers can be forgotten: they are marked, and go when they reach the top.

    Between two calls the top is not marked. ``len`` counts the numbers that are not marked, and when the
    marked ones are in the majority all of them go.
    """

    def __init__(self, kind: "type[_Rising | _Falling]") -> None:
        self._kind = kind
        self._heap: list[_Rising | _Falling] = []
        self._marked: Counter[Number] = Counter()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def top(self) -> Number:
        return self._heap[0].value

    def push(self, value: Number) -> None:
        heapq.heappush(self._heap, self._kind(value))
        self._size += 1

    def pop(self) -> Number:
        value = heapq.heappop(self._heap).value
        self._size -= 1
        self._clear_top()
        return value

    def forget(self, value: Number) -> None:
        """Mark one copy of a number that is here."""
        self._marked[value] += 1
        self._size -= 1
        if len(self._heap) > 2 * self._size + 8:
            self._heap = [node for node in self._heap if not self._unmark(node.value)]
            heapq.heapify(self._heap)
        else:
            self._clear_top()

    def _clear_top(self) -> None:
        while self._heap and self._unmark(self._heap[0].value):
            heapq.heappop(self._heap)

    def _unmark(self, value: Number) -> bool:
        """Take one mark off a number; tell whether there was one. Equal numbers can stand for each other."""
        if value not in self._marked:
            return False
        self._marked[value] -= 1
        if not self._marked[value]:
            del self._marked[value]
        return True


class _Rising:
    """A number in a heap that has the smallest on top."""

    __slots__ = ("value",)

    def __init__(self, value: Number) -> None:
        self.value = value

    def __lt__(self, other: "_Rising") -> bool:
        return self.value < other.value


class _Falling(_Rising):
    """A number in a heap that has the largest on top. A minus sign would do, but it rounds a ``Decimal``."""

    __slots__ = ()

    def __lt__(self, other: "_Rising") -> bool:
        return other.value < self.value


def _mean(one: Number, other: Number) -> Number:
    """Return the mean of two numbers of one type: exact, unless they are floats."""
    if isinstance(one, float):
        return (one + other) / 2
    if isinstance(one, Decimal):
        return _EXACT.multiply(_EXACT.add(one, other), Decimal("0.5"))
    return Fraction(one + other, 2)
