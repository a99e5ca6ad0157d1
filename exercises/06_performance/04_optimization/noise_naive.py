"""What runs today: right, readable, and too slow. It stays as it is, and says what the results are."""

import math


def field(xs, ys, ws, distance=math.dist):
    """Return the level of noise at each machine: what it hears of the machines at other places."""
    levels = []
    for i in range(len(xs)):
        level = 0.0
        for j in range(len(xs)):
            here, there = (xs[i], ys[i]), (xs[j], ys[j])
            if here != there:
                level += ws[j] / distance(here, there)
        levels.append(level)
    return levels
