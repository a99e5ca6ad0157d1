# cython: language_level=3
"""Levels of noise in Cython: the naive loops, compiled."""

from math import sqrt


def field(xs, ys, ws):
    """Return the level of noise at each machine: what it hears of the machines at other places.

    Args:
        xs: the first coordinate of each machine.
        ys: the second coordinate of each machine.
        ws: the loudness of each machine.

    Raises:
        ValueError: the three are not equally long.

    """
    if not len(xs) == len(ys) == len(ws):
        raise ValueError(f"{len(xs)}, {len(ys)} and {len(ws)} numbers")
    levels = []
    for i in range(len(xs)):
        level = 0.0
        for j in range(len(xs)):
            dx = xs[i] - xs[j]
            dy = ys[i] - ys[j]
            if dx != 0.0 or dy != 0.0:
                level += ws[j] / sqrt(dx * dx + dy * dy)
        levels.append(level)
    return levels
