"""The suite of the linked list: fixed examples, every small case, long lists; then what recursion costs."""

import ast
import functools
import itertools
import subprocess
import sys
import threading
import tracemalloc
import types
from collections.abc import Callable, Sequence

import linked_list
import pytest
from linked_list import (
    Node,
    find_cycle,
    from_values,
    reverse,
    reverse_between,
    reverse_in_groups,
    reverse_recursively,
    to_values,
)

LONG = 3_000
KIB = 1_024


class GivenUp(Exception):
    """What a node of the suite raises when it is asked for its next one again and again."""


class Watch:
    """Counts what happens to the nodes of one list; ends what would have no end."""

    def __init__(self) -> None:
        self.reads = self.writes = self.nodes = self.deepest = 0
        self.base: types.FrameType | None = None
        self.foreign: list[object] = []

    def read(self) -> None:
        self.reads += 1
        if self.reads > 25 * self.nodes + 100:
            raise GivenUp(f"the suite gave up: next was read {self.reads} times for {self.nodes} nodes")
        if self.base is not None:
            depth, frame = 0, sys._getframe(2)  # without this call and the property's
            while frame is not None and frame is not self.base:
                depth, frame = depth + 1, frame.f_back
            self.deepest = max(self.deepest, depth)


class Link:
    """A node of the suite: it has no hash, and claims to equal all others."""

    __hash__ = None
    __slots__ = ("_next", "value", "watch")

    def __init__(self, value: object, watch: Watch) -> None:
        self.value = value
        self.watch = watch
        self._next: object = None
        watch.nodes += 1

    def __eq__(self, other: object) -> bool:
        return type(other) is Link

    def _read(self):
        self.watch.read()
        return self._next

    def _write(self, node):
        self.watch.writes += 1
        self._next = node

    next = property(_read, _write)


class Chain:
    """A list of the suite. ``order`` tells in what order its nodes are linked, as the numbers they had."""

    def __init__(self, length: int, back_to: int | None = None) -> None:
        self.watch = Watch()
        self.nodes = [Link(number, self.watch) for number in range(length)]
        for one, following in itertools.pairwise(self.nodes):
            one._next = following
        if back_to is not None:
            self.nodes[-1]._next = self.nodes[back_to]
        self.head = self.nodes[0] if self.nodes else None

    def order(self, head: object) -> list[object]:
        """Return the numbers of the nodes from ``head`` on; a text where the list goes wrong."""
        numbers: list[object] = []
        places = {id(node): number for number, node in enumerate(self.nodes)}
        seen: set[int] = set()
        while head is not None:
            if id(head) in seen:
                return [*numbers, f"then back to {places[id(head)]}, in a circle"]
            if id(head) not in places:
                return [*numbers, f"then {head!r:.60}, which is no node of the list"]
            seen.add(id(head))
            numbers.append(places[id(head)])
            head = self.nodes[places[id(head)]]._next
        return numbers

    def expect(self, check, order: Sequence[int], action: Callable[[object], object], call: str) -> None:
        """Require that the action, called with the head, returns the head of a list in this order."""
        try:
            head = action(self.head)
        except Exception as error:
            head = f"{type(error).__name__}: {error}"
        check.equal(list(order), self.order(head), f"the nodes, by their old places, of {call}")
        values = [node.value for node in self.nodes]
        check.equal(
            list(range(len(self.nodes))), values, f"the values of the nodes, by old places, after {call}"
        )

    def unchanged(self, check, call: str) -> None:
        """Require that the list is as it was made."""
        check.equal(
            list(range(len(self.nodes))), self.order(self.head), f"the nodes of the list after {call}"
        )


def cheap(check, chain: Chain, action: Callable[[object], object], call: str) -> object:
    """Return what the action returns, and require that it was cheap in memory and in steps."""
    check.equal(False, tracemalloc.is_tracing(), "tracemalloc.is_tracing()")
    tracemalloc.start()
    try:
        got = action(chain.head)
        peak = tracemalloc.get_traced_memory()[1]
    except Exception as error:
        got, peak = error, 0
    finally:
        tracemalloc.stop()
    check.that(not isinstance(got, Exception), call, "no exception", f"{type(got).__name__}: {got}")
    check.at_most(4 * KIB, peak, f"bytes of memory taken by {call}")
    check.at_most(10 * chain.watch.nodes, chain.watch.reads, f"how often next was read in {call}")
    check.at_most(5 * chain.watch.nodes, chain.watch.writes, f"how often next was written in {call}")
    return got


# --- 1. Build, read, reverse ------------------------------------------------------------------------------


@pytest.mark.task(1)
@pytest.mark.parametrize("values", [[], [None], "banana", [1, 1.0, True], range(500)], ids=repr)
def test_values_in_and_out(check, values):
    """The list has the values in their order, and gives them back."""
    call = f"from_values(iter({values!r}))"
    head = from_values(iter(values))
    node, got = head, []
    for _ in values:
        check.that(
            type(node) is Node, call, f"{len(values)} nodes of the class Node", f"{node!r} after {got}"
        )
        got.append(node.value)
        node = node.next
    check.equal(None, node, f"what follows the last node of {call}")
    check.equal(list(values), got, f"the values of the nodes of {call}")
    check.returns(list(values), lambda: to_values(head), f"to_values({call})")


@pytest.mark.task(1)
def test_values_of_other_nodes(check):
    """Nodes of any class can be read."""
    chain = Chain(5)
    check.returns([0, 1, 2, 3, 4], lambda: to_values(chain.head), "to_values(five nodes of another class)")
    chain.unchanged(check, "to_values(head)")
    long = Chain(LONG)
    check.returns(list(range(LONG)), lambda: to_values(long.head), "to_values(3,000 nodes)")


@pytest.mark.task(1)
def test_values_in_a_circle(check):
    """A list that goes round in a circle has no list of values: that is a ValueError."""
    for length, back_to in [(1, 0), (2, 1), (5, 0), (5, 3), (LONG, 0), (LONG, LONG // 2)]:
        chain = Chain(length, back_to)
        call = f"to_values({length} nodes, the last one leads back to number {back_to})"
        check.raises(ValueError, functools.partial(to_values, chain.head), call)


@pytest.mark.task(1)
def test_reverse(check):
    """The very nodes that were there get the reverse order, and the last one leads nowhere."""
    for length in (0, 1, 2, 3, 10):
        Chain(length).expect(check, range(length)[::-1], reverse, f"reverse({length} nodes)")


@pytest.mark.task(1)
def test_reverse_twice(check):
    """A list that is reversed twice is as it was."""
    chain = Chain(7)
    chain.expect(check, range(7), lambda head: reverse(reverse(head)), "reverse(reverse(7 nodes))")


@pytest.mark.task(1)
def test_reverse_a_long_list(check):
    """A long list is reversed with constant memory and a few steps for each node."""
    chain = Chain(LONG)
    head = cheap(check, chain, reverse, "reverse(3,000 nodes)")
    chain.expect(check, range(LONG)[::-1], lambda _: head, "reverse(3,000 nodes)")


# --- 2. Reverse by recursion ------------------------------------------------------------------------------


def stated_limit(check) -> int:
    """Return the limit that the hand-in states."""
    limit = linked_list.RECURSIVE_LIMIT
    check.that(type(limit) is int and 300 <= limit <= 900, "RECURSIVE_LIMIT", "an int from 300 to 900", limit)
    return limit


def below(calls: int, action: Callable[[], object]) -> object:
    """Run the action in a thread in which so many calls are open, at the usual recursion limit."""

    def go_down(level: int) -> object:
        return action() if level <= 0 else go_down(level - 1)

    def work() -> None:
        try:
            got.append(go_down(calls - 6))  # six calls besides: the thread's, the last one, and the action
        except BaseException as error:
            got.append(error)

    got: list[object] = []
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(usual)
    return got[0]


@pytest.mark.task(2)
def test_recursive_reverse(check):
    """The recursive function does what the loop does."""
    for length in (0, 1, 2, 3, 10):
        call = f"reverse_recursively({length} nodes)"
        Chain(length).expect(check, range(length)[::-1], reverse_recursively, call)


@pytest.mark.task(2)
def test_it_is_recursive(check):
    """The function calls itself for the rest of the list."""
    chain = Chain(60)
    chain.watch.base = sys._getframe()
    chain.expect(check, range(60)[::-1], reverse_recursively, "reverse_recursively(60 nodes)")
    check.at_least(
        20, chain.watch.deepest, "open calls at the deepest point of reverse_recursively(60 nodes)"
    )


@pytest.mark.task(2)
def test_up_to_the_limit(check):
    """As many nodes as RECURSIVE_LIMIT says are reversed, even below 90 open calls."""
    limit = stated_limit(check)
    chain = Chain(limit)
    head = below(90, lambda: reverse_recursively(chain.head))
    call = f"reverse_recursively({limit} nodes), with 90 open calls"
    check.that(not isinstance(head, BaseException), call, "no exception", f"{type(head).__name__}: {head}")
    chain.expect(check, range(limit)[::-1], lambda _: head, call)


@pytest.mark.task(2)
@pytest.mark.parametrize("more", [1, 500, LONG])
def test_past_the_limit(check, more):
    """A longer list is a ValueError that names the limit, and the list is as it was."""
    limit = stated_limit(check)
    chain = Chain(limit + more)
    call = f"reverse_recursively(RECURSIVE_LIMIT + {more} nodes)"
    error = check.raises(ValueError, lambda: reverse_recursively(chain.head), call)
    check.that(str(limit) in str(error), f"the text of the exception of {call}", f"{limit} in it", str(error))
    chain.unchanged(check, call)


@pytest.mark.task(2)
@pytest.mark.parametrize(("length", "back_to"), [(1, 0), (9, 4)])
def test_a_circle_is_longer_than_any_limit(check, length, back_to):
    """A list that goes round in a circle is refused like one that is too long."""
    chain = Chain(length, back_to)
    chain.watch.nodes = stated_limit(check)
    call = f"reverse_recursively({length} nodes, the last one leads back to number {back_to})"
    check.raises(ValueError, lambda: reverse_recursively(chain.head), call)
    expected = [*range(length), f"then back to {back_to}, in a circle"]
    check.equal(expected, chain.order(chain.head), f"the nodes of the list after {call}")


@pytest.mark.task(2)
def test_the_recursion_limit_is_left_alone(check, monkeypatch):
    """The limit is a fact to live with: sys.setrecursionlimit is not called."""
    calls = []
    chain = Chain(stated_limit(check) // 2)
    monkeypatch.setattr(sys, "setrecursionlimit", calls.append)
    order = range(len(chain.nodes))[::-1]
    chain.expect(check, order, reverse_recursively, "reverse_recursively(RECURSIVE_LIMIT // 2 nodes)")
    check.equal([], calls, "calls of sys.setrecursionlimit during reverse_recursively(…)")


# --- 3. Reverse a part ------------------------------------------------------------------------------------


@pytest.mark.task(3)
def test_every_part(check):
    """The nodes of the slice are turned round, and the others stay where they are."""
    for length in range(6):
        for start, stop in itertools.combinations_with_replacement(range(length + 1), 2):
            order = list(range(length))
            order[start:stop] = order[start:stop][::-1]
            call = f"reverse_between({length} nodes, {start}, {stop})"
            action = functools.partial(reverse_between, start=start, stop=stop)
            Chain(length).expect(check, order, action, call)


@pytest.mark.task(3)
def test_no_such_part(check):
    """Positions that the list does not have are an IndexError, and the list is as it was."""
    for start, stop in [(-1, 2), (3, 2), (0, 6), (2, 6), (6, 6), (7, 9), (-2, -1), (1, -1)]:
        chain = Chain(5)
        call = f"reverse_between(5 nodes, {start}, {stop})"
        check.raises(IndexError, functools.partial(reverse_between, chain.head, start, stop), call)
        chain.unchanged(check, call)
    check.raises(IndexError, lambda: reverse_between(None, 0, 1), "reverse_between(None, 0, 1)")


@pytest.mark.task(3)
def test_a_long_part(check):
    """A part of a long list is reversed with constant memory and a few steps for each node."""
    for start, stop in ((0, LONG), (10, LONG - 10)):
        chain = Chain(LONG)
        call = f"reverse_between(3,000 nodes, {start}, {stop})"
        head = cheap(check, chain, functools.partial(reverse_between, start=start, stop=stop), call)
        order = list(range(LONG))
        order[start:stop] = order[start:stop][::-1]
        chain.expect(check, order, lambda _, head=head: head, call)


# --- 4. Reverse in groups ---------------------------------------------------------------------------------


def grouped(length: int, size: int) -> list[int]:
    """Return the order of the nodes after each full group was reversed."""
    order = list(range(length))
    for start in range(0, length - size + 1, size):
        order[start : start + size] = order[start : start + size][::-1]
    return order


@pytest.mark.task(4)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_groups(check, size):
    """Each full group is turned round, the groups keep their order, and a shorter last one stays."""
    for length in range(2 * size + 2):
        call = f"reverse_in_groups({length} nodes, {size})"
        action = functools.partial(reverse_in_groups, size=size)
        Chain(length).expect(check, grouped(length, size), action, call)


@pytest.mark.task(4)
def test_no_such_groups(check):
    """A size below 1 is a ValueError, also for the empty list, and the list is as it was."""
    for length, size in [(3, 0), (3, -1), (0, 0)]:
        chain = Chain(length)
        call = f"reverse_in_groups({length} nodes, {size})"
        check.raises(ValueError, functools.partial(reverse_in_groups, chain.head, size), call)
        chain.unchanged(check, call)


@pytest.mark.task(4)
@pytest.mark.parametrize("size", [2, 1_499, LONG])
def test_groups_of_a_long_list(check, size):
    """The groups of a long list are reversed with constant memory and a few steps for each node."""
    chain = Chain(LONG)
    call = f"reverse_in_groups(3,000 nodes, {size:,})"
    head = cheap(check, chain, functools.partial(reverse_in_groups, size=size), call)
    chain.expect(check, grouped(LONG, size), lambda _: head, call)


# --- 5. Find the circle -----------------------------------------------------------------------------------


@pytest.mark.task(5)
def test_every_circle(check):
    """The node is found at which the circle begins, wherever that is."""
    for length in range(1, 9):
        for begin in range(length):
            chain = Chain(length, begin)
            call = f"find_cycle({length} nodes, the last one leads back to number {begin})"
            try:
                got = find_cycle(chain.head)
            except Exception as error:
                got = error
            expected = f"the node number {begin}, itself"
            number = next((place for place, node in enumerate(chain.nodes) if node is got), None)
            check.that(
                got is chain.nodes[begin], call, expected, repr(got) if number is None else f"number {number}"
            )
            order = [*range(length), f"then back to {begin}, in a circle"]
            check.equal(order, chain.order(chain.head), f"the nodes of the list after {call}")


@pytest.mark.task(5)
def test_no_circle(check):
    """A list with an end has no circle, although all of its nodes claim to be equal."""
    for length in (0, 1, 2, 3, 8):
        chain = Chain(length)
        call = f"find_cycle({length} nodes in a row)"
        check.returns(None, functools.partial(find_cycle, chain.head), call)
        chain.unchanged(check, call)


@pytest.mark.task(5)
@pytest.mark.parametrize("begin", [None, 0, LONG // 2, LONG - 1])
def test_a_long_circle(check, begin):
    """The beginning of the circle is found with constant memory and a few steps for each node."""
    chain = Chain(LONG, begin)
    call = f"find_cycle(3,000 nodes, the last one leads to {begin})"
    got = cheap(check, chain, find_cycle, call)
    expected = None if begin is None else chain.nodes[begin]
    check.that(got is expected, call, f"{'None' if begin is None else f'number {begin}'}", repr(got))


# --- 6. What recursion costs ------------------------------------------------------------------------------

MEASURED = """
import sys, threading

truths = {"default_limit": sys.getrecursionlimit()}
bases = {base.__name__ for base in RecursionError.__mro__}
truths["error_kind"] = (bases & {"RuntimeError", "MemoryError", "OverflowError"}).pop()

def f(n):
    return 0 if n == 0 else 1 + f(n - 1)

def g(n):
    return 0 if n == 0 else g(n - 1)

def decorator(function):
    def wrapper(n):
        return function(n)
    return wrapper

@decorator
def decorated(n):
    return 0 if n == 0 else 1 + decorated(n - 1)

def works(function, *arguments):
    try:
        function(*arguments)
    except RecursionError:
        return False
    return True

def reach(function):
    low, high = 0, 10_000  # the deepest n that works, by halving
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if works(function, middle) else (low, middle - 1)
    return low

truths["tail_call"] = "deeper" if reach(g) > reach(f) + 5 else "as deep"
truths["decorated"] = round(reach(f) / reach(decorated))

def below(n):
    if n:
        return below(n - 1)
    found = []
    thread = threading.Thread(target=lambda: found.append(reach(f)))
    thread.start()
    thread.join()
    return found[0]

truths["new_thread"] = "all of it" if below(500) > 750 else "the rest"
works(f, 10_000)
truths["after_error"] = "returns" if works(f, 500) else "raises"

def levels(n):
    if n:
        yield from levels(n - 1)
    else:
        yield n

truths["generators"] = "returns" if works(list, levels(5_000)) else "raises"

class Block(bytes):
    alive = 0
    def __init__(self, *_):
        Block.alive += 1
    def __del__(self):
        Block.alive -= 1

def keeping(n):
    block = Block(1_000)
    return Block.alive if n == 1 else keeping(n - 1)

truths["kept_alive"] = keeping(100)
copied = 0

class Row(list):
    def __getitem__(self, key):
        global copied
        part = Row(super().__getitem__(key))
        copied += len(part)
        return part

def length(values):
    return 0 if not values else 1 + length(values[1:])

length(Row(range(100)))
truths["slices"] = copied

class Cell:
    next = None

def turn_down(cell, before=None):
    if cell is None:
        return before
    after, cell.next = cell.next, before
    return turn_down(after, cell)

def turn_back(cell):
    if cell is None or cell.next is None:
        return cell
    head = turn_back(cell.next)
    cell.next.next, cell.next = cell, None
    return head

for question, turn in (("on_the_way_down", turn_down), ("on_the_way_back", turn_back)):
    cells = [Cell() for _ in range(10_000)]
    for one, following in zip(cells, cells[1:]):
        one.next = following
    works(turn, cells[0])
    same = all(one.next is following for one, following in zip(cells, cells[1:]))
    truths[question] = "as it was" if same else "changed"

sys.setrecursionlimit(100_000)
truths["raised_limit"] = "returns" if works(f, 50_000) else "fails"
print(truths)
"""
THROUGH_C = """
import resource, sys, threading

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.setrecursionlimit(100_000)

def f(n):
    return 0 if n == 0 else 1 + max([n - 1], key=f)

def work():
    try:
        f(50_000)
        print("returns")
    except RecursionError:
        print("fails")

threading.stack_size(2**20)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
CHOICES = {
    "default_limit": (100, 1_000, 10_000),
    "error_kind": ("RuntimeError", "MemoryError", "OverflowError"),
    "tail_call": ("deeper", "as deep"),
    "decorated": (1, 2, 4),
    "new_thread": ("all of it", "the rest"),
    "after_error": ("returns", "raises"),
    "generators": ("returns", "raises"),
    "raised_limit": ("returns", "fails"),
    "through_c": ("returns", "fails"),
    "kept_alive": (1, 100),
    "slices": (99, 4_950, 9_900),
    "on_the_way_down": ("as it was", "changed"),
    "on_the_way_back": ("as it was", "changed"),
}


def answer(program: str) -> str:
    """Return what a new interpreter prints; nothing if it crashed on the way."""
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    return done.stdout.strip()


@functools.cache
def truths() -> dict[str, object]:
    """Ask new interpreters what they do, once for all questions."""
    return {**ast.literal_eval(answer(MEASURED)), "through_c": answer(THROUGH_C) or "fails"}


@pytest.mark.task(6)
@pytest.mark.parametrize("question", CHOICES)
def test_predictions(predictions, question):
    """You predicted what recursion can do in this interpreter, and what it costs."""
    predictions.check(question, truths()[question], CHOICES[question])
