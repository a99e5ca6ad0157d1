"""Both trees, all exercises, by the command that people type: the verdicts, and what is left behind."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
READ = ("exercises", "solutions", "grader", "pyproject.toml", "README.md")
"""What grading reads."""

LAUNCHER = """
import ctypes, os, pathlib, subprocess, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans become our children
code = subprocess.run(sys.argv[1:]).returncode
try:
    while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
        pass
except ChildProcessError:
    sys.exit(code)
for task in pathlib.Path("/proc/self/task").iterdir():
    for pid in (task / "children").read_text().split():
        print("left running:", pathlib.Path("/proc", pid, "cmdline").read_text(), file=sys.stderr)
sys.exit(99)
"""
"""Runs a command, and ends with its code, or with 99 if a process outlives it."""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A place for temporary files with a name that is short enough to be used."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(params=["solutions", "exercises"])
def graded(request: pytest.FixtureRequest, tmp_path: Path, scratch: Path) -> tuple[str, int, dict[str, Any]]:
    """Grade a whole tree in a clone, with a home and a folder for temporary files that are empty at the end.

    Returns the tree, the exit code and the report.
    """
    clone, home = tmp_path / "clone", tmp_path / "home"
    clone.mkdir()
    home.mkdir()
    for name in READ:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, clone / name)
    before = files(clone)
    kata = [sys.executable, "-P", "-c", "from grader.cli import main; main()"]
    ended = subprocess.run(
        [sys.executable, "-I", "-c", LAUNCHER, *kata, "grade", "--tree", request.param, "--json", "-"],
        cwd=clone,
        env=os.environ | {"HOME": str(home), "TMPDIR": str(scratch), "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert 99 != ended.returncode, ended.stderr
    assert ([], []) == (sorted(home.rglob("*")), sorted(scratch.rglob("*")))
    assert before == {path: content for path, content in files(clone).items() if ".kata" not in path.parts}
    return request.param, ended.returncode, json.loads(ended.stdout)


def files(folder: Path) -> dict[Path, bytes]:
    """Return all files of a folder, but for Python's caches."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path: path.read_bytes() for path in found}


EXPECTED = {"solutions": {"passed"}, "exercises": {"not_started", "failed"}}
"""The verdicts of a tree; a stub that is a program with faults, or one that people changed, has failed."""


@pytest.mark.timeout(900)
def test_a_whole_tree_is_graded_and_nothing_is_left(graded: tuple[str, int, dict[str, Any]]) -> None:
    """References earn all points, stubs none; no process, thread, file or variable stays behind."""
    tree, code, report = graded
    assert 42 == len(report["exercises"])
    results = [result for result in report["exercises"] if result["status"] != "not_gradable"]
    odd = {result["slug"]: result for result in results if result["status"] not in EXPECTED[tree]}
    assert {} == odd
    assert {} == {result["slug"]: result["flags"] for result in results if result["flags"]}
    assert report["score"] == (report["max_score"] if tree == "solutions" else 0)
    full = 0 if len(results) == 42 else 2
    assert code == (full if tree == "solutions" else 1)
