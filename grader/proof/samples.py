"""The right and wrong hand-ins of the solutions tree, and what they claim."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.model import Exercise, HandedIn, Submission
from grader.proof.finding import Finding
from grader.submission import take

ACCEPTED, REJECTED = 2, 6
"""How many samples an exercise has at least."""
LOSES = re.compile(r"^Loses: (\d+(?:, ?\d+)*)\.?\s*$", re.MULTILINE)
NOTE = "NOTE.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One hand-in of the solutions tree; ``loses`` are the numbers of the tasks that it must not earn."""

    path: Path
    submission: Submission
    loses: frozenset[int]


def read_samples(exercise: Exercise) -> tuple[list[Sample], list[Finding]]:
    """Return the reference, the accepted and the rejected samples, and what is wrong with them."""
    samples, findings = [], []
    reference = take(exercise, exercise.mirror)
    samples.append(Sample(path=exercise.mirror, submission=reference, loses=frozenset()))
    for kind, least in (("accepted", ACCEPTED), ("rejected", REJECTED)):
        paths = list(_paths(exercise.mirror / kind))
        if len(paths) < least:
            problem = f"{len(paths)} samples; an exercise has at least {least}"
            findings.append(_finding(exercise.mirror / kind, problem, "add some: see CONTRIBUTING.md"))
        for path in paths:
            submission = _submission(exercise, path)
            loses, unsaid = _claim(exercise, path) if kind == "rejected" else (frozenset[int](), "")
            if problem := "; ".join(submission.problems) or unsaid:
                fix = "say the misconception in the first line, add a line 'Loses: 2, 3', hand in every file"
                findings.append(_finding(path, problem, fix))
            else:
                samples.append(Sample(path=path, submission=submission, loses=loses))
    return samples, findings


def misconception(path: Path) -> str:
    """Return the sentence in which a rejected sample says its mistake."""
    return _note(path).strip().partition("\n")[0]


def _paths(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _submission(exercise: Exercise, path: Path) -> Submission:
    """Read a sample: a folder mirrors the hand-in, a file stands for the only one."""
    if path.is_dir():
        return take(exercise, path)
    if len(exercise.files) != 1:
        return Submission(
            slug=exercise.slug, files=(), problems=("a folder is needed: there are several files",)
        )
    file = HandedIn(path=exercise.files[0], content=path.read_bytes())
    return Submission(slug=exercise.slug, files=(file,))


def _claim(exercise: Exercise, path: Path) -> tuple[frozenset[int], str]:
    """Return the tasks that a rejected sample must lose, and what is wrong with the claim."""
    text = _note(path)
    if not text.strip() or LOSES.match(text.strip().partition("\n")[0]):
        return frozenset(), "nothing says the misconception"
    found = LOSES.search(text)
    if found is None:
        return frozenset(), "there is no line 'Loses: …'"
    loses = frozenset(int(number) for number in found[1].split(","))
    unknown = loses - {task.number for task in exercise.tasks}
    return loses, f"there is no task {min(unknown)}" if unknown else ""


def _note(path: Path) -> str:
    """Return the docstring of a sample, or its note."""
    if path.is_dir():
        note = path / NOTE
        return note.read_text(encoding="utf-8", errors="replace") if note.is_file() else ""
    try:
        return ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (SyntaxError, ValueError):
        return ""


def _finding(path: Path, problem: str, fix: str) -> Finding:
    return Finding(path=path, rule="samples", problem=problem, fix=fix)
