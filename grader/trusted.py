"""The trusted part of an exercise: all of its folder but the hand-in and what tools leave behind."""

import fnmatch
import hashlib
import os
from pathlib import Path

from grader.model import Exercise

LEFT_BEHIND = (
    "__pycache__",
    "*.pyc",
    ".pytest_cache",
    ".hypothesis",
    ".ruff_cache",
    ".mypy_cache",
    ".DS_Store",
)


def trusted_files(exercise: Exercise) -> list[str]:
    """Return the relative paths of the regular files that runs get and verdicts depend on, in order."""
    found = []
    for place, folders, names in os.walk(exercise.folder):
        folders[:] = [name for name in folders if not _left_behind(name)]
        for name in names:
            path = Path(place, name)
            if path.is_file() and not _left_behind(name):  # not an editor's lock, a pipe or a dead link
                found.append(path.relative_to(exercise.folder).as_posix())
    return sorted(path for path in found if not _handed_in(exercise, path))


def trusted_digest(exercise: Exercise) -> str:
    """Return the SHA-256 of the trusted files, as hexadecimal digits."""
    total = hashlib.sha256()
    for path in trusted_files(exercise):
        for part in (path.encode(), (exercise.folder / path).read_bytes()):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _left_behind(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in LEFT_BEHIND)


def _handed_in(exercise: Exercise, path: str) -> bool:
    """Tell whether a path is the hand-in's, or lies where the hand-in wants to be."""
    return any(
        path == own or path.startswith(f"{own}/") or own.startswith(f"{path}/") for own in exercise.files
    )
