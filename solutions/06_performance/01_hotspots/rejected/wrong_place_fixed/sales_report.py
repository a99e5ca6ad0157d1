"""The report on sales: who has bought for how much. What it prints is right, and it is slow.

Profile it, then change what the profile tells you to change. ``report`` is all that others use.
"""

from collections.abc import Sequence
from typing import Protocol

Order = tuple[str, str, int]
"""Customer, product, quantity."""


class Catalogue(Protocol):
    """Where prices come from: a server far away."""

    def price(self, product: str) -> int:
        """Return the present price in cents."""
        ...


def report(orders: Sequence[Order], catalogue: Catalogue) -> str:
    """Return the report: the customers by what they spent, the total, and the best seller."""
    customers = _customers_of(orders)
    totals = [_total_of(customer, orders, catalogue) for customer in customers]
    lines = []
    for place, (customer, total) in enumerate(_ranking(customers, totals), 1):
        share = 100 * total // _grand_total(totals)
        lines.append(f"{place}. {customer}: {_money(total)} ({share} %)")
    lines.append(f"Total: {_money(_grand_total(totals))}")
    lines.append(f"Best seller: {_best_seller(orders)}")
    return "\n".join(lines)


def _customers_of(orders):
    customers = []
    for customer, _, _ in orders:
        if customer not in customers:
            customers.append(customer)
    return customers


def _total_of(customer, orders, catalogue):
    total = 0
    for buyer, product, quantity in orders:
        price = catalogue.price(product)
        if buyer == customer:
            total += quantity * price
    return total


def _ranking(customers, totals):
    left = list(zip(customers, totals, strict=True))
    ranked = []
    while left:
        best = left[0]
        for candidate in left:
            if candidate[1] > best[1]:
                best = candidate
        left.remove(best)
        ranked.append(best)
    return ranked


def _grand_total(totals):
    result = 0
    for total in totals:
        result += total
    return result


def _best_seller(orders):
    products = []
    for _, product, _ in orders:
        if product not in products:
            products.append(product)
    best, most = "nothing", 0
    for product in products:
        sold = sum(quantity for _, name, quantity in orders if name == product)
        if sold > most:
            best, most = product, sold
    return best


def _money(cents):
    return f"{cents // 100:,}.{cents % 100:02}"
