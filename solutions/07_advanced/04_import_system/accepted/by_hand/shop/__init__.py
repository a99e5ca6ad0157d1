"""A small shop: customers, and what they order."""

from .customers import Customer
from .orders import Order, best_customer

__all__ = ["Customer", "Order", "best_customer"]
