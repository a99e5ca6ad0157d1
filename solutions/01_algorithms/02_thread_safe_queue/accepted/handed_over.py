"""Nobody looks again: whoever changes the queue does the work of the thread that has waited longest.

``put`` hands its item to a waiting getter, ``get`` brings the item of a waiting putter in. Each waiting
thread sleeps at a lock of its own, which is opened when its wish has come true. So turns are fair, and there
is no wake-up that could be lost or stolen.
"""

import threading
import time
from collections import deque


class Empty(Exception):
    pass


class Full(Exception):
    pass


class ShutDown(Exception):
    pass


class Waiting:
    """A thread that sleeps: what it brings or what it gets, and whether it may go on."""

    def __init__(self, gate, item=None):
        self.gate = gate
        self.gate.acquire()
        self.item = item
        self.error = None
        self.answered = False

    def answer(self, error=None):
        self.error = error
        self.answered = True
        self.gate.release()


class BoundedQueue:
    def __init__(self, maxsize, *, lock=threading.Lock, condition=threading.Condition, clock=time.monotonic):
        if maxsize < 1:
            raise ValueError("maxsize must be at least 1")
        del condition, clock  # locks know how to wait with a timeout
        self._new_lock = lock
        self._lock = lock()
        self._room = maxsize
        self._items = deque()
        self._getters = deque()
        self._putters = deque()
        self._joiners = deque()
        self._unfinished = 0
        self._closed = False

    def put(self, item, block=True, timeout=None):
        self._check(block, timeout)
        with self._lock:
            if self._closed:
                raise ShutDown
            if self._getters:
                getter = self._getters.popleft()
                getter.item = item
                getter.answer()
                self._unfinished += 1
                return
            if self._room:
                self._enter(item)
                return
            if not block:
                raise Full
            me = Waiting(self._new_lock(), item)
            self._putters.append(me)
        self._sleep(me, self._putters, timeout, Full)

    def get(self, block=True, timeout=None):
        self._check(block, timeout)
        with self._lock:
            if self._items:
                item = self._items.popleft()
                self._room += 1
                if self._putters:
                    putter = self._putters.popleft()
                    self._enter(putter.item)
                    putter.answer()
                return item
            if self._closed:
                raise ShutDown
            if not block:
                raise Empty
            me = Waiting(self._new_lock())
            self._getters.append(me)
        self._sleep(me, self._getters, timeout, Empty)
        return me.item

    def qsize(self):
        with self._lock:
            return len(self._items)

    def task_done(self):
        with self._lock:
            if self._unfinished < 1:
                raise ValueError("nothing is unfinished")
            self._unfinished -= 1
            self._dismiss_joiners()

    def join(self):
        with self._lock:
            if not self._unfinished:
                return
            me = Waiting(self._new_lock())
            self._joiners.append(me)
        self._sleep(me, self._joiners, None, ShutDown)

    def shutdown(self, immediate=False):
        with self._lock:
            self._closed = True
            if immediate:
                self._unfinished -= len(self._items)
                self._room += len(self._items)
                self._items.clear()
                self._dismiss_joiners()
            for line in (self._getters, self._putters):
                while line:
                    line.popleft().answer(ShutDown())

    def _check(self, block, timeout):
        if block and timeout is not None and timeout < 0:
            raise ValueError("timeout must not be negative")

    def _enter(self, item):
        self._items.append(item)
        self._room -= 1
        self._unfinished += 1

    def _dismiss_joiners(self):
        while self._joiners and not self._unfinished:
            self._joiners.popleft().answer()

    def _sleep(self, me, line, timeout, late):
        """Sleep at the gate; if nobody opened it in time, leave the line."""
        me.gate.acquire(timeout=-1 if timeout is None else timeout)
        with self._lock:  # the answer may have come after the time was over: then it counts
            if not me.answered:
                line.remove(me)
                raise late
        if me.error is not None:
            raise me.error
