"""Exercise results as plain data: what the JSON report shows and what the store keeps."""

import dataclasses
from typing import Any

from grader.model import (
    Assurance,
    CaseStatus,
    ExerciseResult,
    ExerciseStatus,
    ScoredCase,
    TaskResult,
    TaskStatus,
)


def as_data(result: ExerciseResult) -> dict[str, Any]:
    """Return the result in the form that ``kata grade --json`` publishes: no score if not graded."""
    return {
        "slug": result.slug,
        "topic": result.topic,
        "title": result.title,
        "status": result.status.value,
        "score": result.score if result.graded else None,
        "max_score": result.max_score,
        "seconds": round(result.seconds, 3),
        "assurance": result.assurance.value,
        "cached": result.cached,
        "flags": list(result.flags),
        "message": result.message,
        "tasks": [_task_data(task) for task in result.tasks],
    }


def from_data(data: dict[str, Any]) -> ExerciseResult:
    """Return the result that ``as_data`` was given.

    Raises:
        KeyError, TypeError, ValueError: the data is not of that form.

    """
    return ExerciseResult(
        slug=data["slug"],
        topic=data["topic"],
        title=data["title"],
        status=ExerciseStatus(data["status"]),
        score=data["score"] or 0,
        max_score=data["max_score"],
        seconds=data["seconds"],
        assurance=Assurance(data["assurance"]),
        cached=data["cached"],
        flags=tuple(data["flags"]),
        message=data["message"],
        tasks=tuple(_task(task) for task in data["tasks"]),
    )


def _task_data(task: TaskResult) -> dict[str, Any]:
    return {
        "id": task.number,
        "title": task.title,
        "status": task.status.value,
        "score": None if task.status is TaskStatus.NOT_GRADED else task.score,
        "max_score": task.max_score,
        "tests": [
            {**dataclasses.asdict(case), "status": case.status.value, "seconds": round(case.seconds, 4)}
            for case in task.cases
        ],
    }


def _task(data: dict[str, Any]) -> TaskResult:
    return TaskResult(
        number=data["id"],
        title=data["title"],
        status=TaskStatus(data["status"]),
        score=data["score"] or 0,
        max_score=data["max_score"],
        cases=tuple(ScoredCase(**{**case, "status": CaseStatus(case["status"])}) for case in data["tests"]),
    )
