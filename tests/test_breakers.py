"""Breakers: references with one sentence of the README broken."""

import pytest

from grader.proof.breakers import check_breakers, read_breakers

ORDER = """[[breaker]]
sentence = "`double_all(numbers)` returns a new list with twice each number, in the same order."
loses = [2]

[[breaker.edits]]
old = "for number in numbers"
new = "for number in sorted(numbers)"
"""
SIGN = """[[breaker]]
sentence = "**May a number be negative?** Yes: twice -3 is -6."
loses = [1]

[[breaker.edits]]
file = "doubling.py"
old = '''
    return 2 * number
'''
new = '''
    return 2 * abs(number)
'''
"""


def write(repository, text):
    """Write the breakers of the exercise."""
    repository.write("solutions/01_basics/01_doubling/breakers.toml", text)


def check(repository, advance=lambda _: None):
    """Run the breakers; return the problems."""
    exercises = [repository.exercise]
    found = check_breakers(root=repository.root, exercises=exercises, jobs=2, advance=advance)
    assert {("breakers", repository.mirror / "breakers.toml")} >= {(f.rule, f.path) for f in found}
    assert all(finding.fix for finding in found)
    return [finding.problem for finding in found]


def test_without_records_nothing_is_broken(repository):
    """An exercise may have none yet."""
    assert ([], []) == read_breakers(repository.exercise)
    assert [] == check(repository)


def test_an_entry_becomes_a_hand_in(repository):
    """The reference with its edits, the sentence and the tasks."""
    write(repository, SIGN)
    ([breaker], findings) = read_breakers(repository.exercise)
    (file,) = breaker.sample.submission.files
    assert [] == findings
    assert "**May a number be negative?** Yes: twice -3 is -6." == breaker.sentence
    assert {1} == breaker.sample.loses
    assert b"return 2 * abs(number)" in file.content
    assert b"for number in numbers" in file.content


def test_breakers_that_are_refused_are_no_problem(repository, monkeypatch):
    """Each loses the tasks that it names, and once that is known it is not run again."""
    write(repository, ORDER + "\n" + SIGN)
    told = []
    assert [] == check(repository, told.append)
    assert 2 == len(told)
    monkeypatch.setattr("grader.proof.breakers._verdict", lambda *_: pytest.fail("it is run again"))
    assert [] == check(repository)


def test_a_breaker_that_passes_is_a_hole(repository):
    """It is named by its sentence."""
    write(repository, SIGN.replace("2 * abs(number)", "number + number"))
    (problem,) = check(repository)
    assert problem.startswith("“**May a number be negative?** Yes: twice -3 is -6.”: it loses no task")


def test_a_breaker_that_loses_another_task_is_told(repository):
    """The task that names the requirement has to refuse it."""
    write(repository, SIGN.replace("[1]", "[1, 2]"))
    (problem,) = check(repository)
    assert "it loses task 1, it has to lose task 1, 2" in problem


def test_two_edits_follow_one_another(repository):
    """The second sees what the first has done."""
    more = '\n[[breaker.edits]]\nold = "abs(number)"\nnew = "max(number, 0)"\n'
    write(repository, SIGN + more)
    ([breaker], findings) = read_breakers(repository.exercise)
    assert [] == findings
    assert b"return 2 * max(number, 0)" in breaker.sample.submission.files[0].content


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("breaker = ", "it cannot be read"),
        ("", "it has to hold [[breaker]] entries"),
        ("[[mutant]]\na = 1\n", "it has to hold [[breaker]] entries"),
        ("breaker = []\n", "it has to hold [[breaker]] entries"),
        ("breaker = 3\n", "it has to hold [[breaker]] entries"),
        ("breaker = [3]\n", "breaker 1: it has to have edits, loses, sentence"),
        (SIGN.replace("loses = [1]\n", ""), "it has to have edits, loses, sentence"),
        (SIGN.replace("twice -3 is -6", "twice 3 is 6"), "README.md does not say"),
        (SIGN.replace('"**May a number be negative?** Yes: twice -3 is -6."', '" "'), "is no text"),
        (SIGN.replace("[1]", "[]"), "loses has to be a list of tasks out of [1, 2]"),
        (SIGN.replace("[1]", "[3]"), "loses has to be a list of tasks out of [1, 2]"),
        (SIGN.replace("[1]", '"1"'), "loses has to be a list of tasks out of [1, 2]"),
        (SIGN.replace("[[breaker.edits]]", "[breaker.edits]"), "it has no edits"),
        (SIGN.replace("new =", "text ="), "an edit has file, new, old and nothing else"),
        (SIGN.replace('"doubling.py"', '"other.py"'), "the hand-in has no file 'other.py'"),
        (SIGN.replace('"doubling.py"', "3"), "an edit holds something that is no text"),
        (ORDER.replace("for number in numbers", "number"), "has 'number' 9 times, not once"),
        (ORDER.replace("for number in numbers", "while"), "has 'while' 0 times, not once"),
        (ORDER.replace('old = "for number in numbers"', 'old = ""'), "has '' 0 times, not once"),
        (SIGN + SIGN, "breaker 2: another entry makes the same hand-in"),
    ],
)
def test_entries_have_a_form(repository, text, problem):
    """What cannot be used is named, and the rest is used."""
    write(repository, text)
    breakers, (finding,) = read_breakers(repository.exercise)
    assert text.count("[[breaker]]") - 1 == len(breakers) or not breakers
    assert problem in finding.problem


def test_a_suite_that_cannot_be_collected_is_told(repository):
    """It is the suite's fault, and no right verdict."""
    write(repository, ORDER)
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", "import nothing_of_this_name\n")
    (problem,) = check(repository)
    assert "cannot be collected" in problem
