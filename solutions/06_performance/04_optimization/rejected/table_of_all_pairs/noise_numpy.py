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
    levels = np.empty(len(xs))
    rows = max(1, len(xs))
    for start in range(0, len(xs), rows):
        here = slice(start, start + rows)
        # Differences first: expanding (x - y)² would lose the digits of places far from the origin.
        distances = np.sqrt((xs[here, np.newaxis] - xs) ** 2 + (ys[here, np.newaxis] - ys) ** 2)
        heard = np.zeros_like(distances)
        np.divide(ws, distances, out=heard, where=distances > 0)  # the others stay 0, and nobody warns
        heard.sum(axis=1, out=levels[here])
    return levels
