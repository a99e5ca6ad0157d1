"""The untouched stub: what ``reset`` brings back, and how "not started" is known.

It is the stub at the newest commit that touched the exercise's trusted files, which learners never edit.
Outside git it is the stub that was there when the exercise was first seen.
"""

import subprocess
from pathlib import Path

from grader.model import Exercise, HandedIn, Submission
from grader.store import STUB, Store
from grader.submission import take


def pristine(exercise: Exercise, root: Path, store: Store) -> Submission:
    """Return the stub as its author left it."""
    head = _git(root, "rev-parse", "HEAD")
    if head is not None:
        key = f"{head.decode().strip()}:{exercise.slug}"
        kept = store.find(STUB, key)
        if kept is None and (files := _from_git(exercise, root)) is not None:
            kept = _as_data(files)
            store.keep(STUB, key, kept)
        if kept is not None:
            return _submission(exercise, kept)
    kept = store.find(STUB, exercise.slug)
    if kept is None:
        kept = _as_data(take(exercise, exercise.folder).files)
        store.keep(STUB, exercise.slug, kept)
    return _submission(exercise, kept)


def _from_git(exercise: Exercise, root: Path) -> tuple[HandedIn, ...] | None:
    """Return the stub's files from history; ``None`` if the exercise or its stub is not in it."""
    folder = exercise.folder.relative_to(root).as_posix()
    stub = [f":(exclude){folder}/{path}" for path in exercise.files]
    commit = _git(root, "log", "-1", "--format=%H", "--", folder, *stub)
    if not commit:
        return None
    place = f"{commit.decode().strip()}:./{folder}"  # from here: the repository may lie inside another one
    contents = [_git(root, "show", f"{place}/{path}") for path in exercise.files]
    files = zip(exercise.files, contents, strict=True)
    found = tuple(HandedIn(path=path, content=content) for path, content in files if content is not None)
    return found if len(found) == len(exercise.files) else None


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git prints; ``None`` if it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _as_data(files: tuple[HandedIn, ...]) -> list[list[str]]:
    return [[file.path, file.content.hex()] for file in files]


def _submission(exercise: Exercise, data: list[list[str]]) -> Submission:
    files = tuple(HandedIn(path=path, content=bytes.fromhex(content)) for path, content in data)
    return Submission(slug=exercise.slug, files=files)
