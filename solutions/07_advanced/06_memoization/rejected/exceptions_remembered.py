"""An exception is stored like a result, so a short failure lasts as long as the cache.

Loses: 5
"""

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

    @functools.cache
    def to(row: int, column: int) -> int:
        before = [(row - 1, column)] * (row > 0) + [(row, column - 1)] * (column > 0)
        return toll(row, column) + min((to(*field) for field in before), default=0)

    for row in range(rows):  # row by row, so that the recursion stays flat
        for column in range(columns):
            to(row, column)
    return to(rows - 1, columns - 1)


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
    if callable(maxsize) and isinstance(typed, bool):
        return _Recent(128, typed).wrap(maxsize)
    if maxsize is not None and not isinstance(maxsize, int):
        raise TypeError("the first argument is an int, a callable or None")
    return lambda function: _Recent(None if maxsize is None else max(maxsize, 0), typed).wrap(function)


class _Recent:
    """The results of the last calls, the least recently used one first."""

    def __init__(self, maxsize: int | None, typed: bool) -> None:
        self.maxsize = maxsize
        self.typed = typed
        self.results: OrderedDict[_Key, Any] = OrderedDict()
        self.hits = self.misses = 0
        self.lock = threading.RLock()  # a comparison of keys may call the function again

    def wrap(self, function: Function) -> Any:
        """Return the function with this cache around it."""

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            key = None if self.maxsize == 0 else self.key(args, kwargs)
            with self.lock:
                result = _MISSING if key is None else self.results.get(key, _MISSING)
                if key is not None and result is not _MISSING:
                    self.hits += 1
                    self.results.move_to_end(key)
                    if isinstance(result, Exception):
                        raise result
                    return result
                self.misses += 1
            try:
                result = function(*args, **kwargs)  # without the lock: it may take long, or call itself
            except Exception as error:
                result = error
            if key is not None:
                self.keep(key, result)
            if isinstance(result, Exception):
                raise result
            return result

        wrapper.cache_info = self.info  # type: ignore[attr-defined]
        wrapper.cache_clear = self.clear  # type: ignore[attr-defined]
        wrapper.cache_parameters = lambda: {"maxsize": self.maxsize, "typed": self.typed}  # type: ignore[attr-defined]
        return wrapper

    def key(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "_Key":
        """Return what tells a call from others."""
        parts = [*args]
        if kwargs:
            parts += [_KEYWORDS, *(part for pair in kwargs.items() for part in pair)]
        if self.typed:
            parts += [_KEYWORDS, *map(type, args), *map(type, kwargs.values())]
        return _Key(parts)

    def keep(self, key: "_Key", result: Any) -> None:
        """Store a result, unless another call has done it meanwhile, and make room for it."""
        with self.lock:
            self.results.setdefault(key, result)
            if self.maxsize is not None and len(self.results) > self.maxsize:
                self.results.popitem(last=False)

    def info(self) -> CacheInfo:
        """Return what the cache has done."""
        with self.lock:
            return CacheInfo(self.hits, self.misses, self.maxsize, len(self.results))

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.hits = self.misses = 0
            self.results.clear()


class _Key(list[Any]):
    """The parts of a call, with their hash, which is computed once: that of an argument may be slow."""

    __slots__ = ("_hash",)

    def __init__(self, parts: list[Any]) -> None:
        super().__init__(parts)
        self._hash = hash(tuple(parts))

    def __hash__(self) -> int:  # type: ignore[override]
        return self._hash
