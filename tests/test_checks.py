"""What a suite says about a value: called, expected, got."""

import collections
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import uuid

import pytest

from grader.checks import Checks, Mismatch, same, shown

NAN = float("nan")


class Liar:
    """Claims to equal everything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return hash(1)

    def __le__(self, other):
        return True

    __ge__ = __lt__ = __gt__ = __le__

    def __bool__(self):
        return True

    def __repr__(self):
        return "14"


class Sneaky(int):
    """An int that is not one of the built-in type."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Rude:
    """Has no text."""

    def __repr__(self):
        raise ValueError("no text")


Point = collections.namedtuple("Point", "x y")
Color = enum.Enum("Color", ["RED"])
LIAR = Liar()

SAME = [
    (None, None),
    (..., ...),
    (True, True),
    (7, 7),
    (10**30, 10**30),
    (1.5, 1.5),
    (NAN, float("nan")),
    (0.0, -0.0),
    (1j, 1j),
    ("ü", "ü"),
    (b"x", b"x"),
    (bytearray(b"x"), bytearray(b"x")),
    (range(3), range(3)),
    ([1, [2, (3,)]], [1, [2, (3,)]]),
    ({1, (2, 3)}, {(2, 3), 1}),
    (frozenset({1}), frozenset({1})),
    ({frozenset({1})}, {frozenset({1})}),
    ({NAN, 1}, {1, float("nan")}),
    ({"a": [1], (1, 2): {}}, {(1, 2): {}, "a": [1]}),
    ({NAN: 1}, {float("nan"): 1}),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    (fractions.Fraction(1, 2), fractions.Fraction(2, 4)),
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1)),
    (uuid.UUID(int=1), uuid.UUID(int=1)),
    (pathlib.Path("a/b"), pathlib.Path("a") / "b"),
    (LIAR, LIAR),
    ([Color.RED], [Color.RED]),
    ({Color.RED}, {Color.RED}),
    ({LIAR}, {LIAR}),
]

DIFFERENT = [
    (None, False),
    (1, True),
    (0, False),
    (1, 1.0),
    ("1", 1),
    ("x", b"x"),
    (b"x", bytearray(b"x")),
    ([1], (1,)),
    ([1], [True]),
    ([1, 2], [1]),
    ([1], [1, 2]),
    ((1, [2]), (1, [2.0])),
    ({1}, {True}),
    ({1}, frozenset({1})),
    ({1}, {1, 2}),
    ({(1, 2)}, {(True, 2)}),
    ({(1, 2)}, {(1.0, 2)}),
    ({frozenset({1})}, {frozenset({True})}),
    ({NAN}, {1.0}),
    ({1: "a"}, {True: "a"}),
    ({(0, 1): "a"}, {(False, 1): "a"}),
    ({1: "a"}, {1: "b"}),
    ({1: "a"}, {1: "a", 2: "b"}),
    ({1: [0]}, {1: [False]}),
    ({"a": 1}, collections.OrderedDict(a=1)),
    ({"a": 1}, collections.defaultdict(int, a=1)),
    ([1], collections.UserList([1])),
    ((1, 2), Point(1, 2)),
    (Point(1, 2), Point(1, 2)),
    (1, Sneaky(2)),
    (1, LIAR),
    ("14", LIAR),
    ([1], [LIAR]),
    ({1}, {LIAR}),
    ({(1,)}, {(LIAR,)}),
    ({1: 2}, {LIAR: 2}),
    ({1: 2}, {1: LIAR}),
    (Liar(), Liar()),
    ({LIAR}, {Liar()}),
    (None, LIAR),
]


@pytest.mark.parametrize(("expected", "got"), SAME, ids=repr)
def test_equal_values_of_one_type_are_the_same(expected, got):
    """Equality of built-in types is what it is, with one NaN for all."""
    assert same(expected, got)
    Checks().equal(expected, got, "f()")


@pytest.mark.parametrize(("expected", "got"), DIFFERENT, ids=repr)
def test_everything_else_is_different(expected, got):
    """Neither another type nor a claim of equality passes, at any depth."""
    assert not same(expected, got)
    with pytest.raises(Mismatch):
        Checks().equal(expected, got, "f()")


def told(action):
    """Return what the failing check says."""
    with pytest.raises(Mismatch) as caught:
        action(Checks())
    return str(caught.value)


def test_a_failure_says_called_expected_and_got():
    """Three lines, in one form."""
    message = told(lambda check: check.equal(14, 9, "double(7)"))
    assert "called:   double(7)\nexpected: 14\ngot:      9" == message


def test_a_mismatch_is_a_failed_assertion():
    """Every test runner knows what to do with it."""
    assert issubclass(Mismatch, AssertionError)


@pytest.mark.parametrize(
    ("expected", "got", "line"),
    [
        (1, True, "True (of type bool, expected int)"),
        (14, LIAR, "14 (of type Liar, expected int)"),
        ([1], (1,), "(1,) (of type tuple, expected list)"),
    ],
)
def test_another_type_is_named(expected, got, line):
    """A value that looks right says why it is not."""
    assert line == told(lambda check: check.equal(expected, got, "f()")).partition("got:      ")[2]


LONG = list(range(100))
ALIKE = {
    "item": (LONG, [*LONG[:57], -1, *LONG[58:]], "[57] is -1, expected 57"),
    "length": (LONG, LONG[:99], "has 99 items, expected 100"),
    "depth": ([LONG, LONG], [LONG, LONG[:50]], "[1] has 50 items, expected 100"),
    "text": ("x" * 500, "x" * 250 + "y" + "x" * 249, "[250] is 'y', expected 'x'"),
    "dict": (dict.fromkeys(LONG, 0), dict.fromkeys(LONG, 0) | {77: 1}, "[77] is 1, expected 0"),
    "type inside": (
        [[[[[[1]]]]]],
        [[[[[[True]]]]]],
        "[0][0][0][0][0][0] is True (of type bool, expected int), expected 1",
    ),
    "no place": (set(LONG), {*LONG[:99], 100}, "in what is not shown"),
    "key": (dict.fromkeys(LONG), dict.fromkeys([*LONG[:99], 100]), "in what is not shown"),
}


@pytest.mark.parametrize(("expected", "got", "place"), ALIKE.values(), ids=ALIKE)
def test_values_that_look_alike_when_shortened_say_where_they_differ(expected, got, place):
    """Long values are shortened, and then the place says what is wrong."""
    message = told(lambda check: check.equal(expected, got, "f()"))
    assert f"(different: {place})" in message


def test_identical_asks_for_the_very_object():
    """An equal copy is not enough."""
    value = [1]
    Checks().identical(value, value, "f()")
    message = told(lambda check: check.identical(value, [1], "f()"))
    assert message.endswith("expected: the same object, [1]\ngot:      another object, [1]")


@pytest.mark.parametrize(("expected", "got"), [(0.3, 0.1 + 0.2), (1, 1.0), (1.0, 1), (math.inf, math.inf)])
def test_close_numbers_are_close(expected, got):
    """An int may stand for a float here."""
    Checks().close(expected, got, "f()")


@pytest.mark.parametrize("got", [1.1, NAN, True, "1", None, LIAR, decimal.Decimal(1), 10**400])
def test_other_numbers_and_other_things_are_not_close(got):
    """What is no number, or one that no float can hold, fails like any other value."""
    message = told(lambda check: check.close(1.0, got, "f()"))
    assert "expected: 1.0 (within 1e-09)" in message


def test_a_tolerance_can_be_chosen():
    """Relative or absolute, as for math.isclose; the message names it."""
    Checks().close(100, 101, "f()", rel=0.02)
    Checks().close(0.0, 0.5, "f()", rel=0, abs=0.5)
    assert "(within 0.5)" in told(lambda check: check.close(0.0, 0.6, "f()", rel=0, abs=0.5))


@pytest.mark.parametrize("got", [3, 2.5, -1])
def test_at_most_takes_what_is_not_greater(got):
    """The bound itself is allowed."""
    Checks().at_most(3, got, "f()")


@pytest.mark.parametrize("got", [4, 3.1, NAN, True, "2", None, LIAR])
def test_at_most_refuses_what_is_greater_or_no_number(got):
    """A count is an int or a float."""
    assert "expected: at most 3\n" in told(lambda check: check.at_most(3, got, "f()"))


@pytest.mark.parametrize("got", [3, 3.5, 10**9])
def test_at_least_takes_what_is_not_smaller(got):
    """The bound itself is allowed."""
    Checks().at_least(3, got, "f()")


@pytest.mark.parametrize("got", [2, NAN, True, "4", None, LIAR])
def test_at_least_refuses_what_is_smaller_or_no_number(got):
    """A count is an int or a float."""
    assert "expected: at least 3\n" in told(lambda check: check.at_least(3, got, "f()"))


def test_a_bound_is_written_for_people():
    """Large numbers have commas."""
    assert "at most 1,000,000" in told(lambda check: check.at_most(1_000_000, 2_000_000, "f()"))


def test_that_takes_true_only():
    """A condition is a comparison of the suite, and a truthy object is none."""
    Checks().that(True, "f()", "it is so", "")
    for condition in (False, None, 1, LIAR):
        with pytest.raises(Mismatch):
            Checks().that(condition, "f()", "it is so", "")


def test_that_shows_the_evidence():
    """A text is evidence as it is; other values are shown."""
    assert told(lambda check: check.that(False, "f()", "sorted items", "3 after 5")).endswith(
        "expected: sorted items\ngot:      3 after 5"
    )
    assert told(lambda check: check.that(False, "f()", "sorted items", [5, 3])).endswith("got:      [5, 3]")


def test_what_an_action_returns_is_compared_as_equal_does():
    """The exact type counts here too."""
    Checks().returns([1], lambda: [1], "f()")
    assert told(lambda check: check.returns(1, lambda: True, "f()")).endswith(
        "expected: 1\ngot:      True (of type bool, expected int)"
    )


def test_an_exception_in_place_of_a_value_is_what_came_back():
    """The traceback leads to it; an end of the run is not swallowed."""
    with pytest.raises(Mismatch) as caught:
        Checks().returns(1, lambda: {}["x"], "f()")
    assert str(caught.value) == "called:   f()\nexpected: 1\ngot:      it raised KeyError: 'x'"
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(KeyboardInterrupt):
        Checks().returns(1, lambda: (_ for _ in ()).throw(KeyboardInterrupt()), "f()")


def test_an_exception_that_is_raised_is_returned():
    """The suite can look at it; a subclass is allowed."""
    error = KeyError("x")

    def action():
        raise error

    assert error is Checks().raises(KeyError, action, "f()")
    assert error is Checks().raises(LookupError, action, "f()")


def test_an_exception_that_is_not_raised_is_a_failure():
    """What came back instead is shown."""
    assert told(lambda check: check.raises(KeyError, lambda: [1], "f()")).endswith(
        "expected: it raises KeyError\ngot:      it returned [1]"
    )


def test_another_exception_is_a_failure_with_its_cause():
    """The learner sees which one, and the traceback leads to it."""

    def action():
        raise ValueError("no such thing")

    with pytest.raises(Mismatch) as caught:
        Checks().raises(KeyError, action, "f()")
    assert str(caught.value).endswith(
        "expected: it raises KeyError\ngot:      it raised ValueError: no such thing"
    )
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_end_of_the_run_is_not_swallowed(ending):
    """A deadline or an interrupt passes through, unless the suite asks for it."""

    def action():
        raise ending

    with pytest.raises(ending):
        Checks().raises(ValueError, action, "f()")
    assert ending is type(Checks().raises(ending, action, "f()"))


def test_a_class_that_lies_about_its_type_is_no_exception_of_that_type():
    """The real bases count, not what a metaclass says."""

    class Meta(type):
        def __subclasscheck__(cls, other):
            return True

    class Expected(Exception, metaclass=Meta):
        pass

    def action():
        raise ValueError("x")

    assert "it raised ValueError" in told(lambda check: check.raises(Expected, action, "f()"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ü", "'ü'"),
        ([1, (2,), {3}], "[1, (2,), {3}]"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]"),
        (Rude(), "<Rude whose repr raised ValueError>"),
        ([Rude()], "[<Rude whose repr raised ValueError>]"),
        (10**5000, "<int whose repr raised ValueError>"),
        (LIAR, "14"),
    ],
    ids=["text", "nested", "long", "rude", "rude inside", "huge", "liar"],
)
def test_a_value_is_shown_short(value, expected):
    """A value is shown as Python shows it, shortened, and never raises."""
    assert expected == shown(value)


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000, b"x" * 10_000, 10**4000, [["x" * 300] * 50] * 50, dict.fromkeys(range(99), "x" * 300)],
    ids=["text", "bytes", "int", "lists", "dict"],
)
def test_no_value_fills_the_report(value):
    """However large a value is, its text is of a page at most."""
    assert 900 > len(shown(value))


def test_an_object_with_a_long_text_is_cut_in_the_middle():
    """Beginning and end are kept."""

    class Wordy:
        def __repr__(self):
            return "<" + "x" * 1000 + ">"

    text = shown(Wordy(), limit=50)
    assert text.startswith("<xxx")
    assert text.endswith("xxx>")
    assert "..." in text
    assert 50 >= len(text)
