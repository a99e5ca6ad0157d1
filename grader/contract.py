"""Reads ``exercise.toml``: strict, and every refusal names the file and the line."""

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, TypeVar

from grader.errors import ContractError
from grader.model import Assurance, Difficulty, Exercise, Limits, Requirement, StubKind, Task

FILE_NAME = "exercise.toml"
HINTS = 3
REQUIRED = {"title": str, "summary": str, "difficulty": str, "assurance": str, "tasks": list}
OPTIONAL = {
    "assurance_reason": str,
    "files": list,
    "stub": str,
    "time_limit": (int, float),
    "case_time_limit": (int, float),
    "memory_limit": int,
    "requires": list,
}
TASK_KEYS = {"title": str, "points": int, "hints": list}
Choice = TypeVar("Choice", Difficulty, Assurance, StubKind)


def read_exercise(folder: Path, mirror: Path) -> Exercise:
    """Return the exercise that ``folder`` describes.

    Args:
        folder: ``exercises/<NN_topic>/<NN_slug>``.
        mirror: the same place in the solutions tree.

    Raises:
        ContractError: the file is missing, is not TOML, or says something that the contract does not allow.

    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContractError(
            f"{path}: {error.strerror}", "every exercise has this file: see CONTRIBUTING.md"
        ) from None
    except UnicodeDecodeError as error:
        raise ContractError(f"{path}: not UTF-8: {error}", "save it as UTF-8") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"{path}: not valid TOML: {error}", "mend the line that it names") from None
    return _Reader(path, text).exercise(data, folder, mirror)


class _Reader:
    """Turns the parsed file into an ``Exercise``; keeps the text to name lines."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def exercise(self, data: dict[str, Any], folder: Path, mirror: Path) -> Exercise:
        """Check everything and build the exercise."""
        self._keys(data, REQUIRED, OPTIONAL, start=0)
        slug = folder.name.partition("_")[2]
        difficulty = self._choice(data, "difficulty", Difficulty)
        tasks = tuple(self._task(number, table) for number, table in enumerate(data["tasks"], 1))
        points = sum(task.points for task in tasks)
        if points != difficulty.points:
            wanted = f"the points of {difficulty.value} exercises sum to {difficulty.points}"
            self._refuse(f"{wanted}, these sum to {points}", "points", 0)
        assurance = self._choice(data, "assurance", Assurance)
        if (assurance is Assurance.B) != bool(data.get("assurance_reason")):
            self._refuse(
                "assurance_reason says why an exercise is B; an exercise that is A has none", "assurance", 0
            )
        return Exercise(
            slug=slug,
            topic=folder.parent.name.partition("_")[2],
            title=self._line_of_text(data, "title", 0),
            summary=self._line_of_text(data, "summary", 0),
            difficulty=difficulty,
            tasks=tasks,
            files=self._files(data, slug),
            stub=self._choice(data, "stub", StubKind) if "stub" in data else StubKind.UNSOLVED,
            assurance=assurance,
            limits=self._limits(data),
            requires=self._requires(data),
            folder=folder,
            mirror=mirror,
        )

    def _task(self, number: int, table: Any) -> Task:
        start = self._table_line(number)
        if not isinstance(table, dict):
            self._refuse("tasks are [[tasks]] tables", "tasks", 0)
        self._keys(table, TASK_KEYS, {}, start)
        if table["points"] < 1:
            self._refuse(
                f"task {number} has {table['points']} points; a task has at least 1", "points", start
            )
        hints = table["hints"]
        if len(hints) != HINTS:
            self._refuse(f"task {number} has {len(hints)} hints; a task has exactly {HINTS}", "hints", start)
        if not all(isinstance(hint, str) and hint.strip() for hint in hints):
            self._refuse(f"a hint of task {number} is empty or no text", "hints", start)
        title = self._line_of_text(table, "title", start)
        return Task(number=number, title=title, points=table["points"], hints=tuple(hints))

    def _keys(
        self, table: Mapping[str, Any], required: Mapping[str, Any], optional: Mapping[str, Any], start: int
    ) -> None:
        """Refuse keys that are unknown, missing, or of the wrong type."""
        known = {**required, **optional}
        for key, value in table.items():
            if key not in known:
                self._refuse(f"unknown key {key!r}; known are {', '.join(sorted(known))}", key, start)
            if not isinstance(value, known[key]) or isinstance(value, bool):
                self._refuse(f"{key!r} has the wrong type: {value!r}", key, start)
        for key in required:
            if key not in table:
                self._refuse(f"the key {key!r} is missing", None, start)

    def _choice(self, data: Mapping[str, Any], key: str, kind: type[Choice]) -> Choice:
        try:
            return kind(data[key])
        except ValueError:
            choices = ", ".join(repr(member.value) for member in kind)
            self._refuse(f"{key} is one of {choices}, not {data[key]!r}", key, 0)

    def _line_of_text(self, table: Mapping[str, Any], key: str, start: int) -> str:
        text: str = table[key].strip()
        if not text or "\n" in text:
            self._refuse(f"{key} is one line of text", key, start)
        return text

    def _files(self, data: Mapping[str, Any], slug: str) -> tuple[str, ...]:
        files = data.get("files", [f"{slug}.py"])
        for file in files:
            path = PurePosixPath(file) if isinstance(file, str) else PurePosixPath()
            if not path.parts or ".." in path.parts or path.is_absolute() or "\\" in file:
                self._refuse(f"{file!r} is not a relative path inside the exercise", "files", 0)
            if str(path) != file:
                self._refuse(f"{file!r} is written shorter as {str(path)!r}", "files", 0)
            if file in (FILE_NAME, "README.md", f"test_{slug}.py"):
                self._refuse(f"{file!r} is never handed in: it decides the marks", "files", 0)
        if not files or len(set(files)) != len(files):
            self._refuse("files names each handed-in file once, and at least one", "files", 0)
        return tuple(files)

    def _limits(self, data: Mapping[str, Any]) -> Limits:
        usual = Limits()
        for key in ("time_limit", "case_time_limit", "memory_limit"):
            if not 0 < data.get(key, 1) < math.inf:
                self._refuse(f"{key} is a number greater than 0", key, 0)
        return Limits(
            seconds=float(data.get("time_limit", usual.seconds)),
            case_seconds=float(data.get("case_time_limit", usual.case_seconds)),
            memory_mib=data.get("memory_limit", usual.memory_mib),
        )

    def _requires(self, data: Mapping[str, Any]) -> tuple[Requirement, ...]:
        return tuple(self._requirement(need) for need in data.get("requires", []))

    def _requirement(self, need: object) -> Requirement:
        found = re.fullmatch(r"(python|program):([\w.+-]+)(?: \(([^()\n]+)\))?", str(need))
        if not isinstance(need, str) or not found:
            told = f"{need!r} is not 'python:MODULE' or 'program:NAME', with or without ' (WHAT IT IS)'"
            self._refuse(told, "requires", 0)
        kind, name, note = found.groups(default="")
        return Requirement(kind=kind, name=name, note=note)

    def _table_line(self, number: int) -> int:
        """Return the index of the line of the ``number``-th [[tasks]] header, or 0."""
        header = re.compile(r"\s*\[\[\s*tasks\s*\]\]")
        headers = [index for index, line in enumerate(self._lines) if header.match(line)]
        return headers[number - 1] if len(headers) >= number else 0

    def _refuse(self, problem: str, key: str | None, start: int) -> NoReturn:
        """Raise, naming the line on which ``key`` stands at or after line index ``start``."""
        line = start + 1
        for number, text in enumerate(self._lines[start:], start + 1):
            if key is not None and re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", text):
                line = number
                break
        raise ContractError(f"{self._path}:{line}: {problem}", "the keys are explained in CONTRIBUTING.md")
