"""Five ways to build one text, a builder that can be asked on the way, and the means to measure them all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import BinaryIO, TextIO

Builder = Callable[[Iterable[str]], object]
"""Makes something of lines; called with the lines as its only argument."""

Measure = Callable[[Callable[[], object]], float]
"""Runs an action, once or several times, and returns what one run cost."""


def by_concatenation(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``+=``."""
    raise NotImplementedError("add the lines to a text that CPython can extend in place")


def by_join(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``str.join``."""
    raise NotImplementedError("join the lines, with an end after the last one too")


def by_stringio(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``io.StringIO``."""
    raise NotImplementedError("write the lines to a StringIO that changes no character")


def by_bytearray(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with a ``bytearray`` and decoded at the end."""
    raise NotImplementedError("encode the lines into a bytearray so that every character survives")


def by_fstring(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, each pair put together by an f-string."""
    raise NotImplementedError("put each line and its end together with an f-string")


class TextBuilder:
    """A text that grows line by line and can be asked for at any time."""

    def __init__(self, end: str = "\n") -> None:
        raise NotImplementedError("begin with an empty text; remember the end")

    def append(self, line: str) -> None:
        """Add ``line`` and the end, without copying the text that is there."""
        raise NotImplementedError("add the line and the end")

    def __len__(self) -> int:
        """Return the number of characters so far, without building the text."""
        raise NotImplementedError("return the number of characters so far")

    def __str__(self) -> str:
        """Return the text so far; asked again, it makes no second copy."""
        raise NotImplementedError("return the text so far")


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the ``p`` for which ``costs`` are nearest to ``c * sizes ** p``.

    Raises:
        ValueError: unequal lengths, fewer than two different sizes, or a number that is not positive.

    """
    raise NotImplementedError("return the exponent that fits all the measurements")


def copied_bytes(build: Builder, lines: Sequence[str]) -> int:
    """Return the bytes that ``build`` moved: the rise of memory in each step between two lines, summed up."""
    raise NotImplementedError("hand the lines over one at a time and add up the rise of traced memory")


def builder_costs(build: Builder, sizes: Sequence[int], measure: Measure, rounds: int = 3) -> list[float]:
    """Return, for each size, the smallest of ``rounds`` costs of building that many lines."""
    raise NotImplementedError(
        "measure the building of so many lines, for each size, and keep the smallest cost"
    )


def expression_cost(expression: str, names: Mapping[str, object], measure: Measure) -> float:
    """Return the cost of evaluating ``expression`` with the variables ``names``.

    Raises:
        ValueError: the compiler has done all the work beforehand.

    """
    raise NotImplementedError("measure the evaluation, unless there is nothing left to evaluate")


def write_report(
    lines: Iterable[str],
    file: TextIO | BinaryIO,
    *,
    encoding: str | None = None,
    errors: str = "strict",
    end: str = "\n",
) -> int:
    """Write every line followed by ``end``, in bounded memory and few writes; return how many characters.

    Args:
        lines: short lines, as many as there are.
        file: a text file object if ``encoding`` is ``None``, else a binary one; it stays open.
        encoding: the encoding of the report as a whole.
        errors: the error handler of the encoding.
        end: what follows each line.

    """
    raise NotImplementedError("write the report part by part and return its number of characters")
