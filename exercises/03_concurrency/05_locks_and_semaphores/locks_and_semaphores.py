"""Three ways in which threads wait for each other: ordered locks, a counted pool, readers and a writer."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any


class InsufficientFunds(Exception):
    """An account holds less than it would have to give. This class is given."""


class PoolEmpty(Exception):
    """No connection is free, and the caller does not want to wait. This class is given."""


class Account:
    """An account of a bank. Only ``Bank.open`` makes it: change the constructor as you like."""

    def __init__(self, owner: str, balance: int, *, sync: Any) -> None:
        raise NotImplementedError("keep the owner as an attribute, and what the account needs")

    @property
    def balance(self) -> int:
        """What the account holds now."""
        raise NotImplementedError("return the balance")

    def deposit(self, amount: int) -> None:
        """Add ``amount``.

        Raises:
            ValueError: ``amount`` is not positive.

        """
        raise NotImplementedError("add the amount to the balance")

    def withdraw(self, amount: int) -> None:
        """Take ``amount`` away.

        Raises:
            InsufficientFunds: the account holds less.
            ValueError: ``amount`` is not positive.

        """
        raise NotImplementedError("take the amount from the balance")


class Bank:
    """Accounts, and money that moves between them.

    Args:
        sync: where the locks come from: the module ``threading``, or what is like it.

    """

    def __init__(self, *, sync: Any = threading) -> None:
        raise NotImplementedError("begin without accounts")

    def open(self, owner: str, balance: int = 0) -> Account:
        """Open an account.

        Raises:
            ValueError: ``balance`` is negative.

        """
        raise NotImplementedError("make an account, remember it and return it")

    def transfer(
        self,
        source: Account,
        target: Account,
        amount: int,
        *,
        approve: Callable[[int], object] | None = None,
    ) -> None:
        """Move ``amount`` from ``source`` to ``target``, or nothing at all.

        Args:
            source: pays; may be the same as ``target``.
            target: receives.
            amount: how much.
            approve: called with the amount when the money is there; if it raises, nothing moves.

        Raises:
            InsufficientFunds: ``source`` holds less.
            ValueError: ``amount`` is not positive.

        """
        raise NotImplementedError("move the amount while nobody else changes the two accounts")

    def total(self) -> int:
        """Return what all accounts held at one moment."""
        raise NotImplementedError("add up the balances while no transfer is half done")


class ConnectionPool:
    """At most ``size`` connections, lent to one thread at a time.

    Args:
        connect: makes a connection; may be slow, and may raise.
        size: the most connections at a time.
        sync: as for ``Bank``.

    Raises:
        ValueError: ``size`` is less than 1.

    """

    def __init__(self, connect: Callable[[], Any], size: int, *, sync: Any = threading) -> None:
        raise NotImplementedError("begin without connections")

    def acquire(self, *, block: bool = True) -> Any:
        """Return a connection that nobody else has: an idle one if there is one, otherwise a new one.

        Raises:
            PoolEmpty: all are in use, and ``block`` is false.

        """
        raise NotImplementedError("wait for a free place, then take an idle connection or make one")

    def release(self, connection: Any, *, broken: bool = False) -> None:
        """Take a connection back, or close it if it is broken.

        Raises:
            ValueError: ``connection`` is not in use.

        """
        raise NotImplementedError("keep or close the connection, and give its place back")

    @contextlib.contextmanager
    def connection(self) -> Iterator[Any]:
        """Lend a connection to a ``with`` block; a block that raises leaves a broken one."""
        raise NotImplementedError("acquire, yield and release")


class ReadWriteLock:
    """Many readers or one writer; a writer that waits keeps new readers out.

    Args:
        sync: as for ``Bank``.

    """

    def __init__(self, *, sync: Any = threading) -> None:
        raise NotImplementedError("begin with nobody inside")

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Let the ``with`` block run beside other readers."""
        raise NotImplementedError("wait until no writer is in the way, yield, and leave")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Let the ``with`` block run alone."""
        raise NotImplementedError("wait until nobody is inside, yield, and leave")
