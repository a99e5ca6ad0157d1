"""Brings back the untouched stub. Nothing that somebody wrote is lost."""

import datetime
from pathlib import Path

from grader.model import Exercise
from grader.pristine import pristine
from grader.store import FOLDER, Store
from grader.submission import digest, take


def reset(exercise: Exercise, root: Path, store: Store) -> Path | None:
    """Write the stub over the hand-in; return the folder of the backup, ``None`` if nothing had changed.

    Args:
        exercise: what to reset.
        root: the top of the repository; backups lie in its ``.kata/backups/SLUG/TIME``.
        store: where untouched stubs are known.

    """
    stub = pristine(exercise, root, store)
    present = take(exercise, exercise.folder)
    if digest(present) == digest(stub) and not present.problems:
        return None
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    backup = root / FOLDER / "backups" / exercise.slug / moment
    for path in exercise.files:
        source, kept = exercise.folder / path, backup / path
        if source.exists() or source.is_symlink():
            kept.parent.mkdir(parents=True, exist_ok=True)
            source.replace(kept)  # moved, not copied: whatever it is, it is kept as it is
    for file in stub.files:
        target = exercise.folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    return backup
