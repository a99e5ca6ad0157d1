"""The memory is removed after the last result. If the function fails, it stays until the machine is started anew.

Loses: 6
"""

import functools
import itertools
import multiprocessing
import signal
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from typing import Any

_AHEAD = 2
"""Chunks under way for each worker: one that it works on, and one that is done before its turn has come."""


class ItemError(Exception):
    """The function failed with one item."""

    def __init__(self, index: int, item: object, reason: str) -> None:
        # All arguments go to the base class: this is what an exception is pickled by.
        super().__init__(index, item, reason)
        self.index = index
        self.item = item
        self.reason = reason

    def __str__(self) -> str:
        """Return what one wants to read in a log."""
        return f"item {self.index}, {self.item!r}: {self.reason}"


def chunked(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of ``size``, the last one perhaps shorter; take no more than is asked for.

    Raises:
        ValueError: ``size`` is below 1.

    """
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    source = iter(items)
    while chunk := list(itertools.islice(source, size)):
        yield chunk


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

    Raises:
        ItemError: the function raised an exception.
        ValueError: ``workers`` or ``size`` is below 1, or there is no such ``method``.

    """
    task = functools.partial(_map_chunk, function)
    results = _in_pool(task, chunked(items, size), workers, method, initializer, initargs)
    with closing(results):
        for chunk in results:
            yield from chunk


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
    task = functools.partial(_reduce_chunk, mapper, reducer)
    results = _in_pool(task, chunked(items, size), workers, method, initializer, initargs)
    with closing(results):
        return functools.reduce(reducer, results, initial)


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
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    raw = memoryview(data).cast("B")
    # There is no shared memory of zero bytes.
    memory = SharedMemory(create=True, size=max(1, raw.nbytes))
    if True:
        memory.buf[: raw.nbytes] = raw
        task = functools.partial(_map_slice, function, memory.name, data.typecode)
        slices = ((start, min(start + size, len(data))) for start in range(0, len(data), size))
        results = list(map_in_pool(task, slices, workers=workers, size=1, method=method))
        memory.close()
        memory.unlink()
        return results


class _Failure:
    """What a worker sends instead of a result. The exception itself stays there: it may not be picklable."""

    def __init__(self, place: int, error: BaseException) -> None:
        self.place = place
        self.reason = f"{type(error).__name__}: {error}"


class _Job:
    """A chunk that was taken from the items, and what has become of it."""

    def __init__(self, start: int, chunk: list[Any]) -> None:
        self.start = start
        self.chunk = chunk
        self.done = False
        self.result: Any = None


def _in_pool(
    task: Callable[[list[Any]], Any],
    chunks: Iterator[list[Any]],
    workers: int,
    method: str | None,
    initializer: Callable[..., object] | None,
    initargs: Sequence[Any],
) -> Iterator[Any]:
    """Yield ``task(chunk)`` for each chunk, in order."""
    context = multiprocessing.get_context(method)
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    with _Crew(context, workers, task, initializer, initargs) as crew:
        under_way: deque[_Job] = deque()  # in order; the first is the next to be handed out
        start = 0
        while True:
            while len(under_way) < _AHEAD * workers and crew.has_time() and (chunk := next(chunks, None)):
                under_way.append(_Job(start, chunk))
                start += len(chunk)
                crew.give(under_way[-1])
            if not under_way:
                return
            if not under_way[0].done:
                crew.collect()
                continue
            job = under_way.popleft()
            if isinstance(job.result, _Failure):
                place = job.result.place
                raise ItemError(job.start + place, job.chunk[place], job.result.reason)
            yield job.result


class _Crew:
    """Worker processes with one pipe for each. They share no queue and no lock, so each can be killed.

    Leaving the ``with`` statement lets them go home, or kills them if it is left by an exception: also by
    KeyboardInterrupt, and by GeneratorExit, when whoever asked for results wants no more.
    """

    def __init__(
        self,
        context: Any,
        size: int,
        task: Callable[[list[Any]], Any],
        initializer: Callable[..., object] | None,
        initargs: Sequence[Any],
    ) -> None:
        self._context = context
        self._size = size
        self._work = (task, initializer, initargs)
        self._processes: list[BaseProcess] = []
        self._idle: list[Connection] = []
        self._busy: dict[Connection, _Job] = {}

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        for process in self._processes if kind is not None else ():
            process.kill()
        for pipe in self._idle if kind is None else ():
            pipe.send(None)
        for process in self._processes:
            process.join()
        for pipe in (*self._idle, *self._busy):
            pipe.close()

    def has_time(self) -> bool:
        """Return whether somebody is idle, or may still be hired."""
        return bool(self._idle) or len(self._processes) < self._size

    def give(self, job: _Job) -> None:
        """Send a job to somebody who has time."""
        pipe = self._idle.pop() if self._idle else self._hire()
        self._busy[pipe] = job
        pipe.send(job.chunk)

    def collect(self) -> None:
        """Wait until at least one job is done."""
        for pipe in wait(list(self._busy)):
            try:
                result = pipe.recv()
            except EOFError:
                raise RuntimeError("a worker has ended before its work was done") from None
            job = self._busy.pop(pipe)
            job.done, job.result = True, result
            self._idle.append(pipe)

    def _hire(self) -> Connection:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, *self._work), daemon=True)
        process.start()
        theirs.close()  # the end of the worker is then the end of the pipe
        self._processes.append(process)
        return ours


def _work(
    pipe: Connection,
    task: Callable[[list[Any]], Any],
    initializer: Callable[..., object] | None,
    initargs: Sequence[Any],
) -> None:
    """Be a worker: do one chunk after the other until there is none, or no parent."""
    # Ctrl-C goes to all processes of a terminal. The parent decides what it means, and ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if initializer is not None:
        initializer(*initargs)
    parent = multiprocessing.parent_process()
    assert parent is not None
    while pipe in wait([pipe, parent.sentinel]):
        chunk = pipe.recv()
        if chunk is None:
            return
        pipe.send(task(chunk))


def _map_chunk(function: Callable[[Any], Any], chunk: list[Any]) -> list[Any] | _Failure:
    results = []
    for place, item in enumerate(chunk):
        try:
            results.append(function(item))
        except Exception as error:
            return _Failure(place, error)
    return results


def _reduce_chunk(mapper: Callable[[Any], Any], reducer: Callable[[Any, Any], Any], chunk: list[Any]) -> Any:
    mapped = _map_chunk(mapper, chunk)
    return mapped if isinstance(mapped, _Failure) else functools.reduce(reducer, mapped)


def _map_slice(
    function: Callable[[memoryview], Any], name: str, typecode: str, place: tuple[int, int]
) -> Any:
    width = array(typecode).itemsize
    start, stop = (number * width for number in place)
    memory = SharedMemory(name=name)
    try:
        # Both views have to be released before the memory can be closed.
        with memory.buf[start:stop] as raw, raw.cast(typecode) as view:
            return function(view)
    finally:
        memory.close()
