"""The pytest plugin inside the child: it turns one run into events, and stops cases at their deadline."""

import contextlib
import signal
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from grader.worker.events import Events
from grader.worker.explanation import explain, explain_end, explain_import, explain_time_out

OUTPUT_CHARACTERS = 2_000
"""How much of what a failing case printed is told."""


class CaseTimeout(BaseException):
    """The deadline of a case: no ``except Exception`` may take it for a failure of the learner's code."""


def _time_out(seconds: float) -> None:
    raise CaseTimeout(f"{seconds:g} s")


class Reporter:
    """The pytest plugin that turns one run into events."""

    def __init__(self, job: dict[str, Any], say: Events) -> None:
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
