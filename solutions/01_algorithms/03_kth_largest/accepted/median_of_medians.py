"""No luck at all: the pivot is the median of the medians of groups of five, which is never a bad one.

Every item carries its number, so no two are equal and two parts are enough. The stream goes into a sorted
list.
"""

import bisect


class Place:
    """An item with its key and number; it is less than those that stand before it."""

    __slots__ = ("item", "key", "number")

    def __init__(self, key, number, item):
        self.key = key
        self.number = number
        self.item = item

    def __lt__(self, other):
        if self.key == other.key:
            return self.number > other.number
        return self.key < other.key


def kth_largest(items, k, *, key=None):
    places = [Place(item if key is None else key(item), number, item) for number, item in enumerate(items)]
    if not 1 <= k <= len(places):
        raise ValueError("there is no such place")
    return select(places, len(places) - k).item


def select(places, index):
    """Return the place that would have this index if the places were sorted."""
    if len(places) <= 10:
        return sorted(places)[index]
    groups = [sorted(places[start : start + 5]) for start in range(0, len(places), 5)]
    medians = [group[len(group) // 2] for group in groups]
    pivot = select(medians, len(medians) // 2)
    below = [place for place in places if place < pivot]
    if index < len(below):
        return select(below, index)
    if index == len(below):
        return pivot
    above = [place for place in places if pivot < place]
    return select(above, index - len(below) - 1)


class TopK:
    def __init__(self, k, *, key=None):
        if k < 1:
            raise ValueError("k must be at least 1")
        self._k = k
        self._key = key
        self._added = 0
        self._places = []  # the smallest first

    def add(self, item):
        place = Place(item if self._key is None else self._key(item), self._added, item)
        self._added += 1
        if len(self._places) < self._k or self._places[0] < place:
            bisect.insort(self._places, place)
            del self._places[: -self._k]

    def kth(self):
        if len(self._places) < self._k:
            raise ValueError("too few items")
        return self._places[0].item

    def largest(self):
        return [place.item for place in reversed(self._places)]
