"""Iterators by hand: windows and slices are classes, relay hands on by itself what yield from would."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Self


class Restart(Exception):
    """Thrown into an averager that is to forget its values."""


class Finish(Exception):
    """Thrown into an averager that is to end."""


class FibonacciIterator:
    """Counts up to the end, and keeps the values one step behind."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        if count is not None and count < 0:
            raise ValueError("a count is not negative")
        self.given = 0
        self.count = count
        self.before = None
        self.now, self.after = first, second

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self.given == self.count:
            raise StopIteration
        if self.given:
            self.before, self.now = self.now, self.after
            self.after = None
        self.given += 1
        if self.after is None:
            self.after = self.before + self.now
        return self.now


class Fibonacci:
    """Makes iterators."""

    def __init__(self, count: int | None = None, first: Any = 0, second: Any = 1) -> None:
        if count is not None and count < 0:
            raise ValueError("a count is not negative")
        self.make = lambda: FibonacciIterator(count, first, second)

    def __iter__(self) -> Iterator[Any]:
        return self.make()


def fibonacci(first: Any = 0, second: Any = 1) -> Generator[Any, None, None]:
    """Yield from the iterator."""
    yield from FibonacciIterator(None, first, second)


class _Windows:
    def __init__(self, iterable: Iterable[Any], size: int) -> None:
        if size < 1:
            raise ValueError(size)
        self.items = iter(iterable)
        self.size = size
        self.window: tuple[Any, ...] = ()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[Any, ...]:
        self.window = self.window[-self.size + 1 :] if self.size > 1 else ()
        while len(self.window) < self.size:
            self.window += (next(self.items),)
        return self.window


windows = _Windows


class _Slice:
    def __init__(self, iterable: Iterable[Any], start: int, stop: int | None = None, step: int = 1) -> None:
        if start < 0 or step < 1:
            raise ValueError((start, step))
        self.items = iter(iterable)
        self.skip = start
        self.left = stop if stop is not None and stop >= 0 else None
        self.kept: list[Any] = []
        self.keep = -stop if stop is not None and stop < 0 else 0
        self.step = step

    def __iter__(self) -> Self:
        return self

    def take(self) -> Any:
        if self.left is not None:
            if self.left == 0:
                raise StopIteration
            self.left -= 1
        while len(self.kept) <= self.keep:
            self.kept.append(next(self.items))
        return self.kept.pop(0)

    def __next__(self) -> Any:
        for _ in range(self.skip):
            self.take()
        self.skip = self.step - 1
        return self.take()


def lazy_slice(iterable: Iterable[Any], start: int, stop: int | None = None, step: int = 1) -> Iterator[Any]:
    """Make an iterator."""
    return _Slice(iterable, start, stop, step)


class _Reported:
    """Reports when its block is left, whatever the reason."""

    def __init__(self, report: Callable[[int, float], object]) -> None:
        self.report = report
        self.forget()

    def forget(self) -> None:
        self.number = self.total = 0

    def add(self, value: float) -> None:
        self.total = self.total + value
        self.number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.report(self.number, self.total)


def averager(
    report: Callable[[int, float], object],
) -> Generator[float | None, float | None, tuple[int, float]]:
    """Leave the end to a context manager."""
    with _Reported(report) as values:
        while True:
            try:
                value = yield (values.total / values.number if values.number else None)
            except Restart:
                values.forget()
                continue
            except Finish:
                break
            if value is not None:
                values.add(value)
    return values.number, values.total


def flatten(items: Iterable[Any]) -> Generator[Any, None, None]:
    """Turn every item into an iterable of items."""
    for item in items:
        yield from flatten(item) if isinstance(item, (list, tuple)) else (item,)


def relay(parts: Iterable[Generator[Any, Any, Any]]) -> Generator[Any, Any, list[Any]]:
    """Do by hand what ``yield from`` does."""
    results = []
    for part in parts:
        said: Any = None
        thrown = None
        while True:
            try:
                given = part.send(said) if thrown is None else part.throw(thrown)
            except StopIteration as end:
                results.append(end.value)
                break
            said = thrown = None
            try:
                said = yield given
            except GeneratorExit:
                part.close()
                raise
            except BaseException as error:
                thrown = error
    return results
