"""Places as complex numbers: their distance is the absolute value of a difference."""

import numpy as np


def field(xs, ys, ws):
    if not len(xs) == len(ys) == len(ws):
        raise ValueError("not equally long")
    places = xs + 1j * ys
    pieces = [_heard(piece, places, ws) for piece in np.array_split(places, 1 + len(xs) // 100)]
    return np.concatenate(pieces)


def _heard(piece, places, ws):
    distances = np.abs(np.subtract.outer(piece, places))
    with np.errstate(divide="ignore"):
        np.reciprocal(distances, out=distances)
    distances[np.isinf(distances)] = 0.0
    return distances @ ws
