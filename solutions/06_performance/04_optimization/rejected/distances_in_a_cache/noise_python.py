"""Levels of noise in plain Python: places in place of machines, and each pair of places once."""

import functools
import math
from collections.abc import Callable, Sequence

Place = tuple[float, float]


def field(
    xs: Sequence[float],
    ys: Sequence[float],
    ws: Sequence[float],
    distance: Callable[[Place, Place], float] = math.dist,
) -> list[float]:
    """Return the level of noise at each machine: what it hears of the machines at other places.

    Args:
        xs: the first coordinate of each machine.
        ys: the second coordinate of each machine.
        ws: the loudness of each machine.
        distance: how far two places are apart; symmetric, and expensive.

    Raises:
        ValueError: the three are not equally long.

    """
    machines = list(zip(xs, ys, ws, strict=True))
    far = functools.cache(distance)
    levels = []
    for x, y, _ in machines:
        level = 0.0
        for other_x, other_y, w in machines:
            if (x, y) != (other_x, other_y):
                level += w / far(*sorted([(x, y), (other_x, other_y)]))
        levels.append(level)
    return levels
