"""Finds the exercises: two folders make one, and the numbers of the folders are the order."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.contract import read_exercise
from grader.errors import SetupError, UsageError
from grader.model import Exercise

NUMBERED = re.compile(r"\d\d_[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All exercises of one repository, in order."""

    root: Path
    exercises: tuple[Exercise, ...]

    @classmethod
    def read(cls, root: Path) -> "Catalog":
        """Read every exercise below ``root/exercises``.

        Raises:
            SetupError: there is no such folder.
            ContractError: an exercise breaks the contract.

        """
        return cls(root=root, exercises=tuple(_exercise(root, folder) for folder in exercise_folders(root)))

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have exercises, in order."""
        return tuple(dict.fromkeys(exercise.topic for exercise in self.exercises))

    def select(self, names: Sequence[str]) -> tuple[Exercise, ...]:
        """Return the exercises that the names mean: slugs, topics, or beginnings of either; all if none.

        Raises:
            UsageError: a name means nothing.

        """
        chosen = {exercise.slug for name in names for exercise in self._named(name)}
        return tuple(exercise for exercise in self.exercises if exercise.slug in chosen or not names)

    def one(self, name: str) -> Exercise:
        """Return the one exercise that ``name`` means.

        Raises:
            UsageError: it means none or several.

        """
        found = self._named(name)
        if len(found) > 1:
            slugs = ", ".join(exercise.slug for exercise in found)
            raise UsageError(f"{name!r} means several exercises: {slugs}", "give one of these names in full")
        return found[0]

    def _named(self, name: str) -> tuple[Exercise, ...]:
        name = Path(name).name.lower().removesuffix(".py")
        plain = re.sub(r"^\d+_", "", name)
        keys = [(exercise, (exercise.slug, exercise.topic)) for exercise in self.exercises]
        exact = tuple(exercise for exercise, names in keys if plain in names)
        begun = tuple(exercise for exercise, names in keys if any(key.startswith(plain) for key in names))
        if found := exact or (begun if plain else ()):
            return found
        known = [key for _, names in keys for key in names]
        close = difflib.get_close_matches(plain, known, n=1)
        guess = f" Did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"No exercise or topic named {name!r}.{guess}", "see them all: kata list")


def exercise_folders(root: Path) -> list[Path]:
    """Return the folders of all exercises, in order.

    Raises:
        SetupError: ``root`` is not the top of the repository.

    """
    tree = root / "exercises"
    if not tree.is_dir():
        raise SetupError(f"there is no folder {tree}", "run kata inside the repository")
    return [folder for topic in _numbered(tree) for folder in _numbered(topic)]


def _numbered(folder: Path) -> list[Path]:
    """Return the sub-folders whose names begin with two digits, in order."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and NUMBERED.fullmatch(path.name))


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` that holds ``exercises``.

    Raises:
        SetupError: there is none.

    """
    for folder in (start, *start.parents):
        if (folder / "exercises").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise SetupError(f"{start} is not inside the repository", "change to the folder with exercises/ in it")


def _exercise(root: Path, folder: Path) -> Exercise:
    return read_exercise(folder, root / "solutions" / folder.parent.name / folder.name)
