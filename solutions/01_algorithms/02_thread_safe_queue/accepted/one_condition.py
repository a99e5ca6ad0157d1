"""One condition for everything and everybody: whatever changes, all wake and look for themselves.

``wait_for`` does the looking and keeps the deadline, so there is no clock here. The items lie in a ring.
"""

import threading
import time


class Empty(Exception):
    pass


class Full(Exception):
    pass


class ShutDown(Exception):
    pass


class BoundedQueue:
    def __init__(self, maxsize, *, lock=threading.Lock, condition=threading.Condition, clock=time.monotonic):
        if maxsize < 1:
            raise ValueError("maxsize must be at least 1")
        del lock, clock  # a condition brings its lock along, and wait_for its clock
        self._ring = [None] * maxsize
        self._first = self._count = self._unfinished = 0
        self._closed = False
        self._changed = condition()

    def put(self, item, block=True, timeout=None):
        with self._changed:
            room = self._until(lambda: self._closed or self._count < len(self._ring), block, timeout)
            if self._closed:
                raise ShutDown
            if not room:
                raise Full
            self._ring[(self._first + self._count) % len(self._ring)] = item
            self._count += 1
            self._unfinished += 1
            self._changed.notify_all()

    def get(self, block=True, timeout=None):
        with self._changed:
            self._until(lambda: self._closed or self._count, block, timeout)
            if not self._count:
                raise ShutDown if self._closed else Empty
            item, self._ring[self._first] = self._ring[self._first], None
            self._first = (self._first + 1) % len(self._ring)
            self._count -= 1
            self._changed.notify_all()
            return item

    def qsize(self):
        with self._changed:
            return self._count

    def task_done(self):
        with self._changed:
            if not self._unfinished:
                raise ValueError("no item is unfinished")
            self._unfinished -= 1
            self._changed.notify_all()

    def join(self):
        with self._changed:
            self._changed.wait_for(lambda: not self._unfinished)

    def shutdown(self, immediate=False):
        with self._changed:
            self._closed = True
            if immediate:
                self._unfinished -= self._count
                self._count = 0
                self._ring = [None] * len(self._ring)
            self._changed.notify_all()

    def _until(self, predicate, block, timeout):
        if not block:
            return predicate()
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must not be negative")
        return self._changed.wait_for(predicate, timeout)
