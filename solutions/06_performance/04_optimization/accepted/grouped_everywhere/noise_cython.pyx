# cython: language_level=3
"""Cython's pure Python mode: types as annotations, each pair once."""

import cython
from cython.cimports.libc.math import sqrt


@cython.boundscheck(False)
@cython.wraparound(False)
def field(xs: cython.double[::1], ys: cython.double[::1], ws: cython.double[::1]) -> list:
    from array import array

    n: cython.Py_ssize_t = len(xs)
    if len(ys) != n or len(ws) != n:
        raise ValueError("not equally long")
    result = array("d", bytes(8 * n))
    if n == 0:
        return []
    levels: cython.double[::1] = result
    i: cython.Py_ssize_t
    j: cython.Py_ssize_t
    square: cython.double
    for i in range(n):
        for j in range(i):
            square = (xs[i] - xs[j]) ** 2 + (ys[i] - ys[j]) ** 2
            if square:
                square = sqrt(square)
                levels[i] += ws[j] / square
                levels[j] += ws[i] / square
    return result.tolist()
