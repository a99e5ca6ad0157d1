"""Writes the reports that were asked for."""

from collections.abc import Mapping
from pathlib import Path

from grader.errors import UsageError
from grader.model import Report
from grader.reports import to_json, to_junit, to_markdown, to_terminal
from grader.screen import Screen

FORMATS = {
    "json_file": to_json.render,
    "junit_file": to_junit.render,
    "markdown_file": to_markdown.render,
}


def publish(report: Report, files: Mapping[str, str | None], out: Screen) -> str:
    """Write reports to files; return what belongs on standard output.

    Args:
        report: what is told.
        files: a file name for each wanted one of ``FORMATS``; ``-`` stands for standard output.
        out: the screen of the report for people, which is returned unless another one takes its place.

    Raises:
        UsageError: a file cannot be written.

    """
    told = to_terminal.render(report, out)
    for kind, name in files.items():
        if name == "-":
            told = FORMATS[kind](report)
        elif name is not None:
            _write(name, FORMATS[kind](report))
    return told


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        told = f"the report {name} cannot be written: {error.strerror}"
        raise UsageError(told, "give another file") from None
