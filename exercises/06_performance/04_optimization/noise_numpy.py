"""Levels of noise with NumPy."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def field(xs: Floats, ys: Floats, ws: Floats) -> Floats:
    """Return the level of noise at each machine: what it hears of the machines at other places.

    Args:
        xs: the first coordinate of each machine.
        ys: the second coordinate of each machine.
        ws: the loudness of each machine.

    Raises:
        ValueError: the three are not equally long.

    """
    raise NotImplementedError("return the levels, without a loop over the machines")
