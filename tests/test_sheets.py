"""Prediction sheets that somebody fills in without thinking."""

import ast

import pytest

from grader.proof.sheets import constant_sheets

REFERENCE = b'''"""Predictions."""
PREDICTIONS = {
    "one": "yes",  # because
    "two": 3,
    "three": "yes",
    "four": (1, None),
}
'''


def test_each_answer_is_given_to_every_question():
    """There is one sheet for each different answer."""
    sheets = {
        told: ast.literal_eval(ast.parse(sheet).body[-1].value) for told, sheet in constant_sheets(REFERENCE)
    }
    questions = ("one", "two", "three", "four")
    assert {
        "'yes'": dict.fromkeys(questions, "yes"),
        "3": dict.fromkeys(questions, 3),
        "(1, None)": dict.fromkeys(questions, (1, None)),
    } == sheets


def test_types_are_told_apart():
    """True is another answer than 1."""
    assert ["True", "1", "1.0"] == [
        told for told, _ in constant_sheets(b"PREDICTIONS = {1: True, 2: 1, 3: 1.0}")
    ]


@pytest.mark.parametrize("text", [b"", b"PREDICTIONS = {}", b"x = 1", b"PREDICTIONS = {", b"\xff", b"\x00"])
def test_a_sheet_without_answers_has_no_constant_ones(text):
    """What cannot be parsed is told by another rule."""
    assert [] == list(constant_sheets(text))
