"""Sorted machines, equal neighbours put together, and a triangle of distances."""

import math
from itertools import groupby


def field(xs, ys, ws, distance=math.dist):
    if len({len(xs), len(ys), len(ws)}) > 1:
        raise ValueError("not equally long")
    order = sorted(range(len(xs)), key=lambda i: (xs[i], ys[i]))
    groups = [list(group) for _, group in groupby(order, key=lambda i: (xs[i], ys[i]))]
    places = [(xs[group[0]], ys[group[0]]) for group in groups]
    loud = [math.fsum(ws[i] for i in group) for group in groups]
    heard = [0.0] * len(groups)
    for a, place in enumerate(places):
        for b in range(a):
            far = distance(places[b], place)
            heard[a] += loud[b] / far
            heard[b] += loud[a] / far
    levels = [0.0] * len(xs)
    for level, group in zip(heard, groups, strict=True):
        for i in group:
            levels[i] = level
    return levels
