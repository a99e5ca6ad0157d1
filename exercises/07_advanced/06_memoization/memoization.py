"""Functions that remember: with the standard library's cache, beside it, and without it."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

Function = Callable[..., Any]


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
    raise NotImplementedError("find the least sum, and ask for each toll at most once")


def cache_use(cached: Cached, action: Callable[[], object]) -> tuple[int, int]:
    """Call ``action()``; return the hits and the misses of ``cached`` meanwhile."""
    raise NotImplementedError("compare the cache's numbers before and after the action")


def by_value(maxsize: int | None = 128) -> Callable[[Function], Any]:
    """Remember results by the values of arguments, which may be lists, dicts and sets.

    Raises:
        TypeError: the function is a generator or coroutine function.

    """
    raise NotImplementedError("return a decorator that makes a hashable key of the arguments")


def cached_method(maxsize: int | None = 128) -> Callable[[Function], Any]:
    """Remember results for each instance by itself, as long as it lives.

    Raises:
        TypeError: the method is a generator or coroutine function.

    """
    raise NotImplementedError("return a decorator for methods that keeps no instance alive")


def ttl_cache(
    seconds: float, maxsize: int | None = 128, timer: Callable[[], float] = time.monotonic
) -> Callable[[Function], Any]:
    """Remember results for some time after they were computed.

    Raises:
        ValueError: ``seconds`` is not positive.
        TypeError: the function is a generator or coroutine function.

    """
    raise NotImplementedError("return a decorator that remembers when each result was computed")


def lru_cache(maxsize: int | Function | None = 128, typed: bool = False) -> Any:
    """Do what ``functools.lru_cache`` does, by the letter of its documentation.

    Raises:
        TypeError: ``maxsize`` is neither an ``int`` nor ``None``, nor the function in the bare form.

    """
    raise NotImplementedError("return a decorator, or in the bare form the decorated function")
