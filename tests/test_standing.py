"""Where somebody stands with one exercise."""

import pytest

from grader.model import ExerciseStatus
from grader.standing import Standing


@pytest.mark.parametrize("status", list(ExerciseStatus))
def test_the_last_verdict_is_the_status(exercise, make_result, status):
    """What was graded is known, whether the stub is untouched or not."""
    result = make_result(status=status, score=3)
    for untouched in (True, False):
        standing = Standing(exercise=exercise, result=result, untouched=untouched)
        assert (status.value, 3) == (standing.status, standing.score)


@pytest.mark.parametrize(("untouched", "status"), [(True, "not_started"), (False, "changed")])
def test_without_a_verdict_the_stub_decides(exercise, untouched, status):
    """An edited stub that was not graded is neither started nor failed: it is changed."""
    standing = Standing(exercise=exercise, result=None, untouched=untouched)
    assert (status, 0) == (standing.status, standing.score)


def test_a_row_of_the_list_has_these_keys(exercise):
    """What `kata list --json` prints is fixed for its readers."""
    assert {
        "slug": "doubling",
        "topic": "basics",
        "title": "Doubling",
        "difficulty": "easy",
        "status": "not_started",
        "score": 0,
        "max_score": 10,
    } == Standing(exercise=exercise, result=None, untouched=True).as_data()
