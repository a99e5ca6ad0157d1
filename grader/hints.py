"""Hints, one at a time: which one comes next is remembered, and none is ever skipped."""

from grader.errors import UsageError
from grader.model import Exercise, ExerciseResult, Task
from grader.store import HINT, Store


def next_hint(exercise: Exercise, number: int | None, result: ExerciseResult | None, store: Store) -> str:
    """Return the next hint, with its place among the task's hints; the last one repeats.

    Args:
        exercise: whose hint.
        number: the task; ``None`` for the first that ``result`` does not show as earned.
        result: the last known verdict, if any.
        store: where the place is remembered.

    Raises:
        UsageError: there is no such task.

    """
    task = _task(exercise, number, result)
    key = f"{exercise.slug}:{task.number}"
    place = min((store.find(HINT, key) or 0) + 1, len(task.hints))
    store.keep(HINT, key, place)
    head = f"{exercise.slug}, task {task.number} ({task.title}), hint {place} of {len(task.hints)}:"
    return f"{head}\n\n{task.hints[place - 1]}"


def _task(exercise: Exercise, number: int | None, result: ExerciseResult | None) -> Task:
    if number is None:
        earned = {task.number for task in result.tasks if task.score} if result else set()
        ahead = [task for task in exercise.tasks if task.number not in earned]
        return (ahead or exercise.tasks)[0]
    for task in exercise.tasks:
        if task.number == number:
            return task
    last = len(exercise.tasks)
    raise UsageError(f"{exercise.slug} has no task {number}", f"kata hint {exercise.slug} --task 1 … {last}")
