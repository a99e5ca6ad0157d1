# cython: language_level=3
"""Levels of noise in Cython."""


def field(xs, ys, ws):
    """Return the level of noise at each machine: what it hears of the machines at other places.

    Args:
        xs: the first coordinate of each machine.
        ys: the second coordinate of each machine.
        ws: the loudness of each machine.

    Raises:
        ValueError: the three are not equally long.

    """
    raise NotImplementedError("return the levels, computed with C numbers")
