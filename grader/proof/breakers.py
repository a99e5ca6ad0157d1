"""Breakers: the reference with one sentence of the README broken, and nothing else. None may pass."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import submission as submissions
from grader.errors import GraderError, NotGradableError
from grader.grading import Grading
from grader.isolation import Plain
from grader.model import Exercise, HandedIn, Submission
from grader.proof.evidence import evidence_key
from grader.proof.finding import Finding
from grader.proof.runs import Rules
from grader.proof.samples import Sample
from grader.runner import Pool
from grader.store import BREAKER, Store

RECORDS = "breakers.toml"
KEYS = {"sentence", "loses", "edits"}
EDIT_KEYS = {"file", "old", "new"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A hand-in that breaks one ``sentence`` of the README, and so has to lose the tasks of its sample."""

    sentence: str
    sample: Sample


class _WrongError(Exception):
    """An entry cannot be used; the text says why."""


def read_breakers(exercise: Exercise) -> tuple[list[Breaker], list[Finding]]:
    """Return the breakers of an exercise, and what is wrong with its records."""
    path = exercise.mirror / RECORDS
    if not path.is_file():
        return [], []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [], [_finding(path, f"it cannot be read: {error}", "mend it")]
    entries = data.get("breaker")
    if set(data) != {"breaker"} or not isinstance(entries, list) or not entries:
        told = "it has to hold [[breaker]] entries and nothing else"
        return [], [_finding(path, told, "see CONTRIBUTING.md")]
    readme = " ".join((exercise.folder / "README.md").read_text(encoding="utf-8").split())
    reference = submissions.take(exercise, exercise.mirror)
    breakers, findings, seen = [], [], set()
    for number, entry in enumerate(entries, 1):
        try:
            breaker = _breaker(exercise, path, readme, reference, entry)
            content = submissions.digest(breaker.sample.submission)
            if content in seen:
                raise _WrongError("another entry makes the same hand-in")
            seen.add(content)
            breakers.append(breaker)
        except _WrongError as error:
            findings.append(_finding(path, f"breaker {number}: {error}", "see CONTRIBUTING.md"))
    return breakers, findings


def check_breakers(
    *,
    root: Path,
    exercises: Sequence[Exercise],
    jobs: int,
    advance: Callable[[str], None],
) -> list[Finding]:
    """Run the suites against all breakers; return what is wrong with the records, and what is not refused.

    What was refused before is not run again.

    Args:
        root: the top of the repository.
        exercises: whose sentences are broken.
        jobs: runs at a time.
        advance: called with a word on each breaker that is done.

    """
    findings: list[Finding] = []
    with Store(root) as store, Pool(Plain(), jobs) as pool:
        grading = Grading(root=root, pool=pool, store=store)
        waiting: list[tuple[Exercise, Breaker]] = []
        for exercise in exercises:
            breakers, problems = read_breakers(exercise)
            findings += problems
            waiting += [(exercise, breaker) for breaker in breakers]
        found = dict(pool.map(lambda pair: _check(grading, store, *pair, advance), waiting))
    return findings + [finding for index in sorted(found) for finding in found[index]]


def _check(
    grading: Grading, store: Store, exercise: Exercise, breaker: Breaker, advance: Callable[[str], None]
) -> list[Finding]:
    """Run one breaker; a right verdict is kept."""
    sample = breaker.sample
    key = evidence_key(exercise, sample.submission, sorted(sample.loses))
    findings: list[Finding] = []
    if not store.find(BREAKER, key):
        findings = list(_verdict(grading, exercise, breaker))
        if not findings:
            store.keep(BREAKER, key, True)
    advance(f"{exercise.slug}: {breaker.sentence}")
    return findings


def _verdict(grading: Grading, exercise: Exercise, breaker: Breaker) -> Iterator[Finding]:
    """Run one breaker and tell where the suite does not refuse it as it has to."""
    sample = breaker.sample
    try:
        grading.require(exercise)
        rules = Rules(exercise, grading.expected_cases(exercise))
        found = list(rules.sample(sample)(grading.run(exercise, sample.submission)))
    except (GraderError, NotGradableError) as error:
        fix = error.hint or "mend the suite"
        yield Finding(path=sample.path, rule="breakers", problem=error.message, fix=fix)
        return
    for finding in found:
        problem = f"“{breaker.sentence}”: {finding.problem}"
        yield Finding(path=finding.path, rule="breakers", problem=problem, fix=finding.fix)


def _breaker(exercise: Exercise, path: Path, readme: str, reference: Submission, entry: Any) -> Breaker:
    """Return what an entry means.

    Raises:
        _WrongError: it cannot be used.

    """
    if not isinstance(entry, dict) or set(entry) != KEYS:
        raise _WrongError(f"it has to have {', '.join(sorted(KEYS))} and nothing else")
    sentence, loses = entry["sentence"], entry["loses"]
    if not isinstance(sentence, str) or not sentence.strip():
        raise _WrongError("its sentence is no text")
    sentence = " ".join(sentence.split())
    if sentence not in readme:
        raise _WrongError(f"README.md does not say “{sentence}”")
    tasks = {task.number for task in exercise.tasks}
    if not isinstance(loses, list) or not loses or not tasks.issuperset(loses):
        raise _WrongError(f"loses has to be a list of tasks out of {sorted(tasks)}")
    if not isinstance(entry["edits"], list) or not entry["edits"]:
        raise _WrongError("it has no edits")
    submission = reference
    for edit in entry["edits"]:
        submission = _edited(submission, edit)
    return Breaker(sentence=sentence, sample=Sample(path=path, submission=submission, loses=frozenset(loses)))


def _edited(submission: Submission, edit: Any) -> Submission:
    """Return the hand-in with one text replaced, which has to be there exactly once.

    Raises:
        _WrongError: it is not, or the edit has another form.

    """
    if not isinstance(edit, dict) or not {"old", "new"} <= set(edit) <= EDIT_KEYS:
        raise _WrongError(f"an edit has {', '.join(sorted(EDIT_KEYS))} and nothing else")
    if not all(isinstance(value, str) for value in edit.values()):
        raise _WrongError("an edit holds something that is no text")
    names = [file.path for file in submission.files]
    name = edit.get("file", names[0])
    if name not in names:
        raise _WrongError(f"the hand-in has no file {name!r}")
    index = names.index(name)
    text = submission.files[index].content.decode("utf-8")
    times = text.count(edit["old"]) if edit["old"] else 0
    if times != 1:
        first = edit["old"].strip().partition("\n")[0]
        raise _WrongError(f"{name} of the reference has {first!r} {times} times, not once")
    changed = HandedIn(path=name, content=text.replace(edit["old"], edit["new"]).encode("utf-8"))
    files = (*submission.files[:index], changed, *submission.files[index + 1 :])
    return Submission(slug=submission.slug, files=files)


def _finding(path: Path, problem: str, fix: str) -> Finding:
    return Finding(path=path, rule="breakers", problem=problem, fix=fix)
