"""Where somebody stands with one exercise: the last known verdict on the present hand-in."""

from dataclasses import dataclass

from grader.model import Exercise, ExerciseResult, ExerciseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An exercise and the last known verdict on its present hand-in; ``None`` if it was not graded yet."""

    exercise: Exercise
    result: ExerciseResult | None
    untouched: bool

    @property
    def status(self) -> str:
        """The word that ``kata list --status`` filters by."""
        if self.result is not None:
            return self.result.status.value
        return ExerciseStatus.NOT_STARTED.value if self.untouched else "changed"

    @property
    def score(self) -> int:
        """The points of the last known verdict."""
        return self.result.score if self.result is not None else 0

    def as_data(self) -> dict[str, object]:
        """Return the row as ``kata list --json`` prints it."""
        exercise = self.exercise
        return {
            "slug": exercise.slug,
            "topic": exercise.topic,
            "title": exercise.title,
            "difficulty": exercise.difficulty.value,
            "status": self.status,
            "score": self.score,
            "max_score": exercise.max_score,
        }
