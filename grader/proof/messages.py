"""What rejected samples are told, in a file beside them: people can read it, and it has to stay true."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.grading import Grading
from grader.isolation import Plain
from grader.model import Case, CaseStatus, Exercise, RunRecord
from grader.progress import progress
from grader.proof.finding import Finding
from grader.proof.samples import Sample, misconception, read_samples
from grader.runner import Pool
from grader.store import Store

NAME = "messages.md"
TITLE = "# What wrong hand-ins are told"
INTRODUCTION = (
    "Each section is a sample of `rejected/`: its mistake, and for each task that it loses what the first\n"
    "failing case says. Written by `kata verify --messages`."
)
SAMPLE = re.compile(r"^## (?P<name>.+)$", re.MULTILINE)
TASK = re.compile(r"^Task (?P<task>\d+), `(?P<case>.+)`:\n\n(?P<text>(?:    .*\n|\n)+)", re.MULTILINE)
PLACE = re.compile(r"^  at .*$|^[ ~^]+$", re.MULTILINE)
GOT = re.compile(r"^got:", re.MULTILINE)
ALIKE = 0.5
"""The share of words that what came back has to have in common with what is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the first failing ``case`` of a lost task says."""

    case: str
    text: str

    def like(self, other: "Message") -> bool:
        """Tell whether both say the same, apart from numbers, places and an interpreter's own words."""
        (called, got), (others, back) = _parted(self.text), _parted(other.text)
        alike = difflib.SequenceMatcher(None, got, back, autojunk=False).ratio() >= ALIKE
        return self.case == other.case and called == others and (alike or got == back)


def told(sample: Sample, expected: Sequence[Case], record: RunRecord) -> dict[int, Message]:
    """Return the message of each task that the sample has to lose and does, by the task's number."""
    tasks = {case.id: case.task for case in expected}
    found: dict[int, Message] = {}
    for result in record.results:
        task = tasks.get(result.id, 0)
        if result.status is not CaseStatus.PASSED and task in sample.loses:
            found.setdefault(task, Message(case=result.id, text=(result.message or "").strip()))
    return dict(sorted(found.items()))


def read_messages(mirror: Path) -> dict[str, dict[int, Message]]:
    """Return what is written down beside the reference in ``mirror``: by sample, by task."""
    path = mirror / NAME
    if not path.is_file():
        return {}
    _, *parts = SAMPLE.split(path.read_text(encoding="utf-8"))
    sections = zip(parts[::2], parts[1::2], strict=True)
    return {name: {int(m["task"]): _message(m) for m in TASK.finditer(text)} for name, text in sections}


def check_messages(
    path: Path, sample: Sample, written: Mapping[int, Message], expected: Sequence[Case]
) -> Iterator[Finding]:
    """Find lost tasks of a rejected sample that ``path`` says nothing of, or of which it names no case.

    The texts are not compared: what a wrong program does may depend on who comes first.
    """
    fix = "kata verify --messages"
    tasks = {case.id: case.task for case in expected}
    for task in sorted(sample.loses | set(written)):
        problem = ""
        if task not in written:
            problem = "it is not written down what it is told"
        elif task not in sample.loses or tasks.get(written[task].case) != task:
            problem = f"{written[task].case} is no case of a task that it loses"
        if problem:
            told = f"{sample.path.name}, task {task}: {problem}"
            yield Finding(path=path, rule="messages", problem=told, fix=fix)


def stale(exercise: Exercise, samples: Sequence[Sample]) -> Iterator[Finding]:
    """Find sections of samples that are not there any more."""
    names = {sample.path.name for sample in samples if sample.loses}
    for name in sorted(set(read_messages(exercise.mirror)) - names):
        problem = f"there is no rejected/{name}"
        yield Finding(
            path=exercise.mirror / NAME, rule="messages", problem=problem, fix="kata verify --messages"
        )


def write_messages(*, root: Path, exercises: Sequence[Exercise], jobs: int) -> list[Path]:
    """Run the rejected samples and write down what they are told; what is as it was keeps its wording.

    Args:
        root: the top of the repository.
        exercises: whose samples are run.
        jobs: runs at a time.

    Returns:
        The files that are other now.

    """
    samples = {exercise.slug: [s for s in read_samples(exercise)[0] if s.loses] for exercise in exercises}
    written = {exercise.slug: read_messages(exercise.mirror) for exercise in exercises}
    work = [(exercise, sample) for exercise in exercises for sample in samples[exercise.slug]]
    pages: dict[str, dict[str, str]] = {exercise.slug: {} for exercise in exercises}
    with (
        Store(root) as store,
        Pool(Plain(), jobs) as pool,
        progress("running rejected samples", len(work)) as advance,
    ):
        grading = Grading(root=root, pool=pool, store=store)

        def run(pair: tuple[Exercise, Sample]) -> dict[int, Message]:
            exercise, sample = pair
            grading.require(exercise)
            return told(sample, grading.expected_cases(exercise), grading.run(exercise, sample.submission))

        for index, now in pool.map(run, work):
            exercise, sample = work[index]
            before = written[exercise.slug].get(sample.path.name, {})
            kept = {task: _kept(message, before.get(task)) for task, message in now.items()}
            pages[exercise.slug][sample.path.name] = _section(sample, kept)
            advance(f"{exercise.slug}: {sample.path.name}")
    return [exercise.mirror / NAME for exercise in exercises if _write(exercise.mirror, pages[exercise.slug])]


def _kept(now: Message, before: Message | None) -> Message:
    return before if before is not None and now.like(before) else now


def _write(mirror: Path, sections: Mapping[str, str]) -> bool:
    """Write the page of one exercise; tell whether it is another one now."""
    path = mirror / NAME
    text = "\n\n".join([TITLE, INTRODUCTION, *(sections[name] for name in sorted(sections))]) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def _section(sample: Sample, messages: Mapping[int, Message]) -> str:
    parts = [f"## {sample.path.name}", misconception(sample.path)]
    for task, message in messages.items():
        lines = [f"    {line}".rstrip() for line in message.text.splitlines()]
        parts += [f"Task {task}, `{message.case}`:", "\n".join(lines)]
    return "\n\n".join(parts)


def _message(match: re.Match[str]) -> Message:
    lines = [line[4:] for line in match["text"].splitlines()]
    return Message(case=match["case"], text="\n".join(lines).strip())


def _parted(text: str) -> tuple[list[str], list[str]]:
    """Return the words of what was called and expected, and those of what came back.

    Of what came back only the first line counts: several programs may have printed the others, in any order.
    """
    text = PLACE.sub("", text)
    got = GOT.search(text)
    if got is None:
        return [], _words(text)
    return _words(text[: got.start()]), _words(text[got.start() :].partition("\n")[0])


def _words(text: str) -> list[str]:
    """Return the words that do not change from run to run: those without digits, and not too long."""
    words = (word for word in text.split() if not any(c.isdigit() for c in word) and len(word) < 40)
    return [word.strip("'\"[](),") for word in words]
