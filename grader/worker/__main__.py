"""``python -P -s -m grader.worker``: the warm parent. Ends when its standard input does."""

import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import warnings
from typing import Any

from grader.worker import session, supervisor

PRELOADED = (
    *("pytest", "pytest_timeout"),
    *("_hypothesis_pytestplugin", "hypothesis.stateful", "hypothesis.internal.conjecture.engine"),
    *("grader.pytest_plugin", "asyncio", "sqlite3", "http.server", "requests", "freezegun"),
)
"""What most suites import, paid for once. What is missing here is imported by the suites that need it."""


def main(argv: list[str]) -> None:
    """Serve jobs (see ``session.run``) until standard input ends; ``--once`` runs one in this process.

    Each job is answered by the events of its child and then by one ``ended`` event of our own.
    """
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    _silence_standard_streams()
    if "--once" in argv:
        session.run(json.loads(sys.stdin.readline()), events.fileno())
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what an interrupt means
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    supervisor.adopt_orphans()
    start = supervisor.fork if "--spawn" not in argv and hasattr(os, "fork") else supervisor.spawn
    if start is supervisor.fork:
        _preload()
    emit(events, {"event": "ready"})
    for line in sys.stdin:
        job = json.loads(line)
        for event in supervisor.supervise(start, job):
            emit(events, event)


def emit(events: Any, event: dict[str, Any]) -> None:
    """Write one event."""
    events.write(json.dumps(event).encode() + b"\n")


def _preload() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    _draw_once()
    gc.collect()
    gc.freeze()  # the children never touch these pages: they stay shared


def _draw_once() -> None:
    """Let hypothesis build its table of characters, a quarter of a second that each child would pay for."""
    import hypothesis.configuration
    from hypothesis import Phase, given, settings, strategies

    @settings(database=None, max_examples=1, phases=[Phase.generate])
    @given(strategies.text())
    def draw(text: str) -> None:
        del text

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hypothesis warns of slow work outside of a test, which this is
        hypothesis.configuration.set_hypothesis_home_dir(folder)
        draw()
    hypothesis.configuration.set_hypothesis_home_dir(None)


def _silence_standard_streams() -> None:
    """Keep what is printed away from the events."""
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    os.close(quiet)


if __name__ == "__main__":
    main(sys.argv[1:])
