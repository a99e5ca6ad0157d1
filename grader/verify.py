"""`kata verify`: proves exercises and reports all that is wrong, each with its path and its fix."""

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.contract import read_exercise
from grader.errors import ContractError, GraderError, KataError, NotGradableError, UsageError
from grader.grading import Grading
from grader.isolation import Plain
from grader.model import Exercise
from grader.proof import documents, messages
from grader.proof.conditions import applied, conditions
from grader.proof.finding import Finding
from grader.proof.runs import Rules, Run, planned
from grader.proof.samples import read_samples
from grader.proof.suites import check_suite
from grader.runner import Pool
from grader.store import Store
from grader.submission import take

READ = (
    *(documents.check_names, documents.check_readme, documents.check_hints, documents.check_stub),
    check_suite,
)
"""The rules that only read, cheapest first."""
ROUNDS = 4
"""How often the cost of a suite is measured before it counts as too high."""


def verify_all(
    *,
    root: Path,
    folders: Sequence[Path],
    names: Sequence[str],
    repeat: int,
    jobs: int | None,
    advance: Callable[[str], None],
) -> list[Finding]:
    """Prove the exercises that ``names`` mean; return every problem found.

    Args:
        root: the top of the repository.
        folders: the folders of all exercises.
        names: slugs, topics or beginnings of them; all if empty.
        repeat: how often each sample is run again under other conditions.
        jobs: runs at a time; by default the number of cores.
        advance: called with a word on each step that is done.

    """
    size = jobs or os.cpu_count() or 1
    findings = [] if names else list(documents.check_tree(root))
    last: list[tuple[Exercise, Run]] = []
    with Store(root) as store, Pool(Plain(), size) as pool:
        for folder in _chosen(folders, names):
            found = list(_verify(root, folder, store, pool, repeat, last, advance))
            advance(f"{folder.name}: {len(found)} problem(s)")
            findings += found
        grading = Grading(root=root, pool=pool, store=store)
        findings += _alone(grading, last, advance)
    return findings


def _verify(
    root: Path,
    folder: Path,
    store: Store,
    pool: Pool,
    repeat: int,
    last: list[tuple[Exercise, Run]],
    advance: Callable[[str], None],
) -> Iterator[Finding]:
    """Prove one exercise, cheapest rules first; leave to ``last`` what has to run alone."""
    mirror = root / "solutions" / folder.relative_to(root / "exercises")
    try:
        exercise = read_exercise(folder, mirror)
    except ContractError as error:
        yield _unread(folder / "exercise.toml", error)
        return
    missing = list(documents.check_files(exercise))
    yield from missing
    for rule in READ:
        yield from rule(exercise)
    samples, problems = read_samples(exercise)
    yield from (*problems, *messages.stale(exercise, samples))
    if missing:
        return
    grading = Grading(root=root, pool=pool, store=store)
    try:
        grading.require(exercise)
        expected = grading.expected_cases(exercise)
        yield from Rules(exercise, expected).cases()
        runs = planned(exercise, expected, take(exercise, folder), samples)
        advance(f"{exercise.slug}: {len(expected)} cases, {len(runs)} runs, {repeat} repeats")
        last += [(exercise, run) for run in runs if run.alone]
        broken = list(_run(exercise, grading, pool, [run for run in runs if not run.alone]))
        yield from broken
        again = [run for run in runs if run.again and run.path not in {found.path for found in broken}]
        for number in range(1, repeat + 1):
            yield from _repeat(root, exercise, store, pool.size, again, number)
            advance(f"{exercise.slug}: repeat {number}")
    except (GraderError, NotGradableError) as error:
        yield _unrun(folder, error)


def _unread(path: Path, error: ContractError) -> Finding:
    """Return the finding that the description of an exercise breaks the contract."""
    told = error.message.removeprefix(f"{path}:").strip()
    problem = f"line {told}" if told[:1].isdigit() else told
    return Finding(path=path, rule="contract", problem=problem, fix=error.hint)


def _unrun(folder: Path, error: KataError) -> Finding:
    """Return the finding that a suite did not run."""
    fix = error.hint or "mend the suite or the reference"
    return Finding(path=folder, rule="suite", problem=error.message, fix=fix)


def _run(exercise: Exercise, grading: Grading, pool: Pool, runs: Sequence[Run]) -> Iterator[Finding]:
    """Run and judge; the findings come in the order of the runs."""

    def work(run: Run) -> list[Finding]:
        return _judged(exercise, grading, run)

    found = dict(pool.map(work, runs))
    for index in sorted(found):
        yield from found[index]


def _alone(
    grading: Grading, runs: Sequence[tuple[Exercise, Run]], advance: Callable[[str], None]
) -> list[Finding]:
    """Run one after another; what finds something is run again after all the others, in up to ``ROUNDS``.

    Other programs on the machine only ever add to a cost, and often for a minute: the least one counts.
    """
    found: list[list[Finding]] = []
    for _ in range(ROUNDS):
        found = []
        for exercise, run in runs:
            try:
                found.append(_judged(exercise, grading, run))
            except GraderError as error:
                found.append([_unrun(exercise.folder, error)])
            advance(f"{exercise.slug}: {run.name}")
        runs = [run for run, findings in zip(runs, found, strict=True) if findings]
        if not runs:
            break
    return [finding for findings in found for finding in findings]


def _judged(exercise: Exercise, grading: Grading, run: Run) -> list[Finding]:
    """Run once and judge."""
    record = grading.run(exercise, run.submission, kind=run.kind, options=run.options, limits=run.limits)
    return list(run.judge(record))


def _repeat(
    root: Path, exercise: Exercise, store: Store, size: int, runs: Sequence[Run], number: int
) -> Iterator[Finding]:
    """Run the samples again under other conditions."""
    wanted = conditions(number, datetime.datetime.now(datetime.UTC))
    again = [
        Run(name=run.name, path=run.path, submission=run.submission, judge=run.again, options=wanted.options)
        for run in runs
        if run.again
    ]
    with applied(wanted) as (place, home), Pool(Plain(variables=wanted.variables), size) as pool:
        grading = Grading(root=root, pool=pool, store=store, place=place, home=home)
        for finding in _run(exercise, grading, pool, again):
            problem = f"{finding.problem} (repeat {number}: {wanted})"
            yield Finding(path=finding.path, rule="flaky", problem=problem, fix=finding.fix)


def _chosen(folders: Sequence[Path], names: Sequence[str]) -> list[Path]:
    """Return the folders that the names mean, without reading them: they may be broken."""
    chosen = []
    for name in names:
        plain = Path(name).name
        keys = {folder: (folder.name[3:], folder.parent.name[3:], folder.name) for folder in folders}
        found = [folder for folder, known in keys.items() if plain in known]
        found = found or [f for f, known in keys.items() if any(key.startswith(plain) for key in known)]
        if not found:
            raise UsageError(f"No exercise or topic named {name!r}.", "see them all: kata list")
        chosen += found
    return [folder for folder in folders if folder in chosen] if names else list(folders)
