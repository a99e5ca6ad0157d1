"""What `kata verify` reads in suites: cases that assert by themselves, and sleeps."""

from typing import Any

import pytest

from grader.proof.suites import check_suite

CASE = "def test_it(check):\n    {}\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (CASE.format("assert double(1) == 2"), "assert"),
        (CASE.format("for n in (1, 2):\n        assert double(n)"), "assert"),
        ("async " + CASE.format("assert double(1)"), "assert"),
        ("import time\n\n\ndef wait():\n    time.sleep(1)\n", "sleep"),
        ("def test_it(:\n", "suite"),
    ],
)
def test_what_a_suite_may_not_do_is_found(repository: Any, text: str, rule: str) -> None:
    """Each finding has the path of the suite, the line, and what to do."""
    suite = repository.write("exercises/01_basics/01_doubling/test_doubling.py", text)
    (finding,) = check_suite(repository.exercise)
    assert (suite, rule) == (finding.path, finding.rule)
    assert "line" in finding.problem
    assert finding.fix


@pytest.mark.parametrize(
    "text",
    [
        CASE.format("check.equal(2, double(1), 'double(1)')"),
        "def helper(x):\n    assert x\n",
        "x = 'assert'\n",
    ],
)
def test_what_a_suite_may_do_is_not(repository: Any, text: str) -> None:
    """Cases check; a helper may assert what has nothing to do with the hand-in."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", text)
    assert [] == list(check_suite(repository.exercise))


def test_a_missing_suite_is_somebody_elses_finding(repository: Any) -> None:
    """It is reported once, as a missing file."""
    (repository.exercise_folder / "test_doubling.py").unlink()
    assert [] == list(check_suite(repository.exercise))
