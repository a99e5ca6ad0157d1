"""Runs suites against mutants of their references: a mutant that passes is a hole in the suite."""

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader import submission as submissions
from grader.errors import GraderError, NotGradableError
from grader.grading import Grading
from grader.isolation import Plain
from grader.model import CaseStatus, Ending, Exercise, Limits, RunRecord, StubKind, Submission
from grader.progress import progress
from grader.proof.breakers import check_breakers
from grader.proof.evidence import evidence_key
from grader.proof.finding import Finding
from grader.proof.mutants import Mutant, mutants
from grader.proof.survivors import EQUIVALENT, UNNOTICED, read_records, stale
from grader.runner import Pool
from grader.store import MUTANT, Store

OPTIONS = ("-x", "--no-shrink")
"""A mutant ends at its first failed case, and nobody reads how it failed."""
PATIENCE = 5
"""How many times the seconds of the reference a mutant may take; after that it counts as noticed."""
LEAST = Limits(seconds=5.0, case_seconds=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the mutants of one exercise.

    Of those that pass, ``equivalent`` and ``unnoticed`` are recorded with a reason (see ``survivors``).
    """

    slug: str
    made: int
    killed: int
    equivalent: int
    unnoticed: int
    findings: tuple[Finding, ...]

    @property
    def open(self) -> int:
        """How many pass without a reason, or were not run."""
        return self.made - self.killed - self.equivalent - self.unnoticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One mutant of one exercise; ``key`` names all that its outcome depends on."""

    exercise: Exercise
    mutant: Mutant
    key: str


def verify_mutants(*, root: Path, exercises: Sequence[Exercise], jobs: int) -> tuple[list[Finding], str]:
    """Prove that suites notice mistakes: broken sentences first, then mutants; tell how far it is.

    Returns:
        What is wrong, and a table of what became of the mutants.

    """
    with progress("breaking sentences", None) as advance:
        findings = check_breakers(root=root, exercises=exercises, jobs=jobs, advance=advance)
    with progress("making mutants", len(exercises)) as advance:
        trials = make(exercises, jobs, advance)
    with progress("running mutants", len(trials)) as advance:
        tallies = prove(root=root, exercises=exercises, trials=trials, jobs=jobs, advance=advance)
    return [*findings, *(finding for tally in tallies for finding in tally.findings)], as_text(tallies)


def make(exercises: Sequence[Exercise], jobs: int, advance: Callable[[str], None]) -> list[Trial]:
    """Make the mutants of all references, several exercises at a time.

    Args:
        exercises: whose references are changed.
        jobs: how many processes make them.
        advance: called with a word on each exercise that is done.

    """
    references = [submissions.take(exercise, exercise.mirror) for exercise in exercises]
    stubs = [_given(exercise) for exercise in exercises]
    trials: list[Trial] = []
    with ProcessPoolExecutor(jobs) as makers:
        for exercise, made in zip(exercises, makers.map(mutants, references, stubs), strict=True):
            for mutant in made:
                key = evidence_key(exercise, mutant.submission, OPTIONS)
                trials.append(Trial(exercise=exercise, mutant=mutant, key=key))
            advance(f"{exercise.slug}: {len(made)} mutants")
    return trials


def _given(exercise: Exercise) -> Submission:
    """Return what learners get, unless it is a program that runs and has faults: that is theirs to change."""
    if exercise.stub is StubKind.WORKING:
        return Submission(slug=exercise.slug, files=())
    return submissions.take(exercise, exercise.folder)


def prove(
    *,
    root: Path,
    exercises: Sequence[Exercise],
    trials: Sequence[Trial],
    jobs: int,
    advance: Callable[[str], None],
) -> list[Tally]:
    """Run the suites against mutants of their references and return what became of them.

    What was run before is not run again, so an interrupted proof goes on where it was.

    Args:
        root: the top of the repository.
        exercises: what is proved.
        trials: their mutants (see ``make``).
        jobs: runs at a time.
        advance: called with a word on each mutant that is done.

    """
    with Store(root) as store, Pool(Plain(), jobs) as pool:
        grading = Grading(root=root, pool=pool, store=store)
        outcomes = {trial.key: store.find(MUTANT, trial.key) for trial in trials}
        waiting = [trial for trial in trials if outcomes[trial.key] is None]
        for _ in range(len(trials) - len(waiting)):
            advance("known")
        limits, problems = _limits(grading, pool, {trial.exercise.slug: trial.exercise for trial in waiting})
        waiting = [trial for trial in waiting if trial.exercise.slug in limits]
        work = functools.partial(_outcome, grading, store, limits)
        for index, outcome in pool.map(work, waiting):
            trial = waiting[index]
            outcomes[trial.key] = outcome
            advance(f"{trial.exercise.slug}: {outcome or 'survives: ' + trial.mutant.name}")
    return [
        _tally(exercise, [trial for trial in trials if trial.exercise is exercise], outcomes, problems)
        for exercise in exercises
    ]


def as_text(tallies: Sequence[Tally]) -> str:
    """Return a line for each exercise and one for all; the share is that of what can be noticed."""
    columns = ("made", "killed", "equivalent", "unnoticed", "open")
    lines = [f"{'':24}" + "".join(f"{name:>12}" for name in columns) + f"{'share':>10}"]
    rows = [(tally.slug, [int(getattr(tally, name)) for name in columns]) for tally in tallies]
    rows.append(("all", [sum(counts) for counts in zip(*(counts for _, counts in rows), strict=True)]))
    for name, counts in rows:
        share = f"{_share(*counts[:3]):9.1f}%"
        lines.append(f"{name:24}" + "".join(f"{count:12}" for count in counts) + share)
    return "\n".join(lines)


def _share(made: int, killed: int, equivalent: int) -> float:
    """Return how many of the mutants that can be noticed are, in per cent."""
    return 100 * killed / (made - equivalent) if made > equivalent else 100.0


def _limits(
    grading: Grading, pool: Pool, exercises: Mapping[str, Exercise]
) -> tuple[dict[str, Limits], dict[str, Finding]]:
    """Run the references: what they take decides how long their mutants may."""
    limits, problems = {}, {}

    def work(slug: str) -> Limits | Finding:
        exercise = exercises[slug]
        suite = exercise.folder / exercise.suite
        try:
            grading.require(exercise)
            record = grading.run(exercise, submissions.take(exercise, exercise.mirror), options=OPTIONS)
        except (GraderError, NotGradableError) as error:
            return Finding(
                path=suite, rule="suite", problem=error.message, fix=error.hint or "mend the suite"
            )
        if noticed := noticed_by(record):
            fix = f"first: kata verify {slug} --repeat 0"
            return Finding(path=suite, rule="suite", problem=f"the reference fails: {noticed}", fix=fix)
        slowest = max(result.seconds for result in record.results)
        return Limits(
            seconds=max(LEAST.seconds, PATIENCE * record.seconds),
            case_seconds=max(LEAST.case_seconds, PATIENCE * slowest),
            memory_mib=exercise.limits.memory_mib,
        )

    slugs = list(exercises)
    for index, found in pool.map(work, slugs):
        if isinstance(found, Finding):
            problems[slugs[index]] = found
        else:
            limits[slugs[index]] = found
    return limits, problems


def _outcome(grading: Grading, store: Store, limits: Mapping[str, Limits], trial: Trial) -> str:
    """Run one mutant and keep what noticed it; ``""`` if nothing did."""
    exercise = trial.exercise
    try:
        record = grading.run(exercise, trial.mutant.submission, options=OPTIONS, limits=limits[exercise.slug])
    except GraderError as error:  # it ended two workers; not kept, for a closed pool says so, too
        return f"fault: {error.message}"
    outcome = noticed_by(record)
    store.keep(MUTANT, trial.key, outcome)
    return outcome


def noticed_by(record: RunRecord) -> str:
    """Return the case that did not pass, or how else the run ended; ``""`` if all cases passed."""
    for result in record.results:
        if result.status is not CaseStatus.PASSED:
            return result.id
    if record.ending is not Ending.FINISHED:
        return str(record.ending.value)
    return "" if len(record.results) == len(record.collected) else "cases are missing"


def _tally(
    exercise: Exercise,
    trials: Sequence[Trial],
    outcomes: Mapping[str, str | None],
    problems: Mapping[str, Finding],
) -> Tally:
    """Count, and compare the survivors with the records."""
    records, findings = read_records(exercise.mirror)
    if problem := problems.get(exercise.slug):
        found = (*findings, problem)
        return Tally(
            slug=exercise.slug, made=len(trials), killed=0, equivalent=0, unnoticed=0, findings=found
        )
    survivors = [trial.mutant for trial in trials if not outcomes[trial.key]]
    known = {name: record.kind for record in records for name in record.mutants}
    for mutant in survivors:
        if mutant.name not in known:
            problem_text = f"line {mutant.change.line}: all cases pass with '''{mutant.name}'''"
            fix = "add a case that notices it, or record it in mutants.toml with a reason"
            path = exercise.mirror / mutant.path
            findings.append(Finding(path=path, rule="mutant", problem=problem_text, fix=fix))
    findings += stale(exercise.mirror, records, {mutant.name for mutant in survivors})
    kinds = [known.get(mutant.name) for mutant in survivors]
    return Tally(
        slug=exercise.slug,
        made=len(trials),
        killed=len(trials) - len(survivors),
        equivalent=kinds.count(EQUIVALENT),
        unnoticed=kinds.count(UNNOTICED),
        findings=tuple(findings),
    )
