# cython: language_level=3
"""Levels of noise in Cython: the naive loops over C numbers."""

from libc.math cimport sqrt
from libc.stdlib cimport free, malloc


def field(xs, ys, ws):
    """Return the level of noise at each machine: what it hears of the machines at other places.

    Args:
        xs: the first coordinate of each machine.
        ys: the second coordinate of each machine.
        ws: the loudness of each machine.

    Raises:
        ValueError: the three are not equally long.

    """
    cdef Py_ssize_t n = len(xs), i, j
    cdef double dx, dy, level
    if not len(xs) == len(ys) == len(ws):
        raise ValueError(f"{len(xs)}, {len(ys)} and {len(ws)} numbers")
    # Out of the Python objects once, at the door: behind it there are only C numbers.
    cdef double *x = <double *> malloc((3 * n + 1) * sizeof(double))
    if x == NULL:
        raise MemoryError
    cdef double *y = x + n
    cdef double *w = y + n
    levels = []
    try:
        for i in range(n):
            x[i] = xs[i]
            y[i] = ys[i]
            w[i] = ws[i]
        for i in range(n):
            level = 0.0
            for j in range(n):
                dx = x[i] - x[j]
                dy = y[i] - y[j]
                if dx != 0.0 or dy != 0.0:
                    level += w[j] / sqrt(dx * dx + dy * dy)
            levels.append(level)
    finally:
        free(x)
    return levels
