"""Levels of noise with NumPy: some rows of the table of distances at a time."""

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
    if not xs.shape == ys.shape == ws.shape:  # NumPy would stretch an array of one number
        raise ValueError(f"{xs.shape}, {ys.shape} and {ws.shape} are not the same")
    if not len(xs):
        return np.empty(0)

    def heard(x: float, y: float) -> float:
        squares = (xs - x) ** 2 + (ys - y) ** 2
        return float(np.sum(ws[squares > 0] / np.sqrt(squares[squares > 0])))

    return np.vectorize(heard, otypes=[np.float64])(xs, ys)
