"""Who buys."""

from .orders import Order


class Customer:
    """Somebody with a name, and with the orders that were placed so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.orders: list[Order] = []

    def order(self, *prices: int) -> Order:
        """Place an order, and return it."""
        order = Order(self, prices)
        self.orders.append(order)
        return order
