"""Exercise results as plain data."""

import dataclasses
import json

import pytest

from grader.model import CaseStatus, ExerciseStatus
from grader.record import as_data, from_data


@pytest.fixture
def result(make_result, make_case):
    """A verdict in which every field says something."""
    failed = make_case(id="test_b", status=CaseStatus.FAILED, message="called: f()\ngot: <ü>", seconds=0.1234)
    return make_result(
        [make_case()], [make_case(), failed], cached=True, flags=("a thread",), message="told", seconds=1.125
    )


def test_a_result_comes_back_as_it_was(result):
    """Data that went through JSON makes the same result."""
    assert result == from_data(json.loads(json.dumps(as_data(result))))


def test_times_are_rounded(result):
    """A report does not show more digits than a clock has."""
    data = as_data(dataclasses.replace(result, seconds=1.00049))
    assert 1.0 == data["seconds"]
    case = dataclasses.replace(result.tasks[0].cases[0], seconds=0.123456)
    task = dataclasses.replace(result.tasks[0], cases=(case,))
    assert 0.1235 == as_data(dataclasses.replace(result, tasks=(task,)))["tasks"][0]["tests"][0]["seconds"]


def test_enums_are_words(result):
    """Data holds strings where the model has enums."""
    data = as_data(result)
    assert ("partial", "B") == (data["status"], data["assurance"])
    assert ["passed", "failed"] == [task["status"] for task in data["tasks"]]
    assert ["passed", "failed"] == [test["status"] for test in data["tasks"][1]["tests"]]


@pytest.mark.parametrize("status", list(ExerciseStatus))
def test_every_verdict_can_be_kept(result, status):
    """No status is lost on the way."""
    changed = dataclasses.replace(result, status=status)
    assert status is from_data(as_data(changed)).status


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda data: data.pop("score"), KeyError),
        (lambda data: data.update(status="great"), ValueError),
        (lambda data: data.update(tasks=None), TypeError),
        (lambda data: data["tasks"][0]["tests"][0].update(colour="red"), TypeError),
        (lambda data: data["tasks"][0]["tests"][0].update(status="skipped"), ValueError),
    ],
    ids=["missing", "unknown status", "no tasks", "unknown field", "unknown case status"],
)
def test_data_of_another_form_is_refused(result, change, kind):
    """What was not made by as_data makes no result."""
    data = as_data(result)
    change(data)
    with pytest.raises(kind):
        from_data(data)
