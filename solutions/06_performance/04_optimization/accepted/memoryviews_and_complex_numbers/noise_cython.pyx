# cython: language_level=3, cdivision=True
"""The naive loops over typed memoryviews, with the checks of bounds left on."""

from libc.math cimport hypot


def field(double[:] xs not None, double[:] ys not None, double[:] ws not None):
    cdef Py_ssize_t i, j
    cdef double level, distance
    if xs.shape[0] != ys.shape[0] or ys.shape[0] != ws.shape[0]:
        raise ValueError("not equally long")
    levels = []
    for i in range(xs.shape[0]):
        level = 0.0
        for j in range(xs.shape[0]):
            distance = hypot(xs[i] - xs[j], ys[i] - ys[j])
            if distance > 0:
                level += ws[j] / distance
        levels.append(level)
    return levels
