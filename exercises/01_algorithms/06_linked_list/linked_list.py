"""A linked list, turned round: the tasks are in README.md, beside this file."""

from collections.abc import Iterable

RECURSIVE_LIMIT = 0  # replace it by the largest number of nodes that reverse_recursively accepts


class Node:
    """A value, and the node that comes next. This class is given."""

    __slots__ = ("next", "value")

    def __init__(self, value: object, next: "Node | None" = None) -> None:  # noqa: A002
        self.value = value
        self.next = next


def from_values(values: Iterable[object]) -> Node | None:
    """Return the head of a new list with these values, or ``None`` if there are none."""
    raise NotImplementedError("make a node for each value and link them")


def to_values(head: Node | None) -> list[object]:
    """Return the values of the list.

    Raises:
        ValueError: the list goes round in a circle.

    """
    raise NotImplementedError("return the value of each node")


def reverse(head: Node | None) -> Node | None:
    """Turn the list round in place, with a loop, and return its new head."""
    raise NotImplementedError("let each node point to the one that was before it")


def reverse_recursively(head: Node | None) -> Node | None:
    """Turn the list round in place, by recursion, and return its new head.

    Raises:
        ValueError: the list has more than ``RECURSIVE_LIMIT`` nodes; it stays as it was.

    """
    raise NotImplementedError("reverse the rest of the list by the same function, then the arrow to it")


def reverse_between(head: Node | None, start: int, stop: int) -> Node | None:
    """Turn round the nodes at the positions ``start`` to ``stop - 1`` in place, and return the head.

    Raises:
        IndexError: the list has no such positions; it stays as it was.

    """
    raise NotImplementedError("turn round the nodes of the slice and leave the others where they are")


def reverse_in_groups(head: Node | None, size: int) -> Node | None:
    """Turn round each full group of ``size`` nodes in place, and return the new head.

    Raises:
        ValueError: ``size`` is less than 1.

    """
    raise NotImplementedError("turn each group round and link it to the one before")


def find_cycle(head: Node | None) -> Node | None:
    """Return the node at which the list begins to go round in a circle, or ``None`` if it has an end."""
    raise NotImplementedError("return the first node to which the list comes back")
