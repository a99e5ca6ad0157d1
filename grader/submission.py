"""Takes the handed-in files: exact paths, regular files, bounded size, read as bytes and never run here."""

import hashlib
import os
import stat
from pathlib import Path

from grader.model import Exercise, HandedIn, Submission

MAX_BYTES = 256_000
FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""How a file is opened: bytes as they are, no link, no waiting for the other end of a pipe."""


def take(exercise: Exercise, folder: Path) -> Submission:
    """Read the exercise's files from ``folder``; what cannot be taken is said in ``problems``.

    Args:
        exercise: whose allow-list of files counts.
        folder: the absolute folder that mirrors the exercise's.

    """
    files, problems = [], []
    for path in exercise.files:
        try:
            files.append(HandedIn(path=path, content=_read(folder, path)))
        except (OSError, ValueError) as error:
            problems.append(f"{path}: {error.strerror if isinstance(error, OSError) else error}")
    return Submission(slug=exercise.slug, files=tuple(files), problems=tuple(problems))


def digest(submission: Submission) -> str:
    """Return the SHA-256 of the paths and contents, as hexadecimal digits."""
    total = hashlib.sha256()
    for file in submission.files:
        for part in (file.path.encode(), file.content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _read(folder: Path, path: str) -> bytes:
    """Read one file without following links out of the folder.

    Raises:
        ValueError: it is a link, not a regular file, or too large.

    """
    target = folder / path
    for step in (target, *target.parents):
        if step == folder:
            break
        if step.is_symlink():
            raise ValueError("it is a link; hand in the file itself")
    descriptor = os.open(target, FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            content = stream.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
    return content
