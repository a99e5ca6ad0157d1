"""The values that flow through the grader."""

import ast
import dataclasses
import inspect

import pytest

from grader import model
from grader.model import Difficulty, ExerciseStatus, StubKind

VALUES = [value for value in vars(model).values() if dataclasses.is_dataclass(value)]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_a_value_is_frozen_slotted_and_keyword_only(kind):
    """Results can be passed around and kept without anybody changing them."""
    settings = kind.__dataclass_params__
    assert settings.frozen
    assert hasattr(kind, "__slots__")
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_no_value_looks_like_a_test_to_pytest():
    """A class that began with Test would be collected by every suite that imports it."""
    assert [] == [kind.__name__ for kind in VALUES if kind.__name__.startswith("Test")]


def test_the_model_does_no_input_or_output():
    """Layer 0 imports nothing but types."""
    tree = ast.parse(inspect.getsource(model))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {"dataclasses", "enum", "pathlib"} == modules
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


@pytest.mark.parametrize(("difficulty", "points"), [("easy", 10), ("medium", 20), ("hard", 30)])
def test_difficulty_decides_the_points(difficulty, points):
    """An exercise is worth 10, 20 or 30 points."""
    assert points == Difficulty(difficulty).points


def test_an_exercise_adds_up_the_points_of_its_tasks(exercise):
    """The points of an exercise are those of its tasks."""
    assert [4, 6] == [task.points for task in exercise.tasks]
    assert 10 == exercise.max_score


def test_the_suite_is_named_after_the_slug(exercise):
    """The suite of doubling is test_doubling.py."""
    assert "test_doubling.py" == exercise.suite
    assert StubKind.UNSOLVED is exercise.stub


def test_a_report_adds_up_its_exercises(make_result, make_report, make_case):
    """Score and possible score of a report are sums over its exercises."""
    wrong = make_case(status=model.CaseStatus.FAILED)
    report = make_report(make_result([make_case()], [wrong]), make_result([make_case()]))
    assert (10, 15) == (report.score, report.max_score)
    assert [ExerciseStatus.PARTIAL, ExerciseStatus.PASSED] == [one.status for one in report.exercises]


@pytest.mark.parametrize("status", [ExerciseStatus.NOT_GRADABLE, ExerciseStatus.ERROR])
def test_what_was_not_graded_is_not_in_the_sum(make_result, make_report, make_case, status):
    """A fault of the machine or of the grader is neither a pass nor a zero."""
    report = make_report(make_result([make_case()]), make_result([make_case()], status=status))
    assert (5, 5) == (report.score, report.max_score)
    assert [True, False] == [result.graded for result in report.exercises]


def test_an_empty_report_is_worth_nothing(make_report):
    """Nothing graded is nothing earned, and nothing to earn."""
    assert (0, 0) == (make_report().score, make_report().max_score)
