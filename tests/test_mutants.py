"""The mutants of a reference: which are made of what, and which are not."""

import ast
import builtins
from collections.abc import Callable
from typing import Any

import pytest

from grader.errors import SetupError
from grader.model import HandedIn, Submission
from grader.proof.mutants import Mutant, mutants


def made(path: str, text: str, given: str = "") -> list[Mutant]:
    """Return the mutants of a hand-in with one file; ``given`` is what the stub has in it."""
    reference, stub = (
        Submission(slug="any", files=(HandedIn(path=path, content=one.encode()),)) for one in (text, given)
    )
    return mutants(reference, stub)


def texts(path: str, text: str, operator: str) -> set[str]:
    """Return what one operator makes of a text."""
    return {mutant.change.text for mutant in made(path, text) if mutant.change.operator == operator}


@pytest.mark.parametrize(
    ("source", "operator", "expected"),
    [
        ("x = a + b\n", "ReplaceBinaryOperator_Add_Sub", {"x = a - b\n"}),
        ("x = a < b\n", "ReplaceComparisonOperator_Lt_LtE", {"x = a <= b\n"}),
        ("x = a < b\n", "ReplaceComparisonOperator_Lt_GtE", {"x = a >= b\n"}),
        ("x = a and b\n", "ReplaceAndWithOr", {"x = a or b\n"}),
        ("if a:\n    b\n", "AddNot", {"if not a:\n    b\n"}),
        ("x = True\n", "ReplaceTrueWithFalse", {"x = False\n"}),
        ("while 1:\n    break\n", "ReplaceBreakWithContinue", {"while 1:\n    continue\n"}),
        ("x = 5\n", "NumberReplacer", {"x = 6\n", "x = 4\n"}),
        ("@a\n@b\ndef f(): ...\n", "RemoveDecorator", {"@b\ndef f(): ...\n", "@a\ndef f(): ...\n"}),
        ("a = 1; b(2)\n", "DeleteStatement", {"pass\n"}),
        ("def f():\n    return 1  # so\n", "DeleteStatement", {"def f():\n    pass  # so\n"}),
        ("def f():\n    yield 1\n", "DeleteStatement", {"def f():\n    pass\n"}),
        ("assert f is not None\nassert f\n", "DeleteStatement", {"assert f is not None\npass\n"}),
    ],
)
def test_an_operator_makes_small_mistakes(source: str, operator: str, expected: set[str]) -> None:
    """Each operator changes one thing; several places give several mutants."""
    assert expected == texts("a.py", source, operator)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("KeyError", {"UnicodeTranslateError"}),
        ("a.b.Error", {"UnicodeTranslateError"}),
        ("KeyError as e", {"UnicodeTranslateError as e"}),
        ("(KeyError)", {"(UnicodeTranslateError)"}),
        ("(KeyError, a.Error)", {"(UnicodeTranslateError, a.Error)", "(KeyError, UnicodeTranslateError)"}),
    ],
)
def test_a_handler_misses_its_exception(clause: str, expected: set[str]) -> None:
    """Each exception that a clause names is replaced by one that nobody raises, dotted names included."""
    form = "try:\n    f()\nexcept {}:\n    pass\n"
    found = texts("a.py", form.format(clause), "ReplaceException")
    assert {form.format(one) for one in expected} == found


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""\n',
        "import a\nfrom b import c\n",
        "def f():\n    pass\n",
        "def f():\n    ...\n",
        "def f():\n    ...\n    return\n",
        "def f():\n    ...\n    return None\n",
        "def f(a: 'x < 1 and 2', *b: 3) -> 4 + 5:\n    ...\n",
        "x: list[1]\n",
        "class C:\n    __slots__ = ('a',)\n",
        "def f():\n    '''Text.'''\n    global x\n",
        "try:\n    pass\nexcept:\n    pass\n",
    ],
)
def test_what_no_run_depends_on_is_left_alone(source: str) -> None:
    """Docstrings, imports, annotations, and statements that do nothing."""
    assert {"DeleteStatement"} >= {mutant.change.operator for mutant in made("a.py", source)}
    assert all("'x < 1 and 2'" in m.change.text for m in made("a.py", source) if "'x < 1" in source)
    assert len(made("a.py", source)) <= 1


def test_mutants_are_programs_and_no_two_are_the_same() -> None:
    """What does not compile, or what another operator makes, is left out; the order is that of lines."""
    body = "    for i in range(1):\n        n += i\n    return n == 0 != 1\n"
    source = f'def f(n: int) -> int:\n    """D."""\n{body}'
    found = made("a.py", source)
    contents = [mutant.change.text for mutant in found]
    assert len(contents) > 8
    assert len(set(contents)) == len(contents)
    assert source not in contents
    for content in contents:
        ast.parse(content)
    lines = [mutant.change.line for mutant in found]
    assert sorted(lines) == lines


def test_what_the_stub_gives_is_not_changed() -> None:
    """A line that learners got is not theirs to get wrong; one that differs from it is."""
    text = "@a\ndef f(x=1):\n    return x + 1\n"
    assert {1, 2, 3} == {mutant.change.line for mutant in made("a.py", text)}
    given = "@a\ndef f(x=1):\n    raise NotImplementedError\n"
    assert {3} == {mutant.change.line for mutant in made("a.py", text, given)}
    assert {2, 3} == {mutant.change.line for mutant in made("a.py", text, given.replace("x=1", "x=2"))}


def test_the_numbers_of_a_learners_test_are_examples() -> None:
    """With another number it is another test; without what it asserts it is none."""
    text = "def test():\n    assert f(3) == g(4)\n"
    operators = {mutant.change.operator for mutant in made("shop_tests.py", text)}
    assert "DeleteStatement" in operators
    assert "NumberReplacer" not in operators
    assert "NumberReplacer" in {mutant.change.operator for mutant in made("shop.py", text)}


def test_a_mutant_says_what_was_changed() -> None:
    """Its name has the file and the lines before and after, without their numbers and blanks."""
    (mutant,) = [m for m in made("a.py", "\n\nif  x:\n    y = 1 + z\n") if "Add_Sub" in m.change.operator]
    assert ("a.py: y = 1 + z → y = 1 - z", 4) == (mutant.name, mutant.change.line)


def test_no_two_mutants_have_the_same_name() -> None:
    """The same change at another place is told apart by its number."""
    names = [mutant.name for mutant in made("a.py", "x = 1 + y\nz = 2\nx = 1 + y\n")]
    assert len(set(names)) == len(names)
    assert {"a.py: x = 1 + y → pass", "a.py: x = 1 + y → pass (no. 2)"} <= set(names)


def test_one_file_changes_and_the_others_stay() -> None:
    """A hand-in of several files has the mutants of each."""
    files = (HandedIn(path="a.py", content=b"x = a + b\n"), HandedIn(path="b/c.py", content=b"y = not a\n"))
    found = mutants(Submission(slug="any", files=files), Submission(slug="any", files=()))
    assert {"a.py", "b/c.py"} == {mutant.path for mutant in found}
    for mutant in found:
        contents = {file.path: file.content.decode() for file in mutant.submission.files}
        assert contents.pop(mutant.path) == mutant.change.text
        assert contents.popitem()[1] in ("x = a + b\n", "y = not a\n")


def test_a_dialect_of_python_is_not_compiled() -> None:
    """Cython is parsed as far as the library understands it."""
    found = made("fast.pyx", "def f(int n):\n    cdef int x = n + 1\n    return x < n\n")
    assert "def f(int n):\n    cdef int x = n + 1\n    return x <= n\n" in {m.change.text for m in found}


DOCKERFILE = """# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir a \\
    # a word in between
    && pip check
COPY --chown=app:app . /app

USER app
CMD ["python", "-m", "app"]
"""


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("Drop", ["FROM python", "RUN pip install", "COPY --chown", "USER app", "CMD"]),
        ("WithoutFlag", ["--no-cache-dir ", "--chown=app:app "]),
    ],
)
def test_instructions_of_a_dockerfile_are_dropped(operator: str, expected: list[str]) -> None:
    """Each instruction is dropped whole, with its further lines; each flag is dropped alone."""
    found = texts("Dockerfile", DOCKERFILE, operator)
    assert len(expected) == len(found)
    for part in expected:
        assert 1 == sum(part not in text for text in found), part


@pytest.mark.parametrize(
    ("operator", "part"),
    [
        ("WithoutVersion", "FROM python AS build\n"),
        ("WithoutCommand", "RUN pip check\n"),
        ("AsRoot", "USER root\n"),
        ("ShellForm", "CMD python -m app\n"),
        ("Swap", 'CMD ["python", "-m", "app"]\nUSER app\n'),
    ],
)
def test_instructions_of_a_dockerfile_are_weakened(operator: str, part: str) -> None:
    """What makes an instruction strict is taken away; neighbours change places."""
    assert any(part in text for text in texts("Dockerfile", DOCKERFILE, operator))


WORKFLOW = """on: [push, pull_request]
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    strategy:
      fail-fast: false
    steps:
      # first the code
      - uses: actions/checkout@0123abc # v4
        with:
          persist-credentials: false
      - run: pytest
"""


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("Drop", "permissions: {}\n", ""),
        ("Drop", "push, ", ""),
        ("Drop", "[push, pull_request]", "[push]"),
        ("Drop", "    runs-on: ubuntu-24.04\n", ""),
        ("Drop", "\n      - run: pytest", ""),
        ("Flip", "fail-fast: false", "fail-fast: true"),
        ("Unpin", "actions/checkout@0123abc", "actions/checkout@main"),
        ("Unheard", "run: pytest", "run: pytest || true"),
    ],
)
def test_a_workflow_is_weakened(operator: str, before: str, after: str) -> None:
    """Pairs and items are dropped, truth is flipped, versions float, and commands fail unheard."""
    assert before in WORKFLOW
    expected = " ".join(WORKFLOW.replace(before, after).split())
    assert expected in {" ".join(text.split()) for text in texts("ci.yml", WORKFLOW, operator)}


def test_a_mutated_workflow_can_still_be_read() -> None:
    """Each of them is YAML: a suite that rejects them has looked at what they say."""
    import yaml

    found = made(".github/workflows/ci.yml", WORKFLOW)
    assert len(found) > 15
    for mutant in found:
        yaml.safe_load(mutant.change.text)


def test_lines_are_dropped_and_swapped() -> None:
    """Of other texts each line is an instruction; comments are none."""
    found = made("script.pdb", "break 3\n# a word\n\ncontinue\np x\n")
    assert {
        "# a word\n\ncontinue\np x\n",
        "break 3\n# a word\n\np x\n",
        "break 3\n# a word\n\ncontinue\n",
        "continue\n# a word\n\nbreak 3\np x\n",
        "break 3\n# a word\n\np x\ncontinue\n",
    } == {mutant.change.text for mutant in found}


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learners do not install the tools of developers."""
    real: Callable[..., Any] = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "grader.proof" and "python_mutations" in (args[2] or ()):
            raise ModuleNotFoundError("No module named 'cosmic_ray'", name="cosmic_ray")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SetupError, match="'cosmic_ray', which is not installed") as caught:
        made("a.py", "x = 1\n")
    assert "./kata test" in caught.value.hint
