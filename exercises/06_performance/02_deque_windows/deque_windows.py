"""Queues and windows: what a deque is for."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

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
    raise NotImplementedError("give the maximum of each window, with few comparisons")


class RecentEvents:
    """Counts the events of the last so many seconds."""

    def __init__(self, seconds: float) -> None:
        raise NotImplementedError("begin without events")

    def record(self, time: float) -> None:
        """Note an event. Times never decrease."""
        raise NotImplementedError("remember the event")

    def count(self, now: float) -> int:
        """Return how many events are less than ``seconds`` old."""
        raise NotImplementedError("forget what is too old and count the rest")


def breadth_first(start: N, neighbours: Callable[[N], Iterable[N]]) -> Iterator[tuple[N, int]]:
    """Give each node that can be reached, with its distance in steps, the nearest first."""
    raise NotImplementedError("give the nodes with their distances, the nearest first")


class History(Generic[T]):
    """The last so many items.

    Raises:
        ValueError: ``limit`` is less than 1.

    """

    def __init__(self, limit: int) -> None:
        raise NotImplementedError("begin without items")

    def __len__(self) -> int:
        raise NotImplementedError("return the number of items")

    def add(self, item: T) -> None:
        """Add the newest item; the oldest one makes room if there is none."""
        raise NotImplementedError("add the item")

    def latest(self, count: int) -> list[T]:
        """Return up to ``count`` items, the newest first."""
        raise NotImplementedError("return the newest items")

    def undo(self) -> T:
        """Take back the newest item and return it.

        Raises:
            IndexError: there is none.

        """
        raise NotImplementedError("remove the newest item and return it")


def counting_out(players: Iterable[T], step: int) -> list[T]:
    """Return the players in the order in which they leave the circle.

    Raises:
        ValueError: ``step`` is less than 1.

    """
    raise NotImplementedError("count around the circle until it is empty")


def steps_to_drain(queue: Q, take: Callable[[Q], object]) -> int:
    """Return how many steps it costs to call ``take(queue)`` until the queue is empty."""
    raise NotImplementedError("take all items and return by how much queue.steps has grown")


def growth_exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Return the ``p`` for which ``costs`` are nearest to ``c * sizes ** p``.

    Raises:
        ValueError: there are fewer than two different sizes.

    """
    raise NotImplementedError("return the slope of the logarithms")


def drain_growth(
    make: Callable[[Iterable[int]], Q], take: Callable[[Q], object], sizes: Sequence[int]
) -> float:
    """Return the exponent by which the steps to drain a queue grow with its size."""
    raise NotImplementedError("drain a queue of each size and fit the steps")
