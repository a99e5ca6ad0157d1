"""The trusted part of an exercise: what runs get, and what verdicts depend on."""

import os
from typing import Any

import pytest

from grader.trusted import trusted_digest, trusted_files


def test_everything_but_the_hand_in_is_trusted(repository: Any) -> None:
    """The specification, the suite and given files count; the stub does not."""
    repository.write("exercises/01_basics/01_doubling/data/numbers.txt", "1 2 3")
    names = ["README.md", "data/numbers.txt", "exercise.toml", "test_doubling.py"]
    assert names == trusted_files(repository.exercise)


@pytest.mark.parametrize(
    "name", ["__pycache__/x.pyc", ".hypothesis/unicode/x", ".pytest_cache/README.md", "x.pyc"]
)
def test_what_tools_leave_behind_does_not_count(repository: Any, name: str) -> None:
    """Running plain pytest in an exercise's folder changes no verdict."""
    before = trusted_digest(repository.exercise)
    repository.write(f"exercises/01_basics/01_doubling/{name}", b"\0")
    assert before == trusted_digest(repository.exercise)


def test_what_is_no_file_is_left_alone(repository: Any) -> None:
    """An editor's lock, a link to nowhere, and a pipe are passed over."""
    before = trusted_files(repository.exercise)
    (repository.exercise_folder / ".#lock").symlink_to("nowhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(repository.exercise_folder / "pipe")
    assert before == trusted_files(repository.exercise)


def test_what_lies_where_the_hand_in_belongs_is_left_alone(repository: Any) -> None:
    """A folder in place of the stub is not taken for something given."""
    stub = repository.exercise_folder / "doubling.py"
    stub.unlink()
    repository.write("exercises/01_basics/01_doubling/doubling.py/inside.txt", "x")
    assert "doubling.py/inside.txt" not in trusted_files(repository.exercise)


@pytest.mark.parametrize("path", ["test_doubling.py", "README.md", "exercise.toml"])
def test_a_change_of_a_trusted_file_changes_the_digest(repository: Any, path: str) -> None:
    """Name and content of each trusted file are part of the digest."""
    before = trusted_digest(repository.exercise)
    repository.write(
        f"exercises/01_basics/01_doubling/{path}", (repository.exercise_folder / path).read_bytes() + b"\n"
    )
    assert before != trusted_digest(repository.exercise)


def test_a_change_of_the_hand_in_does_not_change_the_digest(repository: Any) -> None:
    """The learner's work is no part of the trusted digest."""
    before = trusted_digest(repository.exercise)
    repository.hand_in("accepted/shift.py")
    assert before == trusted_digest(repository.exercise)
