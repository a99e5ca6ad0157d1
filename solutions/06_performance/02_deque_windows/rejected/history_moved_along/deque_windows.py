"""Queues and windows: what a deque is for."""

import statistics
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from math import log
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
N = TypeVar("N", bound=Hashable)


class Counted(Protocol):
    """A queue that counts its steps, such as those of ``counted_queues``."""

    steps: int

    def __len__(self) -> int: ...


Q = TypeVar("Q", bound=Counted)


def window_maxima(items: Iterable[T], size: int) -> Iterator[T]:
    """Give the largest item of each window of ``size`` neighbours.

    Raises:
        ValueError: ``size`` is less than 1.

    """
    if size < 1:
        raise ValueError(f"a window holds at least one item, not {size}")
    # An item followed by a larger one is never a maximum again: what is left falls from left to right.
    hopeful: deque[tuple[int, Any]] = deque()
    for place, item in enumerate(items):
        while hopeful and hopeful[-1][1] <= item:
            hopeful.pop()
        hopeful.append((place, item))
        if hopeful[0][0] <= place - size:
            hopeful.popleft()
        if place >= size - 1:
            yield hopeful[0][1]


class RecentEvents:
    """Counts the events of the last so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque()

    def record(self, time: float) -> None:
        """Note an event. Times never decrease."""
        self._times.append(time)
        self._forget(time)

    def count(self, now: float) -> int:
        """Return how many events are less than ``seconds`` old."""
        self._forget(now)
        return len(self._times)

    def _forget(self, now: float) -> None:
        while self._times and now - self._times[0] >= self._seconds:
            self._times.popleft()


def breadth_first(start: N, neighbours: Callable[[N], Iterable[N]]) -> Iterator[tuple[N, int]]:
    """Give each node that can be reached, with its distance in steps, the nearest first."""
    seen = {start}
    waiting = deque([(start, 0)])
    while waiting:
        node, distance = waiting.popleft()
        yield node, distance
        for neighbour in neighbours(node):
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append((neighbour, distance + 1))


class History(Generic[T]):
    """The last so many items.

    Raises:
        ValueError: ``limit`` is less than 1.

    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"a history holds at least one item, not {limit}")
        self._limit = limit
        self._items: list[T] = []

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: T) -> None:
        """Add the newest item; the oldest one makes room if there is none."""
        self._items.append(item)
        if len(self._items) > self._limit:
            self._items = self._items[1:]

    def latest(self, count: int) -> list[T]:
        """Return up to ``count`` items, the newest first."""
        return list(islice(reversed(self._items), count))

    def undo(self) -> T:
        """Take back the newest item and return it.

        Raises:
            IndexError: there is none.

        """
        return self._items.pop()


def counting_out(players: Iterable[T], step: int) -> list[T]:
    """Return the players in the order in which they leave the circle.

    Raises:
        ValueError: ``step`` is less than 1.

    """
    if step < 1:
        raise ValueError(f"one counts at least to 1, not to {step}")
    circle = deque(players)
    out = []
    while circle:
        circle.rotate(1 - step)
        out.append(circle.popleft())
    return out


def steps_to_drain(queue: Q, take: Callable[[Q], object]) -> int:
    """Return how many steps it costs to call ``take(queue)`` until the queue is empty."""
    before = queue.steps
    while len(queue):
        take(queue)
    return queue.steps - before


def growth_exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Return the ``p`` for which ``costs`` are nearest to ``c * sizes ** p``.

    Raises:
        ValueError: there are fewer than two different sizes.

    """
    return statistics.linear_regression([log(size) for size in sizes], [log(cost) for cost in costs]).slope


def drain_growth(
    make: Callable[[Iterable[int]], Q], take: Callable[[Q], object], sizes: Sequence[int]
) -> float:
    """Return the exponent by which the steps to drain a queue grow with its size."""
    return growth_exponent(sizes, [steps_to_drain(make(range(size)), take) for size in sizes])
