"""What a worker told about one job: put together, and nothing in it believed without a look."""

import json

import hypothesis
import pytest
from hypothesis import strategies

from grader.model import Case, CaseResult, CaseStatus, Ending, Limits
from grader.record import as_data
from grader.scoring import score
from grader.transcript import UNSAID, Transcript, visible

LIMITS = Limits(seconds=8.0, case_seconds=2.5, output_bytes=5000)
EXITED = {"event": "ended", "reason": "exited", "code": 0, "survivors": 0}
FINISHED = {"event": "finished", "cpu_seconds": 0.25, "leftovers": []}
CASE = {"event": "case", "id": "test_x.py::test_a", "status": "passed", "seconds": 0.5, "message": None}


def record_of(*events):
    """Return the record of a run that told these events."""
    transcript = Transcript(LIMITS)
    for event in events:
        transcript.hear(event)
    return transcript.record(seconds=1.5)


def case_of(**fields):
    """Return the result of the one case that is told with these fields changed."""
    (result,) = record_of(CASE | fields, FINISHED, EXITED).results
    return result


def test_a_whole_run_is_put_together():
    """Cases, results, times and what was left behind are in the record."""
    record = record_of(
        {
            "event": "collected",
            "cases": [{"id": "test_x.py::test_a", "tasks": [2], "requirement": "It is so."}],
        },
        {"event": "started", "id": "test_x.py::test_a"},
        CASE,
        FINISHED | {"leftovers": ["a thread"]},
        EXITED | {"survivors": 2},
    )
    assert Ending.FINISHED is record.ending
    assert record.message is None
    assert (Case(id="test_a", task=2, requirement="It is so."),) == record.collected
    assert (CaseResult(id="test_a", status=CaseStatus.PASSED, seconds=0.5),) == record.results
    assert (1.5, 0.25) == (record.seconds, record.cpu_seconds)
    assert ("a thread", "2 process(es) were still running") == record.leftovers


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("passed", CaseStatus.PASSED),
        ("failed", CaseStatus.FAILED),
        ("timeout", CaseStatus.TIMEOUT),
        ("error", CaseStatus.ERROR),
        ("skipped", CaseStatus.ERROR),
        ("PASSED", CaseStatus.ERROR),
        (True, CaseStatus.ERROR),
        (None, CaseStatus.ERROR),
    ],
)
def test_only_the_word_passed_is_a_pass(told, status):
    """Whatever else stands in the place of the status is none."""
    assert status is case_of(status=told).status


def test_a_skipped_case_says_that_it_is_no_pass():
    """The reason that was given follows."""
    told = "the case was skipped, which is not a pass: no need"
    assert told == case_of(status="skipped", message="no need").message


def test_a_case_keeps_its_message_its_output_and_who_raised():
    """What a failure needs to be understood is kept."""
    case = case_of(status="failed", message="called: f()", output="hello\n", in_suite=True)
    assert ("called: f()", "hello\n", True) == (case.message, case.output, case.in_suite)


def test_the_first_result_of_a_case_stands():
    """A case that is told twice cannot become better."""
    events = (CASE | {"status": "failed"}, CASE, FINISHED, EXITED)
    assert [CaseStatus.FAILED] == [result.status for result in record_of(*events).results]


STARTED = {"event": "started", "id": "test_x.py::test_b"}
EARLY = "The process ended by itself (exit code 0); its suite was not done."
LATE = "Stopped after 1.5 s: the time limit is 8 s for the suite and 2.5 s for a case."
ENDINGS = {
    "all told": ([FINISHED, EXITED], Ending.FINISHED, None),
    "no end event": ([EXITED], Ending.EXITED, EARLY),
    "nothing at all": ([], Ending.EXITED, EARLY.replace("code 0", "code None")),
    "killed": (
        [EXITED | {"reason": "killed", "code": -9}],
        Ending.KILLED,
        "The process was killed by a signal (exit code -9).",
    ),
    "too late": ([EXITED | {"reason": "deadline"}], Ending.DEADLINE, LATE),
    "too late in a case": (
        [STARTED, EXITED | {"reason": "deadline"}],
        Ending.DEADLINE,
        LATE.replace("s:", "s while test_b was running:", 1),
    ),
    "too late after its end": ([FINISHED, EXITED | {"reason": "deadline"}], Ending.DEADLINE, LATE),
    "too loud": (
        [EXITED | {"reason": "output"}],
        Ending.OUTPUT,
        "Stopped: it printed more than 5,000 bytes.",
    ),
    "broken": (
        [{"event": "broken", "message": "no such name"}, FINISHED, EXITED],
        Ending.BROKEN,
        "no such name",
    ),
    "broken without a word": ([{"event": "broken"}, FINISHED, EXITED], Ending.BROKEN, UNSAID),
    "fault": ([{"event": "fault", "message": "pytest is ill"}, EXITED], Ending.FAULT, "pytest is ill"),
    "fault without a word": ([{"event": "fault", "message": 1}, FINISHED, EXITED], Ending.FAULT, UNSAID),
}


@pytest.mark.parametrize(("events", "ending", "message"), ENDINGS.values(), ids=ENDINGS)
def test_an_ending_is_what_the_worker_saw(events, ending, message):
    """Only a run with its end event that was not stopped has finished; the others say why not."""
    record = record_of(*events)
    assert (ending, message) == (record.ending, record.message)


def test_the_first_reason_for_a_broken_run_stands():
    """What follows a broken import is noise."""
    events = ({"event": "broken", "message": "first"}, {"event": "broken", "message": "second"}, EXITED)
    assert "first" == record_of(*events).message


def test_wrong_examples_break_their_run():
    """What doctest says about the README's examples is the message."""
    record = record_of({"event": "examples", "count": 2, "failures": ["one", "two"]}, FINISHED, EXITED)
    assert (Ending.BROKEN, "one\ntwo") == (record.ending, record.message)


def test_right_examples_are_no_message():
    """Nothing is said about examples that hold."""
    record = record_of({"event": "examples", "count": 2, "failures": []}, FINISHED, EXITED)
    assert (Ending.FINISHED, None) == (record.ending, record.message)


@pytest.mark.parametrize(
    ("reason", "status"), [("deadline", CaseStatus.TIMEOUT), ("killed", CaseStatus.ERROR)]
)
def test_the_case_that_was_running_is_named(reason, status):
    """A run that was stopped says in which case."""
    record = record_of({"event": "started", "id": "x::test_b"}, EXITED | {"reason": reason, "code": -11})
    (result,) = record.results
    assert ("test_b", status, record.message) == (result.id, result.status, result.message)


def test_a_case_that_ended_is_not_running_any_more():
    """Between two cases nobody is to blame."""
    assert 1 == len(record_of({"event": "started", "id": "x::test_a"}, CASE, EXITED).results)


def test_a_case_told_before_it_started_is_not_told_again():
    """A result that came early is kept, and no second one is made up."""
    results = record_of(CASE, {"event": "started", "id": "x::test_a"}, EXITED).results
    assert ["test_a"] == [result.id for result in results]


@pytest.mark.parametrize("tasks", [None, [], [1, 2], ["1"], [True], "1", 1], ids=repr)
def test_a_case_without_exactly_one_task_belongs_to_none(tasks):
    """A mark that is missing, doubled or no number is task 0, which no exercise has."""
    record = record_of(
        {"event": "collected", "cases": [{"id": "x::test_a", "tasks": tasks}, "no case"]}, EXITED
    )
    assert (Case(id="test_a", task=0, requirement=""),) == record.collected


@pytest.mark.parametrize("seconds", [None, "1", float("nan"), float("inf"), -1.0, 10**400, []], ids=str)
def test_a_time_that_is_none_counts_as_zero(seconds):
    """No report has to show a time that does not end or that runs backwards."""
    assert 0.0 == case_of(seconds=seconds).seconds
    assert 0.0 == record_of(FINISHED | {"cpu_seconds": seconds}, EXITED).cpu_seconds


def test_long_texts_are_cut():
    """A hand-in cannot fill the reports."""
    long = "x" * 100_000
    case = case_of(id=f"x::{long}", message=long, output=long)
    assert (300, 8000, 4000) == (len(case.id), len(case.message), len(case.output))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ü 漢\n\ttext", "plain ü 漢\n\ttext"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\r\nb", "a\\r\nb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
    ],
)
def test_control_characters_are_made_visible(text, expected):
    """Learner code steers no terminal, and hides nothing from a reader."""
    assert expected == visible(text)
    assert expected == case_of(message=text).message


VALUES = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = ("collected", "broken", "started", "case", "finished", "examples", "begun", "nonsense")
FIELDS = (
    "id",
    "cases",
    "message",
    "status",
    "seconds",
    "output",
    "tasks",
    "leftovers",
    "cpu_seconds",
    "failures",
)
EVENTS = strategies.builds(
    lambda kind, fields: fields | {"event": kind},
    strategies.sampled_from(KINDS),
    strategies.dictionaries(strategies.sampled_from(FIELDS), VALUES),
)


@hypothesis.settings(max_examples=25)
@hypothesis.given(events=strategies.lists(EVENTS, max_size=4))
def test_no_event_can_break_the_grader(exercise, events):
    """Whatever a hand-in makes its process say, there is a verdict, and JSON of it."""
    record = record_of(*events, EXITED)
    expected = (Case(id="test_a", task=1, requirement="It is so."),)
    result = score(exercise, expected, record)
    assert 0 == result.score
    assert json.dumps(as_data(result), allow_nan=False, ensure_ascii=False).encode()
