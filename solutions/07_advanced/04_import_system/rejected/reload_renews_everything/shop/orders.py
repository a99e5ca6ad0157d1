"""What is bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import customers  # the module, which may be unfinished now, and is complete when it is used

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .customers import Customer


class Order:
    """What one customer wants to have at once."""

    def __init__(self, customer: Customer, prices: Iterable[int]) -> None:
        if not isinstance(customer, customers.Customer):
            raise TypeError(f"an order needs a customer, not {customer!r}")
        self.customer = customer
        self.total = sum(prices)


def best_customer(orders: Sequence[Order]) -> Customer:
    """Return the customer of the largest order."""
    return max(orders, key=lambda order: order.total).customer
