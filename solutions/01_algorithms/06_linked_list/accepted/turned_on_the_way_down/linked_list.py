"""Recursion that carries the turned part along, parts that are put back, Brent's search for circles."""

from collections.abc import Iterable

RECURSIVE_LIMIT = 450


class Node:
    """A value, and the node that comes next."""

    def __init__(self, value: object, next: "Node | None" = None) -> None:  # noqa: A002
        self.value = value
        self.next = next


def from_values(values: Iterable[object]) -> Node | None:
    """Build the list the wrong way round and reverse it."""
    head = None
    for value in values:
        head = Node(value, head)
    return reverse(head)


def to_values(head: Node | None) -> list[object]:
    """Remember the nodes by identity."""
    seen: set[int] = set()
    values: list[object] = []
    node = head
    while node is not None:
        if id(node) in seen:
            raise ValueError(f"after {len(values)} nodes the list comes back")
        seen.add(id(node))
        values.append(node.value)
        node = node.next
    return values


def reverse(head: Node | None) -> Node | None:
    """Turn everything up to the end."""
    return _turn(head, None, None)


def _turn(node: Node | None, stop: Node | None, turned: Node | None) -> Node | None:
    """Turn the nodes from ``node`` up to ``stop``, which is left out, and put them before ``turned``."""
    while node is not stop:
        node.next, turned, node = turned, node, node.next
    return turned


def reverse_recursively(head: Node | None) -> Node | None:
    """Carry what has been turned along as an argument, two calls for each node."""

    def turn(node: Node | None, turned: Node | None) -> Node | None:
        return turned if node is None else put_before(node, turned)

    def put_before(node: Node, turned: Node | None) -> Node | None:
        rest, node.next = node.next, turned
        return turn(rest, node)

    end, count = head, 0
    while end is not None and count <= RECURSIVE_LIMIT:
        end, count = end.next, count + 1
    if count > RECURSIVE_LIMIT:
        raise ValueError(f"recursion is for up to {RECURSIVE_LIMIT} nodes")
    return turn(head, None)


def reverse_between(head: Node | None, start: int, stop: int) -> Node | None:
    """Find both ends of the part, turn it, and link it."""
    if start < 0 or stop < start:
        raise IndexError((start, stop))
    before, first, after = None, head, head
    for position in range(stop):
        if after is None:
            raise IndexError(stop)
        if position < start:
            before, first = first, first.next
        after = after.next
    part = _turn(first, after, after)
    if before is None:
        return part
    before.next = part
    return head


def reverse_in_groups(head: Node | None, size: int) -> Node | None:
    """Move a window of one group through the list."""
    if size <= 0:
        raise ValueError(size)
    new_head, last = head, None
    start = end = head
    count = 0
    while end is not None:
        end = end.next
        count += 1
        if count == size:
            group = _turn(start, end, end)
            if last is None:
                new_head = group
            else:
                last.next = group
            last, start, count = start, end, 0
    return new_head


def find_cycle(head: Node | None) -> Node | None:
    """Brent: the slow one jumps to the fast one after 1, 2, 4, … steps, which gives the circle's length."""
    if head is None:
        return None
    slow, fast, length, power = head, head.next, 1, 1
    while slow is not fast:
        if fast is None:
            return None
        if length == power:
            slow, length, power = fast, 0, 2 * power
        fast = fast.next
        length += 1
    ahead = head
    for _ in range(length):
        ahead = ahead.next
    while head is not ahead:
        head, ahead = head.next, ahead.next
    return head
