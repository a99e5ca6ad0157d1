"""Generators wherever possible: classes hold them, windows are copies of one stream, a stack flattens."""

import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Self


class Restart(Exception):
    """Thrown into an averager that is to forget its values."""


class Finish(Exception):
    """Thrown into an averager that is to end."""


def _numbers(count: int | None, first: Any, second: Any) -> Iterator[Any]:
    return itertools.islice(fibonacci(first, second), count)


def _checked(count: int | None) -> int | None:
    if count is not None and count < 0:
        raise ValueError(count)
    return count


class FibonacciIterator:
    """Hands everything to a generator."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        self._numbers = _numbers(_checked(count), first, second)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._numbers)


class Fibonacci:
    """Its __iter__ is a generator function."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        self.count = _checked(count)
        self.first, self.second = first, second

    def __iter__(self) -> Iterator[Any]:
        yield from _numbers(self.count, self.first, self.second)


def fibonacci(first: Any = 0, second: Any = 1) -> Generator[Any, None, None]:
    """Give the first value, then keep the last two."""
    yield first
    while True:
        yield second
        first, second = second, first + second


def windows(iterable: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Let ``size`` copies of the stream run one item behind one another."""
    if size < 1:
        raise ValueError(size)
    copies = itertools.tee(iterable, size)
    return zip(*(itertools.islice(copy, skip, None) for skip, copy in enumerate(copies)), strict=False)


def lazy_slice(iterable: Iterable[Any], start: int, stop: int | None = None, step: int = 1) -> Iterator[Any]:
    """Count the items, in a ring of the ones that may be the last."""
    if start < 0:
        raise ValueError("start")
    if step <= 0:
        raise ValueError("step")
    delay = -stop if stop is not None and stop < 0 else 0
    end = None if delay else stop

    def chosen() -> Iterator[Any]:
        if end is not None and end <= start:
            return
        ring = [None] * (delay + 1)
        for position, item in enumerate(iterable):
            ring[position % (delay + 1)] = item
            known = position - delay
            if known >= start and (known - start) % step == 0:
                yield ring[known % (delay + 1)]
            if end is not None and position + 1 >= end:
                return

    return chosen()


def averager(
    report: Callable[[int, float], object],
) -> Generator[float | None, float | None, tuple[int, float]]:
    """Catch every end by its name."""
    values = (0, 0)
    mean = None
    while True:
        try:
            value = yield mean
            if value is not None:
                values = (values[0] + 1, values[1] + value)
                mean = values[1] / values[0]
        except Restart:
            values, mean = (0, 0), None
        except Finish:
            report(*values)
            return values
        except BaseException:
            report(*values)
            raise


def flatten(items: Iterable[Any]) -> Generator[Any, None, None]:
    """Keep the iterators of all open lists on a stack."""
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list | tuple):
                stack.append(iter(item))
                break
            yield item
        else:
            stack.pop()


def relay(parts: Iterable[Generator[Any, Any, Any]]) -> Generator[Any, Any, list[Any]]:
    """Collect the results by recursion over an iterator of the parts, one step at a time."""
    waiting = iter(parts)
    results: list[Any] = []
    while (part := next(waiting, None)) is not None:
        result = yield from part
        results = [*results, result]
    return results
