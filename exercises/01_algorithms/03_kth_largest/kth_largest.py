"""The k-th largest item: the tasks are in README.md, beside this file."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def kth_largest(items: Iterable[T], k: int, *, key: Callable[[T], Any] | None = None) -> T:
    """Return the item that ``sorted(items, key=key, reverse=True)`` has in place ``k``, without sorting.

    Args:
        items: any iterable; it is read once and not changed.
        k: the place, from 1 for the largest item to the number of items for the smallest.
        key: says what is compared; without it the items themselves are.

    Raises:
        ValueError: ``k`` is below 1 or above the number of items.

    """
    raise NotImplementedError("return the k-th largest item")


class TopK(Generic[T]):
    """The ``k`` largest items of a stream that is too long to be kept."""

    def __init__(self, k: int, *, key: Callable[[T], Any] | None = None) -> None:
        """Begin with no item; ``ValueError`` if ``k`` is below 1."""
        raise NotImplementedError("remember k and key, and have room for k items")

    def add(self, item: T) -> None:
        """Take the next item of the stream."""
        raise NotImplementedError("keep item if it is one of the k largest so far")

    def kth(self) -> T:
        """Return the k-th largest item so far; ``ValueError`` while there were fewer than ``k``."""
        raise NotImplementedError("return the smallest of the k largest items")

    def largest(self) -> list[T]:
        """Return the ``k`` largest items so far in a new list, the largest first."""
        raise NotImplementedError("return the kept items, the largest first")
