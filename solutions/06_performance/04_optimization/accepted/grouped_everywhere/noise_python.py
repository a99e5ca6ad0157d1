"""Members of each place first; the distances in the order of a pair of indices."""

import math
from collections import defaultdict


def field(xs, ys, ws, distance=math.dist):
    members = defaultdict(list)
    for number, (x, y, _) in enumerate(zip(xs, ys, ws, strict=True)):
        members[x, y].append(number)
    places = list(members)
    loudness = [sum(ws[number] for number in members[place]) for place in places]
    result = [0.0] * len(xs)
    levels = [0.0] * len(places)
    while places:
        here, own = places.pop(), loudness.pop()
        last = len(places)
        for index, there in enumerate(places):
            share = 1 / distance(here, there)
            levels[index] += own * share
            levels[last] += loudness[index] * share
        for number in members[here]:
            result[number] = levels[last]
    return result
