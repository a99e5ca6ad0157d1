"""A singly linked list: reversed whole, by recursion, in part and in groups; and where it goes round."""

from collections.abc import Iterable

RECURSIVE_LIMIT = 800  # one call for each node; the rest of Python's 1,000 is left to the caller


class Node:
    """A value, and the node that comes next."""

    __slots__ = ("next", "value")

    def __init__(self, value: object, next: "Node | None" = None) -> None:  # noqa: A002
        self.value = value
        self.next = next


def from_values(values: Iterable[object]) -> Node | None:
    """Return the head of a new list with these values, or ``None`` if there are none."""
    before = last = Node(None)  # stands in front of the list until it is complete
    for value in values:
        last.next = Node(value)
        last = last.next
    return before.next


def to_values(head: Node | None) -> list[object]:
    """Return the values of the list.

    Raises:
        ValueError: the list goes round in a circle.

    """
    if find_cycle(head) is not None:
        raise ValueError("the list goes round in a circle")
    values = []
    while head is not None:
        values.append(head.value)
        head = head.next
    return values


def reverse(head: Node | None) -> Node | None:
    """Turn the list round in place, with a loop, and return its new head."""
    turned = None
    while head is not None:
        rest = head.next
        head.next = turned
        head, turned = rest, head
    return turned


def reverse_recursively(head: Node | None) -> Node | None:
    """Turn the list round in place, by recursion, and return its new head.

    Raises:
        ValueError: the list has more than ``RECURSIVE_LIMIT`` nodes; it stays as it was.

    """
    node = head
    for _ in range(RECURSIVE_LIMIT):
        if node is None:
            break
        node = node.next
    if node is not None:
        raise ValueError(f"the list has more than {RECURSIVE_LIMIT} nodes, too many for recursion")
    return _turned(head)


def _turned(head: Node | None) -> Node | None:
    """Turn the list round by turning its rest round first."""
    if head is None or head.next is None:
        return head
    rest = head.next
    new_head = _turned(rest)
    rest.next = head  # rest was the first node behind the head, so it is the last one now
    head.next = None
    return new_head


def reverse_between(head: Node | None, start: int, stop: int) -> Node | None:
    """Turn round the nodes at the positions ``start`` to ``stop - 1`` in place, and return the head.

    Raises:
        IndexError: the list has no such positions; it stays as it was.

    """
    if not 0 <= start <= stop or not _has(head, stop):
        raise IndexError(f"the list has no part from {start} to {stop}")
    before = last = Node(None, head)
    for _ in range(start):
        last = last.next
    _turn_behind(last, stop - start)
    return before.next


def reverse_in_groups(head: Node | None, size: int) -> Node | None:
    """Turn round each full group of ``size`` nodes in place, and return the new head.

    Raises:
        ValueError: ``size`` is less than 1.

    """
    if size < 1:
        raise ValueError(f"a group has at least one node, not {size}")
    before = last = Node(None, head)
    while _has(last.next, size):
        last = _turn_behind(last, size)
    return before.next


def _has(node: Node | None, count: int) -> bool:
    """Tell whether there are ``count`` nodes, from ``node`` on."""
    for _ in range(count):
        if node is None:
            return False
        node = node.next
    return True


def _turn_behind(before: Node, count: int) -> Node:
    """Turn round the ``count`` nodes behind ``before``, and return the last of them (or ``before``)."""
    if count == 0:
        return before
    last = before.next
    for _ in range(count - 1):  # what follows the last one moves to the front, again and again
        moved = last.next
        last.next = moved.next
        moved.next = before.next
        before.next = moved
    return last


def find_cycle(head: Node | None) -> Node | None:
    """Return the node at which the list begins to go round in a circle, or ``None`` if it has an end."""
    if head is None:
        return None
    node = head.next
    while node is not None and node is not head:
        node = node.next
    return node
