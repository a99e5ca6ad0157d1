"""Another way: an executor whose workers are killed when it is left early, and an array that they inherit."""

import itertools
import multiprocessing
import signal
from array import array
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import reduce
from typing import Any


class ItemError(Exception):
    """The function failed with one item."""

    def __init__(self, index: int, item: object, reason: str) -> None:
        super().__init__(f"{reason} (item {index})")
        self.index, self.item, self.reason = index, item, reason

    def __reduce__(self) -> tuple[type, tuple[int, object, str]]:
        """Return how to make it anew."""
        return type(self), (self.index, self.item, self.reason)


def chunked(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of ``size``."""
    if size < 1:
        raise ValueError("a chunk has at least one item")

    def parts() -> Iterator[list[Any]]:
        part: list[Any] = []
        for item in items:
            part.append(item)
            if len(part) == size:
                yield part
                part = []
        if part:
            yield part

    return parts()


def map_in_pool(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    workers: int,
    size: int,
    method: str | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Sequence[Any] = (),
) -> Generator[Any, None, None]:
    """Yield ``function(item)`` for each item, in order, computed in ``workers`` processes."""
    setting = (function, None, initializer, initargs)
    return _flat(_chunk_results(setting, items, workers, size, method))


def _flat(chunks: Generator[list[Any], None, None]) -> Generator[Any, None, None]:
    """Yield what is in the lists; closing this closes the source as well."""
    try:
        for chunk in chunks:
            yield from chunk
    finally:
        chunks.close()


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
    """Return ``initial`` reduced with all mapped items, in order."""
    value = initial
    setting = (mapper, reducer, initializer, initargs)
    for [part] in _chunk_results(setting, items, workers, size, method):
        value = reducer(value, part)
    return value


def map_slices(
    function: Callable[[memoryview], Any],
    data: array,
    *,
    workers: int,
    size: int,
    method: str | None = None,
) -> list[Any]:
    """Return ``function(slice)`` for each slice of ``size`` numbers."""
    if size < 1:
        raise ValueError("a slice has at least one number")
    shared = multiprocessing.get_context(method).RawArray("B", max(1, len(data) * data.itemsize))
    if len(data):
        memoryview(shared).cast("B")[: len(data) * data.itemsize] = memoryview(data).cast("B")
    places = [(start, min(start + size, len(data))) for start in range(0, len(data), size)]
    setting = (_on_slice, None, _keep_shared, (function, shared, data.typecode, len(data)))
    return [result for [result] in _chunk_results(setting, places, workers, 1, method)]


def _chunk_results(
    setting: tuple[Any, ...], items: Iterable[Any], workers: int, size: int, method: str | None
) -> Generator[list[Any], None, None]:
    context = multiprocessing.get_context(method)
    chunks = enumerate(chunked(items, size))
    with ProcessPoolExecutor(workers, context, _settle, setting) as pool:
        ahead: deque[tuple[int, list[Any], Future[Any]]] = deque()
        try:
            while True:
                for number, chunk in itertools.islice(chunks, 2 * workers - len(ahead)):
                    ahead.append((number, chunk, pool.submit(_on_chunk, chunk)))
                if not ahead:
                    break
                number, chunk, future = ahead.popleft()
                place, outcome = future.result()
                if place is not None:
                    raise ItemError(number * size + place, chunk[place], outcome)
                yield outcome
        except BaseException:  # also KeyboardInterrupt, and GeneratorExit
            for process in [*(pool._processes or {}).values()]:  # from 3.14 on: pool.kill_workers()
                process.kill()
            raise


_setting: tuple[Any, ...] = ()
"""In a worker: the function, the reducer or None, the initializer and its arguments."""

_shared: tuple[Any, ...] = ()
"""In a worker: the function, the bytes, and how many numbers of which type they are."""


def _settle(*setting: Any) -> None:
    global _setting
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _setting = setting
    if setting[2] is not None:
        setting[2](*setting[3])


def _on_chunk(chunk: list[Any]) -> tuple[int | None, Any]:
    function, reducer, *_ = _setting
    results = []
    for place, item in enumerate(chunk):
        try:
            results.append(function(item))
        except Exception as error:
            return place, f"{type(error).__name__}: {error}"
    return None, [reduce(reducer, results)] if reducer else results


def _keep_shared(*shared: Any) -> None:
    global _shared
    _shared = shared


def _on_slice(place: tuple[int, int]) -> Any:
    function, raw, typecode, length = _shared
    numbers = memoryview(raw).cast("B")[: length * array(typecode).itemsize].cast(typecode)
    return function(numbers[slice(*place)])
