"""The values that flow through the grader: frozen, without input or output."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Difficulty(Enum):
    """How hard an exercise is; decides its points."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def points(self) -> int:
        """The points of an exercise of this difficulty."""
        return {Difficulty.EASY: 10, Difficulty.MEDIUM: 20, Difficulty.HARD: 30}[self]


class StubKind(Enum):
    """Whether the stub raises ``NotImplementedError`` or is a program that runs and has faults."""

    UNSOLVED = "unsolved"
    WORKING = "working"


class Assurance(Enum):
    """A: the hand-in never shares a process with the suite. B: they share one."""

    A = "A"
    B = "B"


class CaseStatus(Enum):
    """How one case of a suite ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    NOT_RUN = "not_run"


class TaskStatus(Enum):
    """Whether all cases of a task passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_GRADED = "not_graded"


class ExerciseStatus(Enum):
    """The verdict on one exercise."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    NOT_GRADABLE = "not_gradable"  # this machine lacks what the exercise needs
    ERROR = "error"  # the grader or the suite is at fault


class Ending(Enum):
    """How a run ended. Only ``FINISHED`` is evidence; the others say why there is none."""

    FINISHED = "finished"
    BROKEN = "broken"  # the hand-in could not be imported or the suite not collected
    EXITED = "exited"  # the process left without the end event
    KILLED = "killed"  # by a signal that was not ours
    DEADLINE = "deadline"
    OUTPUT = "output"  # printed more than allowed
    FAULT = "fault"  # pytest could not even start: a fault of the grader
    LOST = "lost"  # the worker itself is gone: a fault of the grader


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use: seconds of wall time for the suite and for one case, MiB, bytes printed."""

    seconds: float = 30.0
    case_seconds: float = 10.0
    memory_mib: int = 1024
    output_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a machine needs to grade an exercise: the ``kind`` is ``python`` (a module) or ``program``."""

    kind: str
    name: str
    note: str = ""

    def __str__(self) -> str:
        kind = "Python module" if self.kind == "python" else self.kind
        return f"the {kind} {self.name!r}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One numbered task of an exercise."""

    number: int
    title: str
    points: int
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise as its folder describes it.

    ``folder`` holds the stub and the trusted files, ``mirror`` the reference and the samples;
    both are absolute. ``files`` are the relative paths of the hand-in.
    """

    slug: str
    topic: str
    title: str
    summary: str
    difficulty: Difficulty
    tasks: tuple[Task, ...]
    files: tuple[str, ...]
    stub: StubKind
    assurance: Assurance
    limits: Limits
    requires: tuple[Requirement, ...]
    folder: Path
    mirror: Path

    @property
    def max_score(self) -> int:
        """The points of all tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def suite(self) -> str:
        """The file name of the suite."""
        return f"test_{self.slug}.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One file of a submission: its relative path and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The files that somebody hands in for one exercise, and why some could not be taken."""

    slug: str
    files: tuple[HandedIn, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case that the suite is known to have."""

    id: str
    task: int
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What one case did. ``in_suite`` says that the exception came from the suite's own code."""

    id: str
    status: CaseStatus
    seconds: float = 0.0
    message: str | None = None
    output: str = ""
    in_suite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything one run told: cases in the order they ran, the ending, and what was left behind."""

    ending: Ending
    message: str | None = None
    collected: tuple[Case, ...] = ()
    results: tuple[CaseResult, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCase:
    """A case with the requirement that it stands for and what became of it."""

    id: str
    requirement: str
    status: CaseStatus
    seconds: float
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """The score of one task; 0 as long as it is ``NOT_GRADED``."""

    number: int
    title: str
    status: TaskStatus
    score: int
    max_score: int
    cases: tuple[ScoredCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseResult:
    """The verdict on one exercise; the score of one that was not ``graded`` means nothing."""

    slug: str
    topic: str
    title: str
    status: ExerciseStatus
    score: int
    max_score: int
    seconds: float
    assurance: Assurance
    tasks: tuple[TaskResult, ...]
    cached: bool = False
    flags: tuple[str, ...] = ()
    message: str | None = None

    @property
    def graded(self) -> bool:
        """Whether there is a verdict on the hand-in; a fault of the grader or of the machine is none."""
        return self.status not in (ExerciseStatus.NOT_GRADABLE, ExerciseStatus.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One grading run: what every report format is rendered from."""

    grader: str
    python: str
    tree: str
    isolation: str
    started_at: str
    seconds: float
    exercises: tuple[ExerciseResult, ...]
    interrupted: bool = field(default=False)

    @property
    def score(self) -> int:
        """The points of all exercises that were graded."""
        return sum(result.score for result in self.exercises if result.graded)

    @property
    def max_score(self) -> int:
        """The points that could be earned: what was not graded counts neither way."""
        return sum(result.max_score for result in self.exercises if result.graded)
