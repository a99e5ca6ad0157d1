"""What a suite says about a value: called, expected, got.

Suites use these through the ``check`` fixture. Values are compared as exact built-in types, so an
object that claims to equal everything, or a ``bool`` where an ``int`` was asked for, does not pass.
"""

import datetime
import decimal
import fractions
import math
import pathlib
import reprlib
import uuid
from collections.abc import Callable
from typing import Any

PLAIN_TYPES = frozenset(
    {
        *(type(None), type(...), bool, int, complex, str, bytes, bytearray, range),
        *(decimal.Decimal, fractions.Fraction, uuid.UUID),
        *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
        *(pathlib.PosixPath, pathlib.WindowsPath),
    }
)
"""Types whose ``==`` can be trusted. ``float`` and the containers are compared piece by piece."""

CALL_CHARACTERS = 1_200


class Mismatch(AssertionError):
    """A check failed; the message says what was called, what was expected and what came back."""


class _Short(reprlib.Repr):
    """Says that a ``repr`` raises, where the base class shows an address."""

    def repr_instance(self, x: object, level: int) -> str:
        """Return the ``repr`` of an object of any class, shortened in the middle."""
        del level
        try:
            text = repr(x)
        except Exception as error:
            return f"<{type(x).__name__} whose repr raised {type(error).__name__}>"
        half = (self.maxother - 3) // 2
        return text if len(text) <= self.maxother else f"{text[:half]}...{text[-half:]}"


def shown(value: object, limit: int = 400) -> str:
    """Return ``repr(value)``, shortened in the middle; a ``repr`` that raises is said, not raised."""
    short = _Short()
    short.maxlevel = 4
    short.maxdict = short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = short.maxdeque = 12
    short.maxstring = short.maxother = limit
    short.maxlong = 60
    try:
        text = short.repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= 2 * limit else f"{text[:limit]} … {text[-limit // 4 :]}"


def same(expected: object, got: object) -> bool:
    """Tell whether two values are equal as exact built-in types, at every depth.

    NaN equals NaN. Objects of any other class are the same only if they are one object: a suite
    that expects such an object compares its fields.
    """
    kind = type(expected)
    if type(got) is not kind:
        return False
    if kind is float:
        return expected == got or (math.isnan(expected) and math.isnan(got))  # type: ignore[arg-type]
    if kind in PLAIN_TYPES:
        return bool(expected == got)
    if isinstance(expected, list | tuple) and kind in (list, tuple):
        assert isinstance(got, list | tuple)
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, set | frozenset) and kind in (set, frozenset):
        assert isinstance(got, set | frozenset)
        return len(expected) == len(got) and set(map(_exact, expected)) == set(map(_exact, got))
    if isinstance(expected, dict) and kind is dict:
        assert isinstance(got, dict)
        wanted, found = ({_exact(key): value for key, value in one.items()} for one in (expected, got))
        return (
            len(expected) == len(got)
            and wanted.keys() == found.keys()
            and all(same(value, found[key]) for key, value in wanted.items())
        )
    return expected is got


def _exact(value: object) -> object:
    """Return a stand-in for a hashable value: two stand-ins are equal if ``same`` says so of the values."""
    kind = type(value)
    if isinstance(value, tuple) and kind is tuple:
        return (kind, tuple(map(_exact, value)))
    if isinstance(value, frozenset) and kind is frozenset:
        return (kind, frozenset(map(_exact, value)))
    if isinstance(value, float) and kind is float:
        return (kind, "nan" if math.isnan(value) else value)
    return (kind, value if kind in PLAIN_TYPES else id(value))


def _typed(got: object, expected: object) -> str:
    """Return the text of a value, with its type where that is what is wrong."""
    if type(got) is type(expected):
        return shown(got)
    return f"{shown(got)} (of type {type(got).__name__}, expected {type(expected).__name__})"


def _difference(expected: Any, got: Any, place: str = "") -> str:
    """Say where two values of one type differ that look alike when they are shortened."""
    kind = type(expected)
    pairs: list[tuple[Any, Any, Any]] = []
    if type(got) is kind and (kind in (bytes, list, tuple, dict) or (kind is str and len(expected) > 1)):
        if len(expected) != len(got):
            return f"{place} has {len(got)} items, expected {len(expected)}".lstrip()
        keys = expected if kind is dict else range(len(expected))
        pairs = [(key, expected[key], got[key]) for key in keys if kind is not dict or key in got]
    for key, one, other in pairs:
        if not same(one, other):
            return _difference(one, other, f"{place}[{shown(key)}]")
    return (
        f"{place} is {_typed(got, expected)}, expected {shown(expected)}" if place else "in what is not shown"
    )


def _near(expected: float, got: Any, rel: float, abs: float) -> bool:  # noqa: A002
    try:
        return math.isclose(expected, got, rel_tol=rel, abs_tol=abs)
    except OverflowError:  # an int that no float can hold is near to none
        return False


def mismatch(call: str, expected: str, got: str) -> Mismatch:
    """Return the failure that every check raises: three lines, in one form; a long call loses its middle."""
    if len(call) > CALL_CHARACTERS:
        call = f"{call[: CALL_CHARACTERS // 2]} … {call[-CALL_CHARACTERS // 4 :]}"
    return Mismatch(f"called:   {call}\nexpected: {expected}\ngot:      {got}")


class Checks:
    """The ``check`` fixture. ``call`` is always what the learner would type to see it happen."""

    def equal(self, expected: object, got: object, call: str) -> None:
        """Require ``got`` to be ``expected``, exactly (see ``same``)."""
        __tracebackhide__ = True
        if not same(expected, got):
            told = _typed(got, expected)
            if told == shown(expected):
                told = f"{told} (different: {_difference(expected, got)})"
            raise mismatch(call, shown(expected), told)

    def returns(self, expected: object, action: Callable[[], Any], call: str) -> None:
        """Run ``action`` and require it to return ``expected``, exactly; an exception is what came back."""
        __tracebackhide__ = True
        try:
            got = action()
        except Exception as error:
            told = f"it raised {type(error).__name__}: {error}"
            raise mismatch(call, shown(expected), told) from error
        self.equal(expected, got, call)

    def identical(self, expected: object, got: object, call: str) -> None:
        """Require ``got`` to be the very object ``expected``."""
        __tracebackhide__ = True
        if got is not expected:
            raise mismatch(call, f"the same object, {shown(expected)}", f"another object, {shown(got)}")

    def close(self, expected: float, got: object, call: str, rel: float = 1e-9, abs: float = 0.0) -> None:  # noqa: A002
        """Require ``got`` to be an ``int`` or ``float`` within the tolerances of ``math.isclose``."""
        __tracebackhide__ = True
        if type(got) not in (int, float) or not _near(expected, got, rel, abs):
            raise mismatch(call, f"{shown(expected)} (within {rel or abs:g})", shown(got))

    def at_most(self, limit: float, got: object, call: str) -> None:
        """Require a count or measure to be no greater than ``limit``."""
        __tracebackhide__ = True
        if type(got) not in (int, float) or not got <= limit:  # type: ignore[operator]
            raise mismatch(call, f"at most {limit:,}", shown(got))

    def at_least(self, limit: float, got: object, call: str) -> None:
        """Require a count or measure to be no smaller than ``limit``."""
        __tracebackhide__ = True
        if type(got) not in (int, float) or not got >= limit:  # type: ignore[operator]
            raise mismatch(call, f"at least {limit:,}", shown(got))

    def that(self, condition: object, call: str, expected: str, got: object) -> None:
        """Require ``condition`` to be ``True``, where no single value can be expected.

        ``expected`` is a phrase for people; ``got`` is the evidence, shown as it is.
        """
        __tracebackhide__ = True
        if condition is not True:
            raise mismatch(call, expected, got if type(got) is str else shown(got))

    def raises(self, expected: type[BaseException], action: Callable[[], Any], call: str) -> BaseException:
        """Run ``action`` and require it to raise ``expected`` or a subclass; return the exception."""
        __tracebackhide__ = True
        try:
            got = action()
        except BaseException as error:
            if expected in type(error).__mro__:
                return error
            if not isinstance(error, Exception):
                raise
            told = f"it raised {type(error).__name__}: {error}"
            raise mismatch(call, f"it raises {expected.__name__}", told) from error
        raise mismatch(call, f"it raises {expected.__name__}", f"it returned {shown(got)}")
