"""What a worker told about one job, put together; nothing in it is believed without a look."""

from typing import Any

from grader.model import Case, CaseResult, CaseStatus, Ending, Limits, RunRecord

UNSAID = "no reason was given"
MOST_SECONDS = 1e6


class Transcript:
    """Puts the events of one job together; nothing in them is believed without a look."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.ended: dict[str, Any] | None = None
        self._collected: tuple[Case, ...] = ()
        self._results: dict[str, CaseResult] = {}
        self._running = ""
        self._broken: str | None = None
        self._fault: str | None = None
        self._finished: dict[str, Any] | None = None

    def hear(self, event: dict[str, Any]) -> None:
        """Take one event."""
        kind = event["event"]
        if kind == "collected":
            cases = _listed(event.get("cases"))
            self._collected = tuple(_case(case) for case in cases if isinstance(case, dict))
        elif kind == "broken":
            self._broken = self._broken or _told(event.get("message")) or UNSAID
        elif kind == "fault":
            self._fault = _told(event.get("message")) or UNSAID
        elif kind == "started":
            self._running = _case_id(event.get("id"))
        elif kind == "case":
            result = _case_result(event)
            self._results.setdefault(result.id, result)
            self._running = ""
        elif kind == "finished":
            self._finished = event
        elif kind == "ended":
            self.ended = event
        elif kind == "examples" and (failures := _listed(event.get("failures"))):
            self._broken = _told("\n".join(map(str, failures)))

    def record(self, seconds: float) -> RunRecord:
        """Return the record of the whole run."""
        ended = self.ended or {}
        finished = self._finished or {}
        ending = self._ending(str(ended.get("reason")))
        leftovers = [told for text in _listed(finished.get("leftovers")) if (told := _told(text))]
        if ended.get("survivors"):
            leftovers.append(f"{ended['survivors']} process(es) were still running")
        told = self._last_words(ending, ended.get("code"), seconds)
        results = list(self._results.values())
        if self._running and self._running not in self._results:
            timed_out = ending is Ending.DEADLINE
            status = CaseStatus.TIMEOUT if timed_out else CaseStatus.ERROR
            results.append(CaseResult(id=self._running, status=status, message=told))
        return RunRecord(
            ending=ending,
            message=self._fault or self._broken or told,
            collected=self._collected,
            results=tuple(results),
            seconds=seconds,
            cpu_seconds=_seconds(finished.get("cpu_seconds")),
            leftovers=tuple(leftovers),
        )

    def _ending(self, reason: str) -> Ending:
        if self._fault is not None:
            return Ending.FAULT
        if reason in ("deadline", "output", "killed"):
            return Ending(reason)
        if self._broken is not None:
            return Ending.BROKEN
        return Ending.FINISHED if self._finished is not None else Ending.EXITED

    def _last_words(self, ending: Ending, code: object, seconds: float) -> str | None:
        """Say in a sentence what a run without its end event did."""
        place = f" while {self._running} was running" if self._running else ""
        return {
            Ending.EXITED: f"The process ended by itself (exit code {code}){place}; its suite was not done.",
            Ending.KILLED: f"The process was killed by a signal (exit code {code}){place}.",
            Ending.DEADLINE: f"Stopped after {seconds:.1f} s{place}: the time limit is "
            f"{self._limits.seconds:g} s for the suite and {self._limits.case_seconds:g} s for a case.",
            Ending.OUTPUT: f"Stopped{place}: it printed more than {self._limits.output_bytes:,} bytes.",
        }.get(ending)


def _case_id(nodeid: object) -> str:
    """Return the part of a pytest node id behind the file's name."""
    return visible(str(nodeid).partition("::")[2] or str(nodeid))[:300]


def _case(data: dict[str, Any]) -> Case:
    tasks = data.get("tasks")
    task = tasks[0] if isinstance(tasks, list) and len(tasks) == 1 and type(tasks[0]) is int else 0
    return Case(
        id=_case_id(data.get("id")), task=task, requirement=visible(str(data.get("requirement") or ""))[:500]
    )


def _case_result(event: dict[str, Any]) -> CaseResult:
    statuses = {"passed": CaseStatus.PASSED, "failed": CaseStatus.FAILED, "timeout": CaseStatus.TIMEOUT}
    status = statuses.get(str(event.get("status")), CaseStatus.ERROR)
    message = _told(event.get("message"))
    if event.get("status") == "skipped":
        message = f"the case was skipped, which is not a pass: {message or ''}"
    return CaseResult(
        id=_case_id(event.get("id")),
        status=status,
        seconds=_seconds(event.get("seconds")),
        message=message,
        output=visible(str(event.get("output") or ""))[:4000],
        in_suite=event.get("in_suite") is True,
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _seconds(value: object) -> float:
    """Return a time that a report can show: no NaN, nothing endless, nothing below zero."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= MOST_SECONDS else 0.0


def _told(text: object) -> str | None:
    return visible(text)[:8000] if isinstance(text, str) else None


def visible(text: str) -> str:
    """Return the text with control characters made visible: learner code must not steer a terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)
