"""The folder in which one run takes place: the trusted files, the hand-in, and nothing else."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.model import Exercise, Submission
from grader.trusted import trusted_files

SHORT = 67
"""Bytes of a folder below which sockets can be made: an address has at most 103 on macOS, and a socket of
``multiprocessing`` takes ``/tmp/pymp-xxxxxxxx/listener-xxxxxxxx`` of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Absolute paths: where the suite and the hand-in lie, scratch space, and the file of printed output."""

    root: Path
    scratch: Path
    output: Path


@contextmanager
def prepared(exercise: Exercise, submission: Submission, place: Path | None = None) -> Iterator[Workspace]:
    """Lay out a fresh workspace; it is removed at the end, whatever the run did to it.

    Of the exercise's folder everything but the stub is taken, of the submission its files. It lies in
    ``place``, or where temporary files are.
    """
    base = _new_folder(place)
    try:
        root = base / exercise.slug
        root.mkdir()
        for path in trusted_files(exercise):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(exercise.folder / path, root / path)
        for file in submission.files:
            target = root / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
        scratch = base / "tmp"
        scratch.mkdir()
        yield Workspace(root=root, scratch=scratch, output=base / "output")
    finally:
        remove(base)


def _new_folder(place: Path | None) -> Path:
    """Make a folder for temporary files, in ``/tmp`` if the usual place has too long a name for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="kata-", dir=place)).resolve()
    if len(os.fsencode(folder)) <= SHORT or not os.access("/tmp", os.W_OK | os.X_OK):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="kata-", dir="/tmp")).resolve()


def remove(folder: Path) -> None:
    """Remove a folder, if it is there, even if the run took away permissions inside it."""
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except PermissionError:
        folder.chmod(0o700)
        for place, folders, files in os.walk(folder):
            for name in folders + (files if sys.platform == "win32" else []):
                if not Path(place, name).is_symlink():
                    Path(place, name).chmod(0o700)
        shutil.rmtree(folder)
