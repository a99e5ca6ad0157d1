"""The suite of string_building."""

import io
import itertools
import math
import sys
import time
import tracemalloc
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from string_building import (
    TextBuilder,
    builder_costs,
    by_bytearray,
    by_concatenation,
    by_fstring,
    by_join,
    by_stringio,
    copied_bytes,
    expression_cost,
    growth_exponent,
    write_report,
)

BUILDERS = {
    "by_concatenation": by_concatenation,
    "by_join": by_join,
    "by_stringio": by_stringio,
    "by_bytearray": by_bytearray,
    "by_fstring": by_fstring,
}
each_builder = pytest.mark.parametrize("name", BUILDERS)

MIB = 1 << 20


class Rise:
    """Hands out lines one at a time and adds up how far traced memory rises between them."""

    def __init__(self, lines):
        self.lines = iter(lines)
        self.total = 0

    def __enter__(self):
        tracemalloc.start()
        self.begin_step()
        return self

    def __exit__(self, *_):
        tracemalloc.stop()

    def __iter__(self):
        return self

    def __next__(self):
        self.end_step()
        line = next(self.lines)
        self.begin_step()
        return line

    def begin_step(self):
        tracemalloc.reset_peak()
        self.level = tracemalloc.get_traced_memory()[0]

    def end_step(self):
        self.total += tracemalloc.get_traced_memory()[1] - self.level


def moved_bytes(build, lines):
    with Rise(lines) as rise:
        text = build(rise)
        rise.end_step()
    del text
    return rise.total


def plain_addition(lines):
    text = ""
    for line in lines:
        text += line
    return text


def numbered(count, width):
    return [f"{number:{width}}" for number in range(count)]


# --- 1. Five ways, one text -------------------------------------------------------------------------------


@pytest.mark.task(1)
@each_builder
def test_every_line_is_followed_by_the_end(check, name):
    """Every line is followed by the end, the last one too."""
    build = BUILDERS[name]
    check.equal("red\ngreen\nblue\n", build(["red", "green", "blue"]), f'{name}(["red", "green", "blue"])')
    check.equal("red|green|", build(["red", "green"], end="|"), f'{name}(["red", "green"], end="|")')
    check.equal("a--", build(["a"], "--"), f'{name}(["a"], "--")')


@pytest.mark.task(1)
@each_builder
def test_empty_lines_ends_and_texts(check, name):
    """No lines make the empty text; lines and the end may be empty."""
    build = BUILDERS[name]
    check.equal("", build([]), f"{name}([])")
    check.equal("\n", build([""]), f'{name}([""])')
    check.equal(";;;", build(["", "", ""], ";"), f'{name}(["", "", ""], ";")')
    check.equal("abc", build(["a", "bc"], end=""), f'{name}(["a", "bc"], end="")')


@pytest.mark.task(1)
@each_builder
def test_lines_from_an_iterator(check, name):
    """Lines may come from an iterator, which is read once."""
    got = BUILDERS[name](str(number) for number in (7, 8, 9))
    check.equal("7\n8\n9\n", got, f"{name}(str(number) for number in (7, 8, 9))")


@pytest.mark.task(1)
@each_builder
@pytest.mark.parametrize(
    "lines",
    [
        ["dos\r\n", "mac\r", "\n\r"],
        ["\ufeffmark", "\ufeff", "\ufffe"],
        ["caf\udce9", "\udcff\udcfe"],
        ["\ud83d", "\ude00", "\U0001f600"],
        ["\x00", "é€😀", "\u2028\x85\x1a"],
    ],
    ids=["line ends", "byte order marks", "undecodable bytes", "halves of a pair", "odd characters"],
)
def test_every_character_survives(check, name, lines):
    """Every character comes out as it went in: line ends, byte order marks, surrogates."""
    check.equal("".join(lines), BUILDERS[name](lines, end=""), f'{name}({lines!a}, end="")')


@pytest.mark.task(1)
@settings(max_examples=25)
@given(lines=st.lists(st.text(st.characters()), max_size=6), end=st.text(st.characters(), max_size=2))
def test_five_builders_agree(check, lines, end):
    """The five builders give the same text for any lines and any end."""
    expected = "".join(line + end for line in lines)
    for name, build in BUILDERS.items():
        check.equal(expected, build(lines, end), f"{name}({lines!a}, {end!a})")


@pytest.mark.task(1)
@each_builder
def test_memory_moved_by_a_builder(check, name):
    """The memory that a builder moves is proportional to the text."""
    lines = numbered(1_000, 100)
    got = moved_bytes(BUILDERS[name], lines)
    check.at_most(20 * 101 * len(lines), got, f"bytes moved by {name}(…) for 1,000 lines of 100 characters")


@pytest.mark.task(1)
@each_builder
def test_time_taken_by_a_builder(check, name):
    """With the lines in a list, a builder takes at most 40 times the processor time of a `+=` in place."""
    lines = numbered(4_000, 250)
    yardstick = max(0.0002, min(cpu_seconds(plain_addition, lines) for _ in range(5)))
    rounds = (cpu_seconds(BUILDERS[name], lines) for _ in range(3))
    factor = next((cost / yardstick for cost in rounds if cost <= 40 * yardstick), math.inf)
    check.at_most(40, factor, f"{name}(…) for 4,000 lines of 250 characters, in units of a += in place")


def cpu_seconds(build, lines):
    started = time.thread_time()
    build(lines)
    return time.thread_time() - started


# --- 2. A builder that is asked on the way ----------------------------------------------------------------


@pytest.mark.task(2)
def test_the_text_so_far(check):
    """The text so far and its length can be asked for before and after each append."""
    builder = TextBuilder()
    check.equal("", str(builder), "str(TextBuilder())")
    check.equal(0, len(builder), "len(TextBuilder())")
    builder.append("one")
    check.equal("one\n", str(builder), 'str(builder) after append("one")')
    builder.append("")
    builder.append("é\ud83d")
    check.equal(8, len(builder), 'len(builder) after "one", "" and two characters')
    check.equal("one\n\né\ud83d\n", str(builder), 'str(builder) after "one", "" and two characters')


@pytest.mark.task(2)
def test_the_end_of_a_builder(check):
    """TextBuilder(end) puts that end after each line; two builders have nothing in common."""
    comma, nothing = TextBuilder(end=", "), TextBuilder("")
    for line in ("a", "b", "c"):
        comma.append(line)
        nothing.append(line)
    check.equal("a, b, c, ", str(comma), 'str of a TextBuilder(end=", ") with a, b and c')
    check.equal("abc", str(nothing), 'str of a TextBuilder("") with a, b and c')
    check.equal([9, 3], [len(comma), len(nothing)], "their lengths")


@pytest.mark.task(2)
def test_earlier_texts_stay(check):
    """What str gave earlier is not changed by a later append."""
    builder = TextBuilder()
    texts = []
    for line in ("a", "b", "c"):
        texts.append(str(builder))
        builder.append(line)
    check.equal(["", "a\n", "a\nb\n"], texts, "str(builder) before each of append('a'), ('b'), ('c')")


@pytest.mark.task(2)
@pytest.mark.parametrize("keeps", [False, True], ids=["nobody asks", "asked each time"])
def test_memory_moved_by_appending(check, keeps):
    """Neither append nor len copies the text, even when somebody asks for it each time and keeps it."""
    builder = TextBuilder()
    with Rise(numbered(1_000, 100)) as rise:
        for line in rise:
            builder.append(line)
            len(builder)
            rise.end_step()
            kept = str(builder) if keeps else ""  # the asking itself may copy, and is not counted
            rise.begin_step()
    del kept
    situation = "asked for its text each time" if keeps else "not asked for its text"
    check.at_most(20 * 101_000, rise.total, f"bytes moved by 1,000 lines appended to a builder {situation}")
    check.equal(101_000, len(builder), "len(builder) after 1,000 lines of 100 characters")


@pytest.mark.task(2)
def test_asking_again(check):
    """Asking again without an append in between makes no second copy of the text."""
    builder = TextBuilder()
    for line in numbered(1_000, 100):
        builder.append(line)
    first = str(builder)
    with Rise([]) as rise:
        second = str(builder)
        rise.end_step()
    check.at_most(10_000, rise.total, "bytes moved by a second str(builder) on 101,000 characters")
    check.equal(first, second, "the second str(builder)")


# --- 3. Fit how a cost grows ------------------------------------------------------------------------------

DOUBLING = [100 * 2**step for step in range(10)]


@pytest.mark.task(3)
@pytest.mark.parametrize("exponent", [0, 0.5, 1, 1.5, 2, 3])
def test_exact_powers(check, exponent):
    """Costs that follow a power exactly give its exponent, whatever their unit."""
    for unit in (1e-9, 1, 3_000):
        costs = [unit * size**exponent for size in DOUBLING]
        got = growth_exponent(DOUBLING, costs)
        check.close(
            exponent, got, f"growth_exponent(sizes, [{unit} * n ** {exponent} for n in sizes])", abs=1e-6
        )


@pytest.mark.task(3)
def test_any_order_and_repeats(check):
    """Sizes come in any order, with any steps between them, and may repeat."""
    sizes = [700, 30, 5_000, 30, 11, 700]
    got = growth_exponent(sizes, [4 * size**2 for size in sizes])
    check.close(2, got, f"growth_exponent({sizes}, [4 * n ** 2 for n in sizes])", abs=1e-6)
    check.close(1, growth_exponent((9, 3), (18, 6)), "growth_exponent((9, 3), (18, 6))", abs=1e-6)


@pytest.mark.task(3)
@settings(max_examples=40)
@given(
    exponent=st.sampled_from([0, 1, 2]),
    noise=st.lists(st.floats(0.92, 1.08), min_size=8, max_size=8),
)
def test_noise_on_every_cost(check, exponent, noise):
    """Costs that are up to 8 % too high or too low move the exponent by at most 0.1."""
    sizes = DOUBLING[:8]
    costs = [factor * size**exponent for size, factor in zip(sizes, noise, strict=True)]
    check.close(exponent, growth_exponent(sizes, costs), f"growth_exponent({sizes}, {costs})", rel=0, abs=0.1)


@pytest.mark.task(3)
@pytest.mark.parametrize("place", range(10))
def test_one_disturbed_cost(check, place):
    """One cost that is twice what it should be moves the exponent by at most 0.1, wherever it is."""
    costs = [size * 2.0 for size in DOUBLING]
    costs[place] *= 2
    check.close(1, growth_exponent(DOUBLING, costs), f"growth_exponent({DOUBLING}, {costs})", rel=0, abs=0.1)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("sizes", "costs"),
    [
        ([], []),
        ([10], [1]),
        ([10, 10, 10], [1, 2, 3]),
        ([10, 20], [1, 2, 3]),
        ([10, 20, 30], [1, 2]),
        ([10, 20], [0, 1]),
        ([10, 20], [1, -1.5]),
        ([0, 20], [1, 2]),
        ([-10, 20], [1, 2]),
    ],
)
def test_measurements_that_fit_nothing(check, sizes, costs):
    """Measurements that determine no exponent are a ValueError."""
    check.raises(ValueError, lambda: growth_exponent(sizes, costs), f"growth_exponent({sizes}, {costs})")


# --- 4. Measure a builder ---------------------------------------------------------------------------------


def takes_and_drops(lines):
    for _ in lines:
        bytes(50_000)


def takes_and_keeps(lines):
    return [bytes(50_000) for _ in lines]


def takes_after_the_last(lines):
    list(lines)
    return bytes(1_000_000)


@pytest.mark.task(4)
@pytest.mark.parametrize("build", [takes_and_drops, takes_and_keeps, takes_after_the_last])
def test_steps_are_summed(check, build):
    """copied_bytes sums up what each step takes: dropped again, kept, or taken after the last line."""
    got = copied_bytes(build, ["line"] * 20)
    call = f"copied_bytes(…) of a builder that {build.__name__.replace('_', ' ')}: 1,000,000 bytes in all"
    check.close(1_000_000, got, call, rel=0.05)


@pytest.mark.task(4)
@pytest.mark.parametrize("traced", [False, True])
def test_each_step_is_measured_by_itself(check, traced):
    """copied_bytes counts what a step takes once, and nothing that was there before."""

    def build(lines):
        for _ in lines:
            pass

    def build_after_a_large_step(lines):
        next(lines)
        bytes(1_000_000)
        for _ in lines:
            pass

    if traced:
        tracemalloc.start()
    try:
        held = bytes(3_000_000)
        for builder, size in ((build, 0), (build_after_a_large_step, 1_000_000)):
            got = copied_bytes(builder, ["line"] * 20)
            call = f"copied_bytes({builder.__name__}, 20 lines), with {len(held):,} bytes held meanwhile"
            call += ", memory being traced already" if traced else ""
            check.close(size, got, call, abs=50_000)
    finally:
        if traced:
            tracemalloc.stop()


@pytest.mark.task(4)
def test_lines_of_copied_bytes(check):
    """copied_bytes calls the builder once, and the builder receives the lines one at a time."""
    received = []

    def build(lines):
        received.append([iter(lines) is lines, next(lines), list(lines)])

    copied_bytes(build, ["a", "b", "c"])
    call = '[iter(lines) is lines, next(lines), list(lines)] in copied_bytes(build, ["a", "b", "c"])'
    check.equal([[True, "a", ["b", "c"]]], received, call)


@pytest.mark.task(4)
def test_copies_and_additions_in_place(check):
    """copied_bytes tells a += that copies from one in place."""

    def by_attribute(lines):
        report = SimpleNamespace(text="")
        for line in lines:
            report.text += line
        return report.text

    line = "x" * 1_000
    for count in (100, 400):
        size = 1_000 * count
        got = copied_bytes(plain_addition, [line] * count)
        check.at_most(2 * size, got, f"copied_bytes of a += in place, {count} lines of 1,000 bytes")
        got = copied_bytes(by_attribute, [line] * count)
        check.close(
            size * count / 2, got, f"copied_bytes of a += that copies, {count} lines of 1,000 bytes", rel=0.1
        )


@pytest.mark.task(4)
@pytest.mark.parametrize("fails", [False, True], ids=["build returns", "build raises"])
@pytest.mark.parametrize("traces", [False, True], ids=["off", "on"])
def test_tracing_is_left_as_it_was(check, traces, fails):
    """Tracing is on or off after copied_bytes as it was before, also when build raises."""

    def build(lines):
        if list(lines) and fails:
            raise LookupError("no more paper")

    tracemalloc.stop()
    if traces:
        tracemalloc.start()
    try:
        if fails:
            check.raises(LookupError, lambda: copied_bytes(build, ["a"]), "copied_bytes(build that raises)")
        else:
            copied_bytes(build, ["a"])
        state = tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    check.equal(traces, state, "tracemalloc.is_tracing() after copied_bytes(…)")


@pytest.mark.task(4)
def test_the_smallest_cost_counts(check):
    """Each size is measured as often as asked, and the smallest cost counts."""
    noise = itertools.cycle([5.0, 1.0, 3.0, 1.5])
    counts = []

    def measure(action):
        action()
        return counts[-1] * next(noise)

    def build(lines):
        counts.append(len(list(lines)))

    got = builder_costs(build, [10, 200, 30], measure, rounds=4)
    check.equal([10.0, 200.0, 30.0], got, "builder_costs(build, [10, 200, 30], measure, rounds=4)")
    check.equal([10] * 4 + [30] * 4 + [200] * 4, sorted(counts), "the numbers of lines that build got")
    counts.clear()
    builder_costs(build, [7], measure)
    check.equal(
        [7, 7, 7], counts, "the numbers of lines that build got in builder_costs(build, [7], measure)"
    )


@pytest.mark.task(4)
def test_nothing_but_the_action_builds(check):
    """Only the action calls build, once each time that it runs."""
    built = []
    inside = []

    def measure(action):
        before = len(built)
        action()
        action()
        inside.append(len(built) - before)
        return 1.0

    builder_costs(lambda lines: built.append("".join(lines)), [4, 6], measure, rounds=2)
    check.equal([2, 2, 2, 2], inside, "how often the action built, when each measure ran it twice")
    check.equal(8, len(built), "how often build was called in all")
    lengths = sorted(len(text) for text in built)
    check.equal([200] * 4 + [300] * 4, lengths, "the lengths of the texts, of 4 and 6 lines of 50 characters")


@pytest.mark.task(4)
def test_lines_of_an_experiment(check):
    """The lines are 50 characters long, all different, and made before the measuring."""
    received = []

    def build(lines):
        received.append(list(lines))

    def measure(action):
        action()
        return 1.0

    builder_costs(build, [300], measure, rounds=2)
    check.equal(2, len(received), "calls of build in builder_costs(build, [300], measure, rounds=2)")
    first, second = received
    check.equal({50}, {len(line) for line in first}, "the lengths of the lines")
    check.equal(300, len(set(first)), "the number of different lines")
    same = len(second) == 300 and all(map(lambda one, other: one is other, first, second))
    check.that(same, "the lines of both rounds", "the very same 300 objects", "lines made anew")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("word * 3 + end", "hohoho!"),
        ("f'{word}{end}'", "ho!"),
        ("''.join([word, end])", "ho!"),
        ("'-'.join(['a', 'b'])", "a-b"),
        ("word", "ho"),
        ("len('abc')", 3),
        ("'ab' * 5_000", "ab" * 5_000),
    ],
)
def test_the_action_evaluates_the_expression(check, expression, value):
    """The action evaluates the expression with the names; the cost is what measure returns."""
    values = []

    def measure(action):
        values.extend([action(), action()])
        return 0.25

    names = {"word": "ho", "end": "!"}
    got = expression_cost(expression, names, measure)
    call = f"expression_cost({expression!r}, {names}, measure)"
    check.equal([value, value], values, f"what the action returned, twice, in {call}")
    check.equal(0.25, got, call)
    check.equal({"word": "ho", "end": "!"}, names, f"names after {call}")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    "expression", ["'ab' * 100", "'a' + 'b' + 'c'", "'one' 'two'", "('-' * 30) + '>'", "7"]
)
def test_folded_expressions(check, expression):
    """An expression that the compiler has computed is a ValueError, and nothing is measured."""
    measured = []

    def measure(action):
        measured.append(action())
        return 1.0

    call = f"expression_cost({expression!r}, {{}}, measure)"
    check.raises(ValueError, lambda: expression_cost(expression, {}, measure), call)
    check.equal([], measured, f"what was measured in {call}")


# --- 5. A report larger than memory -----------------------------------------------------------------------


class Sink:
    """Counts what is written and keeps nothing."""

    def __init__(self):
        super().__init__()
        self.calls = 0
        self.taken = 0

    def writable(self):
        return True

    def write(self, data):
        if not isinstance(data, self.takes):
            raise TypeError(f"this file takes {self.takes}, not {type(data).__name__}")
        self.calls += 1
        self.taken += len(data)
        return len(data)


class TextSink(Sink, io.TextIOBase):
    takes = str


class BinarySink(Sink, io.BufferedIOBase):
    takes = (bytes, bytearray, memoryview)


@pytest.mark.task(5)
def test_a_report_in_a_text_file(check):
    """A text file receives every line followed by the end, and the number of characters comes back."""
    file = io.StringIO(newline="")
    check.equal(10, write_report(["un", "", "trois"], file), 'write_report(["un", "", "trois"], file)')
    check.equal(
        "un\n\ntrois\n", file.getvalue(), 'file.getvalue() after write_report(["un", "", "trois"], file)'
    )
    got = write_report(iter(["a", "b"]), file, end="\r\n")
    check.equal(6, got, 'write_report(iter(["a", "b"]), file, end="\\r\\n")')
    check.equal("un\n\ntrois\na\r\nb\r\n", file.getvalue(), "file.getvalue() after a second report")
    check.equal(0, write_report([], io.StringIO()), "write_report([], file)")


@pytest.mark.task(5)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "iso2022_jp"])
@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (["日本", "語"], ""),
        (["日本", "語", "ascii"], "\n"),
        (["語"] * 20_000, "\n"),
        (["", ""], ""),
        ([], "\n"),
    ],
    ids=["without end", "with end", "many", "empty lines", "no lines"],
)
def test_a_report_in_bytes(check, encoding, lines, end):
    """A binary file receives the bytes of the whole text, encoded once."""
    expected = "".join(line + end for line in lines)
    file = io.BytesIO()
    got = write_report(lines, file, encoding=encoding, end=end)
    told = str(lines) if len(lines) < 5 else f"[{lines[0]!r}] * {len(lines)}"
    call = f"write_report({told}, file, encoding={encoding!r}, end={end!r})"
    check.equal(len(expected), got, call)
    check.that(file.closed is False, f"file.closed after {call}", "False", "True")
    check.equal(expected.encode(encoding), file.getvalue(), f"file.getvalue() after {call}")


@pytest.mark.task(5)
@pytest.mark.parametrize(
    ("encoding", "errors", "lines"),
    [
        ("utf-8", "surrogateescape", ["caf\udce9", "\udcff"]),
        ("utf-8", "backslashreplace", ["\ud83d", "\ude00"]),
        ("utf-16", "backslashreplace", ["\ud83d", "\ude00"]),
        ("latin-1", "backslashreplace", ["café", "€"]),
        ("iso2022_jp", "backslashreplace", ["日é", "本€"]),
    ],
)
def test_error_handlers(check, encoding, errors, lines):
    """The error handler decides about characters that the encoding does not have."""
    file = io.BytesIO()
    write_report(lines, file, encoding=encoding, errors=errors)
    call = f"write_report({lines!a}, file, encoding={encoding!r}, errors={errors!r})"
    expected = "".join(f"{line}\n" for line in lines).encode(encoding, errors)
    check.that(file.closed is False, f"file.closed after {call}", "False", "True")
    check.equal(expected, file.getvalue(), f"file.getvalue() after {call}")


@pytest.mark.task(5)
def test_errors_reach_the_caller(check):
    """An error of the lines or of the encoding reaches the caller, and the file stays open."""

    def torn():
        yield "first"
        raise EOFError("torn off")

    for make, encoding in ((io.StringIO, None), (io.BytesIO, "utf-16")):
        file = make()
        call = f"write_report(lines that raise EOFError, file, encoding={encoding!r})"
        check.raises(
            EOFError, lambda file=file, name=encoding: write_report(torn(), file, encoding=name), call
        )
        check.equal(False, file.closed, f"file.closed after {call}")
    for encoding, line in (("latin-1", "5 €"), ("utf-8", "caf\udce9")):
        file = io.BytesIO()
        call = f"write_report([{line!a}], file, encoding={encoding!r})"
        check.raises(
            UnicodeEncodeError,
            lambda file=file, name=encoding, line=line: write_report([line], file, encoding=name),
            call,
        )
        check.equal(False, file.closed, f"file.closed after {call}")
    file = io.BytesIO()
    call = 'write_report(["a"], file, encoding="no-such-code")'
    check.raises(LookupError, lambda: write_report(["a"], file, encoding="no-such-code"), call)
    check.equal(False, file.closed, f"file.closed after {call}")


@pytest.mark.task(5)
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16"])
def test_a_large_report(check, encoding):
    """A report of 2 million characters takes at most 1 MiB of memory and few calls of write."""
    file = TextSink() if encoding is None else BinarySink()
    line = "0123456789" * 10
    lines = (line[: 60 + number % 40] + "." for number in range(30_000))
    total = sum(62 + number % 40 for number in range(30_000))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        got = write_report(lines, file, encoding=encoding)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    call = f"write_report(30,000 lines, file, encoding={encoding!r})"
    check.equal(total, got, call)
    taken = {None: total, "utf-8": total, "utf-16": 2 + 2 * total}[encoding]
    check.equal(taken, file.taken, f"what the file took from {call}")
    check.at_most(MIB, peak - before, f"bytes by which memory rose in {call}")
    check.at_most(total // 4_096 + 8, file.calls, f"calls of file.write in {call}")


# --- 6. Predictions ---------------------------------------------------------------------------------------


def local(lines):
    text = ""
    for line in lines:
        text += line
    return text


def added_pair(lines, end="\n"):
    text = ""
    for line in lines:
        text += line + end
    return text


def plain_sum(lines):
    text = ""
    for line in lines:
        text = text + line
    return text


def two_additions(lines, end="\n"):
    text = ""
    for line in lines:
        text = text + line + end
    return text


def second_name(lines):
    text = shown = ""
    for line in lines:
        text += line
        shown = text
    return shown


def attribute(lines):
    report = SimpleNamespace(text="")
    for line in lines:
        report.text += line
    return report.text


def of_an_outer_function(lines):
    text = ""

    def add(line):
        nonlocal text
        text += line

    for line in lines:
        add(line)
    return text


def f_string(lines):
    text = ""
    for line in lines:
        text = f"{text}{line}"
    return text


def in_a_bytearray(lines):
    data = bytearray()
    for line in lines:
        data += line.encode()
    return data


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("question", "build"),
    [
        ("local", local),
        ("plain_addition", plain_sum),
        ("added_pair", added_pair),
        ("two_additions", two_additions),
        ("second_name", second_name),
        ("attribute", attribute),
        ("nonlocal", of_an_outer_function),
        ("f_string", f_string),
        ("bytearray", in_a_bytearray),
    ],
)
def test_predicted_growth(predictions, question, build):
    """You predicted how the bytes that a loop copies grow with the number of lines."""
    small, large = (moved_bytes(build, numbered(size, 50)) for size in (400, 1_600))
    truth = "linear" if large < 8 * small else "quadratic"  # linear: 4 times as much, quadratic: 16 times
    predictions.check(question, truth, ("linear", "quadratic"))


def small_product():
    return "ab" * 2_000


def large_product():
    return "ab" * 3_000


def join_of_one():
    text = "".join(numbered(2, 50))
    return text, "".join([text])


def f_string_pair():
    text, nothing = "".join(numbered(2, 50)), ""
    return text, f"{text}{nothing}"


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("small_product", lambda: (small_product(), small_product())),
        ("large_product", lambda: (large_product(), large_product())),
        ("join_of_one", join_of_one),
        ("f_string_pair", f_string_pair),
    ],
)
def test_predicted_identity(predictions, question, pair):
    """You predicted where a text is built anew, and where one that is there is used again."""
    first, second = pair()
    truth = "same object" if first is second else "new object"
    predictions.check(question, truth, ("same object", "new object"))


@pytest.mark.task(6)
def test_predicted_writes(predictions):
    """You predicted how often print calls write."""
    file = TextSink()
    print("a", "b", "c", file=file)
    predictions.check("print_writes", file.calls, (1, 3, 6))


@pytest.mark.task(6)
def test_predicted_marks(predictions):
    """You predicted what becomes of texts that are encoded piece by piece."""
    truth = len("a".encode("utf-16") + "b".encode("utf-16"))
    predictions.check("utf_16_bytes", truth, (4, 6, 8))


@pytest.mark.task(6)
def test_predicted_width(predictions):
    """You predicted what one wide character does to the memory of a long text."""
    truth = round(sys.getsizeof("a" * 10_000 + "€") / sys.getsizeof("a" * 10_000))
    predictions.check("euro_factor", truth, (1, 2, 4))
