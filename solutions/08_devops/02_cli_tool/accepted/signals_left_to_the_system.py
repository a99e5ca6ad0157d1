"""Lets the system end the tool, by SIGPIPE and by SIGINT, and reads text in which wrong bytes survive."""

# ruff: noqa: T201

import argparse
import json
import os
import signal
import sys

DIGITS = set("0123456789")


def number(text):
    """Return a number as the input has them; ValueError for anything else."""
    whole, point, fraction = text.partition(".")
    if not whole or not DIGITS.issuperset(whole + fraction) or bool(point) != bool(fraction):
        raise ValueError(f"no number: {text!r}")
    return float(text)


def natural(text):
    """Return an integer from 1; ValueError for anything else."""
    if int(text) < 1:
        raise ValueError("too small")
    return int(text)


def read(names, verbose, complain):
    """Yield the good lines, split in two."""
    for name in names or ["-"]:
        if verbose:
            sys.stderr.write(f"reading {name}\n")
        try:
            source = 0 if name == "-" else name
            file = open(source, encoding="utf-8", errors="surrogateescape", newline="\n", closefd=source != 0)  # noqa: SIM115
        except OSError as error:
            complain(f"cli_tool: {error}")
            continue
        with file:
            for count, line in enumerate(file, 1):
                route, took = fields(line)
                if route:
                    yield route, took
                else:
                    complain(f"cli_tool: error at {name}:{count}")


def fields(line):
    """Return route and time as texts; a bad line has an empty route."""
    parts = line.rstrip("\n").split(" ")
    if len(parts) != 2 or any("\udc80" <= sign <= "\udcff" for sign in line):
        return "", ""
    try:
        number(parts[1])
    except ValueError:
        return "", ""
    return parts


def main():
    """Parse, run, report."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    out = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    slow = commands.add_parser("slow", help="the slow requests")
    help_over = "how long it may take; else the value of SLOW_OVER, else 500"
    slow.add_argument("--over", type=number, help=help_over)
    slow.add_argument("--first", type=natural, help="how many are enough")
    stats = commands.add_parser("stats", help="a line for each route")
    stats.add_argument("--json", action="store_true", help="for other programs")
    for command in (slow, stats):
        command.add_argument("--verbose", action="store_true", help="tell what is read")
        command.add_argument("files", nargs="*")
    options = parser.parse_args()

    complaints = []

    def complain(text):
        complaints.append(text)
        print(text, file=sys.stderr)

    lines = read(options.files, options.verbose, complain)
    if options.command == "slow":
        if options.over is None:
            try:
                options.over = number(os.environ.get("SLOW_OVER", "") or "500")
            except ValueError as error:
                parser.error(f"environment variable SLOW_OVER: {error}")
        colours = os.isatty(1) and os.environ.get("NO_COLOR", "") == ""
        rest = options.first
        for route, took in lines:
            if float(took) > options.over:
                out.write(f"{route} \x1b[1;35m{took}\x1b[m\n" if colours else f"{route} {took}\n")
                if rest is not None:
                    rest -= 1
                    if rest == 0:
                        break
    else:
        table = {}
        for route, took in lines:
            count, most = table.get(route, (0, 0.0))
            table[route] = (count + 1, max(most, float(took)))
        rows = sorted(table.items())
        if options.json:
            out.write(json.dumps([{"slowest": most, "count": n, "route": it} for it, (n, most) in rows]))
        else:
            out.writelines(f"{it} {n} {most:.1f}\n" for it, (n, most) in rows)
    return min(len(complaints), 1)


if __name__ == "__main__":
    raise SystemExit(main())
