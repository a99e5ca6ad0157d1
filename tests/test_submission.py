"""Taking the handed-in files: exact paths, regular files, bounded size, bytes as they are."""

import dataclasses
import os
import socket
import sys
from pathlib import Path

import pytest

from grader.model import HandedIn, Submission
from grader.submission import MAX_BYTES, digest, take

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs special files of POSIX")


@pytest.fixture
def two_files(exercise):
    """The exercise as if two files were handed in, one of them in a folder."""
    return dataclasses.replace(exercise, files=("doubling.py", "app/main.py"))


def problems(exercise, folder):
    """Return what could not be taken, and require that nothing was taken in its place."""
    taken = take(exercise, folder)
    assert () == taken.files
    return taken.problems


def open_descriptors():
    """Return how many descriptors this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def test_only_the_named_files_are_taken(two_files, tmp_path):
    """Whatever else lies in the folder is not looked at."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_bytes(b"main")
    (tmp_path / "doubling.py").write_bytes(b"\xff\r\n\x1a")
    (tmp_path / "conftest.py").write_bytes(b"import os")
    assert take(two_files, tmp_path) == Submission(
        slug="doubling",
        files=(
            HandedIn(path="doubling.py", content=b"\xff\r\n\x1a"),
            HandedIn(path="app/main.py", content=b"main"),
        ),
    )


def test_what_is_missing_is_said_and_the_rest_is_taken(two_files, tmp_path):
    """A problem names the file; the other files are there all the same."""
    (tmp_path / "doubling.py").write_bytes(b"x")
    taken = take(two_files, tmp_path)
    assert ("doubling.py",) == tuple(file.path for file in taken.files)
    assert ("app/main.py: No such file or directory",) == taken.problems


def test_the_largest_file_is_taken_and_one_byte_more_is_not(exercise, tmp_path):
    """The cap is exact, and said in the message."""
    (tmp_path / "doubling.py").write_bytes(b"x" * MAX_BYTES)
    assert MAX_BYTES == len(take(exercise, tmp_path).files[0].content)
    (tmp_path / "doubling.py").write_bytes(b"x" * (MAX_BYTES + 1))
    assert ("doubling.py: it is larger than 256,000 bytes",) == problems(exercise, tmp_path)


@posix
def test_a_link_is_not_followed(exercise, tmp_path):
    """A link could lead to somebody else's file."""
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "doubling.py").symlink_to(tmp_path / "secret")
    assert ("doubling.py: it is a link; hand in the file itself",) == problems(exercise, tmp_path)


@posix
def test_a_folder_that_is_a_link_is_not_followed(two_files, tmp_path):
    """A link on the way to the file is one too."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "main.py").write_bytes(b"secret")
    (tmp_path / "app").symlink_to(elsewhere)
    (tmp_path / "doubling.py").mkdir()
    assert ("app/main.py: it is a link; hand in the file itself",) == problems(two_files, tmp_path)[1:]


@posix
def test_the_folder_itself_may_be_reached_over_a_link(repository, exercise, tmp_path):
    """Where the teacher keeps the hand-ins is the teacher's business."""
    (tmp_path / "class").symlink_to(repository.mirror)
    assert take(exercise, repository.mirror) == take(exercise, tmp_path / "class")


@posix
def test_a_folder_in_the_place_of_a_file_is_no_file(exercise, tmp_path):
    """A folder is refused, and nothing stays open."""
    (tmp_path / "doubling.py").mkdir()
    before = open_descriptors()
    assert ("doubling.py: it is not a regular file",) == problems(exercise, tmp_path)
    assert before == open_descriptors()


@posix
def test_a_pipe_does_not_make_the_grader_wait(exercise, tmp_path):
    """A named pipe nobody writes to is refused at once."""
    os.mkfifo(tmp_path / "doubling.py")
    assert ("doubling.py: it is not a regular file",) == problems(exercise, tmp_path)


@posix
def test_a_socket_is_no_file(exercise, tmp_path, monkeypatch):
    """A socket cannot be opened, which is a problem of the hand-in and no crash."""
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("doubling.py")
        (told,) = problems(exercise, tmp_path)
    assert told.startswith("doubling.py: ")


def test_a_path_that_the_system_cannot_hold_is_a_problem(exercise, tmp_path):
    """A NUL in a path is said like any other problem."""
    odd = dataclasses.replace(exercise, files=("a\0b.py",))
    (told,) = problems(odd, tmp_path)
    assert told.startswith("a\0b.py: ")
    assert "embedded null" in told


def test_the_digest_is_that_of_paths_and_contents():
    """Equal hand-ins have equal digests, whoever handed them in."""
    one = Submission(slug="a", files=(HandedIn(path="x", content=b"1"),))
    assert digest(one) == digest(dataclasses.replace(one, slug="b"))
    assert 64 == len(digest(one))


@pytest.mark.parametrize(
    "files",
    [
        (),
        (("x", b"2"),),
        (("y", b"1"),),
        (("x1", b""),),
        (("", b"x1"),),
        (("x", b"1"), ("y", b"")),
    ],
)
def test_other_files_have_another_digest(files):
    """No two hand-ins that differ share a digest, wherever a path ends and a content begins."""
    one = Submission(slug="a", files=(HandedIn(path="x", content=b"1"),))
    other = Submission(slug="a", files=tuple(HandedIn(path=path, content=text) for path, text in files))
    assert digest(one) != digest(other)
