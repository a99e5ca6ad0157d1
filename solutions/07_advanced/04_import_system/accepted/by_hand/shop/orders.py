"""What is bought."""

from collections.abc import Iterable, Sequence

from . import customers


class Order:
    """What one customer wants to have at once."""

    def __init__(self, customer: "customers.Customer", prices: Iterable[int]) -> None:
        if not isinstance(customer, customers.Customer):
            raise TypeError(f"an order needs a customer, not {customer!r}")
        self.customer = customer
        self.total = sum(prices)


def best_customer(orders: Sequence[Order]) -> "customers.Customer":
    """Return the customer of the largest order."""
    return max(orders, key=lambda order: order.total).customer
