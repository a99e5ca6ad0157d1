"""What rejected samples are told, written down beside them."""

import pytest

from grader.model import Case, CaseResult, CaseStatus, Ending, RunRecord
from grader.proof.messages import Message, check_messages, read_messages, stale, told, write_messages
from grader.proof.samples import read_samples

SAID = "called:   double(3)  # in 12 ms\nexpected: 6\ngot:      9 or so"


def page(repository):
    """Return the path of the exercise's page."""
    return repository.mirror / "messages.md"


def write(repository):
    """Write the page; return the paths that have changed."""
    return write_messages(root=repository.root, exercises=[repository.exercise], jobs=2)


def sample(repository, name):
    """Return a sample by its name."""
    samples, _ = read_samples(repository.exercise)
    return next(one for one in samples if one.path.name == name)


def test_the_page_of_the_tiny_repository_is_true(repository):
    """Nothing changes when it is written again; made from nothing it is the same."""
    before = page(repository).read_text(encoding="utf-8")
    assert [] == write(repository)
    page(repository).unlink()
    assert [page(repository)] == write(repository)
    again = page(repository).read_text(encoding="utf-8")
    assert before == again


def test_a_page_says_the_mistake_and_what_is_told(repository):
    """Each rejected sample has its section, and each task that it loses the first case that fails."""
    text = page(repository).read_text(encoding="utf-8")
    assert text.startswith("# What wrong hand-ins are told\n")
    names = [f"## {path.name}" for path in sorted((repository.mirror / "rejected").iterdir())]
    assert names == [line for line in text.splitlines() if line.startswith("## ")]
    messages = read_messages(repository.mirror)
    assert [{1}, {2}, {2}, {1}, {2}, {1}] == [set(messages[name.removeprefix("## ")]) for name in names]
    assert "called: " in messages["squares.py"][1].text
    assert "expected: " in messages["squares.py"][1].text


def test_what_is_still_right_keeps_its_wording(repository):
    """Numbers and places of another machine are no reason to write a message anew."""
    text = page(repository).read_text(encoding="utf-8")
    old = read_messages(repository.mirror)["squares.py"][1].text.partition("got: ")[2].split()[0]
    page(repository).write_text(text.replace(f"got:      {old}", "got:      12345", 1), encoding="utf-8")
    assert [] == write(repository)


@pytest.mark.parametrize(
    ("text", "like"),
    [
        (SAID, True),
        (SAID.replace("12", "90"), True),
        (SAID + "\n  at doubling.py:6, in double:  return number ** 2", True),
        (SAID.replace("9 or so", "10 or so"), True),
        (SAID + "\nand then a traceback of another process", True),
        (SAID.replace("9 or so", "nothing else"), False),
        (SAID.replace("called", "asked"), False),
        (SAID.replace("in 12 ms", "in time"), False),
        ("", False),
    ],
)
def test_numbers_and_places_do_not_count(text, like):
    """Messages are alike if the same was called and expected, and most words of the answer are the same."""
    one, other = Message(case="test_a", text=SAID), Message(case="test_a", text=text)
    assert (like, like) == (one.like(other), other.like(one))


def test_another_case_is_another_message():
    """Even where it says the same."""
    assert not Message(case="test_a", text=SAID).like(Message(case="test_b", text=SAID))


def test_the_first_failing_case_of_a_lost_task_counts(repository):
    """Cases that pass, later ones, and tasks that the sample does not have to lose are left out."""
    cases = [Case(id=f"test_{n}", task=task, requirement="It is so.") for n, task in enumerate((1, 1, 1, 2))]
    statuses = (CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.FAILED)
    results = [
        CaseResult(id=case.id, status=status, message=f" of {case.id}\n")
        for case, status in zip(cases, statuses, strict=True)
    ]
    record = RunRecord(ending=Ending.FINISHED, collected=tuple(cases), results=tuple(results))
    assert {1: Message(case="test_1", text="of test_1")} == told(
        sample(repository, "squares.py"), cases, record
    )


def test_a_message_that_is_missing_or_strange_is_found(repository):
    """Each lost task has its message, of a case of this task, and no other task has one."""
    squares, message = sample(repository, "squares.py"), Message(case="test_a", text=SAID)
    path, cases = page(repository), [Case(id="test_a", task=1, requirement="It is so.")]
    other = Message(case="test_b", text=SAID)
    assert [] == list(check_messages(path, squares, {1: message}, cases))
    for written, number, problem in (
        ({}, 1, "it is not written down what it is told"),
        ({1: other}, 1, "test_b is no case of a task that it loses"),
        ({1: message, 2: message}, 2, "test_a is no case of a task that it loses"),
    ):
        (finding,) = check_messages(path, squares, written, cases)
        assert ("messages", path) == (finding.rule, finding.path)
        assert f"squares.py, task {number}: {problem}" == finding.problem
        assert finding.fix.endswith("kata verify --messages")


def test_a_section_without_its_sample_is_found(repository):
    """Somebody has removed or renamed the sample."""
    samples, _ = read_samples(repository.exercise)
    assert [] == list(stale(repository.exercise, samples))
    (finding,) = stale(repository.exercise, [one for one in samples if one.path.name != "squares.py"])
    assert "there is no rejected/squares.py" == finding.problem


def test_an_exercise_without_a_page_has_no_messages(repository):
    """Verify then misses them all."""
    page(repository).unlink()
    assert {} == read_messages(repository.mirror)
