"""Levels of noise in plain Python: places in place of machines, and each pair of places once."""

import itertools
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
    machines = list(zip(xs, ys, strict=True))
    loudness: dict[Place, float] = {}
    for place, w in zip(machines, ws, strict=True):
        loudness[place] = loudness.get(place, 0.0) + w
    levels = dict.fromkeys(loudness, 0.0)
    for (here, here_w), (there, there_w) in itertools.combinations(loudness.items(), 2):
        nearness = 1.0 / distance(here, there)
        levels[here] += there_w * nearness
        levels[there] += here_w * nearness
    return [levels[place] for place in machines]
