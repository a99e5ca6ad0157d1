"""An iterator that sets out anew in __iter__.

Each for loop calls __iter__, so a loop that is to go on where another one was left begins again.

Loses: 1, 2
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import Any, Self


class Restart(Exception):
    """Thrown into an averager that is to forget its values."""


class Finish(Exception):
    """Thrown into an averager that is to end."""


class FibonacciIterator:
    """An iterator over the first ``count`` Fibonacci numbers, or over all of them."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        if count is not None and count < 0:
            raise ValueError(f"there are no {count} numbers")
        self._arguments = count, first, second
        self._left = count
        self._pair = first, second

    def __iter__(self) -> Self:
        self._left = self._arguments[0]
        self._pair = self._arguments[1:]
        return self

    def __next__(self) -> Any:
        if self._left == 0:
            raise StopIteration
        if self._left is not None:
            self._left -= 1
        first, second = self._pair
        self._pair = second, first + second
        return first


class Fibonacci:
    """The first ``count`` Fibonacci numbers, or all of them, as often as they are asked for."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        self._arguments = count, first, second
        FibonacciIterator(*self._arguments)  # a wrong count is an error now, not in the first loop

    def __iter__(self) -> Iterator[Any]:
        return FibonacciIterator(*self._arguments)


def fibonacci(first: Any = 0, second: Any = 1) -> Generator[Any, None, None]:
    """Yield the Fibonacci numbers without end."""
    while True:
        yield first
        first, second = second, first + second


def windows(iterable: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Return an iterator over all tuples of ``size`` successive items.

    Raises:
        ValueError: ``size`` is below 1; raised by the call, not by the iterator.

    """
    if size < 1:
        raise ValueError(f"a window has at least one item, not {size}")
    return _windows(iter(iterable), size)  # nothing of a generator runs before its first next


def _windows(items: Iterator[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Yield the windows."""
    window = deque(islice(items, size - 1), maxlen=size)
    for item in items:
        window.append(item)
        yield tuple(window)


def lazy_slice(iterable: Iterable[Any], start: int, stop: int | None = None, step: int = 1) -> Iterator[Any]:
    """Return an iterator over the items of ``list(iterable)[start:stop:step]``.

    Raises:
        ValueError: ``start`` is negative or ``step`` is below 1; raised by the call, not by the iterator.

    """
    if start < 0 or step < 1:
        raise ValueError(f"start is at least 0 and step at least 1, not {start} and {step}")
    if stop is not None and stop < 0:
        return islice(_all_but_last(iterable, -stop), start, None, step)
    return islice(iterable, start, stop, step)


def _all_but_last(items: Iterable[Any], count: int) -> Iterator[Any]:
    """Yield the items, each one as soon as ``count`` further ones are known."""
    waiting: deque[Any] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) > count:
            yield waiting.popleft()


def averager(
    report: Callable[[int, float], object],
) -> Generator[float | None, float | None, tuple[int, float]]:
    """Take values in and yield their mean; call ``report`` with their number and sum at the end."""
    number, total = 0, 0
    try:
        while True:
            try:
                value = yield total / number if number else None
            except Restart:
                number, total = 0, 0
            except Finish:
                return number, total
            else:
                if value is not None:
                    total += value  # first what can fail
                    number += 1
    finally:
        report(number, total)


def flatten(items: Iterable[Any]) -> Generator[Any, None, None]:
    """Yield the items, those of lists and tuples one by one, to any depth."""
    for item in items:
        if isinstance(item, list | tuple):
            yield from flatten(item)
        else:
            yield item


def relay(parts: Iterable[Generator[Any, Any, Any]]) -> Generator[Any, Any, list[Any]]:
    """Run the generators one after the other, and return what they return, in a list."""
    results = []
    for part in parts:
        results.append((yield from part))
    return results
