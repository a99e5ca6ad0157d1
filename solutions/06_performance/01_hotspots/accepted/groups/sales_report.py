"""The report on sales: who has bought for how much.

``report`` is all that others use.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
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
    products = list(dict.fromkeys(map(itemgetter(1), orders)))
    prices = {product: catalogue.price(product) for product in products}
    first = {customer: place for place, (customer, _, _) in reversed(list(enumerate(orders)))}
    amounts = []
    for customer, group in groupby(sorted(orders, key=lambda order: first[order[0]]), key=itemgetter(0)):
        amounts.append((customer, sum(quantity * prices[product] for _, product, quantity in group)))
    amounts.sort(key=lambda pair: -pair[1])
    total = sum(amount for _, amount in amounts)
    pieces = dict.fromkeys(products, 0)
    for _, product, quantity in orders:
        pieces[product] += quantity
    best = max(products, key=pieces.__getitem__) if products else "nothing"
    text = ""
    for place, (customer, amount) in enumerate(amounts, 1):
        text += f"{place}. {customer}: {_money(amount)} ({amount * 100 // total} %)\n"
    return text + f"Total: {_money(total)}\nBest seller: {best}"


def _money(cents: int) -> str:
    """Return an amount with its thousands in groups: ``1,234.05``."""
    return f"{cents // 100:,}.{cents % 100:02}"
