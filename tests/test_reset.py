"""Bringing back the untouched stub; nothing that somebody wrote is lost."""

import dataclasses
import sys

import pytest

from grader.reset import reset
from grader.store import Store


@pytest.fixture
def store(repository):
    """The store of the repository, which is committed with its untouched stub."""
    repository.write(".gitignore", ".kata/\n")
    repository.commit()
    with Store(repository.root) as opened:
        yield opened


@pytest.fixture
def stub(repository):
    """The path of the stub."""
    return repository.exercise_folder / "doubling.py"


def test_an_untouched_stub_stays(repository, store, stub):
    """There is nothing to do and nothing to back up."""
    before = stub.stat()
    assert reset(repository.exercise, repository.root, store) is None
    assert before.st_mtime_ns == stub.stat().st_mtime_ns
    assert not (repository.root / ".kata" / "backups").exists()


def test_a_changed_stub_comes_back_and_the_work_is_kept(repository, store, stub):
    """The hand-in lies in the backup, under its own path."""
    untouched = stub.read_bytes()
    work = repository.hand_in("doubling.py").read_bytes()
    backup = reset(repository.exercise, repository.root, store)
    assert untouched == stub.read_bytes()
    assert work == (backup / "doubling.py").read_bytes()
    assert repository.root / ".kata" / "backups" / "doubling" == backup.parent
    assert "" == repository.git("status", "--porcelain")


def test_each_reset_has_a_backup_of_its_own(repository, store, stub):
    """A second reset does not overwrite the first backup."""
    backups = []
    for text in ("one", "two"):
        stub.write_text(text, encoding="utf-8")
        backups.append(reset(repository.exercise, repository.root, store))
    assert ["one", "two"] == [(backup / "doubling.py").read_text(encoding="utf-8") for backup in backups]


def test_a_lost_stub_comes_back(repository, store, stub):
    """Somebody who deleted the file gets it again."""
    untouched = stub.read_bytes()
    stub.unlink()
    backup = reset(repository.exercise, repository.root, store)
    assert untouched == stub.read_bytes()
    assert not (backup / "doubling.py").exists()


def test_a_stub_in_a_folder_comes_back_with_its_folder(repository, stub):
    """Folders of the hand-in are made anew."""
    main = repository.write(stub.parent / "app" / "main.py", "the stub")
    repository.commit()
    exercise = dataclasses.replace(repository.exercise, files=("doubling.py", "app/main.py"))
    main.unlink()
    main.parent.rmdir()
    with Store(repository.root) as store:
        backup = reset(exercise, repository.root, store)
    assert "the stub" == main.read_text(encoding="utf-8")
    assert ["doubling.py"] == [path.name for path in backup.iterdir()]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links of POSIX")
@pytest.mark.parametrize("target", ["mine.py", "nowhere.py"])
def test_a_link_is_kept_as_a_link(repository, store, stub, target):
    """What a link leads to is not overwritten, wherever it leads."""
    mine = repository.write("mine.py", "my own file")
    stub.unlink()
    stub.symlink_to(repository.root / target)
    backup = reset(repository.exercise, repository.root, store)
    assert not stub.is_symlink()
    assert "raise NotImplementedError" in stub.read_text(encoding="utf-8")
    assert (backup / "doubling.py").is_symlink()
    assert "my own file" == mine.read_text(encoding="utf-8")


def test_a_folder_in_the_place_of_the_stub_is_kept(repository, store, stub):
    """Whatever it is, it is moved away as it is."""
    stub.unlink()
    repository.write(stub / "notes.txt", "my notes")
    backup = reset(repository.exercise, repository.root, store)
    assert stub.is_file()
    assert "my notes" == (backup / "doubling.py" / "notes.txt").read_text(encoding="utf-8")
