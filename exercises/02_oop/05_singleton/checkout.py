"""The checkout, freed from the ledger that it had hidden inside."""

from collections.abc import Sequence
from typing import Protocol


class LedgerLike(Protocol):
    """What a checkout needs of a ledger. This protocol is complete."""

    def next_number(self) -> int:
        """Give out the next number."""

    def enter(self, number: int, customer: str, cents: int) -> None:
        """Write an invoice under a number that was given out."""


class Checkout:
    """Writes invoices into the ledger that it is given; without one, into the ledger of the shop."""

    def __init__(self, ledger: LedgerLike | None = None) -> None:
        raise NotImplementedError("keep the ledger, or ask for the one of legacy_checkout")

    def pay(self, customer: str, cart: Sequence[tuple[str, int]]) -> str:
        """Write an invoice for the cart and return the receipt, as ``legacy_checkout.checkout`` does.

        Raises:
            ValueError: the cart is empty.

        """
        raise NotImplementedError("do what the old checkout does, with this ledger")


class FakeLedger:
    """A ledger for tests: keeps the rules of the real one, begins where it is told to, and is for itself."""

    entries: dict[int, tuple[str, int]]

    def __init__(self, first: int = 1) -> None:
        raise NotImplementedError("begin with an empty book")

    def next_number(self) -> int:
        """Give out the next number."""
        raise NotImplementedError("give out the next number")

    def enter(self, number: int, customer: str, cents: int) -> None:
        """Write an invoice under a number that was given out and is not in the book yet.

        Raises:
            ValueError: the number was not given out, or was entered before.

        """
        raise NotImplementedError("check the number, then keep the invoice")
