"""With Click: it parses and helps; signals, locale and broken pipes are looked after around it."""

import io
import json
import os
import re
import sys
from collections import defaultdict

import click

NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class Milliseconds(click.ParamType):
    """A number as in the input."""

    name = "ms"

    def convert(self, value, param, ctx):
        """Return the number, or end with a usage error."""
        if isinstance(value, str) and not NUMBER.fullmatch(value):
            self.fail(f"{value!r} is not a number", param, ctx)
        return float(value)


class Reader:
    """Goes through the files and keeps in mind whether all was well."""

    def __init__(self, files, verbose):
        self.files = files or ("-",)
        self.verbose = verbose
        self.well = True

    def complain(self, text):
        """Tell a problem."""
        self.well = False
        click.echo(text, err=True)

    def __iter__(self):
        """Yield line, route and time of each good line."""
        for name in self.files:
            if self.verbose:
                click.echo(f"reading {name}", err=True)
            try:
                file = click.open_file(name, "rb")
            except OSError as error:
                self.complain(f"cannot read {name}: {error.strerror}")
                continue
            with file:
                for number, raw in enumerate(iter(file.readline, b""), 1):
                    try:
                        line = str(raw, "utf-8").removesuffix("\n")
                        route, took = line.split(" ")
                    except ValueError:
                        self.complain(f"{name}:{number}: a bad line")
                        continue
                    if route and NUMBER.fullmatch(took):
                        yield line, route, float(took)
                    else:
                        self.complain(f"{name}:{number}: a bad line")


@click.group()
def main():
    """Look at the times of requests."""


files = click.argument("files", nargs=-1, metavar="[FILE]...")
verbose = click.option("--verbose", is_flag=True, help="Name the files while they are read.")


@main.command()
@click.option(
    "--over",
    type=Milliseconds(),
    default=500,
    show_default=True,
    envvar="SLOW_OVER",
    show_envvar=True,
    help="Show what took longer.",
)
@click.option("--first", type=click.IntRange(min=1), metavar="N", help="End after that many lines.")
@verbose
@files
def slow(over, first, verbose, files):
    """Print slow requests."""
    reader = Reader(files, verbose)
    left = first
    bare = bool(os.environ.get("NO_COLOR"))
    for line, _, took in reader:
        if took > over:
            click.echo(line if bare else click.style(line, fg="yellow"))  # echo asks for the terminal
            left = left and left - 1
            if left == 0:
                break
    return reader.well


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@verbose
@files
def stats(as_json, verbose, files):
    """Print what is known of each route."""
    reader = Reader(files, verbose)
    times = defaultdict(list)
    for _, route, took in reader:
        times[route].append(took)
    rows = [{"route": it, "count": len(times[it]), "slowest": max(times[it])} for it in sorted(times)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo(f"{row['route']} {row['count']} {row['slowest']:.1f}")
    return reader.well


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")
    try:
        well = main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(1)  # nothing is flushed any more
    sys.exit(1 if well is False else 0)  # after --help it is 0
