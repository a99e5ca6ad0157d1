"""From a run to a verdict. Points need positive evidence: every expected case passed, and the end event."""

import dataclasses
from collections.abc import Sequence

from grader.model import (
    Case,
    CaseResult,
    CaseStatus,
    Ending,
    Exercise,
    ExerciseResult,
    ExerciseStatus,
    RunRecord,
    ScoredCase,
    Task,
    TaskResult,
    TaskStatus,
)


def score(exercise: Exercise, expected: Sequence[Case], record: RunRecord) -> ExerciseResult:
    """Score one run of the suite.

    A task is earned when each of its expected cases passed. Nothing is earned by a run that has no end
    event, or that shows cases other than the expected ones: such a run was tampered with or cut off.

    Args:
        exercise: the tasks and their points.
        expected: the cases that the suite has, collected from a run that no learner's code took part in.
        record: what the run told.

    """
    extra = {case.id for case in record.collected} ^ {case.id for case in expected}
    sound = record.ending is Ending.FINISHED and not extra
    results = {result.id: result for result in record.results}
    tasks = tuple(_task(task, expected, results, sound) for task in exercise.tasks)
    points = sum(task.score for task in tasks)
    return ExerciseResult(
        slug=exercise.slug,
        topic=exercise.topic,
        title=exercise.title,
        status=_status(points, exercise.max_score),
        score=points,
        max_score=exercise.max_score,
        seconds=record.seconds,
        assurance=exercise.assurance,
        tasks=tasks,
        flags=record.leftovers,
        message=record.message or _strangers(record, extra),
    )


def without_run(
    exercise: Exercise, expected: Sequence[Case], status: ExerciseStatus, message: str
) -> ExerciseResult:
    """Return the result of an exercise that was not run: nothing handed in, or nothing that can grade it."""
    tasks = tuple(_task(task, expected, {}, sound=False) for task in exercise.tasks)
    result = ExerciseResult(
        slug=exercise.slug,
        topic=exercise.topic,
        title=exercise.title,
        status=status,
        score=0,
        max_score=exercise.max_score,
        seconds=0.0,
        assurance=exercise.assurance,
        tasks=tasks,
        message=message,
    )
    if result.graded:
        return result
    ungraded = tuple(dataclasses.replace(task, status=TaskStatus.NOT_GRADED) for task in tasks)
    return dataclasses.replace(result, tasks=ungraded)


def _task(task: Task, expected: Sequence[Case], results: dict[str, CaseResult], sound: bool) -> TaskResult:
    cases = tuple(_scored(case, results.get(case.id)) for case in expected if case.task == task.number)
    earned = sound and bool(cases) and all(case.status is CaseStatus.PASSED for case in cases)
    return TaskResult(
        number=task.number,
        title=task.title,
        status=TaskStatus.PASSED if earned else TaskStatus.FAILED,
        score=task.points if earned else 0,
        max_score=task.points,
        cases=cases,
    )


def _scored(case: Case, result: CaseResult | None) -> ScoredCase:
    if result is None:
        result = CaseResult(id=case.id, status=CaseStatus.NOT_RUN)
    return ScoredCase(
        id=case.id,
        requirement=case.requirement,
        status=result.status,
        seconds=result.seconds,
        message=_with_output(result),
    )


def _with_output(result: CaseResult) -> str | None:
    """Return the message, followed by what the hand-in printed while the case ran."""
    if not result.output.strip():
        return result.message
    return f"{result.message or ''}\nprinted:\n{result.output.rstrip()}".lstrip()


def _status(points: int, max_score: int) -> ExerciseStatus:
    if points == max_score:
        return ExerciseStatus.PASSED
    return ExerciseStatus.PARTIAL if points else ExerciseStatus.FAILED


def _strangers(record: RunRecord, extra: set[str]) -> str | None:
    """Say that a finished run did not have the suite's cases; only a hand-in that interferes can do that."""
    if not extra:
        return None
    names = ", ".join(sorted(extra)[:5])
    return f"The run did not show the cases that the suite has ({len(record.collected)} seen; {names})."
