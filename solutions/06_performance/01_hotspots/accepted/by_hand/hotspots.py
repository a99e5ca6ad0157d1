"""Finds out where the time goes, with the profiler of the standard library."""

import cProfile
import itertools
import operator
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
    with cProfile.Profile(timer) as profile:
        result = action()
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
    column = 5 if by == "own" else 6
    found = []
    for (file, line, name), (outer, calls, own, cumulative, _) in _entries(stats).items():
        found.append(Spot(file, line, name, calls, outer, own, cumulative))
    found.sort()
    found.sort(key=operator.itemgetter(column), reverse=True)
    return list(itertools.islice(found, limit))


def callers(stats: pstats.Stats, spot: Spot) -> list[Caller]:
    """Return who called the function of ``spot``, the most expensive callers first.

    Raises:
        KeyError: the function is not in ``stats``.

    """
    entry = _entries(stats).get((spot.file, spot.line, spot.name))
    if entry is None:
        raise KeyError(spot.name)
    found: list[Caller] = []
    for function in sorted(entry[4]):
        numbers = entry[4][function]
        place = sum(1 for other in found if other.cumulative >= numbers[3])
        found.insert(place, Caller(*function, numbers[0], numbers[3]))
    return found


def _entries(stats: pstats.Stats) -> dict[tuple[str, int, str], Any]:
    """Return what ``stats`` holds, for each function (file, line, name)."""
    return cast(Any, stats).stats  # it has always been there, but type checkers do not know it
