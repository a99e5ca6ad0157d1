"""Finds out where the time goes, with the profiler of the standard library."""

import cProfile
import pstats
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

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
    profile = cProfile.Profile(timer)
    result = profile.runcall(action)  # calls it directly, and stops whatever happens
    return result, pstats.Stats(profile)


def hotspots(stats: pstats.Stats, by: str = "own", limit: int = 10) -> list[Spot]:
    """Return the most expensive functions, the worst first.

    Args:
        stats: is not changed.
        by: ``"own"`` or ``"cumulative"``.
        limit: how many functions at most.

    Raises:
        ValueError: ``by`` is something else.

    """
    if by not in ("own", "cumulative"):
        raise ValueError(f"by is 'own' or 'cumulative', not {by!r}")
    spots = [
        Spot(*function, calls, outer, own, cumulative)
        for function, (outer, calls, own, cumulative, _) in _entries(stats).items()
    ]
    spots.sort(key=lambda spot: (-getattr(spot, by), spot[:3]))
    return spots[:limit]


def callers(stats: pstats.Stats, spot: Spot) -> list[Caller]:
    """Return who called the function of ``spot``, the most expensive callers first.

    Raises:
        KeyError: the function is not in ``stats``.

    """
    *_, calling = _entries(stats)[spot[:3]]
    # Mind the order: here all calls come first, in the entry of the function the outer ones do.
    found = [Caller(*function, calls, cumulative) for function, (calls, _, _, cumulative) in calling.items()]
    return sorted(found, key=lambda caller: (-caller.cumulative, caller[:3]))


def _entries(stats: pstats.Stats) -> dict[tuple[str, int, str], Any]:
    """Return what ``stats`` holds, for each function (file, line, name)."""
    return cast(Any, stats).stats  # it has always been there, but type checkers do not know it
