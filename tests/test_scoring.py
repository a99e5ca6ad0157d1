"""From a run to a verdict: points need positive evidence."""

import dataclasses

import pytest

from grader.model import (
    Case,
    CaseResult,
    CaseStatus,
    Ending,
    ExerciseStatus,
    RunRecord,
    TaskStatus,
)
from grader.scoring import score, without_run

EXPECTED = (
    Case(id="test_a", task=1, requirement="A is so."),
    Case(id="test_b", task=1, requirement="B is so."),
    Case(id="test_c", task=2, requirement="C is so."),
)


def run(*statuses, ending=Ending.FINISHED, **changes):
    """Return the record of a run of the expected cases that ended with these statuses, in order."""
    results = tuple(
        CaseResult(id=case.id, status=status, seconds=0.1)
        for case, status in zip(EXPECTED, statuses, strict=False)
    )
    return RunRecord(ending=ending, collected=EXPECTED, results=results, seconds=2.0, **changes)


ALL = (CaseStatus.PASSED,) * 3


def test_everything_passed_is_full_marks(exercise):
    """All cases of all tasks passed, and the run came to its end."""
    result = score(exercise, EXPECTED, run(*ALL))
    assert (ExerciseStatus.PASSED, 10, 10) == (result.status, result.score, result.max_score)
    assert [(TaskStatus.PASSED, 4), (TaskStatus.PASSED, 6)] == [(t.status, t.score) for t in result.tasks]
    assert ("doubling", "basics", "Doubling", 2.0) == (
        result.slug,
        result.topic,
        result.title,
        result.seconds,
    )
    assert result.message is None


@pytest.mark.parametrize("status", [status for status in CaseStatus if status is not CaseStatus.PASSED])
def test_one_case_that_did_not_pass_loses_its_task(exercise, status):
    """There is no partial credit inside a task, and none is lost beside it."""
    result = score(exercise, EXPECTED, run(CaseStatus.PASSED, status, CaseStatus.PASSED))
    assert (ExerciseStatus.PARTIAL, 6) == (result.status, result.score)
    assert [(TaskStatus.FAILED, 0), (TaskStatus.PASSED, 6)] == [(t.status, t.score) for t in result.tasks]
    assert status is result.tasks[0].cases[1].status


def test_no_task_is_earned_by_failures_only(exercise):
    """Nothing earned is failed, not partly done."""
    result = score(exercise, EXPECTED, run(*[CaseStatus.FAILED] * 3))
    assert (ExerciseStatus.FAILED, 0) == (result.status, result.score)


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.FINISHED])
def test_a_run_without_its_end_event_earns_nothing(exercise, ending):
    """Passed cases are no evidence if the run was cut off or left by a back door."""
    result = score(exercise, EXPECTED, run(*ALL, ending=ending, message="it ended"))
    assert (ExerciseStatus.FAILED, 0, "it ended") == (result.status, result.score, result.message)
    assert CaseStatus.PASSED is result.tasks[0].cases[0].status


def test_a_case_that_was_not_run_is_not_passed(exercise):
    """A case without a result is shown as not run."""
    result = score(exercise, EXPECTED, run(CaseStatus.PASSED))
    assert 0 == result.score
    assert [CaseStatus.PASSED, CaseStatus.NOT_RUN] == [case.status for case in result.tasks[0].cases]


def test_a_run_with_fewer_cases_earns_nothing(exercise):
    """A hand-in that makes cases disappear is noticed, and the message names them."""
    record = dataclasses.replace(run(*ALL), collected=EXPECTED[:2])
    result = score(exercise, EXPECTED, record)
    assert (ExerciseStatus.FAILED, 0) == (result.status, result.score)
    assert "The run did not show the cases that the suite has (2 seen; test_c)." == result.message


def test_a_run_with_more_cases_earns_nothing(exercise):
    """Neither do cases that the suite does not have."""
    more = (*EXPECTED, *(Case(id=f"test_{n}", task=1, requirement="") for n in range(9)))
    result = score(exercise, EXPECTED, dataclasses.replace(run(*ALL), collected=more))
    assert 0 == result.score
    told = (
        "The run did not show the cases that the suite has (12 seen; test_0, test_1, test_2, test_3, test_4)."
    )
    assert told == result.message


def test_the_reason_of_a_broken_run_comes_before_the_missing_cases(exercise):
    """A hand-in that cannot be imported shows no cases; the import is what matters."""
    record = RunRecord(ending=Ending.BROKEN, message="no such name")
    assert "no such name" == score(exercise, EXPECTED, record).message


def test_the_run_does_not_say_what_a_case_stands_for(exercise):
    """Task and requirement come from the trusted collection, whatever the run claims."""
    claimed = tuple(dataclasses.replace(case, task=2, requirement="mine") for case in EXPECTED)
    statuses = (CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.PASSED)
    result = score(exercise, EXPECTED, dataclasses.replace(run(*statuses), collected=claimed))
    assert [0, 6] == [task.score for task in result.tasks]
    assert "B is so." == result.tasks[0].cases[1].requirement


def test_a_task_without_cases_is_not_earned(exercise):
    """Nothing to show is no evidence."""
    expected = EXPECTED[:2]
    record = dataclasses.replace(run(*ALL), collected=expected)
    result = score(exercise, expected, record)
    assert (ExerciseStatus.PARTIAL, 4) == (result.status, result.score)


def test_what_was_left_behind_is_a_flag(exercise):
    """Leftovers are shown to people and cost nothing."""
    result = score(exercise, EXPECTED, run(*ALL, leftovers=("a thread",)))
    assert (10, ("a thread",)) == (result.score, result.flags)


@pytest.mark.parametrize(
    ("message", "output", "expected"),
    [
        ("called: f()", "", "called: f()"),
        ("called: f()", " \n", "called: f()"),
        ("called: f()", "hello\n\n", "called: f()\nprinted:\nhello"),
        (None, "hello", "printed:\nhello"),
        (None, "", None),
    ],
)
def test_what_the_hand_in_printed_follows_the_message(exercise, message, output, expected):
    """Output of a case is shown with it."""
    failed = CaseResult(id="test_a", status=CaseStatus.FAILED, message=message, output=output)
    record = RunRecord(ending=Ending.FINISHED, collected=EXPECTED, results=(failed,))
    assert expected == score(exercise, EXPECTED, record).tasks[0].cases[0].message


def test_an_exercise_that_was_not_run_shows_its_cases(exercise):
    """Without a run there is a reason, no points, and every case as not run."""
    result = without_run(exercise, EXPECTED, ExerciseStatus.ERROR, "no compiler here")
    assert (ExerciseStatus.ERROR, 0, 10) == (result.status, result.score, result.max_score)
    assert {TaskStatus.NOT_GRADED} == {task.status for task in result.tasks}
    assert ("no compiler here", 0.0) == (result.message, result.seconds)
    assert {CaseStatus.NOT_RUN} == {case.status for task in result.tasks for case in task.cases}
    assert [2, 1] == [len(task.cases) for task in result.tasks]
