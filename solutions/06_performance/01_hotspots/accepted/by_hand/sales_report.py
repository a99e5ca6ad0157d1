"""The report on sales: who has bought for how much.

``report`` is all that others use.
"""

from collections import Counter
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
    prices: dict[str, int] = {}  # of this report only: the next one may find others
    spent: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for customer, product, quantity in orders:
        if product not in prices:
            prices[product] = catalogue.price(product)
        spent[customer] += quantity * prices[product]
        sold[product] += quantity
    total = sum(spent.values())
    ranked = sorted(spent.items(), key=lambda pair: pair[1], reverse=True)
    lines = [
        f"{place}. {customer}: {_money(amount)} ({100 * amount // total} %)"
        for place, (customer, amount) in enumerate(ranked, 1)
    ]
    best = max(sold, key=sold.__getitem__, default="nothing")
    return "\n".join([*lines, f"Total: {_money(total)}", f"Best seller: {best}"])


def _money(cents: int) -> str:
    """Return an amount with its thousands in groups: ``1,234.05``."""
    return f"{cents // 100:,}.{cents % 100:02}"
