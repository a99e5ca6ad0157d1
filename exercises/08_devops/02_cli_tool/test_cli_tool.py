"""The suite of "A command-line tool": each run is a process, seen through its streams and its exit code.

No run can hang or flood the suite: one that is silent for PATIENCE seconds, or prints without end, is killed.
The standard input is a file: how far it has been read can be asked afterwards.
"""

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

PATIENCE = 8
"""Seconds of silence after which a run is given up; a right hand-in takes a fraction of one."""
FLOOD = 2**20
"""Bytes of output after which a run is given up."""
AHEAD = 256 * 1024
"""Bytes that may be read and not be needed."""
MANY = b"/search 731.5\n" * 100_000

MORNING = "/books 81.5\n/search 731.25\n/books 500\n/cart 500.01"
NOON = "/cart 12\n/search 1200.50\n/search 499.9\n"
NIGHT = "/books 500.0\n/zoo 640\n/atlas 7\n"

C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""The variables with which Python on its own takes text for ASCII."""

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Run(NamedTuple):
    """What came out of one run; ``read`` is how many bytes of the standard input were taken."""

    call: str
    code: int
    out: str
    err: str
    read: int


class Tool:
    """Runs the hand-in, in a folder of its own, with a small clean environment."""

    def __init__(self, script, folder):
        self.script = script
        self.folder = folder

    def write(self, **texts):
        """Write files with the ending ``.log``."""
        for name, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (self.folder / f"{name}.log").write_bytes(content)

    def run(self, *words, given="", environment=None, output=None, terminal=False):
        """Run the tool to its end; its output goes into a pipe, a terminal or the descriptor ``output``."""
        call = self.call(*words, environment=environment)
        source = self.folder / "standard input"
        source.write_bytes(given if isinstance(given, bytes) else given.encode())
        with contextlib.ExitStack() as opened:
            stdin = opened.enter_context(source.open("rb", buffering=0))
            into = output
            if terminal:
                screen, into = os.openpty()
                opened.callback(os.close, screen)
                opened.callback(os.close, into)
            process = subprocess.Popen(
                [sys.executable, str(self.script), *words],
                cwd=self.folder,
                env=environment_of(environment),
                stdin=stdin,
                stdout=subprocess.PIPE if into is None else into,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            opened.callback(process.wait)
            opened.callback(process.kill)
            texts = listened(process, call)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            out = drained(screen) if terminal else texts[0]
            code = process.poll()
            return Run(call, code, as_text(out), as_text(texts[1]), stdin.tell())

    def call(self, *words, environment=None):
        """Return what one would type to see it happen."""
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        return " ".join([*variables, "python cli_tool.py", *words])


def environment_of(added):
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    fixed = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | fixed | (added or {})


def listened(process, call):
    """Return what arrives on both pipes until they end; a run that is silent or floods is given up."""
    pipes = [process.stdout, process.stderr]
    pieces = [b"", b""]
    with contextlib.ExitStack() as opened:
        selector = opened.enter_context(selectors.DefaultSelector())
        for number, pipe in enumerate(pipes):
            if pipe is not None:
                opened.enter_context(pipe)
                selector.register(pipe, selectors.EVENT_READ, number)
        while selector.get_map() and max(map(len, pieces)) < FLOOD:
            ready = selector.select(PATIENCE)
            if not ready:
                break
            for key, _ in ready:
                piece = os.read(key.fd, 65_536)
                pieces[key.data] += piece
                if not piece:
                    selector.unregister(key.fileobj)
        if selector.get_map():
            state = "it prints without end" if ready else f"it is silent for {PATIENCE} s, and does not end"
            pytest.fail(f"called:   {call}\nexpected: it ends\ngot:      {state}", pytrace=False)
    return pieces


def drained(screen):
    """Return what a terminal shows: its side for programs is still open, so nothing is lost."""
    os.set_blocking(screen, False)
    shown = b""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(screen, 65_536):
            shown += piece
    return shown.replace(b"\r\n", b"\n")


def as_text(output):
    return output.decode("utf-8", errors="backslashreplace")


@pytest.fixture
def tool(hand_in, tmp_path):
    return Tool(hand_in / "cli_tool.py", tmp_path)


def expect(check, run, code=0, out=None, err=None):
    """Compare what is given of a run; never is there a traceback."""
    check.that("Traceback" not in run.err, run.call, "no traceback", run.err)
    if out is not None:
        check.equal(out, run.out, f"{run.call}  (standard output)")
    if err is not None:
        check.equal(err, run.err, f"{run.call}  (standard error)")
    check.equal(code, run.code, f"{run.call}  (exit code; standard error: {run.err!r})")


def expect_complaints(check, run, *named):
    """Require one line of complaint for each name, in that order, and exit code 1."""
    lines = run.err.splitlines()
    check.that(
        len(lines) == len(named)
        and all(re.search(rf"{re.escape(it)}(?!\d)", line) for it, line in zip(named, lines, strict=True)),
        f"{run.call}  (standard error)",
        f"{len(named)} lines, which name {', '.join(named)}",
        run.err,
    )
    check.equal(1, run.code, f"{run.call}  (exit code)")


# Task 1


@pytest.mark.task(1)
def test_slow_prints_slow_lines_unchanged(check, tool):
    """The command slow prints what took longer than 500 ms, unchanged, in the order of the input."""
    tool.write(morning=MORNING, night=NIGHT)
    run = tool.run("slow", "morning.log", "-", "night.log", given=NOON)
    expect(check, run, out="/search 731.25\n/cart 500.01\n/search 1200.50\n/zoo 640\n", err="")


@pytest.mark.task(1)
def test_stats_prints_a_line_for_each_route(check, tool):
    """The command stats prints route, count and longest time of each route, sorted by route."""
    tool.write(morning=MORNING, night=NIGHT)
    run = tool.run("stats", "night.log", "morning.log")
    expect(
        check, run, out="/atlas 1 7.0\n/books 3 500.0\n/cart 1 500.0\n/search 1 731.2\n/zoo 1 640.0\n", err=""
    )


@pytest.mark.task(1)
def test_stats_reads_the_standard_input(check, tool):
    """Without a file, stats reads the standard input; a route is any text without white space."""
    given = '/b?q=1&r="x" 3\nB 4.25\n/Z 0\n/b?q=1&r="x" 12\nB 4\n'
    expect(check, tool.run("stats", given=given), out='/Z 1 0.0\n/b?q=1&r="x" 2 12.0\nB 2 4.2\n', err="")


@pytest.mark.task(1)
def test_json_is_one_document(check, tool):
    """With --json, stats prints one JSON document with the same content, and nothing else."""
    tool.write(noon=NOON)
    run = tool.run("stats", "--json", "-", "noon.log", given='/say"hi" 2\n/cart 12.125\n')
    expect(check, run, err="")
    expected = [
        {"route": "/cart", "count": 2, "slowest": 12.125},
        {"route": '/say"hi"', "count": 1, "slowest": 2.0},
        {"route": "/search", "count": 2, "slowest": 1200.5},
    ]
    check.equal(expected, rows_of(check, run), f"json.loads of the output of {run.call}")


@pytest.mark.task(1)
def test_json_of_nothing_is_an_empty_list(check, tool):
    """With --json, stats of no requests is an empty list."""
    run = tool.run("stats", "--json")
    expect(check, run, err="")
    check.equal([], rows_of(check, run), f"json.loads of the output of {run.call} < /dev/null")


def rows_of(check, run):
    """Return the output as JSON, with the times as floats."""
    try:
        rows = json.loads(run.out)
    except ValueError:
        rows = None
    check.that(isinstance(rows, list), f"{run.call}  (standard output)", "one JSON document, a list", run.out)
    for row in rows:
        if isinstance(row, dict) and type(row.get("slowest")) is int:
            row["slowest"] = float(row["slowest"])
    return rows


# Task 2


@pytest.mark.task(2)
def test_bad_lines_are_told_and_left_out(check, tool):
    """A bad line is told with its file and number; the others are printed, and the exit code is 1."""
    bad = "/a 900\n/b soon\n\n/c\n/d 1 2\n/e -700\n/f nan\n/g inf\n 800\n/i 901\n/j 1.\n"
    tool.write(jobs=bad)
    run = tool.run("slow", "jobs.log", "-", given="/k 902\n800\n/l 903\n")
    expect(check, run, code=1, out="/a 900\n/i 901\n/k 902\n/l 903\n")
    expect_complaints(check, run, *(f"jobs.log:{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 11)), "-:2")


@pytest.mark.task(2)
def test_bytes_that_are_not_utf_8_spoil_one_line(check, tool):
    """A line that is not UTF-8 is a bad line like any other."""
    tool.write(bytes=b"/a 1\n/caf\xe9 2\n/caf\xc3\xa9 3\n/b\xff 4\n", next="/b 5\n")
    run = tool.run("stats", "bytes.log", "next.log")
    expect(check, run, code=1, out="/a 1 1.0\n/b 1 5.0\n/café 1 3.0\n")
    expect_complaints(check, run, "bytes.log:2", "bytes.log:4")


@pytest.mark.task(2)
def test_files_that_cannot_be_read_are_told_and_left_out(check, tool):
    """A missing file and a folder are told on the standard error; the other files are processed."""
    tool.write(noon=NOON)
    (tool.folder / "folder.log").mkdir()
    run = tool.run("stats", "missing.log", "noon.log", "folder.log", "-", given="/zoo 1\n")
    expect(check, run, code=1, out="/cart 1 12.0\n/search 2 1200.5\n/zoo 1 1.0\n")
    expect_complaints(check, run, "missing.log", "folder.log")


@pytest.mark.task(2)
@pytest.mark.parametrize(
    "words", [(), ("stats", "--quickly"), ("slow", "--first", "0"), ("slow", "--over", "nan")]
)
def test_usage_errors_have_exit_code_2(check, tool, words):
    """A usage error has exit code 2, a message on the standard error and no output."""
    run = tool.run(*words, given=NOON)
    expect(check, run, code=2, out="")
    check.that(bool(run.err.strip()), f"{run.call}  (standard error)", "a message", run.err)


# Task 3


@pytest.mark.task(3)
def test_options_set_the_bound_and_the_number(check, tool):
    """--over sets the bound, and --first counts the lines over all files."""
    tool.write(morning=MORNING, noon=NOON)
    run = tool.run("slow", "--first", "4", "--over", "81.5", "morning.log", "noon.log")
    expect(check, run, out="/search 731.25\n/books 500\n/cart 500.01\n/search 1200.50\n", err="")


@pytest.mark.task(3)
@pytest.mark.parametrize(("value", "options"), [("700", ()), ("", ()), ("soon", ("--over", "650"))])
def test_the_variable_is_the_default(check, tool, value, options):
    """SLOW_OVER is the default of --over; an empty one counts as not set, and the option wins over any."""
    run = tool.run("slow", *options, given="/a 501\n/b 701\n/c 500\n", environment={"SLOW_OVER": value})
    expect(check, run, out="/b 701\n" if value else "/a 501\n/b 701\n", err="")


@pytest.mark.task(3)
def test_a_bad_variable_is_a_usage_error_that_names_it(check, tool):
    """A variable that is needed and no number is a usage error, and the message names the variable."""
    run = tool.run("slow", given=NOON, environment={"SLOW_OVER": "nan"})
    expect(check, run, code=2, out="")
    check.that(
        "SLOW_OVER" in run.err, f"{run.call}  (standard error)", "a message with SLOW_OVER in it", run.err
    )
    run = tool.run("stats", given=NOON, environment={"SLOW_OVER": "nan"})
    expect(check, run, out="/cart 1 12.0\n/search 2 1200.5\n", err="")


@pytest.mark.task(3)
def test_help_names_the_commands(check, tool):
    """--help prints both commands on the standard output, with exit code 0."""
    run = tool.run("--help")
    expect(check, run, err="")
    for command in ("slow", "stats"):
        check.that(re.search(rf"\b{command}\b", run.out) is not None, run.call, f"{command!r} in it", run.out)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("command", "options"), [("slow", ("--over", "--first", "--verbose")), ("stats", ("--json", "--verbose"))]
)
def test_help_says_what_each_option_does(check, tool, command, options):
    """The help of a command has a line for each option that says in words what it does."""
    run = tool.run(command, "--help")
    expect(check, run, err="")
    for option in options:
        told = description(run.out, option)
        words = re.findall(r"\b[a-z]{2,}\b", told)
        check.that(
            len(words) >= 2, run.call, f"a line that begins with {option} and says what it does", run.out
        )
        if option == "--over":
            complete = "SLOW_OVER" in told and "500" in told
            check.that(complete, run.call, f"SLOW_OVER and 500 in the words about {option}", told)


def description(text, option):
    """Return what a help text says about an option: the rest of its line, up to the next option."""
    told = None
    for line in text.splitlines():
        begins = line.lstrip(" \t|│*").startswith("-")
        if told is not None and (begins or not line.strip()):
            break
        if told is not None:
            told += f" {line}"
        elif begins and re.search(rf"(?<!\w){option}(?![\w-])", line):
            told = line.partition(option)[2]
    return told or ""


# Task 4


@pytest.mark.task(4)
def test_a_line_is_out_at_once_and_the_first_lines_are_enough(check, tool, programs):
    """A line is out before slow waits for more input, and --first ends it while its input is still open."""
    words = ("slow", "--first", "2")
    program = programs.start([sys.executable, str(tool.script), *words])
    program.send("/a 900\n/b 1")
    program.wait_for_line("/a 900", PATIENCE)
    program.send("/c 901")
    try:
        code = program.stop(0, PATIENCE)  # signal 0 does nothing: this waits for the end
    except AssertionError:
        code = "it is still waiting for input"
    check.equal(0, code, f"the exit code of {tool.call(*words)}, after the second line and with more to come")
    check.equal("/a 900\n/c 901", program.output, f"what {tool.call(*words)} printed")


@pytest.mark.task(4)
def test_the_first_lines_do_not_cost_the_whole_file(check, tool):
    """Of a long input, slow --first reads no more than it needs and a buffer ahead."""
    run = tool.run("slow", "--first", "2", given=MANY)
    expect(check, run, out="/search 731.5\n" * 2, err="")
    check.at_most(AHEAD, run.read, f"bytes that {run.call} read of {len(MANY):,}")


@pytest.mark.task(4)
@pytest.mark.parametrize(("command", "given"), [("stats", "/a 1\n"), ("slow", MANY)], ids=["little", "much"])
def test_a_reader_that_has_gone_is_no_error(check, tool, command, given):
    """When nobody reads the output, the tool ends quietly and at once, with little or much to print."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        run = tool.run(command, given=given, output=write_end)
    finally:
        os.close(write_end)
    check.equal("", run.err, f"{run.call} | true  (standard error)")
    check.at_most(AHEAD, run.read, f"bytes that {run.call} | true  has read of {len(given):,}")


@pytest.mark.task(4)
def test_slow_prints_utf_8_in_every_locale(check, tool):
    """The command slow reads and writes UTF-8 where the locale says ASCII."""
    tool.write(town="/münchen 900\n/大阪 901\n")
    run = tool.run("slow", "town.log", "-", given="/łódź 902\n", environment=C_LOCALE)
    expect(check, run, out="/münchen 900\n/大阪 901\n/łódź 902\n", err="")


@pytest.mark.task(4)
def test_json_is_the_same_in_every_locale(check, tool):
    """With --json, stats tells the routes rightly where the locale says ASCII."""
    tool.write(town="/łódź 900\n")
    run = tool.run("stats", "--json", "town.log", "-", given="/łódź 901\n", environment=C_LOCALE)
    expect(check, run, err="")
    expected = [{"route": "/łódź", "count": 2, "slowest": 901.0}]
    check.equal(expected, rows_of(check, run), f"json.loads of the output of {run.call}")


# Task 5


@pytest.mark.task(5)
@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": ""}], ids=["unset", "empty"])
def test_a_terminal_gets_colours(check, tool, variables):
    """On a terminal, slow colours its lines, also when NO_COLOR is empty; they are otherwise as before."""
    run = tool.run("slow", given=NOON, environment={"TERM": "xterm-256color"} | variables, terminal=True)
    check.that(
        ESCAPE.search(run.out) is not None,
        f"{run.call}  (on a terminal)",
        "an escape sequence ESC[…m",
        run.out,
    )
    check.equal(
        "/search 1200.50\n", ESCAPE.sub("", run.out), f"{run.call}  (on a terminal, without the colours)"
    )
    expect(check, run, err="")


@pytest.mark.task(5)
def test_no_color_takes_the_colours_away(check, tool):
    """NO_COLOR takes the colours away."""
    run = tool.run("slow", given=NOON, environment={"TERM": "xterm-256color", "NO_COLOR": "1"}, terminal=True)
    expect(check, run, out="/search 1200.50\n", err="")


@pytest.mark.task(5)
def test_a_pipe_gets_no_colours(check, tool):
    """Where the standard output is a pipe there are no colours, whatever the kind of terminal."""
    run = tool.run("slow", given=NOON, environment={"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    expect(check, run, out="/search 1200.50\n", err="")


@pytest.mark.task(5)
def test_progress_goes_to_the_standard_error(check, tool):
    """--verbose tells on the standard error what is being read, and leaves the output as it is."""
    tool.write(noon=NOON, night=NIGHT)
    run = tool.run("slow", "--verbose", "noon.log", "-", "night.log", given="/a 900\n")
    out = "/search 1200.50\n/a 900\n/zoo 640\n"
    expect(check, run, out=out, err="reading noon.log\nreading -\nreading night.log\n")
    run = tool.run("stats", "--verbose", given="/a 900\n")
    expect(check, run, out="/a 1 900.0\n", err="reading -\n")


@pytest.mark.task(5)
def test_ctrl_c_ends_it_quietly(check, tool, programs):
    """Ctrl-C ends the tool with exit code 130 or by the signal, and without a traceback."""
    words = ("slow", "--verbose")
    with interrupts_on():
        program = programs.start([sys.executable, str(tool.script), *words])
    program.wait_for_line("reading -", PATIENCE)
    try:
        code = program.stop(signal.SIGINT, PATIENCE)
    except AssertionError:
        code = "it goes on"
    call = f"Ctrl-C during {tool.call(*words)}"
    check.that(
        code in (130, -signal.SIGINT), call, "exit code 130 or ended by SIGINT", f"{code}: {program.output}"
    )
    check.that("Traceback" not in program.output, call, "no traceback", program.output)


@contextlib.contextmanager
def interrupts_on():
    """Let programs that are started here hear SIGINT, which background jobs of a shell ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
