"""Parses by hand, and asks the system whether its reader is still there before it reads any further."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the tool by the signal itself.

import contextlib
import json
import os
import re
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

SLOW = 500.0
"""Milliseconds above which a request is slow, if nobody says otherwise."""
VARIABLE = "SLOW_OVER"
"""The environment variable that may say otherwise."""

CHUNK = 64 * 1024
STDIN, STDOUT, STDERR = 0, 1, 2

HELP = {
    "": """\
Usage: cli_tool.py COMMAND [OPTION ...] [FILE ...]

Reads lines with a route, a space and a number of milliseconds.

Commands:
  slow    print the lines of the requests that took too long
  stats   print how many requests a route had, and the longest time

Options:
  --help  print this text; with a command, the one about the command
""",
    "slow": f"""\
Usage: cli_tool.py slow [OPTION ...] [FILE ...]

Prints the lines of the requests that took too long. Without FILE, or for -, it reads the standard input.

Options:
  --over MS   print requests that took longer than MS milliseconds; without it the variable
              {VARIABLE} decides, and without that it is {SLOW:.0f}
  --first N   end after N lines of output
  --verbose   tell on the standard error which file is read
  --help      print this text
""",
    "stats": """\
Usage: cli_tool.py stats [OPTION ...] [FILE ...]

Prints a line for each route: its name, its requests, its longest time. Without FILE, or for -, it reads the
standard input.

Options:
  --json      print a JSON document instead of lines
  --verbose   tell on the standard error which file is read
  --help      print this text
""",
}


class UsageError(Exception):
    """The tool was called in a wrong way."""


class NobodyReads(Exception):
    """The reader of the output has gone."""


def is_number(text: str) -> bool:
    """Tell whether a text is a number as the README has it."""
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def to_bound(text: str) -> Decimal:
    """Read milliseconds."""
    if not is_number(text):
        raise UsageError(f"{text!r} is not a number of milliseconds")
    return Decimal(text)


def to_count(text: str) -> int:
    """Read an integer from 1."""
    if not re.fullmatch("[0-9]+", text) or not text.strip("0"):
        raise UsageError(f"{text!r} is not an integer from 1")
    return int(text)


def to_flag(text: str) -> bool:
    """Be true; flags have no text."""
    del text
    return True


OPTIONS: dict[str, dict[str, Callable[[str], object]]] = {
    "slow": {"--over": to_bound, "--first": to_count, "--verbose": to_flag, "--help": to_flag},
    "stats": {"--json": to_flag, "--verbose": to_flag, "--help": to_flag},
}


def parse(words: Sequence[str]) -> tuple[str, dict[str, object], list[str]]:
    """Return command, options and files."""
    if not words:
        raise UsageError("a command is missing: slow or stats")
    command, *rest = words
    if command in ("--help", "-h"):
        return "", {"--help": True}, []
    if command not in OPTIONS:
        raise UsageError(f"{command!r} is no command")
    options: dict[str, object] = {}
    files: list[str] = []
    while rest:
        word = rest.pop(0)
        if word == "--":
            files += rest
            break
        if word == "-" or not word.startswith("-"):
            files.append(word)
            continue
        option, equals, value = word.partition("=")
        reader = OPTIONS[command].get(option)
        if reader is None:
            raise UsageError(f"{option} is no option of {command}")
        if reader is to_flag:
            if equals:
                raise UsageError(f"{option} takes no value")
            if option == "--help":
                return command, {"--help": True}, []
        elif not equals:
            if not rest:
                raise UsageError(f"{option} needs a value")
            value = rest.pop(0)
        try:
            options[option] = reader(value)
        except ValueError as error:
            raise UsageError(f"{option}: {error}") from None
        except UsageError as error:
            raise UsageError(f"{option}: {error}") from None
    return command, options, files


def out(text: str) -> None:
    """Write to the standard output, now."""
    data = text.encode("utf-8")
    while data:
        try:
            data = data[os.write(STDOUT, data) :]
        except OSError:
            raise NobodyReads from None


def err(text: str) -> None:
    """Write a line to the standard error."""
    with contextlib.suppress(OSError):
        os.write(STDERR, f"{text}\n".encode("utf-8", "surrogateescape"))


def chunks(descriptor: int) -> Iterator[bytes]:
    """Read as long as there is something to read, and somebody who wants the output."""
    poll = select.poll()
    poll.register(STDOUT, 0)
    poll.register(descriptor, select.POLLIN)
    while True:
        if any(which == STDOUT for which, _ in poll.poll()):
            raise NobodyReads
        chunk = os.read(descriptor, CHUNK)
        if not chunk:
            return
        yield chunk


def lines(descriptor: int) -> Iterator[bytes]:
    """Yield the lines without their ends."""
    rest: list[bytes] = []
    for chunk in chunks(descriptor):
        *whole, last = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest = []
        if last:
            rest.append(last)
    if rest:
        yield b"".join(rest)


def read(files: Sequence[str], verbose: bool, complain: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Yield route and time of all requests."""
    for name in files or ["-"]:
        if verbose:
            err(f"reading {name}")
        descriptor = None
        try:
            descriptor = STDIN if name == "-" else os.open(name, os.O_RDONLY)
            for number, line in enumerate(lines(descriptor), start=1):
                try:
                    route, time = line.decode("utf-8").split(" ")
                    if (
                        route == ""
                        or len(route.split()) != 1
                        or route.split()[0] != route
                        or not is_number(time)
                    ):
                        raise ValueError
                except ValueError:  # UnicodeDecodeError is one
                    complain(f"{name}:{number}: bad line")
                else:
                    yield route, time
        except OSError as error:
            complain(f"{name}: cannot be read: {error.strerror}")
        finally:
            if descriptor not in (None, STDIN):
                os.close(descriptor)


def slow(requests: Iterator[tuple[str, str]], over: Decimal, first: int | None) -> None:
    """Print the slow ones."""
    before, after = (
        ("\x1b[1;33m", "\x1b[m") if os.isatty(STDOUT) and not os.environ.get("NO_COLOR") else ("", "")
    )
    left = first
    for route, time in requests:
        if Decimal(time) > over:
            out(f"{before}{route} {time}{after}\n")
            if left is not None:
                left -= 1
                if left == 0:
                    return


def stats(requests: Iterator[tuple[str, str]], as_json: bool) -> None:
    """Print a table of all routes."""
    times: dict[str, list[float]] = {}  # how many, and the longest
    for route, time in requests:
        entry = times.setdefault(route, [0, 0.0])
        entry[0] += 1
        entry[1] = max(entry[1], float(time))
    if as_json:
        objects = [
            {"route": route, "count": count, "slowest": top} for route, (count, top) in sorted(times.items())
        ]
        out(json.dumps(objects) + "\n")
    else:
        out("".join(f"{route} {count} {top:.1f}\n" for route, (count, top) in sorted(times.items())))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    complaints: list[None] = []

    def complain(text: str) -> None:
        complaints.append(None)
        err(text)

    try:
        os.fstat(STDOUT)
        command, options, files = parse(sys.argv[1:] if arguments is None else arguments)
        if "--help" in options:
            out(HELP[command])
            return 0
        requests = read(files, "--verbose" in options, complain)
        if command == "stats":
            stats(requests, "--json" in options)
        else:
            if "--over" not in options:
                try:
                    options["--over"] = to_bound(os.environ.get(VARIABLE) or str(SLOW))
                except UsageError as error:
                    raise UsageError(f"the variable {VARIABLE}: {error}") from None
            slow(requests, options["--over"], options.get("--first"))
    except UsageError as error:
        err(f"cli_tool.py: {error}")
        return 2
    except NobodyReads:
        return 0
    except OSError:  # there is no standard output
        return 1
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
