"""Counts the new item only after it has let the lock go.

In that gap a fast consumer takes the item, deals with it and calls task_done: the item is not counted yet,
so task_done raises, and the count is too high ever after.

Loses: 4
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Empty(Exception):
    """There is no item, and the caller did not want to wait any longer."""


class Full(Exception):
    """There is no room, and the caller did not want to wait any longer."""


class ShutDown(Exception):
    """The queue has been shut down, and what was asked of it can never happen."""


class BoundedQueue(Generic[T]):
    """A first-in-first-out queue of at most ``maxsize`` items, for any number of threads.

    Every field is read and written under ``_lock`` only. The three conditions share that lock; they are three
    so that ``notify`` wakes a thread that can make use of it.
    """

    def __init__(
        self,
        maxsize: int,
        *,
        lock: Callable[[], threading.Lock] = threading.Lock,
        condition: Callable[..., threading.Condition] = threading.Condition,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty queue."""
        if maxsize < 1:
            raise ValueError(f"maxsize must be at least 1, not {maxsize}")
        self._maxsize = maxsize
        self._clock = clock
        self._lock = lock()
        self._not_empty = condition(self._lock)
        self._not_full = condition(self._lock)
        self._all_done = condition(self._lock)
        self._items: deque[T] = deque()
        self._unfinished = 0
        self._shut = False

    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:
        """Add an item, waiting for room if need be; ``Full``, ``ShutDown`` or ``ValueError``."""
        deadline = self._deadline(block, timeout)
        with self._lock:
            while len(self._items) >= self._maxsize and not self._shut:
                self._wait(self._not_full, deadline, Full)
            if self._shut:
                raise ShutDown
            self._items.append(item)
            self._not_empty.notify()
        with self._lock:
            self._unfinished += 1

    def get(self, block: bool = True, timeout: float | None = None) -> T:
        """Remove and return the oldest item, waiting for one; ``Empty``, ``ShutDown`` or ``ValueError``."""
        deadline = self._deadline(block, timeout)
        with self._lock:
            while not self._items:
                if self._shut:
                    raise ShutDown
                self._wait(self._not_empty, deadline, Empty)
            self._not_full.notify()
            return self._items.popleft()

    def qsize(self) -> int:
        """Return how many items are in the queue."""
        with self._lock:
            return len(self._items)

    def task_done(self) -> None:
        """Say that an item is dealt with; ``ValueError`` when there is no unfinished one."""
        with self._lock:
            if self._unfinished == 0:
                raise ValueError("task_done() was called more often than there were items")
            self._finish(1)

    def join(self) -> None:
        """Wait until every item that was put is dealt with."""
        with self._lock:
            while self._unfinished:
                self._all_done.wait()

    def shutdown(self, immediate: bool = False) -> None:
        """Let nothing in any more, and wake everybody who waits in vain; ``immediate`` drops the items."""
        with self._lock:
            self._shut = True
            if immediate:
                self._finish(len(self._items))
                self._items.clear()
            self._not_empty.notify_all()
            self._not_full.notify_all()

    def _deadline(self, block: bool, timeout: float | None) -> float | None:
        """Return the time at which waiting ends. It is fixed once: each wake-up leaves less to wait for."""
        if not block:
            return self._clock()
        if timeout is None:
            return None
        if timeout < 0:
            raise ValueError(f"timeout must not be negative, but is {timeout}")
        return self._clock() + timeout

    def _wait(self, condition: threading.Condition, deadline: float | None, late: type[Exception]) -> None:
        """Sleep until somebody notifies or the deadline comes; raise ``late`` if it has come already.

        What ``wait`` returns is of no interest: the caller looks again at what it waits for, and only then at
        the clock, so a notification that came in the last moment is not lost.
        """
        left = None if deadline is None else deadline - self._clock()
        if left is not None and left <= 0:
            raise late
        condition.wait(left)

    def _finish(self, count: int) -> None:
        self._unfinished -= count
        if self._unfinished == 0:
            self._all_done.notify_all()
