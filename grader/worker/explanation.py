"""An exception told to the learner: what was called, what was expected, what came back, and where."""

import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

GRADER = str(Path(__file__).resolve().parent.parent.parent)
"""Where the grader itself is."""
FRAMES = 5
"""How many of the learner's own lines are shown, the innermost last."""
CHARACTERS = 4_000
NOTE_CHARACTERS = 1_500


def explain(error: BaseException, suite: str, root: str) -> tuple[str, bool]:
    """Return the message for people and whether the suite's own code raised the exception.

    Args:
        error: what ended the case.
        suite: absolute path of the suite's file.
        root: the run's folder; files in it other than the suite are the learner's or given to them.

    """
    frames = _frames(error, root)
    own = [frame for frame in frames if frame.filename != suite]
    innermost = _innermost(error)
    in_suite = not isinstance(error, AssertionError) and isinstance(error, Exception) and innermost == suite
    if isinstance(error, AssertionError) or not isinstance(error, Exception):
        told = _text(error) or f"{type(error).__name__}"
        own = own or [frame for frame in _frames(error.__cause__, root) if frame.filename != suite]
    else:
        told = f"called:   {_statement(frames, suite)}\nexpected: no exception\ngot:      {_one_line(error)}"
    parts = [told, *_located(own[-FRAMES:], root), *_notes(error)]
    return _bounded(parts, root), in_suite


def explain_import(error: BaseException | None, told: str, suite: str, root: str) -> str:
    """Return the message for a suite that could not be collected, most likely because an import failed."""
    if error is None:
        return told[-CHARACTERS:]
    frames = [frame for frame in _frames(error, root) if frame.filename != suite]
    place = _located(frames[-FRAMES:], root)
    if isinstance(error, SyntaxError) and error.filename:
        place = [
            f"  at {os.path.relpath(error.filename, root)}:{error.lineno}:  {(error.text or '').strip()}"
        ]
        error = type(error)(error.msg)
    return _bounded([f"The hand-in cannot be imported: {_one_line(error)}", *place], root)


def explain_end(error: BaseException, suite: str, root: str) -> str:
    """Return the message for an exception that ended the whole run, such as ``SystemExit``."""
    frames = [frame for frame in _frames(error, root) if frame.filename != suite]
    told = f"The hand-in ended the whole run: {_one_line(error)}"
    return _bounded([told, *_located(frames[-FRAMES:], root)], root)


def explain_time_out(error: BaseException, suite: str, root: str) -> str:
    """Return the message for a case that was stopped, with the place where it was busy or waiting."""
    frames = _frames(error, root)
    own = [frame for frame in frames if frame.filename != suite]
    told = f"called:   {_statement(frames, suite)}\nexpected: an answer within {error}, the limit of a case"
    lines = [told, "got:      none; it was stopped here:", *_located(own[-FRAMES:], root)]
    return _bounded(lines, root)


def _bounded(parts: list[str], root: str) -> str:
    """Join the lines; where the run took place is nobody's concern, and differs each time."""
    base = re.escape(root.rpartition(os.sep)[0])
    scratch = rf"{base}/tmp/(pytest/[^/\s]+/)?"
    text = "\n".join(parts).replace(root + os.sep, "").replace(GRADER + os.sep, "")
    return re.sub(scratch, "…/", text).replace(sys.base_prefix + os.sep, "…/")[:CHARACTERS]


def _frames(error: BaseException | None, root: str) -> list[traceback.FrameSummary]:
    """Return the frames of the run's own folder, outermost first."""
    if error is None:
        return []
    inside = root + os.sep
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(inside)]


def _innermost(error: BaseException) -> str:
    """Return the file in which the exception was raised."""
    place: TracebackType | None = error.__traceback__
    filename = ""
    while place is not None:
        filename = place.tb_frame.f_code.co_filename
        place = place.tb_next
    return filename


def _statement(frames: Iterable[traceback.FrameSummary], suite: str) -> str:
    """Return the suite's line that led to the exception."""
    lines = [
        linecache.getline(suite, frame.lineno or 0).strip() for frame in frames if frame.filename == suite
    ]
    return lines[-1] if lines else "(in a fixture of the suite)"


def _located(frames: Iterable[traceback.FrameSummary], root: str) -> list[str]:
    return [
        f"  at {os.path.relpath(frame.filename, root)}:{frame.lineno}, in {frame.name}:  {frame.line}"
        for frame in frames
    ]


def _notes(error: BaseException) -> list[str]:
    """Return what hypothesis notes about its smallest example, if it says more than the call does."""
    notes: list[str] = [note for note in getattr(error, "__notes__", ()) if isinstance(note, str)]
    return [note[:NOTE_CHARACTERS] for note in notes if note.startswith("Falsifying example")]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"{type(error).__name__} whose text raised {type(failure).__name__}"


def _one_line(error: BaseException) -> str:
    text = _text(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
