"""A thread-safe queue: the tasks are in README.md, beside this file."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Empty(Exception):
    """There is no item, and the caller did not want to wait any longer. This class is given."""


class Full(Exception):
    """There is no room, and the caller did not want to wait any longer. This class is given."""


class ShutDown(Exception):
    """The queue has been shut down, and what was asked of it can never happen. This class is given."""


class BoundedQueue(Generic[T]):
    """A first-in-first-out queue of at most ``maxsize`` items, for any number of threads."""

    def __init__(
        self,
        maxsize: int,
        *,
        lock: Callable[[], threading.Lock] = threading.Lock,
        condition: Callable[..., threading.Condition] = threading.Condition,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty queue.

        Args:
            maxsize: how many items find room, at least 1.
            lock: called without arguments, makes a lock. Make every lock with it.
            condition: called with such a lock, or with nothing, makes a condition. Make all of them with it.
            clock: returns the time in seconds. Read the time nowhere else.

        Raises:
            ValueError: ``maxsize`` is below 1.

        """
        raise NotImplementedError("make an empty queue")

    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:
        """Add an item, waiting for room if need be; ``Full``, ``ShutDown`` or ``ValueError``."""
        raise NotImplementedError("wait for room, then add item at the end")

    def get(self, block: bool = True, timeout: float | None = None) -> T:
        """Remove and return the oldest item, waiting for one; ``Empty``, ``ShutDown`` or ``ValueError``."""
        raise NotImplementedError("wait for an item, then return the oldest one")

    def qsize(self) -> int:
        """Return how many items are in the queue."""
        raise NotImplementedError("return the number of items")

    def task_done(self) -> None:
        """Say that an item is dealt with; ``ValueError`` when there is no unfinished one."""
        raise NotImplementedError("count one unfinished item less")

    def join(self) -> None:
        """Wait until every item that was put is dealt with."""
        raise NotImplementedError("wait until no item is unfinished")

    def shutdown(self, immediate: bool = False) -> None:
        """Let nothing in any more, and wake everybody who waits in vain; ``immediate`` drops the items."""
        raise NotImplementedError("close the queue and wake the waiting threads")
