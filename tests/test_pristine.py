"""The untouched stub: from history, or as it was when the exercise was first seen."""

import dataclasses
import shutil

import pytest

from grader.pristine import pristine
from grader.store import Store
from grader.submission import digest, take

STUB = "exercises/01_basics/01_doubling/doubling.py"


@pytest.fixture
def store(tmp_path):
    """An empty store outside the repository, so that nothing new lies in the repository's folders."""
    with Store(tmp_path) as opened:
        yield opened


@pytest.fixture
def untouched(repository, exercise):
    """The digest of the stub as its author left it."""
    return digest(take(exercise, repository.exercise_folder))


def found(repository, store):
    """Return the digest of what is taken for the untouched stub."""
    return digest(pristine(repository.exercise, repository.root, store))


def test_the_stub_comes_from_the_commit_of_its_author(repository, store, untouched):
    """Edits of the learner, committed or not, do not change it."""
    repository.commit()
    repository.hand_in("doubling.py")
    assert untouched == found(repository, store)
    repository.commit("my solution")
    assert untouched == found(repository, store)
    repository.write(STUB, "more edits")
    assert untouched == found(repository, store)


def test_an_update_of_the_exercise_brings_a_new_stub(repository, store, untouched):
    """The newest commit that touched README, suite or exercise.toml holds the stub that counts."""
    repository.commit()
    repository.replace(repository.exercise_folder / "README.md", "A baker", "A cook")
    repository.write(STUB, "# a better stub\n")
    repository.commit("improve the exercise")
    repository.write(STUB, "my work")
    repository.commit("my solution")
    assert untouched != found(repository, store)
    assert b"# a better stub\n" == pristine(repository.exercise, repository.root, store).files[0].content


def test_a_commit_elsewhere_does_not_count(repository, store, untouched):
    """Other exercises and other files have their own history."""
    repository.commit()
    repository.hand_in("doubling.py")
    repository.write("exercises/01_basics/02_adding/README.md", "new")
    repository.write("README.md", "new")
    repository.commit("another exercise, and my solution of this one")
    assert untouched == found(repository, store)


def test_a_repository_inside_another_one_has_its_stubs(repository, store, untouched):
    """The history may be that of a folder further up."""
    above = dataclasses.replace(repository, root=repository.root.parent)
    above.commit()
    repository.hand_in("doubling.py")
    assert untouched == found(repository, store)
    assert (above.root / ".git").is_dir()


def test_outside_git_the_stub_is_what_was_seen_first(repository, store, untouched):
    """A snapshot is kept from the first look."""
    assert untouched == found(repository, store)
    repository.hand_in("doubling.py")
    assert untouched == found(repository, store)


def test_an_exercise_that_is_not_in_history_yet_has_a_snapshot(repository, store, untouched):
    """A draft that was never committed is known from its first look."""
    repository.write("README.md", "katas")
    repository.git("init", "--quiet")
    repository.git("add", "README.md")
    repository.git("commit", "--quiet", "--message", "Begin")
    assert untouched == found(repository, store)
    repository.hand_in("doubling.py")
    assert untouched == found(repository, store)


def test_a_repository_without_a_commit_has_a_snapshot(repository, store, untouched):
    """History may still be empty."""
    repository.git("init", "--quiet")
    assert untouched == found(repository, store)


def test_a_stub_that_came_after_its_readme_has_a_snapshot(repository, store, untouched):
    """Half a history is none: an absent stub is never taken for the stub."""
    stub = (repository.root / STUB).read_bytes()
    (repository.root / STUB).unlink()
    repository.commit("README first")
    repository.write(STUB, stub)
    repository.commit("the stub later")
    assert untouched == found(repository, store)


def test_a_machine_without_git_has_a_snapshot(repository, store, untouched, monkeypatch, tmp_path):
    """Git is not needed."""
    repository.commit()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert untouched == found(repository, store)


def test_what_history_says_is_remembered(repository, store, untouched):
    """The history of a commit is read once; after that its objects are not needed."""
    repository.commit()
    assert untouched == found(repository, store)
    objects = repository.root / ".git" / "objects"
    shutil.rmtree(objects)
    objects.mkdir()
    repository.hand_in("doubling.py")
    assert untouched == found(repository, store)


def test_bytes_come_back_as_they_are(repository, store):
    """A stub is bytes, not text."""
    repository.write(STUB, b"\xff\x00\r\n")
    repository.commit()
    repository.write(STUB, "changed")
    assert b"\xff\x00\r\n" == pristine(repository.exercise, repository.root, store).files[0].content
