"""The folder of one run: the trusted files and the hand-in, and nothing of it afterwards."""

import contextlib
import dataclasses
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from grader.model import HandedIn, Submission
from grader.workspace import prepared, remove

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and permissions of POSIX")


@pytest.fixture
def handed_in():
    """A hand-in of one file."""
    return Submission(slug="doubling", files=(HandedIn(path="doubling.py", content=b"mine\r\n"),))


def names(folder):
    """Return the relative paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_workspace_holds_the_trusted_files_and_the_hand_in(exercise, handed_in):
    """Suite and data come from the exercise, the hand-in replaces the stub, byte for byte."""
    with prepared(exercise, handed_in) as workspace:
        assert {"README.md", "exercise.toml", "test_doubling.py", "doubling.py"} == names(workspace.root)
        assert b"mine\r\n" == (workspace.root / "doubling.py").read_bytes()
        assert "doubling" == workspace.root.name
        assert [] == list(workspace.scratch.iterdir())
        assert not workspace.output.exists()


def test_workspaces_are_not_shared_and_not_kept(exercise, handed_in):
    """Each run has its own folder, which is gone afterwards, also after an exception."""
    roots = []
    with contextlib.suppress(ZeroDivisionError), prepared(exercise, handed_in) as one:
        with prepared(exercise, handed_in) as other:
            roots = [one.root, other.root]
        raise ZeroDivisionError
    assert roots[0] != roots[1]
    assert [False, False] == [root.parent.exists() for root in roots]


@posix
def test_a_long_name_of_the_temporary_folder_leaves_room_for_sockets(
    exercise, handed_in, tmp_path, monkeypatch
):
    """A socket in the scratch space has an address that fits, wherever temporary files go."""
    place = tmp_path / ("ü " * 40)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with prepared(exercise, handed_in) as workspace, socket.socket(socket.AF_UNIX) as listener:
        (workspace.scratch / "pymp-12345678").mkdir()
        listener.bind(str(workspace.scratch / "pymp-12345678" / "listener-12345678"))
        assert len(listener.getsockname().encode()) <= 103
    assert [] == list(place.iterdir())
    assert not workspace.scratch.exists()


def test_a_usual_name_of_the_temporary_folder_is_kept(exercise, handed_in, monkeypatch):
    """Who says where temporary files go is obeyed."""
    with tempfile.TemporaryDirectory() as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        with prepared(exercise, handed_in) as workspace:
            assert Path(place).resolve() in workspace.scratch.parents


def test_the_solutions_are_nowhere_near(exercise, handed_in):
    """Nothing in the workspace is the reference."""
    with prepared(exercise, handed_in) as workspace:
        texts = [path.read_text(encoding="utf-8") for path in workspace.root.rglob("*.py")]
    assert not any("2 * number" in text for text in texts)


def test_a_stub_that_is_not_handed_in_is_absent(exercise):
    """Nobody passes with a file that was not handed in."""
    with prepared(exercise, Submission(slug="doubling", files=())) as workspace:
        assert not (workspace.root / "doubling.py").exists()


def test_caches_are_left_out(exercise, repository, handed_in):
    """Compiled files could stand for a source that was handed in."""
    for path in ("__pycache__/doubling.pyc", ".hypothesis/x", ".pytest_cache/x", "old.pyc"):
        repository.write(exercise.folder / path, "x")
    with prepared(exercise, handed_in) as workspace:
        assert {"README.md", "exercise.toml", "test_doubling.py", "doubling.py"} == names(workspace.root)


def test_given_folders_are_copied(exercise, repository, handed_in):
    """Data that the exercise gives lies where the suite expects it."""
    repository.write(exercise.folder / "data" / "deep" / "numbers.csv", "1,2")
    with prepared(exercise, handed_in) as workspace:
        assert "1,2" == (workspace.root / "data" / "deep" / "numbers.csv").read_text(encoding="utf-8")


def test_a_file_in_a_folder_is_laid_out(exercise):
    """A hand-in may have folders that the exercise does not have."""
    exercise = dataclasses.replace(exercise, files=("app/main.py",))
    files = (HandedIn(path="app/main.py", content=b"main"),)
    with prepared(exercise, Submission(slug="doubling", files=files)) as workspace:
        assert b"main" == (workspace.root / "app" / "main.py").read_bytes()


def test_a_folder_in_the_place_of_the_stub_is_replaced(exercise, handed_in):
    """What the learner made of the stub does not disturb a run of another hand-in."""
    (exercise.folder / "doubling.py").unlink()
    (exercise.folder / "doubling.py").mkdir()
    with prepared(exercise, handed_in) as workspace:
        assert b"mine\r\n" == (workspace.root / "doubling.py").read_bytes()


def test_a_file_in_the_place_of_a_folder_is_left_out(exercise, repository):
    """A file named as a folder of the hand-in gives way."""
    repository.write(exercise.folder / "app", "no folder")
    exercise = dataclasses.replace(exercise, files=("app/main.py",))
    files = (HandedIn(path="app/main.py", content=b"main"),)
    with prepared(exercise, Submission(slug="doubling", files=files)) as workspace:
        assert b"main" == (workspace.root / "app" / "main.py").read_bytes()


@posix
def test_what_is_no_file_is_left_out(exercise, handed_in):
    """An editor's lock, which is a link to nowhere, or a pipe does not stop a run."""
    (exercise.folder / ".#doubling.py").symlink_to("somebody@somewhere:4711")
    os.mkfifo(exercise.folder / "pipe")
    with prepared(exercise, handed_in) as workspace:
        assert {"README.md", "exercise.toml", "test_doubling.py", "doubling.py"} == names(workspace.root)


@posix
def test_a_workspace_without_permissions_is_removed(exercise, handed_in):
    """A run that takes away permissions leaves nothing behind, and nothing outside is touched."""
    outside = exercise.folder / "README.md"
    outside.chmod(0o444)
    with prepared(exercise, handed_in) as workspace:
        locked = workspace.scratch / "locked"
        (locked / "inner").mkdir(parents=True)
        (locked / "inner" / "file").write_text("x", encoding="utf-8")
        (locked / "link").symlink_to(outside)
        (locked / "folder_link").symlink_to(outside.parent)
        for folder in (locked / "inner", locked, workspace.scratch, workspace.root.parent):
            folder.chmod(0)
    assert not workspace.root.parent.exists()
    assert 0o444 == outside.stat().st_mode & 0o777


@posix
def test_permissions_are_mended_where_they_are_in_the_way(tmp_path, monkeypatch):
    """After a refusal folders can be entered again; files and the targets of links stay as they are."""
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    for path in (outside, folder / "inner" / "deep"):
        path.mkdir(parents=True)
    (folder / "inner" / "link").symlink_to(outside)
    (folder / "file").write_text("x", encoding="utf-8")
    paths = (folder / "inner" / "deep", folder / "inner", folder / "file", outside, folder)
    for path in paths:
        path.chmod(0o500)
    really, refused = shutil.rmtree, []

    def refuse_once(target):
        if refused:
            refused.append([path.stat().st_mode & 0o777 for path in paths])
            really(target)
        else:
            refused.append(target)
            raise PermissionError(target)

    monkeypatch.setattr(shutil, "rmtree", refuse_once)
    remove(folder)
    assert [folder, [0o700, 0o700, 0o500, 0o500, 0o700]] == refused
    assert [outside] == list(tmp_path.iterdir())


def test_removing_what_is_not_there_is_no_mistake(tmp_path):
    """A run may have removed its own folder."""
    remove(tmp_path / "nothing")
    assert [] == list(tmp_path.iterdir())
