"""Map and reduce over many items in processes: chunked, in order, with errors that name the item."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any


class ItemError(Exception):
    """The function failed with one item."""

    def __init__(self, index: int, item: object, reason: str) -> None:
        raise NotImplementedError("keep the place of the item, the item, and the reason")


def chunked(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of ``size``, the last one perhaps shorter; take no more than is asked for.

    Raises:
        ValueError: ``size`` is below 1.

    """
    raise NotImplementedError("yield lists of items")


def map_in_pool(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    workers: int,
    size: int,
    method: str | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Sequence[Any] = (),
) -> Iterator[Any]:
    """Yield ``function(item)`` for each item, in order, computed in ``workers`` processes.

    Args:
        function: called in the workers; it can be imported there.
        items: taken as they are needed.
        workers: how many processes, at least 1.
        size: how many items are sent at a time, at least 1.
        method: how processes are started: ``fork``, ``forkserver``, ``spawn``, or None for the default.
        initializer: called once in each worker, with ``initargs``, before its first item.
        initargs: the arguments of ``initializer``.

    Raises:
        ItemError: the function raised an exception.
        ValueError: ``workers`` or ``size`` is below 1, or there is no such ``method``.

    """
    raise NotImplementedError("send chunks to the workers, and yield their results in order")


def map_reduce(
    mapper: Callable[[Any], Any],
    reducer: Callable[[Any, Any], Any],
    items: Iterable[Any],
    initial: Any,
    *,
    workers: int,
    size: int,
    method: str | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Sequence[Any] = (),
) -> Any:
    """Return ``initial`` reduced with all mapped items, in order; one value for each chunk comes back.

    Raises:
        ItemError: the mapper raised an exception.
        ValueError: ``workers`` or ``size`` is below 1, or there is no such ``method``.

    """
    raise NotImplementedError("let the workers map and reduce their chunks, and reduce what comes back")


def map_slices(
    function: Callable[[memoryview], Any],
    data: array,
    *,
    workers: int,
    size: int,
    method: str | None = None,
) -> list[Any]:
    """Return ``function(slice)`` for each slice of ``size`` numbers; the workers read them in shared memory.

    Raises:
        ItemError: the function raised an exception; the item is the pair (start, stop).
        ValueError: ``workers`` or ``size`` is below 1, or there is no such ``method``.

    """
    raise NotImplementedError("put the numbers into shared memory, and send the workers only places")
