"""Hand-ins that know nothing of the exercise; none may earn a point anywhere."""

import ast
from collections.abc import Iterator

from grader.model import HandedIn, Submission
from grader.proof.sheets import constant_sheets

LIAR = """
class _Liar:
    def _yes(self, *_, **__): return True
    def _self(self, *_, **__): return self
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = _yes
    __call__ = __getitem__ = __enter__ = __add__ = __radd__ = __sub__ = __next__ = _self
    def __ne__(self, other): return False
    def __exit__(self, *_): return False
    def __getattr__(self, name): return self
    def __setitem__(self, key, value): pass
    def __delitem__(self, key): pass
    def __iter__(self): return iter([self])
    def __len__(self): return 1
    def __int__(self): return 1
    __index__ = __hash__ = __int__
    def __float__(self): return 1.0
    def __str__(self): return "liar"
_LIAR = _Liar()
"""
AT_IMPORT = {
    "empty": "",
    "syntax_error": "def (:\n",
    "liar_for_every_name": LIAR + "def __getattr__(name): return _LIAR\n",
    "sys_exit_at_import": "import sys\nsys.exit(0)\n",
    "os_exit_at_import": "import os\nos._exit(0)\n",
    "skip_at_import": "import pytest\npytest.skip('no', allow_module_level=True)\n",
    "endless_at_import": "while True: pass\n",
    "flood_at_import": "while True: print('x' * 10_000)\n",
}
IN_EVERY_CALL = {
    "returns_none": "return None",
    "returns_its_argument": "return (list(locals().values()) or [None])[-1]",
    "returns_a_liar": "return _LIAR",
    "raises": "raise ValueError('no')",
    "sys_exit": "import sys; sys.exit(0)",
    "os_exit": "import os; os._exit(0)",
    "skips": "import pytest; pytest.skip('no')",
    "endless": "while True: pass",
}
NOT_TEXT = b"\xff\xfe\x00\x01"
SHEET = "predictions.py"


def adversaries(stub: Submission, reference: Submission) -> Iterator[tuple[str, Submission]]:
    """Yield (name, hand-in) of all adversaries that fit the files.

    Args:
        stub: whose functions are hollowed out.
        reference: whose prediction sheet, if any, names the answers that constant sheets are made of.

    """
    for name, text in AT_IMPORT.items():
        yield name, _everywhere(stub, text.encode())
    yield "not_text", _everywhere(stub, NOT_TEXT)
    modules = [file for file in stub.files if file.path.endswith(".py") and file.path != SHEET]
    functions = [file for file in modules if _functions(file)]
    if functions:
        for name, body in IN_EVERY_CALL.items():
            hollow = {file.path: _hollow(file, body) for file in functions}
            yield f"{name}_in_every_call", _replaced(stub, hollow)
    for file in reference.files:
        if file.path == SHEET:
            for answer, sheet in constant_sheets(file.content):
                yield f"every answer {answer}", _replaced(stub, {SHEET: sheet})


def _everywhere(stub: Submission, content: bytes) -> Submission:
    files = tuple(HandedIn(path=file.path, content=content) for file in stub.files)
    return Submission(slug=stub.slug, files=files)


def _replaced(stub: Submission, contents: dict[str, bytes]) -> Submission:
    files = tuple(
        HandedIn(path=file.path, content=contents.get(file.path, file.content)) for file in stub.files
    )
    return Submission(slug=stub.slug, files=files)


def _functions(file: HandedIn) -> bool:
    """Tell whether a file has functions to hollow out; one that cannot be parsed is reported elsewhere."""
    try:
        nodes = ast.walk(ast.parse(file.content))
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in nodes)


def _hollow(file: HandedIn, body: str) -> bytes:
    """Return the stub with ``body`` in each function but ``__init__``, which only forgets its arguments."""
    tree = ast.parse(file.content)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            quiet = node.name in ("__init__", "__init_subclass__", "__set_name__")
            node.body = ast.parse("pass" if quiet else body).body
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    rest = [node for node in tree.body if node not in future]
    tree.body = [*future, *ast.parse(LIAR).body, *rest]
    return ast.unparse(ast.fix_missing_locations(tree)).encode()
