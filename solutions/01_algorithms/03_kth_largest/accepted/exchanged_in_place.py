"""Quickselect as in the books: two indices run towards each other, and items that stand wrong are exchanged.

Exchanging does not keep the order of equal items, so each key carries its number, and pairs are compared. The
stream has a heap of its own making.
"""

import random


def kth_largest(items, k, *, key=None):
    things = list(items)
    if k < 1 or k > len(things):
        raise ValueError("there is no such place")
    keys = things if key is None else list(map(key, things))
    line = [(rank, -number) for number, rank in enumerate(keys)]
    first, last, wanted = 0, len(line) - 1, k - 1
    while first < last:
        pivot = line[random.randint(first, last)]
        left, right = first, last
        while left <= right:
            while line[left] > pivot:
                left += 1
            while pivot > line[right]:
                right -= 1
            if left <= right:
                line[left], line[right] = line[right], line[left]
                left += 1
                right -= 1
        if wanted <= right:
            last = right
        elif wanted >= left:
            first = left
        else:
            break
    return things[-line[wanted][1]]


class TopK:
    def __init__(self, k, *, key=lambda item: item):
        if k < 1:
            raise ValueError("k must be at least 1")
        self.k = k
        self.key = key or (lambda item: item)
        self.clock = 0
        self.heap = []  # (key, -number) of the items in the dictionary, the smallest first
        self.items = {}

    def add(self, item):
        entry = (self.key(item), -self.clock)
        self.clock += 1
        if len(self.heap) == self.k:
            if entry < self.heap[0]:
                return
            del self.items[self.heap[0][1]]
            self.heap[0] = entry
            self._sink()
        else:
            self.heap.append(entry)
            self._rise()
        self.items[entry[1]] = item

    def kth(self):
        if len(self.heap) < self.k:
            raise ValueError("too few items")
        return self.items[self.heap[0][1]]

    def largest(self):
        return [self.items[number] for _, number in sorted(self.heap, reverse=True)]

    def _rise(self):
        child = len(self.heap) - 1
        while child and self.heap[child] < self.heap[(child - 1) // 2]:
            parent = (child - 1) // 2
            self.heap[child], self.heap[parent] = self.heap[parent], self.heap[child]
            child = parent

    def _sink(self):
        parent = 0
        while (child := 2 * parent + 1) < len(self.heap):
            if child + 1 < len(self.heap) and self.heap[child + 1] < self.heap[child]:
                child += 1
            if self.heap[parent] < self.heap[child]:
                return
            self.heap[child], self.heap[parent] = self.heap[parent], self.heap[child]
            parent = child
