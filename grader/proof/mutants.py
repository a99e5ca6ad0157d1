"""Mutants: references with one small mistake each, which the suite has to notice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.errors import SetupError
from grader.model import HandedIn, Submission

TEXTS = {
    ".yml": "yaml",
    ".yaml": "yaml",
    ".pdb": "lines",
    "Dockerfile": "docker",
    ".dockerignore": "lines",
}
"""How files that are no Python are mutated, by their name or ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One small mistake: its 1-based ``line``, what stood there ``before`` and what does ``after``.

    ``text`` is the whole file after the change.
    """

    operator: str
    line: int
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A reference with one change in one of its files."""

    path: str
    change: Change
    submission: Submission

    @property
    def name(self) -> str:
        """What was changed, without the line: the name outlives changes elsewhere in the file."""
        return f"{self.path}: {self.change.before or '(nothing)'} → {self.change.after or '(nothing)'}"


def mutants(reference: Submission) -> list[Mutant]:
    """Return all mutants of a reference, file by file, from top to bottom; no two have the same content.

    Raises:
        SetupError: the library that makes them is not installed.

    """
    return [
        Mutant(path=file.path, change=change, submission=_with(reference, file, change))
        for file in reference.files
        for change in _distinct(file)
    ]


def _distinct(file: HandedIn) -> Iterator[Change]:
    seen = {file.content.decode("utf-8")}
    for change in sorted(_changes(file), key=lambda change: (change.line, change.operator, change.after)):
        if change.text not in seen:
            seen.add(change.text)
            yield change


def _changes(file: HandedIn) -> Iterator[Change]:
    path, text = PurePosixPath(file.path), file.content.decode("utf-8")
    kind = TEXTS.get(path.name) or TEXTS.get(path.suffix)
    try:
        from grader.proof import python_mutations, text_mutations
    except ImportError as error:
        told = f"mutants need the module {error.name!r}, which is not installed"
        raise SetupError(told, "install the developers' tools: ./kata test --collect-only") from None
    if kind is not None:
        return text_mutations.changes(text, kind)
    return python_mutations.changes(text, whole=path.suffix == ".py")


def _with(reference: Submission, mutated: HandedIn, change: Change) -> Submission:
    """Return the reference with one file replaced."""
    files = tuple(
        HandedIn(path=file.path, content=change.text.encode()) if file is mutated else file
        for file in reference.files
    )
    return Submission(slug=reference.slug, files=files)
