"""Right and wrong hand-ins of the solutions tree, and what they claim."""

import dataclasses

import pytest

from grader.model import HandedIn
from grader.proof.samples import read_samples

WRONG = '"""Takes the square for the double.\n\nLoses: {}\n"""\n'


def read(repository, exercise=None):
    """Return the samples by name, and the findings as relative path and problem."""
    samples, findings = read_samples(exercise or repository.exercise)
    assert {"samples"} >= {finding.rule for finding in findings}
    assert all(finding.fix for finding in findings)
    told = [(one.path.relative_to(repository.mirror).as_posix(), one.problem) for one in findings]
    return {sample.path.name: sample for sample in samples}, told


def write(repository, path, text):
    """Write a file of the mirror."""
    return repository.write(repository.mirror / path, text)


def test_the_samples_are_read_with_their_claims(repository):
    """The reference first, then accepted and rejected ones, each group in the order of names."""
    samples, problems = read(repository)
    assert [] == problems
    assert [
        "01_doubling",
        "addition.py",
        "shift.py",
        "adds_two.py",
        "changes_the_argument.py",
        "forgets_the_last.py",
        "loses_the_sign.py",
        "repeats_the_list.py",
        "squares.py",
    ] == list(samples)
    assert [set()] * 3 + [{1}, {2}, {2}, {1}, {2}, {1}] == [sample.loses for sample in samples.values()]


def test_a_sample_stands_for_the_file_that_is_handed_in(repository):
    """Whatever its own name is."""
    samples, _ = read(repository)
    content = (repository.mirror / "rejected" / "squares.py").read_bytes()
    assert (HandedIn(path="doubling.py", content=content),) == samples["squares.py"].submission.files


@pytest.mark.parametrize(
    ("kind", "kept", "problem"),
    [
        ("accepted", 1, "1 samples; an exercise has at least 2"),
        ("rejected", 5, "5 samples; an exercise has at least 6"),
    ],
)
def test_there_are_enough_samples(repository, kind, kept, problem):
    """Two right ones and six wrong ones."""
    for path in sorted((repository.mirror / kind).iterdir())[kept:]:
        path.unlink()
    assert [(kind, problem)] == read(repository)[1]


def test_a_mirror_without_samples_is_named(repository):
    """Folders that are not there hold no samples."""
    for kind in ("accepted", "rejected"):
        for path in (repository.mirror / kind).iterdir():
            path.unlink()
        (repository.mirror / kind).rmdir()
    samples, problems = read(repository)
    assert ["01_doubling"] == list(samples)
    assert ["accepted", "rejected"] == [path for path, _ in problems]


def test_hidden_files_and_caches_are_no_samples(repository):
    """Neither is what begins with an underscore."""
    expected = list(read(repository)[0])
    for path in ("accepted/.gitkeep", "rejected/__pycache__/squares.pyc", "rejected/_draft.py"):
        write(repository, path, "")
    assert expected == list(read(repository)[0])


@pytest.mark.parametrize(
    ("text", "loses"),
    [
        ('"""Wrong.\n\nLoses: 1\n"""', {1}),
        ('"""Wrong.\n\nLoses: 1, 2\n"""', {1, 2}),
        ('"""Wrong.\n\nLoses: 1,2.\n"""', {1, 2}),
        ('"""Wrong.\n\nMore words.\nLoses: 2\nEven more.\n"""', {2}),
    ],
    ids=["one", "two", "full stop", "between"],
)
def test_a_claim_names_tasks(repository, text, loses):
    """One line of the docstring says which tasks are lost."""
    write(repository, "rejected/other.py", text)
    samples, problems = read(repository)
    assert ([], loses) == (problems, samples["other.py"].loses)


UNSAID = "nothing says the misconception"
NO_LINE = "there is no line 'Loses: …'"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\n", UNSAID),
        ("", UNSAID),
        ("def (:\n", UNSAID),
        (b"\xff\xfe", UNSAID),
        (b"x = 1\x00", UNSAID),
        ('"""Loses: 1"""', UNSAID),
        ('"""Wrong."""', NO_LINE),
        ('"""Wrong.\n\nLoses: all\n"""', NO_LINE),
        ('"""Wrong.\n\nIt Loses: 1\n"""', NO_LINE),
        (WRONG.format("1, 3"), "there is no task 3"),
        (WRONG.format("0"), "there is no task 0"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named(repository, text, problem):
    """Such a sample is not run."""
    write(repository, "rejected/other.py", text)
    samples, problems = read(repository)
    assert [("rejected/other.py", problem)] == problems
    assert "other.py" not in samples


def test_an_accepted_sample_claims_nothing(repository):
    """It has no lines to write."""
    write(repository, "accepted/other.py", "x = 1\n")
    samples, problems = read(repository)
    assert ([], set()) == (problems, samples["other.py"].loses)


@pytest.fixture
def two_files(repository):
    """The exercise as if two files were handed in."""
    return dataclasses.replace(repository.exercise, files=("doubling.py", "app/main.py"))


def test_several_files_are_a_folder(repository, two_files):
    """The note says the misconception; the files lie at their own paths."""
    for path, text in (("doubling.py", "a"), ("app/main.py", "b"), ("NOTE.md", "Wrong.\n\nLoses: 2\n")):
        write(repository, f"rejected/other/{path}", text)
    samples, _ = read(repository, two_files)
    assert {2} == samples["other"].loses
    assert ("doubling.py", "app/main.py") == tuple(file.path for file in samples["other"].submission.files)


def test_a_single_file_may_have_a_folder_too(repository):
    """A Dockerfile has no docstring."""
    write(repository, "rejected/other/doubling.py", "x")
    write(repository, "rejected/other/NOTE.md", "Wrong.\n\nLoses: 1\n")
    samples, problems = read(repository)
    assert ([], {1}) == (problems, samples["other"].loses)


def test_a_file_cannot_stand_for_several(repository, two_files):
    """The finding says what is needed."""
    problems = dict(read(repository, two_files)[1])
    assert "a folder is needed: there are several files" == problems["accepted/shift.py"]


def test_a_folder_holds_every_file(repository, two_files):
    """What is missing is named."""
    write(repository, "rejected/other/doubling.py", "a")
    write(repository, "rejected/other/NOTE.md", "Wrong.\n\nLoses: 2\n")
    problems = dict(read(repository, two_files)[1])
    assert "app/main.py: No such file or directory" == problems["rejected/other"]


@pytest.mark.parametrize(
    ("note", "problem"),
    [(None, UNSAID), (b"", UNSAID), (b"Wrong \xff.\n", NO_LINE)],
    ids=["none", "empty", "no text"],
)
def test_a_folder_has_a_note(repository, note, problem):
    """Without a note nobody knows what the sample shows."""
    write(repository, "rejected/other/doubling.py", '"""Wrong.\n\nLoses: 1\n"""')
    if note is not None:
        write(repository, "rejected/other/NOTE.md", note)
    assert [("rejected/other", problem)] == read(repository)[1]
