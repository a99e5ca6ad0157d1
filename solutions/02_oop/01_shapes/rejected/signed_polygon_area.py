"""Forgets that the sum of the cross products has a sign: walked clockwise, the area is negative.

Loses: 2
"""

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass


class Shape(ABC):
    """The base class of all shapes: a new kind defines ``area`` and ``perimeter``, and the rest follows."""

    @property
    @abstractmethod
    def area(self) -> float:
        """The area; each kind of shape knows its own."""

    @property
    @abstractmethod
    def perimeter(self) -> float:
        """The length of the outline."""

    # Python turns a > b into b < a where there is no __gt__, so these two are enough. The decorator
    # functools.total_ordering would take a <= b to be a < b or a == b, which is not the same here.

    def __lt__(self, other: object) -> bool:
        return self.area < other.area if isinstance(other, Shape) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.area <= other.area if isinstance(other, Shape) else NotImplemented


@dataclass(frozen=True)
class Circle(Shape):
    """``Circle(radius)``."""

    radius: float

    def __post_init__(self) -> None:
        _require_lengths(self.radius)

    @property
    def area(self) -> float:
        """The area."""
        return math.pi * self.radius**2

    @property
    def perimeter(self) -> float:
        """The circumference."""
        return 2 * math.pi * self.radius


@dataclass(frozen=True)
class Rectangle(Shape):
    """``Rectangle(width, height)``."""

    width: float
    height: float

    def __post_init__(self) -> None:
        _require_lengths(self.width, self.height)

    @property
    def area(self) -> float:
        """The area."""
        return self.width * self.height

    @property
    def perimeter(self) -> float:
        """The length of the outline."""
        return 2 * (self.width + self.height)

    def with_width(self, width: float) -> "Rectangle":
        """Return a rectangle of this width and of the height of this one."""
        return Rectangle(width, self.height)

    def with_height(self, height: float) -> "Rectangle":
        """Return a rectangle of this height and of the width of this one."""
        return Rectangle(self.width, height)


class Square(Rectangle):
    """``Square(side)``: a rectangle whose width is its height."""

    def __init__(self, side: float) -> None:
        super().__init__(side, side)

    @property
    def side(self) -> float:
        """The length of each side."""
        return self.width


@dataclass(frozen=True)
class Triangle(Shape):
    """``Triangle(a, b, c)``: the lengths of the sides, in any order."""

    a: float
    b: float
    c: float

    def __post_init__(self) -> None:
        _require_lengths(self.a, self.b, self.c)
        longest, middle, shortest = self._sorted()
        # The difference of two sides of similar length is exact; their sum with a short one is rounded.
        if shortest <= longest - middle:
            raise ValueError(f"the sides {middle} and {shortest} do not reach around {longest}")

    @property
    def area(self) -> float:
        """The area, by Kahan's arrangement of Heron's formula."""
        a, b, c = self._sorted()
        return math.sqrt((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))) / 4

    @property
    def perimeter(self) -> float:
        """The length of the outline."""
        return self.a + self.b + self.c

    def _sorted(self) -> list[float]:
        return sorted((self.a, self.b, self.c), reverse=True)


@dataclass(frozen=True)
class Polygon(Shape):
    """``Polygon(vertices)``: the corners ``(x, y)`` on a walk around it."""

    vertices: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        vertices = tuple((x, y) for x, y in self.vertices)
        if len(vertices) < 3:
            raise ValueError(f"a polygon has at least three corners, not {len(vertices)}")
        if not all(map(math.isfinite, itertools.chain(*vertices))):
            raise ValueError(f"the coordinates have to be finite: {vertices}")
        object.__setattr__(self, "vertices", vertices)  # the dataclass is frozen for us too

    @property
    def area(self) -> float:
        """The area: half of the sum of the cross products, seen from the first corner."""
        x0, y0 = self.vertices[0]
        moved = [(x - x0, y - y0) for x, y in self.vertices]
        return math.fsum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(moved)) / 2

    @property
    def perimeter(self) -> float:
        """The length of the outline, with the edge from the last corner to the first."""
        following = self.vertices[1:] + self.vertices[:1]
        return math.fsum(map(math.dist, self.vertices, following))


def total_area(shapes: Iterable[Shape]) -> float:
    """Return the sum of the areas."""
    return math.fsum(shape.area for shape in shapes)


def largest(shapes: Iterable[Shape]) -> Shape:
    """Return the first of the shapes with the largest area.

    Raises:
        ValueError: there are no shapes.

    """
    return max(shapes, key=lambda shape: shape.area)


def roundness(shape: Shape) -> float:
    """Return ``4 * pi * area / perimeter ** 2``: 1 for a circle, less for everything else."""
    return 4 * math.pi * shape.area / shape.perimeter**2


def _require_lengths(*lengths: float) -> None:
    """Raise ``ValueError`` unless all are positive and finite; a comparison with NaN is always false."""
    for length in lengths:
        if not 0 < length < math.inf:
            raise ValueError(f"a length has to be positive and finite, not {length}")
