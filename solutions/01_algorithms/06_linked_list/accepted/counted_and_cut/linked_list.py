"""The list is counted, then cut into pieces; a circle is found by turning the list round and back."""

import functools
from collections.abc import Iterable

RECURSIVE_LIMIT = 300


class Node:
    """A value, and the node that comes next."""

    def __init__(self, value: object, next: "Node | None" = None) -> None:  # noqa: A002
        self.value = value
        self.next = next


def from_values(values: Iterable[object]) -> Node | None:
    """Begin with the last value."""
    return functools.reduce(lambda rest, value: Node(value, rest), reversed(list(values)), None)


def to_values(head: Node | None) -> list[object]:
    """Refuse circles, then walk."""
    if find_cycle(head):
        raise ValueError("no end")
    values = []
    while head:
        values.append(head.value)
        head = head.next
    return values


def _split(head: Node | None, count: int) -> tuple[Node | None, Node | None]:
    """Cut the list behind ``count`` nodes and return both pieces."""
    node = head
    for _ in range(count - 1):
        node = node.next
    if count == 0 or node is None:
        return None, head
    rest, node.next = node.next, None
    return head, rest


def _join(first: Node | None, second: Node | None) -> Node | None:
    """Put two pieces together."""
    if first is None:
        return second
    last = first
    while last.next:
        last = last.next
    last.next = second
    return first


def _length(head: Node | None) -> int:
    count = 0
    while head:
        count, head = count + 1, head.next
    return count


def reverse(head: Node | None) -> Node | None:
    """Move each node from one list to the front of another."""
    turned = None
    while head:
        node, head = _split(head, 1)
        turned = _join(node, turned)
    return turned


def reverse_recursively(head: Node | None) -> Node | None:
    """Reverse the rest and put the head behind it, with the last node of the rest at hand."""

    def turned(node: Node) -> tuple[Node, Node]:
        if not node.next:
            return node, node
        first, last = turned(node.next)
        last.next, node.next = node, None
        return first, node

    steps, node = 0, head
    while node and steps <= RECURSIVE_LIMIT:
        steps, node = steps + 1, node.next
    if steps > RECURSIVE_LIMIT:
        raise ValueError(f"{RECURSIVE_LIMIT} nodes are the limit")
    return turned(head)[0] if head else None


def reverse_between(head: Node | None, start: int, stop: int) -> Node | None:
    """Cut out the part, reverse it, and join the three pieces."""
    if not 0 <= start <= stop <= _length(head):
        raise IndexError(f"no part [{start}:{stop}]")
    before, rest = _split(head, start)
    part, after = _split(rest, stop - start)
    return _join(before, _join(reverse(part), after))


def reverse_in_groups(head: Node | None, size: int) -> Node | None:
    """Cut off one group after the other."""
    if size < 1:
        raise ValueError("a group has a node at least")
    new_head = last = None
    for _ in range(_length(head) // size):
        group, head = _split(head, size)
        end, group = group, reverse(group)
        if last:
            last.next = group
        else:
            new_head = group
        last = end
    if last:
        last.next = head
        return new_head
    return head


def find_cycle(head: Node | None) -> Node | None:
    """Turning round a list with a circle leads back to its head; then counting finds the rest.

    The walk from the head goes in, once around, and out again: it takes twice the way to the circle, plus one
    round.
    """
    if not head or not head.next:
        return None
    if head.next is head:
        return head
    turned, way = _turned(head)
    if turned is not head:  # there is an end
        _turned(turned)
        return None
    _turned(head)
    slow, fast, steps = head.next, head.next.next, 1
    while slow is not fast:
        slow, fast, steps = slow.next, fast.next.next, steps + 1
    around, node = 1, slow.next
    while node is not slow:
        around, node = around + 1, node.next
    for _ in range((way - around) // 2):
        head = head.next
    return head


def _turned(head: Node) -> tuple[Node, int]:
    """Turn arrows round until there is no next node; return the last node and the number of steps."""
    turned, node, count = None, head, 0
    while node:
        rest, node.next = node.next, turned
        turned, node, count = node, rest, count + 1
    return turned, count
