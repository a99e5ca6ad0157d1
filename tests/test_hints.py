"""Hints, one at a time."""

import pytest

from grader.errors import UsageError
from grader.hints import next_hint
from grader.model import CaseStatus
from grader.store import Store


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    with Store(tmp_path) as opened:
        yield opened


def test_hints_come_one_after_the_other_and_the_last_one_repeats(exercise, store):
    """From general to specific; none is skipped."""
    first, second = exercise.tasks
    told = [next_hint(exercise, 1, None, store) for _ in range(4)]
    head = "doubling, task 1 (Double a number), hint {} of 3:\n\n{}"
    assert [head.format(n, first.hints[n - 1]) for n in (1, 2, 3, 3)] == told
    assert second.hints[0] in next_hint(exercise, 2, None, store)


def test_the_place_is_remembered(exercise, tmp_path):
    """The next run goes on where the last one stopped."""
    for expected in exercise.tasks[0].hints:
        with Store(tmp_path) as store:
            assert expected in next_hint(exercise, 1, None, store)


def test_without_a_verdict_the_first_task_is_meant(exercise, store):
    """Somebody who has not graded yet begins at the beginning."""
    assert "task 1 " in next_hint(exercise, None, None, store)


def test_after_a_verdict_the_first_open_task_is_meant(exercise, store, make_result, make_case):
    """Earned tasks need no hint."""
    result = make_result([make_case()], [make_case(status=CaseStatus.FAILED)])
    assert "task 2 " in next_hint(exercise, None, result, store)


def test_when_all_is_earned_the_first_task_is_meant(exercise, store, make_result, make_case):
    """Somebody who has passed may still read the hints."""
    result = make_result([make_case()], [make_case()])
    assert "task 1 " in next_hint(exercise, None, result, store)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_task_that_does_not_exist_is_refused(exercise, store, number):
    """The hint of the error says which tasks there are."""
    with pytest.raises(UsageError) as caught:
        next_hint(exercise, number, None, store)
    assert f"doubling has no task {number}" == caught.value.message
    assert "kata hint doubling --task 1 … 2" == caught.value.hint
