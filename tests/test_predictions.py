"""Prediction sheets: read as data, and compared with what the interpreter really does."""

import pytest

from grader.checks import Mismatch
from grader.fixtures.predictions import Predictions


@pytest.fixture
def sheet(tmp_path):
    """Write a sheet and return its path."""

    def write(text):
        path = tmp_path / "predictions.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path):
    """Return why a sheet cannot be read."""
    with pytest.raises(Mismatch) as caught:
        Predictions.read(path)
    return str(caught.value)


def failure(answers, question="q", truth="yes", choices=("yes", "no")):
    """Return what the check of an answer says."""
    with pytest.raises(Mismatch) as caught:
        Predictions(answers=answers).check(question, truth, choices)
    return str(caught.value)


def test_a_sheet_is_a_dict_literal(sheet):
    """Questions and answers are read as they are written."""
    text = '"""My predictions."""\nPREDICTIONS = {"q1": "yes", "q2": 3, "q3": (1, None), "q4": ...}\n'
    assert {"q1": "yes", "q2": 3, "q3": (1, None), "q4": ...} == Predictions.read(sheet(text)).answers


def test_a_sheet_may_be_annotated(sheet):
    """An annotation changes nothing, and neither do other names."""
    text = "OTHER: int\nPREDICTIONS: dict[str, object] = {}\nOTHER: dict = {1: 2}\nimport os\n(A, B) = 1, 2\n"
    assert {} == Predictions.read(sheet(text)).answers


def test_the_last_sheet_counts(sheet):
    """As it would if the file were run."""
    assert {1: 2} == Predictions.read(sheet("PREDICTIONS = {}\nPREDICTIONS = {1: 2}\n")).answers


def test_nothing_in_the_file_is_executed(sheet, tmp_path):
    """A call is no answer, and it is not made."""
    path = sheet(f"PREDICTIONS = {{'q': open({str(tmp_path / 'made')!r}, 'w')}}\n")
    assert "predictions.py assigns a dict literal to PREDICTIONS" in refusal(path)
    assert not (tmp_path / "made").exists()


UNREADABLE = {
    "empty": "",
    "other name": "ANSWERS = {}",
    "inside a function": "def f():\n    PREDICTIONS = {}",
    "no dict": "PREDICTIONS = [1]",
    "dict of a subclass": "PREDICTIONS = dict(a=1)",
    "syntax": "PREDICTIONS = {",
    "unhashable": "PREDICTIONS = {[]: 1}",
    "no text": b"\xff\xfe",
    "NUL": b"PREDICTIONS = {}\x00",
    "deep": "PREDICTIONS = {1: " + "(" * 5000 + ")" * 5000 + "}",
    "deeper": "PREDICTIONS = {1: " + "-" * 50_000 + "1}",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_sheet_that_cannot_be_read_says_what_is_wanted(sheet, text):
    """Every mistake of the learner is a failed check and never a crash of the suite."""
    assert "predictions.py assigns a dict literal to PREDICTIONS; " in refusal(sheet(text))


def test_a_sheet_that_is_missing_says_so(tmp_path):
    """The reason is named."""
    assert "FileNotFoundError" in refusal(tmp_path / "predictions.py")


def test_a_right_answer_passes():
    """The truth is what was measured."""
    Predictions(answers={"q": "yes"}).check("q", "yes", ["yes", "no"])


def test_a_wrong_answer_does_not_tell_the_right_one():
    """The experiment tells it."""
    message = failure({"q": "no"})
    assert "called:   PREDICTIONS['q']" in message
    assert "got:      'no', which is not what happens here" in message
    assert "yes" not in message


@pytest.mark.parametrize("answers", [{}, {"q": ...}, {"other": "yes"}], ids=repr)
def test_an_open_question_offers_the_choices(answers):
    """Not answered and not there are the same."""
    assert "expected: an answer: 'yes' or 'no'\ngot:      no answer yet" in failure(answers)


@pytest.mark.parametrize("answer", ["maybe", True, 1.0, ["yes"], None])
def test_an_answer_is_one_of_the_choices(answer):
    """Another type is another answer."""
    assert "expected: one of 1 or 2" in failure({"q": answer}, truth=1, choices=(1, 2))


def test_a_truth_that_is_no_choice_is_a_mistake_of_the_suite():
    """Nobody could have answered right."""
    with pytest.raises(ValueError, match="the truth 1 of 'q' is not among its choices"):
        Predictions(answers={}).check("q", 1, [True, False])
