"""A sorted list in many short pieces: what an insertion moves aside is a piece, never the whole.

The pieces have at most a thousand numbers each. So there are few of them, and counting off pieces up to the
middle costs little.
"""

import bisect
import decimal
import fractions

LONGEST = 1_000


class RunningMedian:
    def __init__(self):
        self._pieces = []
        self._lasts = []  # the largest number of each piece
        self._count = 0

    def __len__(self):
        return self._count

    def add(self, value):
        self._count += 1
        if not self._pieces:
            self._pieces.append([value])
            self._lasts.append(value)
            return
        index = min(bisect.bisect_left(self._lasts, value), len(self._pieces) - 1)
        piece = self._pieces[index]
        bisect.insort(piece, value)
        if len(piece) > LONGEST:
            half = len(piece) // 2
            self._pieces[index : index + 1] = [piece[:half], piece[half:]]
            self._lasts[index : index + 1] = [piece[half - 1], piece[-1]]
        else:
            self._lasts[index] = piece[-1]

    def discard(self, value):
        index = bisect.bisect_left(self._lasts, value)
        if index == len(self._pieces):
            return False
        piece = self._pieces[index]
        place = bisect.bisect_left(piece, value)
        if piece[place] != value:
            return False
        del piece[place]
        self._count -= 1
        if piece:
            self._lasts[index] = piece[-1]
        else:
            del self._pieces[index], self._lasts[index]
        return True

    def median(self):
        if self._count == 0:
            raise ValueError("no numbers")
        low, high = self._at((self._count - 1) // 2), self._at(self._count // 2)
        return high if self._count % 2 else mean(low, high)

    def _at(self, place):
        for piece in self._pieces:
            if place < len(piece):
                return piece[place]
            place -= len(piece)
        raise IndexError(place)


def mean(low, high):
    if isinstance(low, float):
        return (low + high) / 2
    exact = (fractions.Fraction(low) + fractions.Fraction(high)) / 2
    if not isinstance(low, decimal.Decimal):
        return exact
    # The denominator divides a power of ten: as many places as one of the two has, and one more, are enough.
    places = 1 - min(low.as_tuple().exponent, high.as_tuple().exponent, 0)
    return decimal.Decimal(f"{int(exact * 10**places)}E-{places}")
