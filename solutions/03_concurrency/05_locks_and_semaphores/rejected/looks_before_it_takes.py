"""Looks whether a connection is free, and then waits for one: meanwhile somebody else took the last.

Loses: 3
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

_numbers = itertools.count()
"""Numbers the accounts: ``next`` on it is one step, whatever the number of threads."""


class InsufficientFunds(Exception):
    """An account holds less than it would have to give."""


class PoolEmpty(Exception):
    """No connection is free, and the caller does not want to wait."""


class Account:
    """An account of a ``Bank``, which makes it; ``_lock`` guards ``_balance``."""

    def __init__(self, owner: str, balance: int, *, sync: Any) -> None:
        self.owner = owner
        self._number = next(_numbers)
        self._lock = sync.Lock()
        self._balance = balance

    @property
    def balance(self) -> int:
        """What the account holds now."""
        with self._lock:
            return self._balance

    def deposit(self, amount: int) -> None:
        """Add ``amount``."""
        _require_positive(amount)
        with self._lock:
            self._balance += amount

    def withdraw(self, amount: int) -> None:
        """Take ``amount`` away."""
        _require_positive(amount)
        with self._lock:
            self._require(amount)
            self._balance -= amount

    def _require(self, amount: int) -> None:
        """Raise if the account, which the caller has locked, holds less than ``amount``."""
        if self._balance < amount:
            raise InsufficientFunds(f"{self.owner} has {self._balance}, not {amount}")


class Bank:
    """Accounts, and money that moves between them."""

    def __init__(self, *, sync: Any = threading) -> None:
        self._sync = sync
        self._accounts: list[Account] = []

    def open(self, owner: str, balance: int = 0) -> Account:
        """Open an account."""
        if balance < 0:
            raise ValueError(f"balance must not be negative, not {balance}")
        account = Account(owner, balance, sync=self._sync)
        self._accounts.append(account)
        return account

    def transfer(
        self,
        source: Account,
        target: Account,
        amount: int,
        *,
        approve: Callable[[int], object] | None = None,
    ) -> None:
        """Move ``amount`` from ``source`` to ``target``, or nothing at all."""
        _require_positive(amount)
        with _locked(source, target):
            source._require(amount)
            if approve is not None:
                approve(amount)
            source._balance -= amount
            target._balance += amount

    def total(self) -> int:
        """Return what all accounts held at one moment."""
        with _locked(*self._accounts):
            return sum(account._balance for account in self._accounts)


@contextlib.contextmanager
def _locked(*accounts: Account) -> Iterator[None]:
    """Hold the locks of all the accounts, each once, taken by number: so no two threads wait in a circle."""
    with contextlib.ExitStack() as locks:
        for account in sorted(set(accounts), key=lambda account: account._number):
            locks.enter_context(account._lock)
        yield


def _require_positive(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"amount must be positive, not {amount}")


class ConnectionPool:
    """At most ``size`` connections, lent to one thread at a time.

    A place is the right to one connection. Who holds a place finds an idle connection or makes one, so there
    are never more connections than places. ``_lock`` guards the two containers, and is held only for moments.
    """

    def __init__(self, connect: Callable[[], Any], size: int, *, sync: Any = threading) -> None:
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size}")
        self._connect = connect
        self._size = size
        self._places = sync.BoundedSemaphore(size)
        self._lock = sync.Lock()
        self._idle: list[Any] = []
        self._lent: set[Any] = set()

    def acquire(self, *, block: bool = True) -> Any:
        """Return a connection that nobody else has."""
        if not block and len(self._lent) == self._size:
            raise PoolEmpty
        self._places.acquire()
        try:
            with self._lock:
                found = [self._idle.pop()] if self._idle else []
            connection = found[0] if found else self._connect()  # slow, so nobody is kept waiting meanwhile
            with self._lock:
                self._lent.add(connection)
        except BaseException:
            self._places.release()
            raise
        return connection

    def release(self, connection: Any, *, broken: bool = False) -> None:
        """Take a connection back, or close it if it is broken."""
        with self._lock:
            if connection not in self._lent:
                raise ValueError("this connection is not in use")
            self._lent.remove(connection)
            if not broken:
                self._idle.append(connection)
        try:
            if broken:
                connection.close()
        finally:
            self._places.release()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Any]:
        """Lend a connection to a ``with`` block."""
        connection = self.acquire()
        try:
            yield connection
        except BaseException:
            self.release(connection, broken=True)
            raise
        self.release(connection)


class ReadWriteLock:
    """Many readers or one writer; a writer that waits keeps new readers out."""

    def __init__(self, *, sync: Any = threading) -> None:
        self._changed = sync.Condition()
        self._readers = 0
        self._writing = False
        self._writers_waiting = 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Let the ``with`` block run beside other readers."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing and not self._writers_waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                if not self._readers:
                    self._changed.notify_all()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Let the ``with`` block run alone."""
        with self._changed:
            self._writers_waiting += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._readers)
                self._writing = True
            finally:
                self._writers_waiting -= 1
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
