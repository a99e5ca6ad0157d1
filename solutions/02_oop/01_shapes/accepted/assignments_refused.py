"""Classes that refuse every assignment; a triangle is checked and measured by the four factors of Kahan."""

import abc
import itertools
import math
import operator


def _by_area(compare):
    def method(self, other):
        if isinstance(other, Shape):
            return compare(self.area, other.area)
        return NotImplemented

    return method


class Shape(metaclass=abc.ABCMeta):
    @property
    @abc.abstractmethod
    def area(self):
        """The area."""

    @property
    @abc.abstractmethod
    def perimeter(self):
        """The length of the outline."""

    __lt__, __le__ = _by_area(operator.lt), _by_area(operator.le)
    __gt__, __ge__ = _by_area(operator.gt), _by_area(operator.ge)


class _Frozen:
    """Holds its attributes in the instance's dictionary, which is written once."""

    def __init__(self, **numbers):
        for number in numbers.values():
            if isinstance(number, int | float) and not (number > 0 and number < float("inf")):
                raise ValueError(f"impossible: {number}")
        vars(self).update(numbers)

    def __setattr__(self, name, value):
        raise AttributeError(f"{name} cannot be set")

    def __delattr__(self, name):
        raise AttributeError(f"{name} cannot be deleted")

    def __eq__(self, other):
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self):
        return hash(tuple(vars(self).values()))


class Circle(_Frozen, Shape):
    def __init__(self, radius):
        super().__init__(radius=radius)

    @property
    def area(self):
        return math.pi * self.radius * self.radius

    @property
    def perimeter(self):
        return math.pi * (self.radius + self.radius)


class Rectangle(_Frozen, Shape):
    def __init__(self, width, height):
        super().__init__(width=width, height=height)

    @property
    def area(self):
        return float(self.width * self.height)

    @property
    def perimeter(self):
        return float(2 * self.width + 2 * self.height)

    def with_width(self, width):
        return Rectangle(height=self.height, width=width)

    def with_height(self, height):
        return Rectangle(height=height, width=self.width)


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side)

    side = property(lambda self: self.height)


class Triangle(_Frozen, Shape):
    def __init__(self, a, b, c):
        super().__init__(a=a, b=b, c=c)
        if self._parts()[1] <= 0:
            raise ValueError("the two shorter sides end before they meet")

    def _parts(self):
        """Return the four factors of Kahan's product."""
        c, b, a = sorted(vars(self).values())
        return a + (b + c), c - (a - b), c + (a - b), a + (b - c)

    @property
    def area(self):
        return math.prod(math.sqrt(part) for part in self._parts()) / 4

    @property
    def perimeter(self):
        return math.fsum(vars(self).values())


class Polygon(_Frozen, Shape):
    def __init__(self, vertices):
        corners = tuple(tuple(corner) for corner in vertices)
        if len(corners) < 3:
            raise ValueError("too few corners")
        for number in itertools.chain.from_iterable(corners):
            if number - number != 0:  # an infinity or NaN
                raise ValueError(f"not a place: {number}")
        super().__init__(vertices=corners)

    @property
    def area(self):
        """The signed areas of the triangles between the first corner and each edge, added up."""
        (x0, y0), *rest = self.vertices
        twice = 0.0
        for (x1, y1), (x2, y2) in itertools.pairwise(rest):
            twice += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        return abs(twice / 2)

    @property
    def perimeter(self):
        around = itertools.pairwise([*self.vertices, self.vertices[0]])
        return sum(math.hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in around)


def total_area(shapes):
    total = 0.0
    for shape in shapes:
        total += shape.area
    return total


def largest(shapes):
    ordered = sorted(shapes, reverse=True)  # stable, so the first of equals stays the first
    if not ordered:
        raise ValueError("there is no largest of no shapes")
    return ordered[0]


def roundness(shape):
    return 4 * math.pi * shape.area / (shape.perimeter * shape.perimeter)
