"""The checkout of a shop as it was written years ago. Given: it is not handed in, and stays as it is."""

from collections.abc import Sequence


class Ledger:
    """The one book of invoices. Wherever it is called for, it is the same."""

    _only = None

    def __new__(cls) -> "Ledger":
        if cls._only is None:
            cls._only = super().__new__(cls)
            cls._only._last = 0
            cls._only.entries = {}
        return cls._only

    def next_number(self) -> int:
        """Give out the next number."""
        self._last += 1
        return self._last

    def enter(self, number: int, customer: str, cents: int) -> None:
        """Write an invoice under a number that was given out and is not in the book yet."""
        if not 1 <= number <= self._last:
            raise ValueError(f"the number {number} was never given out")
        if number in self.entries:
            raise ValueError(f"the number {number} is in the book already")
        self.entries[number] = (customer, cents)


def checkout(customer: str, cart: Sequence[tuple[str, int]]) -> str:
    """Write an invoice for the cart, a list of names and prices in cents, and return the receipt."""
    if not cart:
        raise ValueError("the cart is empty")  # no number is lost
    cents = sum(price for _, price in cart)
    number = Ledger().next_number()
    Ledger().enter(number, customer, cents)
    return f"invoice {number}: {customer} pays {cents // 100}.{cents % 100:02d}"
