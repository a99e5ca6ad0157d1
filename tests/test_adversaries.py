"""Hand-ins that know nothing of the exercise."""

import ast

import pytest

from grader.model import HandedIn, Submission
from grader.proof.adversaries import AT_IMPORT, IN_EVERY_CALL, LIAR, NOT_TEXT, adversaries

STUB = b'''"""A stub."""

from __future__ import annotations


class Table:
    """A table."""

    def __init__(self, size):
        raise NotImplementedError("begin")

    def get(self, key):
        raise NotImplementedError("look up")

    async def fetch(self, key):
        raise NotImplementedError("look up later")


def double(number):
    raise NotImplementedError("double")
'''


def submission(**files):
    """Return a hand-in; two underscores in a name stand for the dot."""
    return Submission(
        slug="doubling",
        files=tuple(HandedIn(path=name.replace("__", "."), content=text) for name, text in files.items()),
    )


def made(stub, reference=None):
    """Return the adversaries by name, each as a dict from path to content."""
    pairs = list(adversaries(stub, reference or stub))
    assert len(pairs) == len({name for name, _ in pairs})
    return {name: {file.path: file.content for file in one.files} for name, one in pairs}


def run(source):
    """Return the names that a module defines."""
    names = {}
    exec(compile(source, "adversary.py", "exec"), names)
    return names


def test_each_kind_is_there_for_a_module():
    """What fails at import, what is no text, and what every call does."""
    names = made(submission(doubling__py=STUB))
    assert {*AT_IMPORT, "not_text", *(f"{name}_in_every_call" for name in IN_EVERY_CALL)} == set(names)
    assert NOT_TEXT == names["not_text"]["doubling.py"]
    assert b"" == names["empty"]["doubling.py"]


def test_every_file_is_replaced():
    """An adversary hands in the same in all places."""
    names = made(submission(a__py=STUB, Dockerfile=b"FROM scratch\n"))
    assert {"a.py": b"def (:\n", "Dockerfile": b"def (:\n"} == names["syntax_error"]


def test_only_functions_are_hollowed_out():
    """A file that is no module, or has no function, stays as it is."""
    names = made(submission(a__py=STUB, b__py=b"SIZE = 3\n", Dockerfile=b"FROM scratch\n"))
    hollow = names["returns_none_in_every_call"]
    assert (b"SIZE = 3\n", b"FROM scratch\n") == (hollow["b.py"], hollow["Dockerfile"])
    assert STUB != hollow["a.py"]


@pytest.mark.parametrize("files", [{"Dockerfile": b"FROM scratch\n"}, {"a__py": b"SIZE = 3\n"}], ids=str)
def test_without_functions_nothing_is_hollowed_out(files):
    """There is no call to answer."""
    assert not [name for name in made(submission(**files)) if name.endswith("_in_every_call")]


@pytest.mark.parametrize("text", [b"def (:\n", b"\xff\xfe", b"x\x00"], ids=["syntax", "no text", "NUL"])
def test_a_stub_that_cannot_be_parsed_is_no_crash(text):
    """Another rule names it; the adversaries that need no parsing are made."""
    assert {*AT_IMPORT, "not_text"} == set(made(submission(a__py=text)))


@pytest.mark.parametrize("name", IN_EVERY_CALL)
def test_hollow_modules_offer_the_names_of_the_stub(name):
    """They can be imported, and their objects can be made."""
    names = run(made(submission(doubling__py=STUB))[f"{name}_in_every_call"]["doubling.py"])
    assert names["Table"](3) is not None
    assert callable(names["double"])


def test_every_call_does_the_same():
    """Functions, methods and coroutines have one body."""
    hollow = made(submission(doubling__py=STUB))
    tree = ast.parse(hollow["raises_in_every_call"]["doubling.py"])
    bodies = {
        node.name: ast.unparse(node.body)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name in ("get", "fetch", "double")
    }
    assert dict.fromkeys(("get", "fetch", "double"), "raise ValueError('no')") == bodies


@pytest.mark.parametrize(
    ("name", "expected"), [("returns_none", None), ("returns_its_argument", 7), ("returns_a_liar", 14)]
)
def test_a_call_returns_what_the_name_says(name, expected):
    """The liar equals everything."""
    names = run(made(submission(doubling__py=STUB))[f"{name}_in_every_call"]["doubling.py"])
    assert names["double"](7) == expected


def test_the_liar_agrees_to_everything():
    """Whatever a careless suite asks, the answer is yes."""
    liar = run(LIAR)["_LIAR"]
    assert liar == 1 and not liar != 1 and liar < 1 and liar > 1 and 5 in liar  # noqa: PT018, SIM202
    assert liar.anything(1)[2] + 3 is liar
    assert 3 + liar is liar
    assert 1 == len(liar) == int(liar) == hash(liar)
    assert [liar] == list(liar)


@pytest.mark.parametrize("name", AT_IMPORT)
def test_an_adversary_is_what_its_name_says(name):
    """Those that have a syntax are modules; one has none."""
    if name == "syntax_error":
        with pytest.raises(SyntaxError):
            ast.parse(AT_IMPORT[name])
    else:
        ast.parse(AT_IMPORT[name])


def test_every_name_of_the_liar_module_is_a_liar():
    """`from module import anything` works."""
    names = run(AT_IMPORT["liar_for_every_name"])
    assert names["_LIAR"] is names["__getattr__"]("double")


SHEET = b'PREDICTIONS = {"q1": ..., "q2": ...}\n'


def test_constant_sheets_are_tried():
    """One for each answer of the reference; the sheet's own answers are not there."""
    stub = submission(predictions__py=SHEET, a__py=STUB)
    reference = submission(predictions__py=b'PREDICTIONS = {"q1": "yes", "q2": 3}\n', a__py=STUB)
    names = made(stub, reference)
    constant = {name: files for name, files in names.items() if name.startswith("every answer")}
    assert {"every answer 'yes'", "every answer 3"} == set(constant)
    assert {"predictions.py": b"PREDICTIONS = {'q1': 3, 'q2': 3}", "a.py": STUB} == constant["every answer 3"]


def test_a_sheet_is_no_module_to_hollow_out():
    """Even if somebody wrote a function into it."""
    stub = submission(predictions__py=SHEET + b"def f(): pass\n")
    assert not [name for name in made(stub) if name.endswith("_in_every_call")]
