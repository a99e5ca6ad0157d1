"""The report as Markdown, for a pull request or a job summary. Learner output in it stays inert."""

import re

from grader.model import CaseStatus, ExerciseResult, ExerciseStatus, Report, ScoredCase, TaskResult

MARKS = {
    ExerciseStatus.PASSED: "✅ passed",
    ExerciseStatus.PARTIAL: "🟡 partly",
    ExerciseStatus.FAILED: "❌ failed",
    ExerciseStatus.NOT_STARTED: "⚪ not started",
    ExerciseStatus.NOT_GRADABLE: "🚫 not gradable here",
    ExerciseStatus.ERROR: "⚠️ grader error",
}
FAILURES = 3
"""How many failed cases of one exercise are shown in full."""
CHARACTERS = 60_000
CUT = "\n*The report is longer than fits here. All of it: `kata grade --json report.json`*\n"
BREAK = "\u200b"
"""Has no width; where it stands, no mention, reference or link is recognised."""


def render(report: Report) -> str:
    """Return a summary line, a table, and a folded section for each exercise that lost points."""
    scores = f"**{report.score} of {report.max_score} points**"
    facts = f"Python {report.python} · isolation: {report.isolation} · {report.seconds:.1f} s"
    lines = ["# Grading report", "", f"{scores} · {facts}", ""]
    if report.interrupted:
        lines += ["**Interrupted: only what was done until then is listed.**", ""]
    lines += ["| exercise | verdict | points | tasks | assurance |", "|---|---|---:|---|:-:|"]
    lines += [_row(result) for result in report.exercises]
    text = "\n".join(lines) + "\n"
    for result in report.exercises:
        if result.status not in (ExerciseStatus.PASSED, ExerciseStatus.NOT_STARTED):
            section = "\n".join(["", *_section(result)]) + "\n"
            if len(text) + len(section) + len(CUT) > CHARACTERS:
                return text + CUT
            text += section
    return text


def _row(result: ExerciseResult) -> str:
    tasks = " ".join("●" if task.score else "○" for task in result.tasks)
    name = f"{inert(result.title)} (`{result.slug}`)"
    return f"| {name} | {MARKS[result.status]} | {_points(result)} | {tasks} | {result.assurance.value} |"


def _points(result: ExerciseResult) -> str:
    return f"{result.score if result.graded else '-'}/{result.max_score}"


def _section(result: ExerciseResult) -> list[str]:
    head = f"<code>{result.slug}</code>: {_points(result)}"
    lines = ["<details>", f"<summary>{head}</summary>", ""]
    if result.message:
        lines += [fenced(result.message), ""]
    if not result.graded:
        return [*lines, "That is neither a pass nor a zero, and the sum leaves it out.", "", "</details>"]
    lines += [f"- {_task(task)}" for task in result.tasks]
    failed = [case for task in result.tasks for case in task.cases if case.status is not CaseStatus.PASSED]
    shown = [case for case in failed if case.status is not CaseStatus.NOT_RUN][:FAILURES]
    for case in shown:
        lines += ["", f"**{inert(case.requirement)}**", "", *_details(case)]
    if len(failed) > len(shown):
        lines += ["", f"… and {len(failed) - len(shown)} more cases that did not pass."]
    if result.flags:
        lines += ["", "Noticed:", fenced("\n".join(result.flags))]
    return [*lines, "", f"Next: `kata hint {result.slug}`", "", "</details>"]


def _task(task: TaskResult) -> str:
    passed = sum(case.status is CaseStatus.PASSED for case in task.cases)
    mark = "✅" if task.score else "❌"
    counted = f"{passed} of {len(task.cases)} cases"
    return f"{mark} Task {task.number}, {inert(task.title)}: {task.score}/{task.max_score} ({counted})"


def _details(case: ScoredCase) -> list[str]:
    label = f"`{case.id}`" if re.fullmatch(r"[\w\[\].:-]+", case.id) else inert(case.id)
    return [f"{label} · {case.status.value}", "", fenced(case.message or "no message")]


def fenced(text: str) -> str:
    """Return the text in a code fence that is longer than any fence in it."""
    longest = max((len(run) for run in re.findall(r"`+|~+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def inert(text: str) -> str:
    """Return one line in which no Markdown, HTML, mention or link is left alive."""
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace("://", f":{BREAK}//")
    line = re.sub(r"[@#]", rf"\g<0>{BREAK}", line)
    line = re.sub(r"\b(www|gh)(?=[.-])", rf"\g<0>{BREAK}", line, flags=re.IGNORECASE)
    return re.sub(r"([\\`*_{}\[\]#+!|~>])", r"\\\1", line)
