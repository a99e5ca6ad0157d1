"""The module of the ledger is imported, and its Ledger looked up when it is needed."""

import itertools
from typing import Protocol

import legacy_checkout


class LedgerLike(Protocol):
    def next_number(self): ...

    def enter(self, number, customer, cents): ...


class Checkout:
    def __init__(self, ledger=None):
        if ledger is None:
            ledger = legacy_checkout.Ledger()
        self.ledger = ledger

    def pay(self, customer, cart):
        if len(cart) == 0:
            raise ValueError("nothing to pay for")
        whole, rest = divmod(sum(cents for _, cents in cart), 100)
        number = self.ledger.next_number()
        self.ledger.enter(number, customer, 100 * whole + rest)
        return f"invoice {number}: {customer} pays {whole}.{rest:0>2}"


class FakeLedger:
    def __init__(self, first=1):
        self.entries = {}
        self.open = set()
        self.numbers = itertools.count(first)

    def next_number(self):
        number = next(self.numbers)
        self.open.add(number)
        return number

    def enter(self, number, customer, cents):
        try:
            self.open.remove(number)
        except KeyError:
            raise ValueError(f"{number} is not open") from None
        self.entries[number] = customer, cents
