"""Rules 2 to 5, what has to be run: which runs prove an exercise, and what each of them must show."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import (
    Case,
    CaseStatus,
    Ending,
    Exercise,
    ExerciseStatus,
    Limits,
    RunRecord,
    StubKind,
    Submission,
)
from grader.proof.adversaries import adversaries
from grader.proof.finding import Finding
from grader.proof.messages import NAME as MESSAGES
from grader.proof.messages import check_messages, read_messages
from grader.proof.samples import Sample
from grader.proof.yardstick import slowness
from grader.scoring import score

CPU_SECONDS = 3.0
TOLD = re.compile(r"^expected: (?P<expected>.*?)\ngot: (?P<got>.*?)(?=\n  at |\Z)", re.MULTILINE | re.DOTALL)
"""What a check has said (see ``grader.checks.mismatch``), without the places that follow."""
HURRIED = Limits(seconds=2.0, case_seconds=0.5)
"""For adversaries: those that never end are stopped soon, and none of them needs longer to fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a suite and the rule that reads its record.

    ``again`` reads the record of a run that is repeated under other conditions; without it, none is.
    ``alone``: it runs after those of all exercises, with nothing of the proof beside it.
    """

    name: str
    path: Path
    submission: Submission
    judge: Callable[[RunRecord], Iterator[Finding]]
    kind: str = "suite"
    options: tuple[str, ...] = ()
    limits: Limits | None = None
    again: Callable[[RunRecord], Iterator[Finding]] | None = None
    alone: bool = False


def planned(
    exercise: Exercise, expected: Sequence[Case], stub: Submission, samples: Sequence[Sample]
) -> list[Run]:
    """Return all runs that prove one exercise once.

    Args:
        exercise: what is proved.
        expected: the cases of its suite.
        stub: the hand-in as learners get it.
        samples: the reference first, then accepted and rejected ones.

    """
    reference = samples[0].submission
    rules = Rules(exercise, expected)
    readme = exercise.folder / "README.md"
    runs = [
        Run(name="stub", path=exercise.folder, submission=stub, judge=rules.stub),
        Run(name="cost", path=exercise.mirror, submission=reference, judge=rules.cost, alone=True),
        Run(name="examples", path=readme, submission=reference, judge=rules.examples, kind="examples"),
    ]
    runs += [
        Run(
            name=sample.path.name,
            path=sample.path,
            submission=sample.submission,
            judge=rules.first(sample),
            again=rules.sample(sample),
        )
        for sample in samples
    ]
    for name, submission in adversaries(stub, reference):
        judge = rules.adversary(name)
        runs.append(Run(name=name, path=exercise.folder, submission=submission, judge=judge, limits=HURRIED))
    return runs


class Rules:
    """What each kind of run must show."""

    def __init__(self, exercise: Exercise, expected: Sequence[Case]) -> None:
        self._exercise = exercise
        self._expected = expected
        self._suite = exercise.folder / exercise.suite
        self._written = read_messages(exercise.mirror)

    def cases(self) -> Iterator[Finding]:
        """Each case has one task and a sentence; each task has cases."""
        numbers = {task.number for task in self._exercise.tasks}
        for case in self._expected:
            if case.task not in numbers:
                fix = f"mark it with exactly one of @pytest.mark.task(1 … {max(numbers)})"
                yield self._finding(
                    self._suite, "marks", f"{case.id} does not belong to exactly one task", fix
                )
            if not case.requirement.endswith((".", "?", "!")) or len(case.requirement) < 10:
                fix = "a docstring of one sentence that says the requirement"
                yield self._finding(self._suite, "docstring", f"{case.id} says {case.requirement!r}", fix)
        for number in sorted(numbers - {case.task for case in self._expected}):
            yield self._finding(self._suite, "marks", f"no case belongs to task {number}", "write one")

    def stub(self, record: RunRecord) -> Iterator[Finding]:
        """The stub imports and earns nothing."""
        path = self._exercise.folder
        if record.ending is not Ending.FINISHED:
            problem = f"the suite does not run on the stub: {record.message}"
            yield self._finding(
                path, "stub", problem, "the stub imports, and its calls raise NotImplementedError"
            )
        earned = [task.number for task in score(self._exercise, self._expected, record).tasks if task.score]
        if earned:
            yield self._finding(path, "stub", f"the stub earns task {earned}", "let the suite ask for more")
        passed = [result.id for result in record.results if result.status is CaseStatus.PASSED]
        if passed and self._exercise.stub is StubKind.UNSOLVED:
            problem = f"the stub passes {', '.join(passed)}"
            yield self._finding(
                path, "stub", problem, "let these cases ask for something that the stub lacks"
            )

    def cost(self, record: RunRecord) -> Iterator[Finding]:
        """The suite is cheap on the reference and leaves nothing behind."""
        seconds = record.cpu_seconds
        if seconds > CPU_SECONDS:
            seconds /= slowness()
        if seconds > CPU_SECONDS:
            problem = f"the suite takes {seconds:.1f} s of CPU on the reference, at most {CPU_SECONDS:g}"
            yield self._finding(self._suite, "cost", problem, "use smaller inputs or fewer examples")
        for leftover in record.leftovers:
            fix = "the reference or the suite has to end, close or restore what it started"
            yield self._finding(self._exercise.mirror, "leftover", leftover, fix)

    def examples(self, record: RunRecord) -> Iterator[Finding]:
        """The README's examples are true."""
        if record.message:
            path = self._exercise.folder / "README.md"
            yield self._finding(path, "examples", record.message.strip(), "mend the example or the reference")

    def first(self, sample: Sample) -> Callable[[RunRecord], Iterator[Finding]]:
        """A sample loses what it names, and what a rejected one is told is written down."""
        loses = self.sample(sample)

        def judge(record: RunRecord) -> Iterator[Finding]:
            found = list(loses(record))
            yield from found
            if not found:
                written = self._written.get(sample.path.name, {})
                yield from check_messages(self._exercise.mirror / MESSAGES, sample, written, self._expected)

        return judge

    def sample(self, sample: Sample) -> Callable[[RunRecord], Iterator[Finding]]:
        """A sample loses exactly the tasks that it names, by failing checks."""

        def judge(record: RunRecord) -> Iterator[Finding]:
            result = score(self._exercise, self._expected, record)
            lost = {task.number for task in result.tasks if not task.score}
            if lost != sample.loses:
                problem = f"it loses {_numbers(lost)}, it has to lose {_numbers(sample.loses)}"
                said = "; ".join(_failures(record)[:3]) or record.message or ""
                fix = f"mend the suite, the sample or its 'Loses:' line. {said}".strip()
                yield self._finding(sample.path, "samples", problem, fix)
            elif sample.loses:
                yield from self._crashes(sample, record)

        return judge

    def adversary(self, name: str) -> Callable[[RunRecord], Iterator[Finding]]:
        """A hand-in that knows nothing earns nothing."""

        def judge(record: RunRecord) -> Iterator[Finding]:
            result = score(self._exercise, self._expected, record)
            if result.status is not ExerciseStatus.FAILED:
                tasks = [task.number for task in result.tasks if task.score]
                problem = f"the adversary {name!r} earns {_numbers(set(tasks))}"
                yield self._finding(self._suite, "adversary", problem, "let the suite ask for more there")

        return judge

    def _crashes(self, sample: Sample, record: RunRecord) -> Iterator[Finding]:
        """A wrong hand-in fails a check that tells what differs; it does not make the suite stumble."""
        for result in record.results:
            said = TOLD.search(result.message or "")
            if said and said["expected"].strip() == said["got"].strip():
                problem = f"{result.id} does not tell what is wrong: expected and got are {said['got']!r}"
                yield self._finding(sample.path, "message", problem, "show what differs")
            if result.in_suite or result.status is CaseStatus.ERROR:
                problem = f"{result.id} does not fail, it crashes: {_last_line(result.message)}"
                fix = "check what comes back before the suite uses it"
                yield self._finding(sample.path, "crash", problem, fix)

    def _finding(self, path: Path, rule: str, problem: str, fix: str) -> Finding:
        return Finding(path=path, rule=rule, problem=problem, fix=fix)


def _failures(record: RunRecord) -> list[str]:
    """Return one line for each case that did not pass."""
    wrong = [result for result in record.results if result.status is not CaseStatus.PASSED]
    return [f"{result.id}: {' | '.join((result.message or '').splitlines()[:3])}" for result in wrong]


def _last_line(message: str | None) -> str:
    lines = (message or "no message").splitlines()
    return next((line for line in lines if line.startswith("got:")), lines[-1])


def _numbers(tasks: set[int] | frozenset[int]) -> str:
    return f"task {', '.join(map(str, sorted(tasks)))}" if tasks else "no task"
