"""The report as JSON: its exact keys, and its published schema."""

import json
from pathlib import Path

import jsonschema
import pytest

from grader.model import Assurance, CaseStatus, ExerciseStatus
from grader.reports import to_json

SCHEMA = json.loads(
    (Path(to_json.__file__).parent / "report.schema.json").read_text(encoding="utf-8"),
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture
def report(make_report, make_result, make_case):
    """A report with a whole and a partial exercise."""
    failed = make_case(status=CaseStatus.FAILED, message="called: f()\ngot: «ü»")
    return make_report(
        make_result(), make_result([make_case()], [failed], flags=("a thread",), message="told")
    )


def data_of(report):
    """Return the report as somebody reads it."""
    return json.loads(to_json.render(report))


def test_the_whole_report_is_this(make_report, make_result):
    """Every key and every value; a change here is a change for all who read reports."""
    assert {
        "format": 1,
        "grader": "1.2.3",
        "python": "3.13.0",
        "tree": "exercises",
        "isolation": "none",
        "started_at": "2026-03-01T12:00:00Z",
        "seconds": 1.25,
        "score": 5,
        "max_score": 5,
        "exercises": [
            {
                "slug": "doubling",
                "topic": "basics",
                "title": "Doubling",
                "status": "passed",
                "score": 5,
                "max_score": 5,
                "seconds": 0.5,
                "assurance": "B",
                "cached": False,
                "flags": [],
                "message": None,
                "tasks": [
                    {
                        "id": 1,
                        "title": "Task number 1",
                        "status": "passed",
                        "score": 5,
                        "max_score": 5,
                        "tests": [
                            {
                                "id": "test_a_number_is_doubled",
                                "requirement": "Doubling a number returns twice the number.",
                                "status": "passed",
                                "seconds": 0.01,
                                "message": None,
                            }
                        ],
                    }
                ],
            }
        ],
    } == data_of(make_report(make_result()))


def test_keys_come_in_a_fixed_order(report):
    """Two reports can be compared line by line."""
    assert list(SCHEMA["properties"]) == list(data_of(report))
    assert list(SCHEMA["$defs"]["exercise"]["properties"]) == list(data_of(report)["exercises"][0])


def test_the_schema_is_one():
    """What is published is a valid schema itself."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("part", [SCHEMA, *SCHEMA["$defs"].values()], ids=["report", *SCHEMA["$defs"]])
def test_the_schema_names_each_key_and_allows_no_other(part):
    """Readers can rely on every key being there."""
    assert part["required"] == list(part["properties"])
    assert part["additionalProperties"] is False


def test_a_report_keeps_the_schema(report):
    """What is written is what was promised."""
    VALIDATOR.validate(data_of(report))


@pytest.mark.parametrize("status", list(ExerciseStatus))
@pytest.mark.parametrize("assurance", list(Assurance))
def test_every_verdict_keeps_the_schema(make_report, make_result, status, assurance):
    """No status is missing in the schema."""
    VALIDATOR.validate(data_of(make_report(make_result(status=status, assurance=assurance))))


@pytest.mark.parametrize("status", list(CaseStatus))
def test_every_status_of_a_case_keeps_the_schema(make_report, make_result, make_case, status):
    """Neither is the status of a case."""
    VALIDATOR.validate(data_of(make_report(make_result([make_case(status=status)]))))


def test_an_exercise_without_cases_keeps_the_schema(make_report, make_result):
    """A grader error may know no cases."""
    VALIDATOR.validate(
        data_of(make_report(make_result([], status=ExerciseStatus.ERROR, message="no compiler")))
    )


def test_an_empty_report_keeps_the_schema(make_report):
    """An interrupted run may have graded nothing."""
    VALIDATOR.validate(data_of(make_report(interrupted=True)))


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"score": -1}, {"colour": "red"}, {"isolation": "prayer"}, {"started_at": "today"}],
)
def test_the_schema_refuses_what_is_no_report(report, change):
    """A schema that takes everything would promise nothing."""
    assert not VALIDATOR.is_valid(data_of(report) | change)


def test_the_text_is_for_people_too(report):
    """It is indented, ends with a newline, and shows letters as they are."""
    text = to_json.render(report)
    assert text.startswith('{\n  "format": 1,\n')
    assert text.endswith("\n}\n")
    assert "«ü»" in text


def test_scores_are_sums(report):
    """The points of the report are those of its exercises."""
    data = data_of(report)
    assert data["score"] == sum(exercise["score"] for exercise in data["exercises"])
    assert data["max_score"] == sum(exercise["max_score"] for exercise in data["exercises"])
