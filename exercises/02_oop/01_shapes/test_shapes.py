"""The suite of "Shapes". Areas are compared with exact ones, computed from what the floats really hold."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import Circle, Polygon, Rectangle, Shape, Square, Triangle, largest, roundness, total_area

DIGITS = 1e-12
"""The relative error that is allowed."""

PI = Fraction("3.14159265358979323846264338327950288419716939937510")

DENT = [(0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (3.0, 4.0), (3.0, 1.5), (0.0, 1.5)]
"""An L, of area 5 * 1.5 + 2 * 2.5."""

lengths = st.floats(min_value=1e-3, max_value=1e3)


class Ring(Shape):
    """A shape that the hand-in has never seen."""

    def __init__(self, outer, inner):
        self.outer, self.inner = outer, inner

    @property
    def area(self):
        return math.pi * (self.outer - self.inner) * (self.outer + self.inner)

    @property
    def perimeter(self):
        return 2 * math.pi * (self.outer + self.inner)


class Sheet(Shape):
    """Another one, whose area is what it is said to be."""

    def __init__(self, area):
        self._area = area

    @property
    def area(self):
        return self._area

    @property
    def perimeter(self):
        return 4 * math.sqrt(self._area)


def root(number):
    """Return the square root of a fraction, right to the last digit of a float."""
    with localcontext(prec=60):
        return float((Decimal(number.numerator) / Decimal(number.denominator)).sqrt())


def triangle_area(*sides):
    """Return the area of the triangle with exactly these sides, by Heron's formula without any rounding."""
    a, b, c = map(Fraction, sides)
    return root((a + b + c) * (-a + b + c) * (a - b + c) * (a + b - c) / 16)


def polygon_area(vertices):
    corners = [(Fraction(x), Fraction(y)) for x, y in vertices]
    following = corners[1:] + corners[:1]
    return float(abs(sum(a * d - b * c for (a, b), (c, d) in zip(corners, following, strict=True))) / 2)


def polygon_perimeter(vertices):
    corners = [(Fraction(x), Fraction(y)) for x, y in vertices]
    following = corners[1:] + corners[:1]
    return sum(root((a - c) ** 2 + (b - d) ** 2) for (a, b), (c, d) in zip(corners, following, strict=True))


def made(check, kind, *arguments):
    """Make a shape whose numbers are all right; a refusal is a failed check."""
    call = told(kind, arguments)
    try:
        return kind(*arguments)
    except Exception as error:
        check.that(False, call, "a shape", f"it raised {type(error).__name__}: {error}")


def told(kind, arguments):
    return f"{kind.__name__}({', '.join(map(repr, arguments))})"


def measures(check, call, shape, area, perimeter, digits=DIGITS):
    check.close(area, value(lambda: shape.area), f"{call}.area", rel=digits)
    check.close(perimeter, value(lambda: shape.perimeter), f"{call}.perimeter", rel=digits)


def value(action):
    """Return what ``action`` returns, or the words for what it raises."""
    try:
        return action()
    except Exception as error:
        return f"it raised {type(error).__name__}: {error}"


# 1. A family of shapes


@pytest.mark.task(1)
def test_the_base_class_is_abstract(check):
    """Nobody can make a Shape that is of no particular kind."""
    check.raises(TypeError, Shape, "Shape()")
    check.that(issubclass(Circle, Shape), "issubclass(Circle, Shape)", "True", issubclass(Circle, Shape))


@pytest.mark.task(1)
@pytest.mark.parametrize(("present", "lacking"), [("area", "perimeter"), ("perimeter", "area")])
def test_an_incomplete_kind_is_abstract(check, present, lacking):
    """A subclass of Shape that lacks area or perimeter cannot be made either; a complete one can."""
    incomplete = type("Incomplete", (Shape,), {present: property(lambda self: 1.0)})
    check.raises(TypeError, incomplete, f"Incomplete(), a subclass of Shape without {lacking}")
    complete = type("Complete", (incomplete,), {lacking: property(lambda self: 2.0)})
    check.returns(2.0, lambda: getattr(complete(), lacking), f"Complete().{lacking}, which returns 2.0")


@pytest.mark.task(1)
@given(radius=lengths)
@settings(max_examples=30)
def test_circles(check, radius):
    """A circle has the area pi r² and the circumference 2 pi r."""
    circle = made(check, Circle, radius)
    exact = Fraction(radius)
    measures(check, f"Circle({radius})", circle, float(PI * exact * exact), float(2 * PI * exact))
    check.equal(radius, value(lambda: circle.radius), f"Circle({radius}).radius")


@pytest.mark.task(1)
@given(width=lengths, height=lengths)
@settings(max_examples=30)
def test_rectangles(check, width, height):
    """A rectangle has the area width times height, and twice their sum as perimeter."""
    rectangle, call = made(check, Rectangle, width, height), f"Rectangle({width}, {height})"
    w, h = Fraction(width), Fraction(height)
    measures(check, call, rectangle, float(w * h), float(2 * (w + h)))
    got = value(lambda: (rectangle.width, rectangle.height))
    check.equal((width, height), got, f"({call}.width, {call}.height)")


@pytest.mark.task(1)
def test_squares_are_rectangles(check):
    """A square is a rectangle whose width and height are its side."""
    square = made(check, Square, 2.5)
    check.that(isinstance(square, Rectangle), "isinstance(Square(2.5), Rectangle)", "True", type(square))
    measures(check, "Square(2.5)", square, 6.25, 10.0)
    for name in ("side", "width", "height"):
        check.equal(2.5, value(lambda name=name: getattr(square, name)), f"Square(2.5).{name}")


@pytest.mark.task(1)
def test_numbers_may_be_given_by_name(check):
    """The constructors take their arguments by name too."""
    for kind, arguments, area in (
        (Circle, {"radius": 2.0}, float(4 * PI)),
        (Rectangle, {"height": 4.0, "width": 1.5}, 6.0),
        (Square, {"side": 1.5}, 2.25),
    ):
        call = f"{kind.__name__}({', '.join(f'{name}={given}' for name, given in arguments.items())}).area"
        check.close(area, value(lambda kind=kind, arguments=arguments: kind(**arguments).area), call, DIGITS)


# 2. Triangles and polygons


@pytest.mark.task(2)
def test_a_right_triangle_in_any_order(check):
    """The sides of a triangle may come in any order, and are kept in that order."""
    for a, b, c in ((5, 12, 13), (5, 13, 12), (12, 5, 13), (12, 13, 5), (13, 5, 12), (13, 12, 5)):
        triangle, call = made(check, Triangle, a, b, c), f"Triangle({a}, {b}, {c})"
        measures(check, call, triangle, 30.0, 30.0)
        for name, side in zip("abc", (a, b, c), strict=True):
            check.close(
                side, value(lambda triangle=triangle, name=name: getattr(triangle, name)), f"{call}.{name}"
            )


@pytest.mark.task(2)
@pytest.mark.parametrize(
    "sides",
    [
        (0.00029, 99_999.9999979, 100_000.0),  # all but flat
        (100_000.0, 100_000.0, 1.00005),
        (99_999.99996, 99_999.99994, 0.00003),
        (31_622.77662, 0.000023, 31_622.77661),
        (0.25, 0.5, 0.25000000000001),
        (1.0, 1e-12, 1.0),
        (3e-30, 2e-30, 1.000000000001e-30),
        (2e40, 2e40, 1e30),
    ],
)
def test_needles(check, sides):
    """The area of a triangle as thin as a needle is right to twelve digits."""
    triangle = made(check, Triangle, *sides)
    got = value(lambda: triangle.area)
    check.close(triangle_area(*sides), got, f"Triangle{sides}.area", rel=DIGITS)


@pytest.mark.task(2)
@given(a=lengths, share=st.floats(0.5, 1.0), slack=st.floats(1e-9, 1.0))
@settings(max_examples=60)
def test_any_triangle(check, a, share, slack):
    """Whatever the sides, area and perimeter of a triangle are right to twelve digits."""
    b = a * share
    c = (a - b) + slack * b
    measures(
        check,
        f"Triangle({a}, {b}, {c})",
        made(check, Triangle, a, b, c),
        triangle_area(a, b, c),
        float(Fraction(a) + Fraction(b) + Fraction(c)),
    )


@pytest.mark.task(2)
def test_a_polygon_with_a_dent(check):
    """A polygon may have a dent; its last corner is joined to the first."""
    measures(check, f"Polygon({DENT})", made(check, Polygon, DENT), 12.5, 18.0)


@pytest.mark.task(2)
def test_the_direction_of_the_walk(check):
    """Clockwise or not, and wherever the walk starts, the area is the same and positive."""
    for start in range(len(DENT)):
        around = DENT[start:] + DENT[:start]
        for vertices in (around, around[::-1]):
            polygon = made(check, Polygon, vertices)
            measures(check, f"Polygon({vertices})", polygon, 12.5, 18.0)


@pytest.mark.task(2)
def test_corners_are_kept_as_tuples(check):
    """The corners may come from a generator, and are kept as a tuple of tuples."""
    polygon = made(check, Polygon, ([x, y] for x, y in DENT))
    check.equal(tuple(DENT), value(lambda: polygon.vertices), "Polygon([x, y] for x, y in corners).vertices")
    check.close(12.5, value(lambda: polygon.area), "Polygon([x, y] for x, y in corners).area", rel=DIGITS)


@pytest.mark.task(2)
@given(
    radii=st.lists(st.floats(1.0, 2.0), min_size=3, max_size=9),
    x=st.floats(-1e9, 1e9),
    y=st.sampled_from([-1e9, -654_321_987.6, 0.0, 87_654_321.9, 1e9]),
)
@settings(max_examples=60)
def test_polygons_anywhere(check, radii, x, y):
    """A polygon may lie anywhere: its area stays right to nine digits, a billion away too."""
    angles = [2 * math.pi * number / len(radii) for number in range(len(radii))]
    vertices = [(x + r * math.cos(w), y + r * math.sin(w)) for r, w in zip(radii, angles, strict=True)]
    polygon = made(check, Polygon, vertices)
    measures(
        check, f"Polygon({vertices})", polygon, polygon_area(vertices), polygon_perimeter(vertices), 1e-9
    )


# 3. No impossible shapes

IMPOSSIBLE = [0, 0.0, -1, -1e-9, math.inf, -math.inf, math.nan]


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("kind", "numbers"),
    [(Circle, [1.5]), (Rectangle, [1.5, 2.5]), (Square, [1.5]), (Triangle, [3.0, 4.0, 5.0])],
    ids=["Circle", "Rectangle", "Square", "Triangle"],
)
def test_lengths_are_positive_and_finite(check, kind, numbers):
    """A length that is not positive, not finite or not a number is refused."""
    made(check, kind, *numbers)
    for place in range(len(numbers)):
        for wrong in IMPOSSIBLE:
            given = [*numbers[:place], wrong, *numbers[place + 1 :]]
            call = f"{kind.__name__}({', '.join(map(str, given))})"
            check.raises(ValueError, lambda given=given: kind(*given), call)


@pytest.mark.task(3)
def test_sides_that_do_not_reach(check):
    """Two sides that together are as long as the third, or shorter, make no triangle."""
    for sides in (
        (1, 2, 3),
        (1, 3, 2),
        (3, 2, 1),
        (2, 1, 3.5),
        (1, 8, 2),
        (0.25, 0.5, 0.25),
        (9, 9, 18.000001),
    ):
        check.raises(ValueError, lambda sides=sides: Triangle(*sides), f"Triangle{sides}")


@pytest.mark.task(3)
def test_sides_that_reach_by_less_than_a_rounding(check):
    """The sides are taken for what they are: what a rounded sum cannot see is still a triangle."""
    made(check, Triangle, 3.0, 4.0, 5.0)
    for sides in ((0.1, 0.6, 0.7), (0.7, 0.6, 0.1), (2.0, 2.0, 1e-25), (1e-30, 7.5, 7.5), (4e20, 3.0, 4e20)):
        made(check, Triangle, *sides)
    check.raises(ValueError, lambda: Triangle(1.0, 1e-25, 2.0), "Triangle(1.0, 1e-25, 2.0)")


@pytest.mark.task(3)
def test_polygons_have_corners(check):
    """A polygon has at least three corners, all of them at finite places."""
    made(check, Polygon, DENT)
    for vertices in (
        [],
        [(0, 0)],
        [(0, 0), (1, 1)],
        *([(0, 0), (1, 0), (1, wrong)] for wrong in (math.nan, math.inf, -math.inf)),
        *([(wrong, 0), (1, 0), (1, 1)] for wrong in (math.nan, math.inf, -math.inf)),
    ):
        check.raises(ValueError, lambda vertices=vertices: Polygon(vertices), f"Polygon({vertices})")


@pytest.mark.task(3)
def test_new_lengths_are_checked(check):
    """A rectangle with an impossible new length is refused."""
    for kind, numbers in ((Rectangle, (2, 3)), (Square, (2,))):
        shape = made(check, kind, *numbers)
        for name in ("with_width", "with_height"):
            for wrong in IMPOSSIBLE:
                call = f"{kind.__name__}{numbers}.{name}({wrong})"
                check.raises(ValueError, lambda s=shape, n=name, w=wrong: getattr(s, n)(w), call)


# 4. Shapes are values

EXAMPLES = [
    (Circle, (2,), ["radius"]),
    (Rectangle, (2, 3), ["width", "height"]),
    (Square, (2,), ["side", "width", "height"]),
    (Triangle, (2, 3, 4), ["a", "b", "c"]),
    (Polygon, (((0, 0), (2, 0), (0, 2)),), ["vertices"]),
]


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("kind", "arguments", "names"), EXAMPLES, ids=[kind.__name__ for kind, _, _ in EXAMPLES]
)
def test_shapes_do_not_change(check, kind, arguments, names):
    """The attributes of a shape can neither be set nor deleted."""
    shape = made(check, kind, *arguments)
    shown = kind.__name__.lower()
    for name in [*names, "area", "perimeter"]:
        before = value(lambda name=name: getattr(shape, name))
        check.raises(AttributeError, lambda name=name: setattr(shape, name, 7), f"{shown}.{name} = 7")
        check.raises(AttributeError, lambda name=name: delattr(shape, name), f"del {shown}.{name}")
        after = value(lambda name=name: getattr(shape, name))
        check.equal(before, after, f"{shown}.{name}, after both were refused")


@pytest.mark.task(4)
def test_a_polygon_keeps_its_corners(check):
    """Changing the list of which a polygon was made does not change the polygon."""
    corners = [[0, 0], [4, 0], [0, 4]]
    polygon = made(check, Polygon, corners)
    corners[1][0] = 100
    corners.append([-9, -9])
    check.equal(
        ((0, 0), (4, 0), (0, 4)), value(lambda: polygon.vertices), "polygon.vertices, the list having changed"
    )


@pytest.mark.task(4)
def test_equal_shapes(check):
    """Shapes of one class with equal numbers are equal and have equal hashes."""
    for kind, arguments, _ in EXAMPLES:
        floats = [
            tuple((float(x), float(y)) for x, y in given) if kind is Polygon else float(given)
            for given in arguments
        ]
        one, other = made(check, kind, *arguments), made(check, kind, *floats)
        call = f"{kind.__name__}{arguments} == {kind.__name__}{tuple(floats)}"
        check.returns(True, lambda one=one, other=other: one == other, call)
        check.returns(False, lambda one=one, other=other: one != other, call.replace("==", "!="))
        check.returns(
            True, lambda one=one, other=other: hash(one) == hash(other), f"hash of both sides of {call}"
        )
        check.returns(
            1, lambda one=one, other=other: len({one, other}), f"the size of the set of both sides of {call}"
        )


@pytest.mark.task(4)
def test_different_shapes(check):
    """Shapes of other classes or with other numbers are different, even if their areas are equal."""
    groups = [
        [(Circle, 1), (Circle, 2)],
        [(Rectangle, 2, 6), (Rectangle, 6, 2), (Rectangle, 3, 4), (Rectangle, 1, 12)],
        [(Square, 1), (Rectangle, 1, 1), (Circle, 1), (Square, 2), (Rectangle, 2, 2)],
        [(Triangle, 3, 4, 5), (Triangle, 5, 4, 3), (Triangle, 3, 4, 6)],
        [(Polygon, [(0, 0), (2, 0), (0, 2)]), (Polygon, [(2, 0), (0, 2), (0, 0)])],
    ]
    for group in groups:
        shapes = [(made(check, *one), one[0].__name__ + repr(tuple(one[1:]))) for one in group]
        for one, left in shapes:
            for other, right in shapes:
                check.returns(left == right, lambda o=one, p=other: o == p, f"{left} == {right}")
        check.returns(
            len(shapes),
            lambda s=shapes: len({one for one, _ in s}),
            f"the size of a set of {len(shapes)} different shapes",
        )
    for other in (1, (1,), "Square(1)", None):
        square = made(check, Square, 1)
        check.returns(False, lambda s=square, o=other: s == o, f"Square(1) == {other!r}")


@pytest.mark.task(4)
def test_new_lengths(check):
    """with_width and with_height change one length, in a new rectangle."""
    rectangle = made(check, Rectangle, 2, 3)
    for call, action, expected in (
        ("Rectangle(2, 3).with_width(7)", lambda: rectangle.with_width(7), (7, 3)),
        ("Rectangle(2, 3).with_height(7)", lambda: rectangle.with_height(7), (2, 7)),
    ):
        check.equal(expected, sizes(check, call, value(action)), f"width and height of {call}")
        check.equal(
            (2, 3), value(lambda: (rectangle.width, rectangle.height)), f"the old lengths, after {call}"
        )


@pytest.mark.task(4)
def test_a_square_keeps_the_contract_of_rectangles(check):
    """Whoever widens a rectangle may rely on its height, and the rectangle may be a square."""
    square = made(check, Square, 4)
    for name, expected in (("with_width", (9, 4)), ("with_height", (4, 9)), ("with_width", (9, 4))):
        call = f"Square(4).{name}(9)"
        result = value(lambda name=name: getattr(square, name)(9))
        check.equal(expected, sizes(check, call, result), f"width and height of {call}")
        check.equal(False, isinstance(result, Square), f"isinstance({call}, Square)")
        got = value(lambda: (square.side, square.width, square.height))
        check.equal((4, 4, 4), got, f"side, width and height of the old square, after {call}")


def sizes(check, call, result):
    check.that(isinstance(result, Rectangle), call, "a Rectangle", result)
    return value(lambda: (result.width, result.height))


# 5. Order and open functions

OPERATORS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compared(check, one, left, other, right, expected):
    for (sign, operator), truth in zip(OPERATORS.items(), expected, strict=True):
        check.returns(truth, lambda operator=operator: operator(one, other), f"{left} {sign} {right}")


@pytest.mark.task(5)
def test_the_order_is_by_area(check):
    """Shapes are ordered by their areas, whatever their kinds and numbers."""
    small = [(Circle, (1,)), (Rectangle, (0.5, 5)), (Square, (1.5,)), (Triangle, (2, 3, 4))]
    large = [(Circle, (1.75,)), (Rectangle, (5, 1.5)), (Square, (2.5,)), (Triangle, (7, 5, 4))]
    for kind, numbers in small:
        for other_kind, other_numbers in large:
            one, other = made(check, kind, *numbers), made(check, other_kind, *other_numbers)
            left, right = told(kind, numbers), told(other_kind, other_numbers)
            compared(check, one, left, other, right, (True, True, False, False))
            compared(check, other, right, one, left, (False, False, True, True))


@pytest.mark.task(5)
def test_different_shapes_of_equal_area(check):
    """Two shapes of equal area are each <= and >= the other, though they are not equal."""
    one, other = made(check, Rectangle, 2, 8), made(check, Square, 4)
    compared(check, one, "Rectangle(2, 8)", other, "Square(4)", (False, True, False, True))
    compared(check, other, "Square(4)", one, "Rectangle(2, 8)", (False, True, False, True))
    check.returns(False, lambda: one == other, "Rectangle(2, 8) == Square(4)")


@pytest.mark.task(5)
def test_only_shapes_are_compared(check):
    """A shape is neither smaller nor larger than something that is no shape."""
    square = made(check, Square, 4)
    for other in (16, "16", None, (4,)):
        for sign, operator in OPERATORS.items():
            call = f"Square(4) {sign} {other!r}"
            check.raises(TypeError, lambda operator=operator, other=other: operator(square, other), call)


@pytest.mark.task(5)
def test_unknown_kinds_join_the_order(check):
    """A kind of shape that defines area and perimeter only can be compared and sorted."""
    ring, sheet, square = made(check, Ring, 2, 1), made(check, Sheet, 16.0), made(check, Square, 4)
    compared(check, ring, "Ring(2, 1)", square, "Square(4)", (True, True, False, False))
    compared(check, square, "Square(4)", ring, "Ring(2, 1)", (False, False, True, True))
    compared(check, sheet, "Sheet(16.0)", square, "Square(4)", (False, True, False, True))
    compared(check, ring, "Ring(2, 1)", sheet, "Sheet(16.0)", (True, True, False, False))
    got = value(lambda: [type(shape).__name__ for shape in sorted([square, ring, Sheet(2.0)])])
    check.equal(["Sheet", "Ring", "Square"], got, "sorted([Square(4), Ring(2, 1), Sheet(2.0)])")


@pytest.mark.task(5)
def test_total_area(check):
    """total_area adds up what the shapes say, known or unknown."""
    shapes = [made(check, Square, 4), made(check, Ring, 3, 1), made(check, Circle, 2), Sheet(0.125)]
    got = value(lambda: total_area(iter(shapes)))
    check.close(
        float(16 + 12 * PI + Fraction(1, 8)),
        got,
        "total_area([Square(4), Ring(3, 1), Circle(2), Sheet(0.125)])",
        rel=DIGITS,
    )
    check.close(0, value(lambda: total_area([])), "total_area([])")


@pytest.mark.task(5)
def test_largest(check):
    """Largest is the first shape with the largest area, known or unknown."""
    kinds = [(Square, 4), (Ring, 2, 1), (Rectangle, 2, 8), (Sheet, 16.0)]
    named = {told(kind, given): made(check, kind, *given) for kind, *given in kinds}
    for names, expected in (
        (["Ring(2, 1)", "Square(4)", "Rectangle(2, 8)"], "Square(4)"),
        (["Rectangle(2, 8)", "Ring(2, 1)", "Sheet(16.0)", "Square(4)"], "Rectangle(2, 8)"),
        (["Sheet(16.0)", "Square(4)"], "Sheet(16.0)"),
        (["Ring(2, 1)"], "Ring(2, 1)"),
    ):
        call = f"largest([{', '.join(names)}])"
        got = value(lambda names=names: largest(named[name] for name in names))
        check.identical(named[expected], got, call)
    check.raises(ValueError, lambda: largest([]), "largest([])")


@pytest.mark.task(5)
def test_roundness(check):
    """Roundness is 4 pi area / perimeter², for every kind of shape."""
    for kind, numbers, expected in (
        (Circle, [3], 1.0),
        (Square, [7], float(PI / 4)),
        (Rectangle, [1, 3], float(PI * 12 / 64)),
        (Ring, [3, 1], 0.5),
        (Sheet, [2.0], float(PI / 4)),
    ):
        shape = made(check, kind, *numbers)
        call = f"roundness({told(kind, numbers)})"
        check.close(expected, value(lambda shape=shape: roundness(shape)), call, rel=DIGITS)
