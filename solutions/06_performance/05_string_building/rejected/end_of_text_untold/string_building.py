"""Five ways to build one text, a builder that can be asked on the way, and the means to measure them all."""

import codecs
import dis
import functools
import io
import math
import statistics
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import CodeType
from typing import BinaryIO, TextIO

Builder = Callable[[Iterable[str]], object]
"""Makes something of lines; called with the lines as its only argument."""

Measure = Callable[[Callable[[], object]], float]
"""Runs an action, once or several times, and returns what one run cost."""

_PART = 16_384
"""Characters that a report collects before it writes them."""

_IDLE = {"RESUME", "LOAD_CONST", "LOAD_SMALL_INT", "RETURN_VALUE", "RETURN_CONST"}
"""The instructions of code that has nothing to do but to return a constant."""


def by_concatenation(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``+=``."""
    text = ""
    for line in lines:
        # In place only in this form: a local name, no other reference, one addition to the text.
        text += line + end
    return text


def by_join(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``str.join``."""
    return end.join([*lines, ""])


def by_stringio(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with ``io.StringIO``."""
    buffer = io.StringIO(newline="")  # no translation of line ends
    for line in lines:
        buffer.write(line)
        buffer.write(end)
    return buffer.getvalue()


def by_bytearray(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, built with a ``bytearray`` and decoded at the end."""
    # UTF-8 has no mark at the beginning, and keeps two surrogates that meet apart; UTF-16 does neither.
    code, errors = "utf-8", "surrogatepass"
    encoded_end = end.encode(code, errors)
    data = bytearray()
    for line in lines:
        data += line.encode(code, errors)
        data += encoded_end
    return data.decode(code, errors)


def by_fstring(lines: Iterable[str], end: str = "\n") -> str:
    """Return every line followed by ``end``, each pair put together by an f-string."""
    return "".join([f"{line}{end}" for line in lines])


class TextBuilder:
    """A text that grows line by line and can be asked for at any time."""

    def __init__(self, end: str = "\n") -> None:
        self._end = end
        self._pieces: list[str] = []
        self._length = 0

    def append(self, line: str) -> None:
        """Add ``line`` and the end, without copying the text that is there."""
        self._pieces += (line, self._end)
        self._length += len(line) + len(self._end)

    def __len__(self) -> int:
        """Return the number of characters so far, without building the text."""
        return self._length

    def __str__(self) -> str:
        """Return the text so far; asked again, it makes no second copy."""
        text = "".join(self._pieces)
        self._pieces = [text]  # joining this one piece gives the piece itself
        return text


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the ``p`` for which ``costs`` are nearest to ``c * sizes ** p``.

    On logarithmic axes a power is a straight line and ``p`` its slope, fitted by least squares.

    Raises:
        ValueError: unequal lengths, fewer than two different sizes, or a number that is not positive.

    """
    # math.log refuses what is not positive; statistics.StatisticsError is a ValueError too.
    return statistics.linear_regression([*map(math.log, sizes)], [*map(math.log, costs)]).slope


def copied_bytes(build: Builder, lines: Sequence[str]) -> int:
    """Return the bytes that ``build`` moved: the rise of memory in each step between two lines, summed up."""
    total = level = 0

    def begin_step() -> None:
        nonlocal level
        tracemalloc.reset_peak()
        level, _ = tracemalloc.get_traced_memory()

    def end_step() -> None:
        nonlocal total
        _, peak = tracemalloc.get_traced_memory()
        total += peak - level

    def one_at_a_time() -> Iterator[str]:
        for line in lines:
            end_step()
            begin_step()
            yield line

    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        begin_step()
        build(one_at_a_time())
        end_step()
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return total


def builder_costs(build: Builder, sizes: Sequence[int], measure: Measure, rounds: int = 3) -> list[float]:
    """Return, for each size, the smallest of ``rounds`` costs of building that many lines."""
    costs = []
    for size in sizes:
        lines = [f"{number:50}" for number in range(size)]
        action = functools.partial(build, lines)
        costs.append(min(measure(action) for _ in range(rounds)))
    return costs


def expression_cost(expression: str, names: Mapping[str, object], measure: Measure) -> float:
    """Return the cost of evaluating ``expression`` with the variables ``names``.

    Raises:
        ValueError: the compiler has done all the work beforehand.

    """
    code = compile(expression, "<expression>", "eval")
    if _is_folded(code):
        raise ValueError(f"the compiler has computed this already: {expression}")
    namespace = dict(names)  # eval adds __builtins__ to what it is given
    return measure(lambda: eval(code, namespace))


def _is_folded(code: CodeType) -> bool:
    """Tell whether the code does nothing but return a constant."""
    return all(instruction.opname in _IDLE for instruction in dis.get_instructions(code))


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
    if encoding is None:
        characters = 0
        for part in _parts(lines, end):
            file.write(part)
            characters += len(part)
        return characters
    # One encoder for the whole report: it writes one mark at the beginning and knows which shift is on.
    encoder = codecs.getincrementalencoder(encoding)(errors)
    characters = 0
    for part in _parts(lines, end):
        file.write(encoder.encode(part))
        characters += len(part)
    return characters


def _parts(lines: Iterable[str], end: str) -> Iterator[str]:
    """Yield the text in parts of about ``_PART`` characters."""
    pieces: list[str] = []
    length = 0
    for line in lines:
        pieces += (line, end)
        length += len(line) + len(end)
        if length >= _PART:
            yield "".join(pieces)
            pieces.clear()
            length = 0
    if pieces:
        yield "".join(pieces)
