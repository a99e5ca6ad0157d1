"""The way of the textbooks: semaphores, a turnstile for readers and writers, locks in the order of their ids.

A writer stands in the turnstile while it waits for the room, so no reader can pass it. The first reader takes
the room for all of them and the last one gives it back.
"""

import contextlib
import queue
import threading


class InsufficientFunds(Exception):
    """An account holds less than it would have to give."""


class PoolEmpty(Exception):
    """No connection is free, and the caller does not want to wait."""


class Account:
    def __init__(self, owner, balance, *, sync):
        self.owner = owner
        self.lock = sync.RLock()
        self._balance = balance

    @property
    def balance(self):
        return self._balance  # reading one number is one step

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        with self.lock:
            self._balance += amount

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        with self.lock:
            if amount > self._balance:
                raise InsufficientFunds
            self._balance -= amount


class Bank:
    def __init__(self, *, sync=threading):
        self._sync = sync
        self._accounts = []

    def open(self, owner, balance=0):
        if balance < 0:
            raise ValueError(balance)
        account = Account(owner, balance, sync=self._sync)
        self._accounts.append(account)
        return account

    def transfer(self, source, target, amount, *, approve=None):
        if amount <= 0:
            raise ValueError(amount)
        first, second = (source, target) if id(source) < id(target) else (target, source)
        with first.lock, second.lock:
            if amount > source.balance:
                raise InsufficientFunds
            if approve:
                approve(amount)
            source.withdraw(amount)  # the locks are reentrant
            target.deposit(amount)

    def total(self):
        ordered = sorted(self._accounts, key=id)
        for account in ordered:
            account.lock.acquire()
        try:
            return sum(account.balance for account in ordered)
        finally:
            for account in ordered:
                account.lock.release()


class ConnectionPool:
    def __init__(self, connect, size, *, sync=threading):
        if size < 1:
            raise ValueError(size)
        self._connect = connect
        self._places = sync.Semaphore(size)
        self._idle = queue.SimpleQueue()
        self._lent = set()

    def acquire(self, *, block=True):
        if not self._places.acquire(blocking=block):
            raise PoolEmpty
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self._places.release)
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                connection = self._connect()
            self._lent.add(connection)
            on_failure.pop_all()
        return connection

    def release(self, connection, *, broken=False):
        try:
            self._lent.remove(connection)  # one step: of two threads, one finds it
        except KeyError:
            raise ValueError("this connection is not lent") from None
        if broken:
            connection.close()
        else:
            self._idle.put(connection)
        self._places.release()

    @contextlib.contextmanager
    def connection(self):
        connection = self.acquire()
        try:
            yield connection
        except BaseException:
            self.release(connection, broken=True)
            raise
        else:
            self.release(connection)


class ReadWriteLock:
    def __init__(self, *, sync=threading):
        self._turnstile = sync.Semaphore(1)
        self._room = sync.Semaphore(1)
        self._counting = sync.Lock()
        self._readers = 0

    @contextlib.contextmanager
    def reading(self):
        with self._turnstile:
            pass
        self._come_or_go(1)
        try:
            yield
        finally:
            self._come_or_go(-1)

    def _come_or_go(self, change):
        with self._counting:
            before = self._readers
            self._readers += change
            if before == 0:
                self._room.acquire()
            elif self._readers == 0:
                self._room.release()

    @contextlib.contextmanager
    def writing(self):
        with self._turnstile, self._room:
            yield
