"""Shapes as values: an abstract base class, five kinds of shape, and functions that work for all of them."""

from collections.abc import Iterable


class Shape:
    """The base class of all shapes: it is abstract, and its order is by area."""

    @property
    def area(self) -> float:
        """The area; each kind of shape knows its own."""
        raise NotImplementedError("make this property, and with it the class, abstract")

    @property
    def perimeter(self) -> float:
        """The length of the outline."""
        raise NotImplementedError("make this property, and with it the class, abstract")


class Circle(Shape):
    """``Circle(radius)``."""

    radius: float

    @property
    def area(self) -> float:
        """The area."""
        raise NotImplementedError("return the area of the circle")

    @property
    def perimeter(self) -> float:
        """The circumference."""
        raise NotImplementedError("return the circumference of the circle")


class Rectangle(Shape):
    """``Rectangle(width, height)``."""

    width: float
    height: float

    @property
    def area(self) -> float:
        """The area."""
        raise NotImplementedError("return the area of the rectangle")

    @property
    def perimeter(self) -> float:
        """The length of the outline."""
        raise NotImplementedError("return the perimeter of the rectangle")

    def with_width(self, width: float) -> "Rectangle":
        """Return a rectangle of this width and of the height of this one."""
        raise NotImplementedError("return a new rectangle")

    def with_height(self, height: float) -> "Rectangle":
        """Return a rectangle of this height and of the width of this one."""
        raise NotImplementedError("return a new rectangle")


class Square(Rectangle):
    """``Square(side)``: a rectangle whose width is its height."""

    def __init__(self, side: float) -> None:
        raise NotImplementedError("make a rectangle with equal sides")

    @property
    def side(self) -> float:
        """The length of each side."""
        raise NotImplementedError("return the side of the square")


class Triangle(Shape):
    """``Triangle(a, b, c)``: the lengths of the sides, in any order."""

    a: float
    b: float
    c: float

    @property
    def area(self) -> float:
        """The area, also of a needle."""
        raise NotImplementedError("return the area of the triangle, by Kahan's formula")

    @property
    def perimeter(self) -> float:
        """The length of the outline."""
        raise NotImplementedError("return the perimeter of the triangle")


class Polygon(Shape):
    """``Polygon(vertices)``: the corners ``(x, y)`` on a walk around it."""

    vertices: tuple[tuple[float, float], ...]

    @property
    def area(self) -> float:
        """The area, positive whatever the direction of the walk."""
        raise NotImplementedError("return the area of the polygon")

    @property
    def perimeter(self) -> float:
        """The length of the outline, with the edge from the last corner to the first."""
        raise NotImplementedError("return the perimeter of the polygon")


def total_area(shapes: Iterable[Shape]) -> float:
    """Return the sum of the areas."""
    raise NotImplementedError("add up the areas of the shapes")


def largest(shapes: Iterable[Shape]) -> Shape:
    """Return the first of the shapes with the largest area.

    Raises:
        ValueError: there are no shapes.

    """
    raise NotImplementedError("return the shape with the largest area")


def roundness(shape: Shape) -> float:
    """Return ``4 * pi * area / perimeter ** 2``: 1 for a circle, less for everything else."""
    raise NotImplementedError("return the roundness of the shape")
