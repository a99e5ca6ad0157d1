"""Rule 1, what can be read: folders, names, README, hints. Nothing is run."""

import ast
import functools
import importlib.metadata
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.catalog import exercise_folders
from grader.model import Exercise
from grader.proof.finding import Finding

HEADINGS = ("Tasks", "API", "Examples", "Constraints", "Out of scope")
FILLERS = re.compile(r"\b(just|simply|obviously)\b", re.IGNORECASE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TASK = re.compile(r"^### (\d+)\. (.+?)\s*$", re.MULTILINE)


def check_tree(root: Path) -> Iterator[Finding]:
    """Find names used twice, packages, and folders that have no mirror."""
    folders = exercise_folders(root)
    mirrors = [root / "solutions" / folder.relative_to(root / "exercises") for folder in folders]
    seen: dict[str, Path] = {}
    for folder, mirror in zip(folders, mirrors, strict=True):
        slug = folder.name.partition("_")[2]
        if slug in seen:
            yield _finding(
                folder, "unique", f"the slug {slug!r} is also {seen[slug]}", "rename one of the folders"
            )
        seen[slug] = folder
        if not mirror.is_dir():
            yield _finding(folder, "mirror", f"there is no {mirror}", "add the reference there")
    for mirror in sorted((root / "solutions").glob("[0-9]*/[0-9]*")):
        if mirror.is_dir() and mirror not in mirrors:
            yield _finding(mirror, "mirror", "there is no exercise for it", "add the exercise, or remove it")
    for tree in ("exercises", "solutions"):
        for package in sorted((root / tree).rglob("__init__.py")):
            if len(package.relative_to(root).parts) <= 4:
                yield _finding(package, "package", "exercise folders are no packages", "remove the file")


@functools.cache
def taken_names() -> dict[str, str]:
    """Return the names that no module of an exercise may have, and whose they are."""
    taken = dict.fromkeys(sys.stdlib_module_names, "the standard library")
    taken |= dict.fromkeys(importlib.metadata.packages_distributions(), "a dependency")
    return taken | {path.stem: "the grader" for path in Path(__file__).parent.parent.glob("*.py")}


def check_names(exercise: Exercise) -> Iterator[Finding]:
    """Find slugs and modules that would hide, or be hidden by, an installed module."""
    taken = taken_names()
    for name in sorted({exercise.slug, *(path.stem for path in exercise.folder.glob("*.py"))}):
        if name in taken:
            problem = f"{name!r} is also the name of a module of {taken[name]}"
            yield _finding(exercise.folder, "name", problem, "choose another name")


def check_files(exercise: Exercise) -> Iterator[Finding]:
    """Find required files that are missing or empty."""
    required = [exercise.folder / name for name in ("README.md", exercise.suite)]
    required += [exercise.mirror / "DISCUSSION.md"]
    required += [tree / path for tree in (exercise.folder, exercise.mirror) for path in exercise.files]
    for path in required:
        if not path.is_file() or not path.read_bytes().strip():
            yield _finding(path, "missing", "this file is missing or empty", "write it: see CONTRIBUTING.md")


def check_readme(exercise: Exercise) -> Iterator[Finding]:
    """Find headings, tasks and titles that do not agree with ``exercise.toml``, and words to avoid."""
    path = exercise.folder / "README.md"
    if not path.is_file():
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        yield _finding(path, "encoding", f"it is not UTF-8: {error}", "save it as UTF-8")
        return
    prose = FENCE.sub("", text)
    first = prose.lstrip().partition("\n")[0]
    if first != f"# {exercise.title}":
        problem = f"it begins with {first!r}, the title is {exercise.title!r}"
        yield _finding(path, "title", problem, f"begin with '# {exercise.title}'")
    headings = tuple(re.findall(r"^## (.+?)\s*$", prose, re.MULTILINE))
    if headings != HEADINGS:
        problem = f"its sections are {', '.join(headings)}"
        yield _finding(path, "sections", problem, f"use these, in this order: {', '.join(HEADINGS)}")
    tasks = [(int(number), title) for number, title in TASK.findall(prose)]
    wanted = [(task.number, task.title) for task in exercise.tasks]
    if tasks != wanted:
        problem = f"its tasks are {tasks}, those of exercise.toml are {wanted}"
        yield _finding(path, "tasks", problem, "write '### N. title' for each task, with the same titles")
    for line in prose.splitlines():
        if word := FILLERS.search(line):
            yield _finding(path, "wording", f"{word[0]!r} in {line.strip()!r}", "leave the word out")
    for task in exercise.tasks:
        for hint in task.hints:
            if hint in text:
                yield _finding(
                    path, "hints", f"it holds a hint of task {task.number}", "keep hints in exercise.toml"
                )
    python = any(file.endswith(".py") for file in exercise.files)
    if python and ">>>" not in text:
        yield _finding(path, "examples", "it has no example", "add a python block with >>> prompts")


def check_hints(exercise: Exercise) -> Iterator[Finding]:
    """Find hints that hold code to paste, or that say the same thing twice."""
    path = exercise.folder / "exercise.toml"
    for task in exercise.tasks:
        if len(set(task.hints)) != len(task.hints):
            yield _finding(path, "hints", f"task {task.number} repeats a hint", "go from general to specific")
        for place, hint in enumerate(task.hints, 1):
            if "\n" in hint or "```" in hint:
                problem = f"hint {place} of task {task.number} has several lines or a code block"
                yield _finding(path, "hints", problem, "say it in words: a hint is not for pasting")


def check_stub(exercise: Exercise) -> Iterator[Finding]:
    """Compare the public names of stub and reference; the stub is documented, typed, and says what to do."""
    for file in exercise.files:
        stub, reference = exercise.folder / file, exercise.mirror / file
        if not file.endswith(".py") or not stub.is_file() or not reference.is_file():
            continue
        try:
            trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (stub, reference)]
        except (SyntaxError, ValueError) as error:  # ValueError: not UTF-8, or a NUL
            yield _finding(stub, "syntax", f"stub or reference cannot be parsed: {error}", "mend the syntax")
            continue
        offered, built = (dict(_public(tree.body)) for tree in trees)
        for name in sorted(offered.keys() - built.keys()):
            yield _finding(reference, "names", f"the stub offers {name}, the reference does not", "add it")
        for name in sorted(built.keys() - offered.keys()):
            fix = "add it to the stub, or make it private"
            yield _finding(reference, "names", f"the reference offers {name}, the stub does not", fix)
        for name in sorted(offered.keys() & built.keys()):
            if offered[name] != built[name]:
                problem = f"{name}{offered[name]} in the stub, {name}{built[name]} in the reference"
                yield _finding(reference, "signature", problem, "make them the same")
        yield from _undocumented(stub, trees[0])


def _public(body: Sequence[ast.stmt], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, signature) of the public functions, classes and methods; tests are whose writes them."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.lower().startswith("test"):
            continue
        if node.name.startswith("_") and not (prefix and node.name == "__init__"):
            continue
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name, ""
            yield from _public(node.body, f"{prefix}{node.name}.")
        else:
            kind = " (async)" if isinstance(node, ast.AsyncFunctionDef) else ""
            returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            yield prefix + node.name, f"({ast.unparse(node.args)}){returns}{kind}"


def _undocumented(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Find public names of a stub that have no docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_") or ast.get_docstring(node):
                continue
            yield _finding(path, "docstring", f"{node.name} has no docstring", "say what it has to do")


def _finding(path: Path, rule: str, problem: str, fix: str) -> Finding:
    return Finding(path=path, rule=rule, problem=problem, fix=fix)
