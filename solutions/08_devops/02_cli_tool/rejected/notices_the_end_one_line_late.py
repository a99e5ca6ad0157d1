"""Looks whether it has printed enough when the next line comes, which may be never.

Loses: 4
"""

# ruff: noqa: T201 - this is a tool that prints

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

SLOW = 500.0
"""Milliseconds above which a request is slow, if nobody says otherwise."""
VARIABLE = "SLOW_OVER"
"""The environment variable that may say otherwise."""

INTERRUPTED = 130
"""The exit code that shells report for a program that SIGINT has ended."""

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class _Request(NamedTuple):
    """One line of the input, without its line end."""

    line: str
    route: str
    took: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # whatever the locale says
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()  # here, where a closed pipe can still be caught
    except BrokenPipeError:
        # Python flushes once more at its end: what is left goes where nobody complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Look at how long requests took.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("files", metavar="FILE", nargs="*", help="what to read; - or none is standard input")
    shared.add_argument("--verbose", action="store_true", help="tell on standard error what is being read")

    about = "Print the lines of slow requests."
    slow = commands.add_parser("slow", parents=[shared], help=about, description=about)
    told = f"slow is what took longer than this (default: the variable {VARIABLE}, or {SLOW:g})"
    slow.add_argument("--over", metavar="MS", type=_milliseconds, help=told)
    slow.add_argument("--first", metavar="N", type=_count, help="stop after this many lines of output")
    slow.set_defaults(run=_slow, parser=slow)

    about = "Count the requests of each route."
    stats = commands.add_parser("stats", parents=[shared], help=about, description=about)
    stats.add_argument("--json", action="store_true", help="print JSON for programs, not lines for people")
    stats.set_defaults(run=_stats)
    return parser


def _slow(options: argparse.Namespace) -> int:
    over = options.over
    if over is None:
        try:
            over = _milliseconds(os.environ.get(VARIABLE) or str(SLOW))
        except argparse.ArgumentTypeError as error:
            options.parser.error(f"{VARIABLE}: {error}")
    before, after = ("\x1b[31m", "\x1b[0m") if _coloured() else ("", "")
    source, printed = _Source(options), 0
    for request in source:
        if printed == options.first:
            break
        if request.took > over:
            print(f"{before}{request.line}{after}", flush=True)
            printed += 1
    return source.exit_code


def _stats(options: argparse.Namespace) -> int:
    counts: dict[str, int] = {}
    slowest: dict[str, float] = {}
    source = _Source(options)
    for request in source:
        counts[request.route] = counts.get(request.route, 0) + 1
        slowest[request.route] = max(slowest.get(request.route, 0), request.took)
    if options.json:
        rows = [{"route": it, "count": counts[it], "slowest": slowest[it]} for it in sorted(counts)]
        print(json.dumps(rows))
    else:
        for route in sorted(counts):
            print(f"{route} {counts[route]} {slowest[route]:.1f}")
    return source.exit_code


class _Source:
    """The requests of all files. What cannot be read is told on standard error, and the rest goes on."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.exit_code = 0
        self._files: Sequence[str] = options.files or ["-"]
        self._verbose: bool = options.verbose

    def __iter__(self) -> Iterator[_Request]:
        for name in self._files:
            if self._verbose:
                print(f"reading {name}", file=sys.stderr)
            try:
                with _opened(name) as lines:
                    yield from self._requests(name, lines)
            except OSError as error:
                self._complain(f"{name}: {error.strerror}")

    def _requests(self, name: str, lines: BinaryIO) -> Iterator[_Request]:
        for number, line in enumerate(lines, start=1):
            try:
                yield _parsed(line)
            except ValueError as error:
                self._complain(f"{name}:{number}: {error}")

    def _complain(self, problem: str) -> None:
        self.exit_code = 1
        print(problem, file=sys.stderr)


def _opened(name: str) -> contextlib.AbstractContextManager[BinaryIO]:
    if name == "-":
        return contextlib.nullcontext(sys.stdin.buffer)  # not ours to close
    return Path(name).open("rb")


def _parsed(raw: bytes) -> _Request:
    try:
        line = raw.decode().rstrip("\n")
    except UnicodeDecodeError:
        raise ValueError("this is not UTF-8") from None
    route, _, took = line.partition(" ")
    if not route or not _NUMBER.fullmatch(took):
        raise ValueError("this is not a route, a space and a number")
    return _Request(line, route, float(took))


def _milliseconds(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")
    return float(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


if __name__ == "__main__":
    sys.exit(main())
