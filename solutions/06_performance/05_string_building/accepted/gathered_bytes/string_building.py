"""Halving instead of ``+=``, a bytearray behind the builder, a report gathered in memory, a fit by hand."""

import codecs
import dis
import io
import math
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import BinaryIO, TextIO

Builder = Callable[[Iterable[str]], object]
Measure = Callable[[Callable[[], object]], float]


def by_concatenation(lines: Iterable[str], end: str = "\n") -> str:
    """Add neighbours to each other, again and again: each character is copied once for each halving."""
    texts = [line + end for line in lines]
    while len(texts) > 1:
        if len(texts) % 2:
            texts.append("")
        texts = [left + right for left, right in zip(texts[::2], texts[1::2], strict=True)]
    return texts[0] if texts else ""


def by_join(lines: Iterable[str], end: str = "\n") -> str:
    ended = [line + end for line in lines]
    return "".join(ended)


def by_stringio(lines: Iterable[str], end: str = "\n") -> str:
    file = io.StringIO(newline="")
    file.writelines(line + end for line in lines)
    file.seek(0)
    return file.read()


def by_bytearray(lines: Iterable[str], end: str = "\n") -> str:
    data = bytearray()
    for line in lines:
        data += bytes(line + end, "utf-8", "surrogatepass")
    return str(data, "utf-8", "surrogatepass")


def by_fstring(lines: Iterable[str], end: str = "\n") -> str:
    text = ""
    for line in lines:
        text += f"{line}{end}"
    return text


class TextBuilder:
    def __init__(self, end: str = "\n") -> None:
        self._end = end
        self._data = bytearray()
        self._count = 0
        self._known = ""

    def append(self, line: str) -> None:
        self._data += f"{line}{self._end}".encode("utf-8", "surrogatepass")
        self._count += len(line) + len(self._end)

    def __len__(self) -> int:
        return self._count

    def __str__(self) -> str:
        if len(self._known) != self._count:
            self._known = self._data.decode("utf-8", "surrogatepass")
        return self._known


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    if len(sizes) != len(costs) or len(set(sizes)) < 2 or not all(number > 0 for number in (*sizes, *costs)):
        raise ValueError("one positive cost for each of two or more different sizes")
    xs = [math.log2(size) for size in sizes]
    ys = [math.log2(cost) for cost in costs]
    middle = sum(xs) / len(xs)
    level = sum(ys) / len(ys)
    covariance = sum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True))
    return covariance / sum((x - middle) ** 2 for x in xs)


def copied_bytes(build: Builder, lines: Sequence[str]) -> int:
    rises = []
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()

    def steps():
        for line in lines:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            yield line
            rises.append(tracemalloc.get_traced_memory()[1] - before)
        tracemalloc.reset_peak()
        rises.append(-tracemalloc.get_traced_memory()[0])

    try:
        result = build(steps())
        rises.append(tracemalloc.get_traced_memory()[1])
        del result
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return sum(rises)


def builder_costs(build: Builder, sizes: Sequence[int], measure: Measure, rounds: int = 3) -> list[float]:
    def cheapest(size: int) -> float:
        lines = tuple(f"{number:050}" for number in range(size))
        return min([measure(lambda: build(lines)) for _ in range(rounds)])

    return list(map(cheapest, sizes))


def expression_cost(expression: str, names: Mapping[str, object], measure: Measure) -> float:
    code = compile(expression, expression, "eval")
    steps = [step.opname for step in dis.get_instructions(code)]
    if not code.co_names and len(steps) <= len(["RESUME", "LOAD_CONST", "RETURN_VALUE"]):
        raise ValueError(f"{expression} is a constant")
    variables = {**names}

    def action() -> object:
        return eval(code, variables)

    return measure(action)


def write_report(
    lines: Iterable[str],
    file: TextIO | BinaryIO,
    *,
    encoding: str | None = None,
    errors: str = "strict",
    end: str = "\n",
) -> int:
    if encoding is None:
        gathered, encode = io.StringIO(newline=""), None
    else:
        gathered, encode = io.BytesIO(), codecs.getincrementalencoder(encoding)(errors).encode
    count = 0
    for line in lines:
        text = line + end
        count += len(text)
        gathered.write(text if encode is None else encode(text))
        if gathered.tell() >= 100_000:
            _pour(gathered, file)
    if encode is not None:
        gathered.write(encode("", True))
    _pour(gathered, file)
    return count


def _pour(gathered: io.StringIO | io.BytesIO, file: TextIO | BinaryIO) -> None:
    """Write what was gathered in one call, and begin again with nothing."""
    file.write(gathered.getvalue())
    gathered.seek(0)
    gathered.truncate()
