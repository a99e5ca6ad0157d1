"""One condition for each of the three: whoever cannot go on waits until what he waits for is true.

A transfer marks both accounts as taken in one step: it never holds one while it waits for the other, and no
order is needed. The readers-writer lock lets people in strictly in the order in which they came.
"""

import collections
import contextlib
import threading


class InsufficientFunds(Exception):
    """An account holds less than it would have to give."""


class PoolEmpty(Exception):
    """No connection is free, and the caller does not want to wait."""


class Account:
    def __init__(self, owner, balance, bank):
        self.owner = owner
        self.held = balance
        self._bank = bank

    @property
    def balance(self):
        with self._bank.taken(self):
            return self.held

    def deposit(self, amount):
        self._change(amount, +1)

    def withdraw(self, amount):
        self._change(amount, -1)

    def _change(self, amount, sign):
        if amount <= 0:
            raise ValueError(amount)
        with self._bank.taken(self):
            if self.held + sign * amount < 0:
                raise InsufficientFunds
            self.held += sign * amount


class Bank:
    def __init__(self, *, sync=threading):
        self._given_back = sync.Condition()
        self._taken = set()
        self._accounts = []

    @contextlib.contextmanager
    def taken(self, *accounts):
        wanted = set(accounts)
        with self._given_back:
            self._given_back.wait_for(lambda: not wanted & self._taken)
            self._taken |= wanted
        try:
            yield
        finally:
            with self._given_back:
                self._taken -= wanted
                self._given_back.notify_all()

    def open(self, owner, balance=0):
        if balance < 0:
            raise ValueError(balance)
        self._accounts.append(Account(owner, balance, self))
        return self._accounts[-1]

    def transfer(self, source, target, amount, *, approve=None):
        if amount <= 0:
            raise ValueError(amount)
        with self.taken(source, target):
            if source.held < amount:
                raise InsufficientFunds
            if approve is not None:
                approve(amount)
            source.held -= amount
            target.held += amount

    def total(self):
        with self.taken(*self._accounts):
            return sum(account.held for account in self._accounts)


class ConnectionPool:
    def __init__(self, connect, size, *, sync=threading):
        if size < 1:
            raise ValueError(size)
        self._connect = connect
        self._free = size
        self._idle = collections.deque()
        self._lent = {}
        self._changed = sync.Condition(sync.Lock())

    def acquire(self, *, block=True):
        with self._changed:
            while not self._free:
                if not block:
                    raise PoolEmpty
                self._changed.wait()
            self._free -= 1
            if self._idle:
                connection = self._idle.popleft()
                self._lent[id(connection)] = connection
                return connection
        try:
            connection = self._connect()
        except BaseException:
            self._give_a_place_back()
            raise
        with self._changed:
            self._lent[id(connection)] = connection
        return connection

    def release(self, connection, *, broken=False):
        with self._changed:
            if self._lent.pop(id(connection), None) is None:
                raise ValueError("not lent")
            if not broken:
                self._idle.append(connection)
        if broken:
            connection.close()
        self._give_a_place_back()

    def _give_a_place_back(self):
        with self._changed:
            self._free += 1
            self._changed.notify()

    @contextlib.contextmanager
    def connection(self):
        connection = self.acquire()
        broken = True
        try:
            yield connection
            broken = False
        finally:
            self.release(connection, broken=broken)


class ReadWriteLock:
    """A queue: its first may go in if he is a reader among readers, or if nobody is inside."""

    def __init__(self, *, sync=threading):
        self._changed = sync.Condition()
        self._queue = collections.deque()
        self._readers = 0
        self._writers = 0

    def reading(self):
        return self._inside(1, 0)

    def writing(self):
        return self._inside(0, 1)

    @contextlib.contextmanager
    def _inside(self, reader, writer):
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            self._changed.wait_for(
                lambda: self._queue[0] is ticket and not self._writers and not (writer and self._readers)
            )
            self._queue.popleft()
            self._count(reader, writer)
        try:
            yield
        finally:
            with self._changed:
                self._count(-reader, -writer)

    def _count(self, readers, writers):
        self._readers += readers
        self._writers += writers
        self._changed.notify_all()
