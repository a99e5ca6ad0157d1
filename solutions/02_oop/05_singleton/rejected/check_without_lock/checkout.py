"""The checkout, freed from the ledger that it had hidden inside."""

from collections.abc import Sequence
from typing import Protocol

from legacy_checkout import Ledger


class LedgerLike(Protocol):
    """What a checkout needs of a ledger."""

    def next_number(self) -> int:
        """Give out the next number."""

    def enter(self, number: int, customer: str, cents: int) -> None:
        """Write an invoice under a number that was given out."""


class Checkout:
    """Writes invoices into the ledger that it is given; without one, into the ledger of the shop."""

    def __init__(self, ledger: LedgerLike | None = None) -> None:
        # Not "ledger or Ledger()": an empty ledger may be false.
        self._ledger = Ledger() if ledger is None else ledger

    def pay(self, customer: str, cart: Sequence[tuple[str, int]]) -> str:
        """Write an invoice for the cart and return the receipt, as ``legacy_checkout.checkout`` does.

        Raises:
            ValueError: the cart is empty.

        """
        if not cart:
            raise ValueError("the cart is empty")  # no number is lost
        cents = sum(price for _, price in cart)
        number = self._ledger.next_number()
        self._ledger.enter(number, customer, cents)
        return f"invoice {number}: {customer} pays {cents // 100}.{cents % 100:02d}"


class FakeLedger:
    """A ledger for tests: keeps the rules of the real one, begins where it is told to, and is for itself."""

    def __init__(self, first: int = 1) -> None:
        self._next = first
        self._given_out: set[int] = set()
        self.entries: dict[int, tuple[str, int]] = {}

    def next_number(self) -> int:
        """Give out the next number."""
        number = self._next
        self._next += 1
        self._given_out.add(number)
        return number

    def enter(self, number: int, customer: str, cents: int) -> None:
        """Write an invoice under a number that was given out and is not in the book yet.

        Raises:
            ValueError: the number was not given out, or was entered before.

        """
        if number not in self._given_out or number in self.entries:
            raise ValueError(f"nothing can be entered under {number}")
        self.entries[number] = (customer, cents)
