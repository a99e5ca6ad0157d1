"""The report for a person at a terminal, or for a pipe: no colour then, and no guess about the width."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model import CaseStatus, ExerciseResult, ExerciseStatus, Report, ScoredCase, TaskResult
from grader.screen import Screen

STYLES = {
    ExerciseStatus.PASSED: ("✓", "green", "passed"),
    ExerciseStatus.PARTIAL: ("◐", "yellow", "partly done"),
    ExerciseStatus.FAILED: ("✗", "red", "failed"),
    ExerciseStatus.NOT_STARTED: ("○", "dim", "not started"),
    ExerciseStatus.NOT_GRADABLE: ("-", "magenta", "not gradable here"),
    ExerciseStatus.ERROR: ("!", "magenta", "grader error"),
}
FAILURES = 3
"""How many failed cases are shown when one exercise is graded."""


def render(report: Report, screen: Screen) -> str:
    """Return the summary of all exercises; for a single one also its tasks and its first failures."""
    parts: list[RenderableType] = []
    if len(report.exercises) == 1:
        parts += _single(report.exercises[0])
    else:
        parts += _several(report)
    facts = f"Python {report.python} · isolation {report.isolation} · {report.seconds:.1f} s"
    parts += ["", Text.assemble((f"{report.score} of {report.max_score} points", "bold"), f"  {facts}")]
    if report.interrupted:
        parts.append(Text("Interrupted: only what was done until then is listed.", "yellow"))
    parts += [Text(line, "dim") for line in [*_ungraded(report), *_next(report)]]
    return screen.draw(Group(*parts))


def _several(report: Report) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for _ in range(5):
        table.add_column(no_wrap=True)
    topic = ""
    for result in report.exercises:
        if result.topic != topic:
            topic = result.topic
            table.add_row(Text(topic.replace("_", " "), "bold"))
        mark, style, told = STYLES[result.status]
        told += " (known)" if result.cached else ""
        tasks = "".join("●" if task.score else "·" for task in result.tasks)
        name = Text.assemble("  ", (mark, style), f" {result.slug}")
        points = f"{result.score if result.graded else '-':>3}/{result.max_score}"
        table.add_row(name, tasks, points, result.assurance.value, Text(told, style))
    parts: list[RenderableType] = [table]
    said = [result for result in report.exercises if result.message]
    lines = [Text(f"{result.slug}: {(result.message or '').splitlines()[0]}") for result in said]
    return [*parts, "", *lines] if lines else parts


def _single(result: ExerciseResult) -> list[RenderableType]:
    mark, style, told = STYLES[result.status]
    cached = " (known from an earlier run)" if result.cached else ""
    parts: list[RenderableType] = [
        Text.assemble((f"{mark} {result.title}", "bold"), ("  " + told + cached, style)),
        "",
    ]
    if result.graded:
        parts += [_task_line(task) for task in result.tasks]
    if result.message:
        parts += ["", Text(result.message, "red")]
    if result.status is ExerciseStatus.NOT_STARTED:
        return parts
    failed = [
        (task, case)
        for task in result.tasks
        for case in task.cases
        if case.status not in (CaseStatus.PASSED, CaseStatus.NOT_RUN)
    ]
    first: dict[str, tuple[TaskResult, ScoredCase]] = {}  # the first case of each requirement
    for task, case in failed:
        first.setdefault(case.requirement, (task, case))
    shown = list(first.values())[:FAILURES]
    for task, case in shown:
        parts += ["", *_failure(task, case)]
    if len(failed) > len(shown):
        parts += ["", Text(f"… and {len(failed) - len(shown)} more. Mend these first.", "dim")]
    parts += [Text(f"noticed: {flag}", "yellow") for flag in result.flags]
    return parts


def _task_line(task: TaskResult) -> Text:
    passed = sum(case.status is CaseStatus.PASSED for case in task.cases)
    mark = ("✓", "green") if task.score else ("✗", "red")
    counted = f"{task.score}/{task.max_score} points, {passed} of {len(task.cases)} cases"
    return Text.assemble("  ", mark, f" {task.number}. {task.title}  ", (counted, "dim"))


def _failure(task: TaskResult, case: ScoredCase) -> list[RenderableType]:
    head = Text.assemble((f"Task {task.number} ", "bold red"), (case.requirement, "bold"))
    body = Padding(Text(case.message or "no message"), (0, 0, 0, 4))
    return [head, Text(f"    {case.id} · {case.status.value}", "dim"), body]


def _ungraded(report: Report) -> list[str]:
    """Say what the sum leaves out."""
    told = {
        ExerciseStatus.NOT_GRADABLE: "not gradable here: neither a pass nor a zero, and not in the sum",
        ExerciseStatus.ERROR: "with a grader error: that is no zero, and not in the sum",
    }
    counts = {status: sum(result.status is status for result in report.exercises) for status in told}
    return [f"{counts[status]} {words}" for status, words in told.items() if counts[status]]


def _next(report: Report) -> list[str]:
    """Say what to type next."""
    open_ones = [r for r in report.exercises if r.graded and r.status is not ExerciseStatus.PASSED]
    if not open_ones:
        return []
    first = open_ones[0]
    if len(report.exercises) > 1:
        return [f"next: kata grade {first.slug}"]
    return [f"next: kata show {first.slug} · kata hint {first.slug}"]
