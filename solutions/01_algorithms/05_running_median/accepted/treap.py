"""A search tree that random priorities keep flat; each node knows how many numbers lie below it.

The number in any place of the order is found by walking down, so the median is two such walks, and what is
discarded is gone at once.
"""

import random
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Decimal, localcontext
from fractions import Fraction


class Node:
    __slots__ = ("left", "priority", "right", "size", "value")

    def __init__(self, value):
        self.value = value
        self.priority = random.random()
        self.size = 1
        self.left = self.right = None

    def recount(self):
        self.size = 1 + size(self.left) + size(self.right)
        return self


def size(node):
    return node.size if node else 0


def split(node, value):
    """Return the tree of the smaller numbers and that of the others."""
    if node is None:
        return None, None
    if node.value < value:
        node.right, others = split(node.right, value)
        return node.recount(), others
    smaller, node.left = split(node.left, value)
    return smaller, node.recount()


def join(smaller, others):
    if smaller is None or others is None:
        return smaller or others
    if smaller.priority < others.priority:
        smaller.right = join(smaller.right, others)
        return smaller.recount()
    others.left = join(smaller, others.left)
    return others.recount()


def without_first(node):
    """Return the tree without its smallest number."""
    if node.left is None:
        return node.right
    node.left = without_first(node.left)
    return node.recount()


class RunningMedian:
    def __init__(self):
        self._root = None

    def __len__(self):
        return size(self._root)

    def add(self, value):
        smaller, others = split(self._root, value)
        self._root = join(join(smaller, Node(value)), others)

    def discard(self, value):
        smaller, others = split(self._root, value)
        first = others
        while first and first.left:
            first = first.left
        found = first is not None and first.value == value
        self._root = join(smaller, without_first(others) if found else others)
        return found

    def median(self):
        count = len(self)
        if not count:
            raise ValueError("no numbers")
        low, high = self._at((count - 1) // 2), self._at(count // 2)
        if count % 2:
            return high
        if isinstance(low, float):
            return (low + high) / 2
        if not isinstance(low, Decimal):
            return Fraction(low + high) / 2
        with localcontext() as exact:
            exact.prec, exact.Emax, exact.Emin = MAX_PREC, MAX_EMAX, MIN_EMIN
            return (low + high) * Decimal("0.5")

    def _at(self, place):
        node = self._root
        while place != size(node.left):
            if place < size(node.left):
                node = node.left
            else:
                place -= size(node.left) + 1
                node = node.right
        return node.value
