"""Inside the child: the limits, one pytest run, and its events.

Events are JSON objects: ``begun``, ``collected`` (the cases), ``broken`` (why there are none), ``started``
and ``case`` for each case, and ``finished``, without which nothing before it counts.
"""

import contextlib
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.worker.explanation import explain, explain_end, explain_import, explain_time_out
from grader.worker.leftovers import Snapshot

Job = dict[str, Any]

ARGUMENTS = (
    *("-c", os.devnull, "--import-mode=prepend", "--strict-markers", "-s"),
    *(
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:junitxml",
        "-p",
        "no:pastebin",
        "-p",
        "no:doctest",
    ),
    *("-p", "no:stepwise", "-p", "no:setuponly", "-p", "no:setupplan", "-p", "no:faulthandler"),
    *("-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin", "-p", "grader.pytest_plugin"),
)
"""Nothing but what suites need: no configuration file, no plugin that happens to be installed."""

FILE_BYTES = 64_000_000
OUTPUT_CHARACTERS = 2_000


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
        _run_examples(job, say)
    else:
        _run_suite(job, say)
    os._exit(0)


class Events:
    """Writes events to the descriptor that the supervisor reads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._process = os.getpid()

    def __call__(self, event: str, **fields: object) -> None:
        """Write one event; a forked copy of this process says nothing."""
        if os.getpid() != self._process:
            return
        line = json.dumps({"event": event, **fields}).encode() + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]


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
    plugins = [argument for name in job["plugins"] for argument in ("-p", name)]
    arguments = [
        *ARGUMENTS,
        *plugins,
        *("--rootdir", job["root"], "--basetemp", str(Path(job["environment"]["TMPDIR"]) / "pytest")),
        *("-o", f"timeout={job['limits']['case_seconds']}"),
        *collect,
        *job["options"],
        *(str(Path(job["root"], target)) for target in job["targets"]),
    ]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    before = Snapshot.take()
    started = time.process_time()
    reporter = Reporter(job, say)
    pytest.main(arguments, plugins=[reporter])
    if not reporter.session_started:
        say("fault", message="pytest refused to start: " + reporter.read_output())
    cpu = time.process_time() - started
    gc.collect()
    leftovers = before.changes(Snapshot.take(), job["root"])
    say("finished", cpu_seconds=cpu + sum(os.times()[2:4]), leftovers=leftovers[:20])


class CaseTimeout(BaseException):
    """The deadline of a case: no ``except Exception`` may take it for a failure of the learner's code."""


def _time_out(seconds: float) -> None:
    raise CaseTimeout(f"{seconds:g} s")


class Reporter:
    """The pytest plugin that turns one run into events."""

    def __init__(self, job: Job, say: Events) -> None:
        self._say = say
        self._root = job["root"]
        self._end = time.monotonic() + job["limits"]["seconds"]
        self._output = job["output"]
        self._suite = str(Path(job["root"], job["targets"][0]))
        self._offset = 0
        self._case: dict[str, Any] = {}
        self.session_started = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """Spare pytest its own long tracebacks: they cost more than most cases, and nobody reads them."""
        config.option.tbstyle = "value"

    def pytest_sessionstart(self) -> None:
        """Note that pytest has taken its arguments: what fails from here on may be the hand-in's doing."""
        self.session_started = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say why a suite could not be collected (see ``pytest_make_collect_report``)."""
        if report.outcome == "passed":
            return
        told = str(report.longrepr) if report.failed else "the hand-in skipped the suite"
        self._say("broken", message=getattr(report, "explained", None) or told[-2000:])

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Attach the explanation while the exception is still at hand."""
        report = yield
        call = getattr(report, "call", None)
        if report.failed and call is not None and call.excinfo is not None:
            error = call.excinfo.value
            error = error.__cause__ or error.__context__ or error
            message = explain_import(error, str(report.longrepr), str(collector.path), self._root)
            report.explained = message  # type: ignore[attr-defined]
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say which cases there are, with their tasks and requirements."""
        self._say("collected", cases=[_case(item) for item in session.items])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Start no further case when the time of the suite is over."""
        outcome = yield
        if time.monotonic() > self._end:
            item.session.shouldstop = "the time limit of the suite is over"
        return outcome

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which case is running, so that it can be named if nothing more is heard."""
        self._case = {"status": "passed", "message": None, "seconds": 0.0, "in_suite": False}
        self._offset = self._printed()
        self._say("started", id=nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take the status and the message of one phase; the first that did not pass decides."""
        report = yield
        self._case["seconds"] += call.duration
        if self._case["status"] == "passed" and (report.outcome != "passed" or hasattr(report, "wasxfail")):
            self._case["status"] = _status(report, call)
            if call.excinfo is not None and isinstance(call.excinfo.value, CaseTimeout):
                self._case["message"] = explain_time_out(call.excinfo.value, str(item.path), self._root)
            elif call.excinfo is not None:
                message, in_suite = explain(call.excinfo.value, str(item.path), self._root)
                self._case |= {"message": message, "in_suite": in_suite}
        return report

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Say how the case ended and, if it did not pass, what was printed meanwhile."""
        passed = self._case["status"] == "passed"
        self._say("case", id=nodeid, output="" if passed else self.read_output(), **self._case)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say what ended the whole session, such as ``sys.exit`` at import."""
        self._say("broken", message=explain_end(excinfo.value, self._suite, self._root))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say where ``KeyboardInterrupt`` or ``pytest.exit`` came from; nobody is at a keyboard here."""
        if not isinstance(excinfo.value, pytest.Session.Interrupted):  # that one is our own stop
            self._say("broken", message=explain_end(excinfo.value, self._suite, self._root))

    def pytest_timeout_set_timer(self, settings: Any) -> bool | None:
        """Interrupt a case at its deadline, and again each second in case the exception is swallowed.

        pytest-timeout's own timer fails the case with an exception that hypothesis catches and tries again.
        """
        if not hasattr(signal, "setitimer"):
            return None
        signal.signal(signal.SIGALRM, lambda *_: _time_out(settings.timeout))
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, 1.0)
        return True

    def pytest_timeout_cancel_timer(self) -> bool | None:
        """Stop the timer."""
        if not hasattr(signal, "setitimer"):
            return None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        return True

    def _printed(self) -> int:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # the hand-in may have replaced or closed it
                stream.flush()
        with contextlib.suppress(OSError):
            return Path(self._output).stat().st_size
        return 0

    def read_output(self) -> str:
        """Return the beginning of what was printed since the case began."""
        if self._printed() <= self._offset:
            return ""
        with Path(self._output).open("rb") as stream:
            stream.seek(self._offset)
            return stream.read(OUTPUT_CHARACTERS).decode("utf-8", "replace")


def _status(report: pytest.TestReport, call: "pytest.CallInfo[None]") -> str:
    if report.outcome != "failed":
        return "skipped"
    if call.excinfo is not None and isinstance(call.excinfo.value, CaseTimeout):
        return "timeout"
    return "failed" if call.when == "call" else "error"


def _case(item: pytest.Item) -> dict[str, Any]:
    """Describe a collected case: its id, its tasks and the first paragraph of its docstring."""
    tasks = [mark.args[0] if mark.args else None for mark in item.iter_markers("task")]
    text = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    requirement = " ".join(text.strip().split("\n\n")[0].split())
    return {"id": item.nodeid, "tasks": tasks, "requirement": requirement}


def _run_examples(job: Job, say: Events) -> None:
    """Run the README's examples as doctests against the hand-in in the root folder."""
    import doctest

    sys.path.insert(0, job["root"])
    failures = _Failures()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    examples = 0
    for test in _doctests(job):
        examples += len(test.examples)
        runner.run(test, out=failures.add, clear_globs=False)
    say("examples", count=examples, failures=failures.texts)
    say("finished", cpu_seconds=time.process_time(), leftovers=[])


class _Failures:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, text: str) -> None:
        """Keep what doctest prints about a failure."""
        self.texts.append(text)


def _doctests(job: Job) -> Iterator[Any]:
    """Yield the doctests of the target files."""
    import doctest

    for target in job["targets"]:
        text = Path(job["root"], target).read_text(encoding="utf-8")
        yield doctest.DocTestParser().get_doctest(text.replace("\n```", "\n\n```"), {}, target, target, 0)
