"""Who buys."""

from . import orders


class Customer:
    """Somebody with a name, and with the orders that were placed so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.orders: list[orders.Order] = []

    def order(self, *prices: int) -> "orders.Order":
        """Place an order, and return it."""
        order = orders.Order(self, prices)
        self.orders.append(order)
        return order
