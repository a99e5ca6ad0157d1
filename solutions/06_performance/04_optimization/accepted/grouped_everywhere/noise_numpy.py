"""Places in place of machines, found by NumPy itself; some columns of the table at a time."""

import numpy as np

COLUMNS = 80


def field(xs, ys, ws):
    if xs.size != ys.size or ys.size != ws.size:
        raise ValueError("not equally long")
    if xs.size == 0:
        return np.zeros(0)
    places, inverse = np.unique(np.stack([xs, ys]), axis=1, return_inverse=True)
    inverse = inverse.reshape(-1)
    loudness = np.bincount(inverse, weights=ws)
    levels = np.zeros(places.shape[1])
    for first in range(0, len(levels), COLUMNS):
        some = places[:, None, first : first + COLUMNS]
        squares = np.square(places[:, :, None] - some).sum(axis=0)
        numbers = np.arange(squares.shape[1])
        squares[first + numbers, numbers] = np.inf
        levels += (1 / np.sqrt(squares)) @ loudness[first : first + COLUMNS]
    return levels[inverse]
