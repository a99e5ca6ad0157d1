"""Levels of noise in plain Python."""

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
    raise NotImplementedError("return the levels, with as few distances as possible")
