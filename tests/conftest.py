"""What the tests of the grader share: a tiny complete repository, and results and reports to render.

Nothing here depends on the user's git, home or locale. ``repository/`` holds the tiny repository as files.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.contract import read_exercise
from grader.isolation import Plain
from grader.model import (
    Assurance,
    CaseStatus,
    Exercise,
    ExerciseResult,
    ExerciseStatus,
    Report,
    ScoredCase,
    TaskResult,
    TaskStatus,
)

pytest_plugins = ["pytester"]
collect_ignore = ["repository"]

HERE = Path(__file__).parent
IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgSign=false")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make warnings errors in these tests.

    The ini option would reach the suites of the exercises too, whose hand-ins may warn as they like.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings("error"))


@pytest.fixture(autouse=True, scope="session")
def _measured_workers() -> Iterator[None]:
    """Let coverage see what workers do, whose environment is otherwise empty."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    plain = Plain.environment
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plain, "environment", lambda self: plain(self) | measured)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_git_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep git to the repositories of the tests, also when a hook of git or an odd TMPDIR surrounds them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp().resolve()))
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository with the one exercise ``doubling``, which has two tasks of two cases each."""

    root: Path

    @property
    def exercise_folder(self) -> Path:
        """The folder with the stub, the suite, the README and exercise.toml."""
        return self.root / "exercises" / "01_basics" / "01_doubling"

    @property
    def mirror(self) -> Path:
        """The folder with the reference and the samples."""
        return self.root / "solutions" / "01_basics" / "01_doubling"

    @property
    def exercise(self) -> Exercise:
        """The exercise, read anew."""
        return read_exercise(self.exercise_folder, self.mirror)

    def write(self, path: str | Path, text: str | bytes) -> Path:
        """Write a file, its path relative to the top; return the absolute path."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def replace(self, path: Path, old: str, new: str) -> Path:
        """Replace a text that the file holds; return its path."""
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    def hand_in(self, sample: str) -> Path:
        """Copy a file of the mirror, such as ``rejected/squares.py``, over the stub; return the stub."""
        return Path(shutil.copyfile(self.mirror / sample, self.exercise_folder / "doubling.py"))

    def git(self, *arguments: str) -> str:
        """Run git in the repository and return what it prints."""
        command = ["git", "-C", str(self.root), *IDENTITY, *arguments]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()

    def commit(self, message: str = "Change") -> str:
        """Commit everything, in a repository that is made if need be; return the commit's name."""
        if not (self.root / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A fresh copy of the tiny repository, outside git until ``commit`` is called."""
    root = tmp_path.resolve() / "repository"
    shutil.copytree(HERE / "repository", root, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return Repository(root=root)


@pytest.fixture
def exercise(repository: Repository) -> Exercise:
    """The exercise ``doubling`` of the fresh repository."""
    return repository.exercise


@pytest.fixture
def make_case() -> Callable[..., ScoredCase]:
    """Make a passed case; keyword arguments change its fields."""
    return _make_case


@pytest.fixture
def make_result() -> Callable[..., ExerciseResult]:
    """Make the verdict on ``doubling`` from the cases of its tasks: ``make_result([case], [case, case])``.

    A task is earned if all its cases passed. Keyword arguments change the fields of the result.
    """
    return _make_result


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """Make a report on results: ``make_report(result, …)``; keyword arguments change its fields."""
    return _make_report


def _make_case(**changes: Any) -> ScoredCase:
    fields: dict[str, Any] = {
        "id": "test_a_number_is_doubled",
        "requirement": "Doubling a number returns twice the number.",
        "status": CaseStatus.PASSED,
        "seconds": 0.01,
        "message": None,
    }
    return ScoredCase(**(fields | changes))


def _make_result(*tasks: list[ScoredCase], **changes: Any) -> ExerciseResult:
    made = tuple(_make_task(number, cases) for number, cases in enumerate(tasks or [[_make_case()]], 1))
    score, max_score = sum(task.score for task in made), sum(task.max_score for task in made)
    status = ExerciseStatus.PARTIAL if score else ExerciseStatus.FAILED
    fields: dict[str, Any] = {
        "slug": "doubling",
        "topic": "basics",
        "title": "Doubling",
        "status": ExerciseStatus.PASSED if score == max_score else status,
        "score": score,
        "max_score": max_score,
        "seconds": 0.5,
        "assurance": Assurance.B,
        "tasks": made,
    }
    return ExerciseResult(**(fields | changes))


def _make_task(number: int, cases: list[ScoredCase]) -> TaskResult:
    earned = bool(cases) and all(case.status is CaseStatus.PASSED for case in cases)
    return TaskResult(
        number=number,
        title=f"Task number {number}",
        status=TaskStatus.PASSED if earned else TaskStatus.FAILED,
        score=5 if earned else 0,
        max_score=5,
        cases=tuple(cases),
    )


def _make_report(*results: ExerciseResult, **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "grader": "1.2.3",
        "python": "3.13.0",
        "tree": "exercises",
        "isolation": "none",
        "started_at": "2026-03-01T12:00:00Z",
        "seconds": 1.25,
        "exercises": results,
    }
    return Report(**(fields | changes))
