"""What can be read of a suite, without running it."""

import ast
from collections.abc import Iterator

from grader.model import Exercise
from grader.proof.finding import Finding

ASSERT = "use `check`: a bare assert says neither what was called nor what was expected"
SLEEP = "wait for an event, or pass a clock in: a suite never sleeps"


def check_suite(exercise: Exercise) -> Iterator[Finding]:
    """Find cases that assert by themselves, and any sleep."""
    path = exercise.folder / exercise.suite
    if not path.is_file():
        return
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:  # ValueError: a NUL
        yield Finding(path=path, rule="suite", problem=f"it cannot be parsed: {error}", fix="mend the syntax")
        return
    for case in tree.body:
        if isinstance(case, ast.FunctionDef | ast.AsyncFunctionDef) and case.name.startswith("test_"):
            for node in ast.walk(case):
                if isinstance(node, ast.Assert):
                    problem = f"line {node.lineno}: {case.name} asserts by itself"
                    yield Finding(path=path, rule="assert", problem=problem, fix=ASSERT)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
            yield Finding(path=path, rule="sleep", problem=f"line {node.lineno}: time.sleep", fix=SLEEP)
