"""Another way: workers with one queue of tasks and one of results, and a buffer that restores the order."""

import multiprocessing
import operator
import signal
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial, reduce
from itertools import accumulate, islice, repeat, starmap, takewhile
from multiprocessing import shared_memory
from typing import Any


class ItemError(Exception):
    """The function failed with one item."""

    def __init__(self, index: int, item: object, reason: str) -> None:
        super().__init__(index, item, reason)

    index = property(lambda self: self.args[0])
    item = property(lambda self: self.args[1])
    reason = property(lambda self: self.args[2])


def chunked(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of ``size``."""
    if size < 1:
        raise ValueError(size)
    slices = map(islice, repeat(iter(items)), repeat(size))
    return takewhile(operator.truth, map(list, slices))


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
    work = partial(_each, function)
    chunks = _ordered(work, items, workers, size, method, initializer, initargs)
    try:
        for results in chunks:
            yield from results
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
    work = partial(_reduced, mapper, reducer)
    parts = _ordered(work, items, workers, size, method, initializer, initargs)
    *_, last = accumulate(parts, reducer, initial=initial)
    return last


def map_slices(
    function: Callable[[memoryview], Any],
    data: array,
    *,
    workers: int,
    size: int,
    method: str | None = None,
) -> list[Any]:
    """Return ``function(slice)`` for each slice of ``size`` numbers."""
    starts = range(0, len(data), size) if size > 0 else [*chunked((), size)]
    if not len(data):
        return []
    memory = shared_memory.SharedMemory(create=True, size=len(data) * data.itemsize)
    try:
        memory.buf[: len(data) * data.itemsize] = data.tobytes()
        places = ((start, min(start + size, len(data))) for start in starts)
        begin = (memory.name, data.typecode, len(data))
        options: dict[str, Any] = {"workers": workers, "size": 1, "method": method}
        return [*map_in_pool(partial(_see, function), places, initializer=_attach, initargs=begin, **options)]
    finally:
        memory.close()
        memory.unlink()


def _ordered(
    work: Callable[[list[Any]], Any],
    items: Iterable[Any],
    workers: int,
    size: int,
    method: str | None,
    initializer: Callable[..., object] | None,
    initargs: Sequence[Any],
) -> Generator[Any, None, None]:
    context = multiprocessing.get_context(method)
    chunks = chunked(items, size)
    if workers < 1:
        raise ValueError(workers)
    tasks, answers = context.SimpleQueue(), context.SimpleQueue()
    call = (work, initializer, initargs)
    crew = [context.Process(target=_serve, args=(tasks, answers, call)) for _ in range(workers)]
    pending: dict[int, list[Any]] = {}
    early: dict[int, tuple[bool, Any]] = {}
    number = given = first = 0
    try:
        for process in crew:
            process.start()
        while True:
            for chunk in islice(chunks, 2 * workers - len(pending)):
                pending[given] = chunk
                tasks.put((given, chunk))
                given += 1
            if not pending:
                break
            while number not in early:
                place, *answer = answers.get()
                early[place] = tuple(answer)
            chunk = pending.pop(number)
            good, result = early.pop(number)
            if not good:
                raise ItemError(first + result[0], chunk[result[0]], result[1])
            number, first = number + 1, first + len(chunk)
            yield result
        for _ in crew:
            tasks.put(None)
    except BaseException:
        for process in crew:
            if process.pid is not None:
                process.kill()
        raise
    finally:
        for process in crew:
            if process.pid is not None:
                process.join()
        tasks.close()
        answers.close()


class _Broken(Exception):
    """Carries the place of an item and a reason out of a chunk."""


def _serve(tasks: Any, answers: Any, call: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work, initializer, initargs = call
    if initializer is not None:
        initializer(*initargs)
    for number, chunk in iter(tasks.get, None):
        try:
            answers.put((number, True, work(chunk)))
        except _Broken as broken:
            answers.put((number, False, broken.args))


def _each(function: Callable[[Any], Any], chunk: list[Any]) -> list[Any]:
    return list(starmap(partial(_guarded, function), enumerate(chunk)))


def _reduced(mapper: Callable[[Any], Any], reducer: Callable[[Any, Any], Any], chunk: list[Any]) -> Any:
    return reduce(reducer, starmap(partial(_guarded, mapper), enumerate(chunk)))


def _guarded(function: Callable[[Any], Any], place: int, item: Any) -> Any:
    try:
        return function(item)
    except Exception as error:
        raise _Broken(place, f"{type(error).__name__}: {error}") from None


def _attach(name: str, typecode: str, length: int) -> None:
    global _memory, _numbers
    _memory = shared_memory.SharedMemory(name)
    _numbers = _memory.buf[: length * array(typecode).itemsize].cast(typecode)


_memory: shared_memory.SharedMemory
_numbers: memoryview


def _see(function: Callable[[memoryview], Any], place: tuple[int, int]) -> Any:
    return function(_numbers[place[0] : place[1]])
