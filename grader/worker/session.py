"""Inside the child: the limits, one pytest run, and its events.

Events are JSON objects: ``begun``, ``collected`` (the cases), ``broken`` (why there are none), ``started``
and ``case`` for each case, and ``finished``, without which nothing before it counts.
"""

import contextlib
import gc
import importlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grader.worker.events import Events
from grader.worker.examples import run_examples
from grader.worker.leftovers import Snapshot
from grader.worker.reporter import Reporter

Job = dict[str, Any]

PLUGINS_OFF = (
    *("terminal", "cacheprovider", "junitxml", "pastebin", "doctest"),
    *("stepwise", "setuponly", "setupplan", "faulthandler"),
)
PLUGINS_ON = ("pytest_timeout", "_hypothesis_pytestplugin", "grader.pytest_plugin")
ARGUMENTS = (
    *("-c", os.devnull, "--import-mode=prepend", "--strict-markers", "-s"),
    *(word for name in PLUGINS_OFF for word in ("-p", f"no:{name}")),
)
"""Nothing but what suites need: no configuration file, no plugin that happens to be installed."""

FILE_BYTES = 64_000_000
"""The size of the largest file that a run may write."""


def run(job: Job, events: int) -> None:
    """Run one job and leave the process.

    Args:
        job: ``root`` (folder of the suite and the hand-in), ``kind`` (``suite``, ``collect``, ``examples``),
            ``targets`` (file names in root), ``options`` and ``plugins`` (further pytest arguments),
            ``environment`` (all variables), ``output`` (file that takes what is printed),
            ``limits`` (``seconds``, ``case_seconds``, ``memory_mib``, ``output_bytes``).
        events: descriptor to write events to.

    """
    os.set_inheritable(events, False)
    _settle(job)
    say = Events(events)
    say("begun")
    if job["kind"] == "examples":
        run_examples(job, say)
    else:
        _run_suite(job, say)
    os._exit(0)


def _settle(job: Job) -> None:
    """Take the folder, the environment, the streams and the limits of the job."""
    output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(nothing)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        mode = "r" if number == 0 else "w"
        stream = os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.environ.clear()
    os.environ.update(job["environment"])
    if hasattr(time, "tzset"):
        time.tzset()
    sys.dont_write_bytecode = True
    sys.argv = ["kata"]
    os.chdir(job["root"])
    os.umask(0o022)
    _limit(job["limits"])


def _limit(limits: dict[str, Any]) -> None:
    if sys.platform == "win32":
        return
    import resource

    memory = limits["memory_mib"] * 1024 * 1024
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        top = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (top, top))


def _run_suite(job: Job, say: Events) -> None:
    """Run or collect the suite with pytest."""
    collect = ["--collect-only"] if job["kind"] == "collect" else []
    # Given as modules: for a plugin named by -p pytest looks through all installed distributions.
    plugins = [importlib.import_module(name) for name in (*PLUGINS_ON, *job["plugins"])]
    root, scratch = job["root"], Path(job["environment"]["TMPDIR"])
    arguments = [
        *ARGUMENTS,
        *("--rootdir", root, "--confcutdir", root, "--basetemp", str(scratch / "pytest")),
        *("-o", f"timeout={job['limits']['case_seconds']}"),
        *collect,
        *job["options"],
        *(str(Path(root, target)) for target in job["targets"]),
    ]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    before = Snapshot.take()
    started = time.process_time()
    reporter = Reporter(job, say)
    pytest.main(arguments, plugins=[*plugins, reporter])
    if not reporter.session_started:
        say("fault", message="pytest refused to start: " + reporter.read_output())
    cpu = time.process_time() - started
    gc.collect()
    leftovers = before.changes(Snapshot.take(), root)
    say("finished", cpu_seconds=cpu + sum(os.times()[2:4]), leftovers=leftovers[:20])
