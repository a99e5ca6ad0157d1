"""A StringIO behind the builder, batches and ``codecs.iterencode`` for the report, a median of slopes."""

import codecs
import dis
import io
import itertools
import math
import statistics
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, TextIO

Builder = Callable[[Iterable[str]], object]
Measure = Callable[[Callable[[], object]], float]


def by_concatenation(lines: Iterable[str], end: str = "\n") -> str:
    text = ""
    for line in lines:
        text += line
        text += end
    return text


def by_join(lines: Iterable[str], end: str = "\n") -> str:
    return "".join(itertools.chain.from_iterable((line, end) for line in lines))


def by_stringio(lines: Iterable[str], end: str = "\n") -> str:
    with io.StringIO(newline="\n") as file:
        for line in lines:
            print(line, end=end, file=file)
        return file.getvalue()


def by_bytearray(lines: Iterable[str], end: str = "\n") -> str:
    data = bytearray()
    for line in lines:
        data.extend((line + end).encode("utf-32-le", "surrogatepass"))
    return data.decode("utf-32-le", "surrogatepass")


def by_fstring(lines: Iterable[str], end: str = "\n") -> str:
    return f"{''.join(f'{line}{end}' for line in lines)}"


class TextBuilder:
    def __init__(self, end: str = "\n") -> None:
        self._end = end
        self._file = io.StringIO(newline="")
        self._text: str | None = ""

    def append(self, line: str) -> None:
        self._file.write(line)
        self._file.write(self._end)
        self._text = None

    def __len__(self) -> int:
        return self._file.tell()

    def __str__(self) -> str:
        if self._text is None:
            self._text = self._file.getvalue()
        return self._text


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the median of the slopes between all pairs of points (Theil and Sen)."""
    points = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True)]
    slopes = [(d - b) / (c - a) for (a, b), (c, d) in itertools.combinations(points, 2) if a != c]
    return statistics.median(slopes)


class _Steps:
    """An iterator over lines that keeps the books of traced memory."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = iter(lines)
        self.total = 0
        self._open()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.close()
        self._open()
        return next(self._lines)

    def _open(self) -> None:
        tracemalloc.reset_peak()
        self._before = tracemalloc.get_traced_memory()[0]

    def close(self) -> None:
        self.total += tracemalloc.get_traced_memory()[1] - self._before


def copied_bytes(build: Builder, lines: Sequence[str]) -> int:
    borrowed = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        steps = _Steps(lines)
        build(steps)
        steps.close()
        return steps.total
    finally:
        if not borrowed:
            tracemalloc.stop()


def builder_costs(build: Builder, sizes: Sequence[int], measure: Measure, rounds: int = 3) -> list[float]:
    best = dict.fromkeys(sizes, math.inf)
    inputs = {size: [str(number).rjust(50, ".") for number in range(size)] for size in best}
    for _ in range(rounds):  # all sizes in each round: a disturbance that lasts hits one round of each
        for size, lines in inputs.items():
            best[size] = min(best[size], measure(lambda lines=lines: build(iter(lines))))
    return [best[size] for size in sizes]


def expression_cost(expression: str, names: Mapping[str, object], measure: Measure) -> float:
    function = eval(f"lambda: ({expression})", {**names})
    work = [step.opname for step in dis.get_instructions(function)]
    if not any(name.startswith(("LOAD_GLOBAL", "CALL", "BINARY", "BUILD", "FORMAT")) for name in work):
        raise ValueError(f"nothing is left to do in {expression}")
    return measure(function)


def write_report(
    lines: Iterable[str],
    file: TextIO | BinaryIO,
    *,
    encoding: str | None = None,
    errors: str = "strict",
    end: str = "\n",
) -> int:
    count = 0

    def parts() -> Iterator[str]:
        nonlocal count
        rest = iter(lines)
        while batch := list(itertools.islice(rest, 100)):
            part = "".join([line + end for line in batch])
            count += len(part)
            yield part

    for part in parts() if encoding is None else codecs.iterencode(parts(), encoding, errors):
        file.write(part)
    return count
