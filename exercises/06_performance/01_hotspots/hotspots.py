"""Finds out where the time goes, with the profiler of the standard library."""

import pstats
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Spot(NamedTuple):
    """A function, and what it cost."""

    file: str
    line: int
    name: str
    calls: int
    outer_calls: int
    own: float
    cumulative: float


class Caller(NamedTuple):
    """A function, and what the calls that it made of another one cost."""

    file: str
    line: int
    name: str
    calls: int
    cumulative: float


def profiled(
    action: Callable[[], T], timer: Callable[[], float] = time.perf_counter
) -> tuple[T, pstats.Stats]:
    """Call ``action()`` under the profiler; return its result and the statistics."""
    raise NotImplementedError("call the action under a profiler with this timer, and stop the profiler")


def hotspots(stats: pstats.Stats, by: str = "own", limit: int = 10) -> list[Spot]:
    """Return the most expensive functions, the worst first.

    Args:
        stats: is not changed.
        by: ``"own"`` or ``"cumulative"``.
        limit: how many functions at most.

    Raises:
        ValueError: ``by`` is something else.

    """
    raise NotImplementedError("make a Spot of each function and return the worst")


def callers(stats: pstats.Stats, spot: Spot) -> list[Caller]:
    """Return who called the function of ``spot``, the most expensive callers first.

    Raises:
        KeyError: the function is not in ``stats``.

    """
    raise NotImplementedError("make a Caller of each function that called the spot's")
