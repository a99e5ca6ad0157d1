"""The folder in which one run takes place: the trusted files, the hand-in, and nothing else."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.model import Exercise, Submission

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".hypothesis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Absolute paths: where the suite and the hand-in lie, scratch space, and the file of printed output."""

    root: Path
    scratch: Path
    output: Path


@contextmanager
def prepared(exercise: Exercise, submission: Submission) -> Iterator[Workspace]:
    """Lay out a fresh workspace; it is removed at the end, whatever the run did to it.

    Of the exercise's folder everything but the stub is taken, of the submission its files.
    """
    base = Path(tempfile.mkdtemp(prefix=f"kata-{exercise.slug}-")).resolve()
    try:
        root = base / exercise.slug
        shutil.copytree(exercise.folder, root, ignore=LEFT_OUT)
        for path in exercise.files:
            (root / path).unlink(missing_ok=True)
        for file in submission.files:
            target = root / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
        scratch = base / "tmp"
        scratch.mkdir()
        yield Workspace(root=root, scratch=scratch, output=base / "output")
    finally:
        remove(base)


def remove(folder: Path) -> None:
    """Remove a folder even if the run took away permissions inside it."""

    def mend(function: object, path: str, error: object) -> None:
        del error
        Path(path).parent.chmod(0o700)
        Path(path).chmod(0o700)
        if callable(function):
            function(path)

    shutil.rmtree(folder, onerror=mend) if folder.exists() else None
