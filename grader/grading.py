"""The steps of grading, in order, for one exercise and for many."""

import dataclasses
import datetime
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader import submission as submissions
from grader.errors import GraderError, NotGradableError, UsageError
from grader.isolation import choose
from grader.model import (
    Case,
    CaseStatus,
    Ending,
    Exercise,
    ExerciseResult,
    ExerciseStatus,
    Limits,
    Report,
    RunRecord,
    Submission,
)
from grader.pristine import pristine
from grader.record import as_data, from_data
from grader.runner import Job, Pool
from grader.scoring import score, without_run
from grader.standing import Standing
from grader.store import CASES, RESULT, Store
from grader.trusted import trusted_digest
from grader.workspace import prepared

REPEATABLE = (Ending.FINISHED, Ending.BROKEN, Ending.EXITED, Ending.OUTPUT)


def grade_tree(
    *,
    root: Path,
    exercises: Sequence[Exercise],
    tree: str,
    isolation: str = "auto",
    jobs: int | None = None,
    fresh: bool = False,
    advance: Callable[[ExerciseResult], None] = lambda _: None,
) -> Report:
    """Grade one tree and report on it; an interrupt ends all work and reports what is done.

    Args:
        root: the top of the repository.
        exercises: what to grade.
        tree: ``exercises``, ``solutions``, or the path of a folder with the same layout.
        isolation: how workers are launched (see ``grader.isolation.choose``).
        jobs: exercises at a time; by default the number of cores.
        fresh: run again even what is known.
        advance: called with each result as it comes.

    Raises:
        UsageError: there is no such tree.

    """
    started, clock = datetime.datetime.now(datetime.UTC), time.monotonic()
    launch = choose(isolation)
    with Store(root) as store, Pool(launch, min(jobs or os.cpu_count() or 1, len(exercises))) as pool:
        grading = Grading(root=root, pool=pool, store=store, fresh=fresh)
        results, interrupted = _collected(grading.grade(exercises, _place(root, tree)), advance)
    return Report(
        grader=importlib.metadata.version("graded-katas"),
        python=platform.python_version(),
        tree=tree,
        isolation=launch.name,
        started_at=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=time.monotonic() - clock,
        exercises=results,
        interrupted=interrupted,
    )


def _place(root: Path, tree: str) -> Path:
    """Return the absolute folder of a tree."""
    place = root / tree if (root / tree).is_dir() else Path(tree).resolve()
    if not place.is_dir():
        raise UsageError(f"there is no tree {tree!r}", "use exercises, solutions, or the path of a folder")
    return place


def _collected(
    graded: Iterator[tuple[int, ExerciseResult]], advance: Callable[[ExerciseResult], None]
) -> tuple[tuple[ExerciseResult, ...], bool]:
    """Return the results in the order of the exercises, and whether somebody interrupted."""
    done: dict[int, ExerciseResult] = {}
    interrupted = False
    try:
        for index, result in graded:
            done[index] = result
            advance(result)
    except KeyboardInterrupt:
        interrupted = True
    return tuple(done[index] for index in sorted(done)), interrupted


def standings(root: Path, exercises: Sequence[Exercise], store: Store) -> list[Standing]:
    """Look up what is known about the present hand-ins; nothing is run."""
    found = []
    for exercise in exercises:
        present = submissions.take(exercise, exercise.folder)
        untouched = submissions.digest(present) == submissions.digest(pristine(exercise, root, store))
        kept = store.find(RESULT, result_key(exercise, present))
        result = None if kept is None else from_data(kept)
        found.append(Standing(exercise=exercise, result=result, untouched=untouched))
    return found


class Grading:
    """Grades exercises of one repository with the workers of one pool.

    Args:
        root: the top of the repository.
        pool: where suites run.
        store: what is known from earlier runs.
        fresh: run again even what is known.
        place: where workspaces are made; by default where temporary files are.
        home: the home of all runs; by default each has an empty one of its own.

    """

    def __init__(
        self,
        *,
        root: Path,
        pool: Pool,
        store: Store,
        fresh: bool = False,
        place: Path | None = None,
        home: Path | None = None,
    ) -> None:
        self._root = root
        self._pool = pool
        self._store = store
        self._fresh = fresh
        self._place = place
        self._variables = {} if home is None else {"HOME": str(home)}

    def grade(self, exercises: Sequence[Exercise], tree: Path) -> Iterator[tuple[int, ExerciseResult]]:
        """Grade the hand-ins of ``tree``, several at a time; yield (index, result) as they come."""
        return self._pool.map(lambda exercise: self.grade_one(exercise, tree), exercises)

    def grade_one(self, exercise: Exercise, tree: Path) -> ExerciseResult:
        """Take, run, score and keep: the verdict on one exercise. A fault of ours is a verdict of its own."""
        handed_in = submissions.take(exercise, tree / exercise.folder.parent.name / exercise.folder.name)
        try:
            self.require(exercise)
            expected = self.expected_cases(exercise)
            known = self.known(exercise, handed_in)
            if known is not None and not self._fresh:
                return known
            if handed_in.problems:
                told = "Not handed in: " + "; ".join(handed_in.problems)
                return without_run(exercise, expected, ExerciseStatus.FAILED, told)
            record = self.run(exercise, handed_in)
        except NotGradableError as error:
            return without_run(exercise, (), ExerciseStatus.NOT_GRADABLE, f"{error.message}; {error.hint}")
        except GraderError as error:
            return without_run(exercise, (), ExerciseStatus.ERROR, error.message)
        result = self._named(exercise, handed_in, score(exercise, expected, record))
        if record.ending in REPEATABLE and all(r.status is not CaseStatus.TIMEOUT for r in record.results):
            self._store.keep(RESULT, result_key(exercise, handed_in), as_data(result))
        return result

    def known(self, exercise: Exercise, handed_in: Submission) -> ExerciseResult | None:
        """Return the verdict on this very content from an earlier run, marked as cached."""
        kept = self._store.find(RESULT, result_key(exercise, handed_in))
        return None if kept is None else dataclasses.replace(from_data(kept), cached=True)

    def expected_cases(self, exercise: Exercise) -> tuple[Case, ...]:
        """Return the cases of the suite, collected against the reference, or the pristine stub without one.

        Raises:
            GraderError: the suite cannot be collected.

        """
        key = f"{machine_digest()}:{trusted_digest(exercise)}"
        kept = self._store.find(CASES, key)
        if kept is not None:
            return tuple(Case(id=case[0], task=case[1], requirement=case[2]) for case in kept)
        reference = submissions.take(exercise, exercise.mirror)
        if reference.problems:
            reference = pristine(exercise, self._root, self._store)
        record = self.run(exercise, reference, kind="collect")
        if record.ending is not Ending.FINISHED or not record.collected:
            told = record.message or "it has no cases"
            raise GraderError(f"the suite of {exercise.slug} cannot be collected: {told}")
        self._store.keep(CASES, key, [[case.id, case.task, case.requirement] for case in record.collected])
        return record.collected

    def run(
        self,
        exercise: Exercise,
        handed_in: Submission,
        *,
        kind: str = "suite",
        options: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> RunRecord:
        """Run the suite against a hand-in in a fresh workspace.

        Raises:
            GraderError: pytest or the worker could not do its work.

        """
        target = "README.md" if kind == "examples" else exercise.suite
        with prepared(exercise, handed_in, self._place) as workspace:
            job = Job(
                workspace=workspace,
                kind=kind,
                targets=(target,),
                limits=limits or exercise.limits,
                options=options,
                environment=self._variables,
            )
            record = self._pool.run(job)
        if record.ending is Ending.FAULT:
            raise GraderError(f"{exercise.slug}: {record.message}")
        return record

    def _named(self, exercise: Exercise, handed_in: Submission, result: ExerciseResult) -> ExerciseResult:
        """Call an untouched stub that earned nothing what it is: not started."""
        stub = pristine(exercise, self._root, self._store)
        if result.score == 0 and submissions.digest(handed_in) == submissions.digest(stub):
            return dataclasses.replace(result, status=ExerciseStatus.NOT_STARTED)
        return result

    def require(self, exercise: Exercise) -> None:
        """Refuse to grade where something that the exercise cannot do without is missing.

        Raises:
            NotGradableError: it names what is missing.

        """
        programs = str(Path(sys.executable).parent)
        for need in exercise.requires:
            found: object = shutil.which(need.name) or shutil.which(need.name, path=programs)
            if need.kind == "python":
                found = importlib.util.find_spec(need.name)
            if not found:
                told = f"not gradable here: {exercise.slug} needs {need}, which is missing"
                raise NotGradableError(told, f"install it, then: kata grade {exercise.slug}")


def result_key(exercise: Exercise, handed_in: Submission) -> str:
    """Return the key of a verdict: the hand-in, the exercise, the grader and the interpreter."""
    parts = (machine_digest(), trusted_digest(exercise), submissions.digest(handed_in), *handed_in.problems)
    return hashlib.sha256(":".join(parts).encode()).hexdigest()


@functools.cache
def machine_digest() -> str:
    """Return the SHA-256 of the grader's own source and the interpreter: verdicts of others do not count."""
    total = hashlib.sha256(f"{sys.version}:{sys.platform}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()
