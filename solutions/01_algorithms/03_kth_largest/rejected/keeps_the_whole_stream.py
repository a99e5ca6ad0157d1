"""Keeps every item of the stream, in order to find the k largest of them later.

A stream has no end, and memory has.

Loses: 4
"""

import heapq
import random
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def kth_largest(items: Iterable[T], k: int, *, key: Callable[[T], Any] | None = None) -> T:
    """Return the item that ``sorted(items, key=key, reverse=True)`` has in place ``k``, without sorting.

    Quickselect: split the pool at a pivot into three parts, and go on in the part that holds place ``k``.
    Each part keeps the order of the pool. So among equal keys the earlier item stays in front.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    pool = [(item if key is None else key(item), item) for item in items]
    if k > len(pool):
        raise ValueError(f"k is {k}, but there are only {len(pool)} items")
    while True:
        pivot, _ = random.choice(pool)  # no order of the items can make this a bad choice every time
        larger, equal, smaller = [], [], []
        for entry in pool:
            if pivot < entry[0]:
                larger.append(entry)
            elif entry[0] < pivot:
                smaller.append(entry)
            else:
                equal.append(entry)
        if k <= len(larger):
            pool = larger
        elif k <= len(larger) + len(equal):
            return equal[k - len(larger) - 1][1]
        else:
            k -= len(larger) + len(equal)
            pool = smaller


class _Entry(Generic[T]):
    """An item in the heap. It is less than another if it comes after it in the order of the largest."""

    __slots__ = ("item", "number", "rank")

    def __init__(self, rank: Any, number: int, item: T) -> None:
        self.rank = rank
        self.number = number
        self.item = item

    def __lt__(self, other: "_Entry[T]") -> bool:
        if self.rank < other.rank:
            return True
        return self.number > other.number and not other.rank < self.rank


class TopK(Generic[T]):
    """The ``k`` largest items of a stream that is too long to be kept.

    They lie in a heap whose top is the smallest of them: the one to compare with, and the next one to go.
    """

    def __init__(self, k: int, *, key: Callable[[T], Any] | None = None) -> None:
        """Begin with no item; ``ValueError`` if ``k`` is below 1."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        self._k = k
        self._key = key
        self._seen = 0
        self._heap: list[_Entry[T]] = []
        self._gone: list[_Entry[T]] = []

    def add(self, item: T) -> None:
        """Take the next item of the stream."""
        rank = item if self._key is None else self._key(item)
        self._seen += 1
        if len(self._heap) < self._k:
            heapq.heappush(self._heap, _Entry(rank, self._seen, item))
        elif self._heap[0].rank < rank:  # an equal one came earlier, and stays
            self._gone.append(heapq.heapreplace(self._heap, _Entry(rank, self._seen, item)))
        else:
            self._gone.append(_Entry(rank, self._seen, item))

    def kth(self) -> T:
        """Return the k-th largest item so far; ``ValueError`` while there were fewer than ``k``."""
        if len(self._heap) < self._k:
            raise ValueError(f"only {len(self._heap)} items so far, and k is {self._k}")
        return self._heap[0].item

    def largest(self) -> list[T]:
        """Return the ``k`` largest items so far in a new list, the largest first."""
        return [entry.item for entry in sorted(self._heap, reverse=True)]
