"""Mutants: references with one small mistake each, which the suite has to notice."""

from collections import Counter
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
BREAK = " ⏎ "
"""What stands for the end of a line inside of a change's ``before`` and ``after``."""


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
    """A reference with one change in one of its files.

    ``name`` says what was changed, without the line, so that it outlives changes elsewhere in the file.
    Where the same is changed in the same way several times, the second is called so.
    """

    name: str
    path: str
    change: Change
    submission: Submission


def mutants(reference: Submission, given: Submission) -> list[Mutant]:
    """Return all mutants of a reference, file by file, from top to bottom; no two have the same content.

    Args:
        reference: what is changed.
        given: the stub. Its lines are not changed: they were never the learner's to get wrong.

    Raises:
        SetupError: the library that makes them is not installed.

    """
    known = {file.path: set(map(_words, file.content.decode("utf-8").splitlines())) for file in given.files}
    found: list[Mutant] = []
    times: Counter[str] = Counter()
    for file in reference.files:
        for change in _distinct(file, known.get(file.path, set())):
            name = f"{file.path}: {change.before or '(nothing)'} → {change.after or '(nothing)'}"
            times[name] += 1
            name += f" (no. {times[name]})" if times[name] > 1 else ""
            changed = _with(reference, file, change)
            found.append(Mutant(name=name, path=file.path, change=change, submission=changed))
    return found


def _distinct(file: HandedIn, given: set[str]) -> Iterator[Change]:
    seen = {file.content.decode("utf-8")}
    for change in sorted(_changes(file), key=lambda change: (change.line, change.operator, change.after)):
        if change.text not in seen and not (change.before and given.issuperset(change.before.split(BREAK))):
            seen.add(change.text)
            yield change


def _words(line: str) -> str:
    """Return a line without its indentation, its blanks made one each (see ``Change``)."""
    return " ".join(line.split())


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
    found = python_mutations.changes(text, whole=path.suffix == ".py")
    if path.stem.endswith("_tests"):  # its numbers are examples: with others it is another test, as good
        return (change for change in found if change.operator != "NumberReplacer")
    return found


def _with(reference: Submission, mutated: HandedIn, change: Change) -> Submission:
    """Return the reference with one file replaced."""
    files = tuple(
        HandedIn(path=file.path, content=change.text.encode()) if file is mutated else file
        for file in reference.files
    )
    return Submission(slug=reference.slug, files=files)
