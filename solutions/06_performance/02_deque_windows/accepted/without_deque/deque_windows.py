"""No deque at all: maxima of blocks, bisect, lists for each distance, and a ring."""

import bisect
import itertools
import math


def window_maxima(items, size):
    """Join the maximum of the end of one block to that of the beginning of the next."""
    if size < 1:
        raise ValueError("size")

    def maxima():
        source = iter(items)
        ends = None  # ends[i]: the maximum of the block before, from place i on
        while True:
            block = list(itertools.islice(source, size)) if ends is None else []
            beginning = None
            if ends is not None:
                for place in range(size):
                    try:
                        item = next(source)
                    except StopIteration:
                        return
                    block.append(item)
                    beginning = item if place == 0 or item > beginning else beginning
                    if place + 1 < size:
                        yield ends[place + 1] if ends[place + 1] > beginning else beginning
                    else:
                        yield beginning
            elif len(block) < size:
                return
            first = ends is None
            ends = block
            for place in range(size - 2, -1, -1):
                if ends[place + 1] > ends[place]:
                    ends[place] = ends[place + 1]
            if first:
                yield ends[0]

    return maxima()


class RecentEvents:
    """A sorted list, cut when more than half of it is old."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.times = []
        self.start = 0

    def _cut(self, now):
        times = self.times
        while self.start < len(times) and times[self.start] <= now - self.seconds:
            self.start += 1
        if self.start > 100 and self.start > len(times) // 2:
            del times[: self.start]
            self.start = 0

    def record(self, time):
        """Note an event."""
        self.times.append(time)
        self._cut(time)

    def count(self, now):
        """Return the number of recent events."""
        return len(self.times) - bisect.bisect_right(self.times, now - self.seconds)


def breadth_first(start, neighbours):
    """One list for each distance."""
    seen, layer, distance = {start}, [start], 0
    while layer:
        following = []
        for node in layer:
            yield node, distance
            for near in neighbours(node):
                if near not in seen:
                    seen.add(near)
                    following.append(near)
        layer, distance = following, distance + 1


class History:
    """A ring: the places are used again."""

    def __init__(self, limit):
        if limit < 1:
            raise ValueError("limit")
        self.ring = []
        self.limit = limit
        self.end = 0
        self.size = 0

    def __len__(self):
        return self.size

    def add(self, item):
        """Overwrite the oldest item."""
        if self.end == len(self.ring):
            self.ring.append(item)
        else:
            self.ring[self.end] = item
        self.end = (self.end + 1) % self.limit
        self.size = min(self.size + 1, self.limit)

    def latest(self, count):
        """Read backwards."""
        return [self.ring[(self.end - 1 - back) % self.limit] for back in range(min(count, self.size))]

    def undo(self):
        """Step back by one."""
        if not self.size:
            raise IndexError("undo")
        self.size -= 1
        self.end = (self.end - 1) % self.limit
        item, self.ring[self.end] = self.ring[self.end], None
        return item


def counting_out(players, step):
    """Go on by an index, modulo the length."""
    if step < 1:
        raise ValueError("step")
    circle, place, out = list(players), 0, []
    while circle:
        place = (place + step - 1) % len(circle)
        out.append(circle.pop(place))
    return out


def steps_to_drain(queue, take):
    """Take one for each item."""
    before = queue.steps
    for _ in range(len(queue)):
        take(queue)
    return queue.steps - before


def growth_exponent(sizes, costs):
    """Return the slope by the formula for least squares."""
    if len(set(sizes)) < 2:
        raise ValueError("sizes")
    points = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True)]
    middle_x, middle_y = (math.fsum(values) / len(points) for values in zip(*points, strict=True))
    rise = math.fsum((x - middle_x) * (y - middle_y) for x, y in points)
    return rise / math.fsum((x - middle_x) ** 2 for x, _ in points)


def drain_growth(make, take, sizes):
    """Drain and fit."""
    return growth_exponent(sizes, [steps_to_drain(make(range(size)), take) for size in sizes])
