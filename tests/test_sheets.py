"""Prediction sheets that somebody fills in without thinking."""

import ast
import itertools
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import sheet_recorder

from grader.checks import Mismatch
from grader.fixtures.predictions import Predictions
from grader.proof.sheets import constant_sheets

ROOT = Path(__file__).resolve().parent.parent
SHEETS = sorted((ROOT / "exercises").glob("*/*/predictions.py"))

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


@pytest.fixture(scope="module", params=SHEETS, ids=lambda sheet: sheet.parent.name[3:])
def asked(request, tmp_path_factory):
    """Run the cases of one exercise that ask its sheet; return the stub's sheet and what they asked.

    What is asked is {task: [(question, truth, choices), ...]}, as the suite itself found it out here.
    """
    sheet = request.param
    file = tmp_path_factory.mktemp("asked") / "asked.txt"
    reference = ROOT / "solutions" / sheet.parent.relative_to(ROOT / "exercises")
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "sheet_recorder"]
    # Where lines are traced, names have one more reference, and some of the truths are others.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    ended = subprocess.run(
        [*command, str(sheet.parent), "--hand-in", str(reference)],
        cwd=ROOT,
        env=unmeasured | {sheet_recorder.ASKED: str(file), "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    questions = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        task, *question = ast.literal_eval(line)
        questions[task].append(tuple(question))
    return Predictions.read(sheet), dict(questions)


def right(sheet, questions):
    """Return the questions that a sheet answers rightly, as the suite judges it."""
    found = set()
    for question, truth, choices in questions:
        try:
            sheet.check(question, truth, choices)
        except Mismatch:
            continue
        found.add(question)
    return found


def thoughtless(stub, questions):
    """Yield (how, sheet) for each way to fill in a sheet without thinking."""
    yield "as the stub", stub
    names = [question for question, _, _ in questions]
    offered = list(itertools.chain.from_iterable(choices for _, _, choices in questions))
    for answer in {repr(value): value for value in (*offered, True, False, None, 0, 1, "", ...)}.values():
        yield f"always {answer!r}", Predictions(answers=dict.fromkeys(names, answer))
    for place in range(max(len(choices) for _, _, choices in questions)):
        first = {question: choices[min(place, len(choices) - 1)] for question, _, choices in questions}
        yield f"choice {place + 1} or the last", Predictions(answers=first)


def test_no_real_sheet_is_passed_without_thinking(asked):
    """A copied stub, one answer to all, or always the same place in the list earns no task."""
    stub, tasks = asked
    assert stub.answers.keys() == {question for its in tasks.values() for question, _, _ in its}
    for task, questions in tasks.items():
        assert len({question for question, _, _ in questions}) >= 3, f"task {task} asks too little"
        for how, sheet in thoughtless(stub, questions):
            assert len(right(sheet, questions)) < len(questions), f"task {task} is passed by {how}"
        assert set() == right(stub, questions), f"the stub's sheet of task {task} has an answer"


def test_no_kind_of_question_has_always_the_same_answer(asked):
    """Of three or more questions with the same choices, not all have the same truth."""
    _, tasks = asked
    for questions in tasks.values():
        truths = defaultdict(list)
        for question, truth, choices in questions:
            truths[tuple(map(repr, choices))].append((question, truth))
        for choices, pairs in truths.items():
            assert len(pairs) < 3 or len({repr(truth) for _, truth in pairs}) > 1, (choices, pairs)
