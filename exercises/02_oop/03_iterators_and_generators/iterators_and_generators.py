"""Iterators and generators: the tasks are in README.md, beside this file."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Self


class Restart(Exception):
    """Thrown into an averager that is to forget its values. This class is given."""


class Finish(Exception):
    """Thrown into an averager that is to end. This class is given."""


class FibonacciIterator:
    """An iterator over the first ``count`` Fibonacci numbers, or over all of them."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        """Begin with the two values; ``ValueError`` if ``count`` is negative."""
        raise NotImplementedError("remember what the next numbers are made of")

    def __iter__(self) -> Self:
        """Return the iterator itself."""
        raise NotImplementedError("return the iterator itself")

    def __next__(self) -> Any:
        """Return the next number; ``StopIteration`` after the last one, for ever."""
        raise NotImplementedError("return the next number")


class Fibonacci:
    """The first ``count`` Fibonacci numbers, or all of them, as often as they are asked for."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        """Remember where to begin; ``ValueError`` if ``count`` is negative."""
        raise NotImplementedError("remember where each iterator begins")

    def __iter__(self) -> Iterator[Any]:
        """Return a new iterator that begins with the first number."""
        raise NotImplementedError("return a new iterator")


def fibonacci(first: Any = 0, second: Any = 1) -> Generator[Any, None, None]:
    """Yield the Fibonacci numbers without end."""
    raise NotImplementedError("yield one number after the other")


def windows(iterable: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Return an iterator over all tuples of ``size`` successive items.

    Raises:
        ValueError: ``size`` is below 1; raised by the call, not by the iterator.

    """
    raise NotImplementedError("return an iterator over the windows")


def lazy_slice(iterable: Iterable[Any], start: int, stop: int | None = None, step: int = 1) -> Iterator[Any]:
    """Return an iterator over the items of ``list(iterable)[start:stop:step]``.

    Raises:
        ValueError: ``start`` is negative or ``step`` is below 1; raised by the call, not by the iterator.

    """
    raise NotImplementedError("return an iterator over the slice")


def averager(
    report: Callable[[int, float], object],
) -> Generator[float | None, float | None, tuple[int, float]]:
    """Take values in and yield their mean; call ``report`` with their number and sum at the end."""
    raise NotImplementedError("yield the mean of the values that are sent in")


def flatten(items: Iterable[Any]) -> Generator[Any, None, None]:
    """Yield the items, those of lists and tuples one by one, to any depth."""
    raise NotImplementedError("yield the items inside of lists and tuples")


def relay(parts: Iterable[Generator[Any, Any, Any]]) -> Generator[Any, Any, list[Any]]:
    """Run the generators one after the other, and return what they return, in a list."""
    raise NotImplementedError("hand over to one generator after the other")
