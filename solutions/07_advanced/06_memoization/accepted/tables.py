"""Tables and plain dicts: an entry that is taken out and put in again is the last one."""

import functools
import inspect
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, Protocol

Function = Callable[..., Any]
_MISSING = object()
_KEYWORDS = object()
"""Stands in keys between positional and keyword arguments."""


class CacheInfo(NamedTuple):
    """What a cache has done, and how full it is."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class Cached(Protocol):
    """A function with a cache, such as those that ``functools.lru_cache`` makes."""

    def cache_info(self) -> Any:
        """Return something with ``hits`` and ``misses``."""
        ...


def cheapest_route(rows: int, columns: int, toll: Callable[[int, int], int]) -> int:
    """Return the least sum of tolls on a way from the field (0, 0) to the last one, right and down."""
    costs: list[float] = [float("inf")] * columns
    costs[0] = 0
    for row in range(rows):
        for column in range(columns):
            costs[column] = min(costs[max(column - 1, 0)], costs[column]) + toll(row, column)
    return int(costs[-1])


def cache_use(cached: Cached, action: Callable[[], object]) -> tuple[int, int]:
    """Call ``action()``; return the hits and the misses of ``cached`` meanwhile."""
    before = cached.cache_info()
    action()
    after = cached.cache_info()
    return after.hits - before.hits, after.misses - before.misses


def by_value(maxsize: int | None = 128) -> Callable[[Function], Any]:
    """Remember results by the values of arguments, which may be lists, dicts and sets.

    Raises:
        TypeError: the function is a generator or coroutine function.

    """

    def decorate(function: Function) -> Any:
        _refuse_one_time_results(function)

        @functools.lru_cache(maxsize)
        def compute(call: _Call) -> Any:
            return function(*call.args, **call.kwargs)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return compute(_Call(args, kwargs))

        wrapper.cache_info = compute.cache_info  # type: ignore[attr-defined]
        wrapper.cache_clear = compute.cache_clear  # type: ignore[attr-defined]
        return wrapper

    return decorate


class _Call:
    """Arguments that are equal and hashed by what was in them at the time of the call."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs
        self._key = _frozen(args), _frozen(kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _frozen(value: Any) -> Hashable:
    """Return a hashable stand-in. It says of what type a container is, so that none is taken for another."""
    match value:
        case list() | tuple():
            return type(value), tuple(map(_frozen, value))
        case dict():
            return dict, frozenset((key, _frozen(item)) for key, item in value.items())
        case set() | frozenset():
            return type(value), frozenset(value)
    return value  # type: ignore[no-any-return]


def cached_method(maxsize: int | None = 128) -> Callable[[Function], Any]:
    """Remember results for each instance by itself, as long as it lives.

    Raises:
        TypeError: the method is a generator or coroutine function.

    """

    def decorate(function: Function) -> Any:
        _refuse_one_time_results(function)
        caches: dict[int, tuple[weakref.ref[Any], Function]] = {}

        @functools.wraps(function)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            identity = id(self)
            if identity not in caches:
                # The weak reference removes the entry before the identity can be used again.
                me = weakref.ref(self, lambda _: caches.pop(identity, None))
                compute = functools.lru_cache(maxsize)(lambda *a, **k: function(me(), *a, **k))
                caches[identity] = me, compute
            return caches[identity][1](*args, **kwargs)

        return method

    return decorate


def ttl_cache(
    seconds: float, maxsize: int | None = 128, timer: Callable[[], float] = time.monotonic
) -> Callable[[Function], Any]:
    """Remember results for some time after they were computed.

    Raises:
        ValueError: ``seconds`` is not positive.
        TypeError: the function is a generator or coroutine function.

    """
    if not seconds > 0:
        raise ValueError(f"seconds must be positive, not {seconds!r}")

    def decorate(function: Function) -> Any:
        _refuse_one_time_results(function)
        results: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        hits = misses = 0

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal hits, misses
            key = args, frozenset(kwargs.items())
            born, result = results.get(key, (0, _MISSING))
            if result is not _MISSING and timer() - born < seconds:
                hits += 1
                results.move_to_end(key)
                return result
            misses += 1
            result = function(*args, **kwargs)
            results[key] = timer(), result
            results.move_to_end(key)
            if maxsize is not None and len(results) > maxsize:
                results.popitem(last=False)
            return result

        def cache_clear() -> None:
            nonlocal hits, misses
            hits = misses = 0
            results.clear()

        wrapper.cache_info = lambda: CacheInfo(hits, misses, maxsize, len(results))  # type: ignore[attr-defined]
        wrapper.cache_clear = cache_clear  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _refuse_one_time_results(function: Function) -> None:
    """Generators and coroutines can be used once: the second caller would find them used up."""
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__qualname__} returns something new each time")


def lru_cache(maxsize: int | Function | None = 128, typed: bool = False) -> Any:
    """Do what ``functools.lru_cache`` does, by the letter of its documentation.

    Raises:
        TypeError: ``maxsize`` is neither an ``int`` nor ``None``, nor the function in the bare form.

    """
    if callable(maxsize):
        return lru_cache()(maxsize)
    if not (maxsize is None or isinstance(maxsize, int)):
        raise TypeError("maxsize")
    limit = None if maxsize is None else max(maxsize, 0)

    def decorate(function: Function) -> Any:
        results: dict[Any, Any] = {}
        counts = [0, 0]
        lock = threading.RLock()

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            key: Any = args, frozenset(kwargs.items())
            if typed:
                types = frozenset((name, type(value)) for name, value in kwargs.items())
                key = *key, tuple(map(type, args)), types
            hash(key)
            with lock:
                if key in results:
                    counts[0] += 1
                    results[key] = result = results.pop(key)
                    return result
                counts[1] += 1
            result = function(*args, **kwargs)
            with lock:
                results.pop(key, None)
                results[key] = result
                while limit is not None and len(results) > limit:
                    del results[next(iter(results))]
            return result

        def cache_info() -> CacheInfo:
            return CacheInfo(counts[0], counts[1], limit, len(results))

        def cache_clear() -> None:
            results.clear()
            counts[:] = 0, 0

        wrapper.cache_info = cache_info  # type: ignore[attr-defined]
        wrapper.cache_clear = cache_clear  # type: ignore[attr-defined]
        wrapper.cache_parameters = lambda: {"maxsize": limit, "typed": typed}  # type: ignore[attr-defined]
        return wrapper

    return decorate
