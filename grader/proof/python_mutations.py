"""Small mistakes in Python, made with the operators of the library cosmic-ray and two of our own.

Of the operators that replace one sign by another those are taken that PIT takes by default (pitest.org,
"Mutation operators"): a boundary moved (``<`` and ``<=``) and a condition negated. The others are nearly
always noticed by a case that notices one of these, or cannot be noticed at all.
"""

import ast
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

from grader.proof.mutants import Change

BINARY = "Add_Sub Sub_Add Mul_FloorDiv Div_Mul FloorDiv_Mul Mod_FloorDiv Pow_Mul LShift_RShift RShift_LShift"
BITWISE = "BitOr_BitAnd BitAnd_BitOr BitXor_BitAnd"
COMPARISON = "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_GtE LtE_Gt Gt_LtE GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
OTHERS = (
    "AddNot NumberReplacer RemoveDecorator ReplaceAndWithOr ReplaceOrWithAnd "
    "ReplaceBreakWithContinue ReplaceContinueWithBreak ReplaceTrueWithFalse ReplaceFalseWithTrue "
    "ReplaceUnaryOperator_Delete_Invert ReplaceUnaryOperator_Delete_Not ReplaceUnaryOperator_Delete_USub "
    "ZeroIterationForLoop"
)
NAMES = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in f"{BINARY} {BITWISE}".split()),
    *(f"ReplaceComparisonOperator_{pair}" for pair in COMPARISON.split()),
    *OTHERS.split(),
)
KEPT = ("import_name", "import_from", "pass_stmt", "global_stmt", "nonlocal_stmt")
"""Statements that are not deleted: without them nothing runs, or nothing changes."""
Range = tuple[tuple[int, int], tuple[int, int]]


class ReplaceException(Operator):  # type: ignore[misc]
    """Lets a handler wait for an exception that nobody raises; the library's own fails on dotted names."""

    def mutation_positions(self, node: Any) -> Iterator[Range]:
        """Yield the place of each exception that a handler names."""
        if node.type == "except_clause":
            yield from ((name.start_pos, name.end_pos) for name in _handled(node))

    def mutate(self, node: Any, index: int) -> Any:
        """Return the clause with one exception replaced."""
        name = _handled(node)[index]
        never = parso.python.tree.Name("UnicodeTranslateError", name.start_pos, name.get_first_leaf().prefix)
        siblings = name.parent.children
        siblings[siblings.index(name)] = never
        return node

    @classmethod
    def examples(cls) -> Sequence[Any]:
        """See the tests."""
        return ()


class DeleteStatement(Operator):  # type: ignore[misc]
    """Puts ``pass`` in the place of a simple statement; docstrings and imports stay."""

    def mutation_positions(self, node: Any) -> Iterator[Range]:
        """Yield the place of the statements, without the end of the line."""
        if node.type == "simple_stmt" and not _kept(node):
            yield node.children[0].start_pos, node.children[-2].end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002 - the library's signature
        """Return the node with one ``pass`` in it."""
        prefix = node.get_first_leaf().prefix
        node.children[:-1] = [parso.python.tree.Keyword("pass", node.start_pos, prefix)]
        return node

    @classmethod
    def examples(cls) -> Sequence[Any]:
        """See the tests."""
        return ()


OWN = (("ReplaceException", ReplaceException()), ("DeleteStatement", DeleteStatement()))


def changes(text: str, *, whole: bool) -> Iterator[Change]:
    """Yield all changes of a module. Annotations are left alone: nothing that is run depends on them.

    Args:
        text: the source.
        whole: whether it is Python as ``ast`` knows it, and not one of its dialects.

    """
    nodes = list(ast_nodes(get_ast(text)))
    spared = _annotations(text) if whole else []
    operators = [*((name, get_operator(f"core/{name}")()) for name in NAMES), *OWN]
    for name, operator in operators:
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            if any(first <= start < last for first, last in spared):
                continue
            changed = mutate_code(text, operator, occurrence)
            if changed is not None and changed != text and (not whole or _compiles(changed)):
                yield _change(name, text, changed)


def _handled(clause: Any) -> list[Any]:
    """Return the nodes of the exceptions that an ``except`` clause names."""
    named = clause.children[1]
    if named.type != "atom":
        return [named]
    inside = named.children[1]
    return inside.children[::2] if inside.type == "testlist_comp" else [inside]


def _kept(node: Any) -> bool:
    statement = node.children[0]
    code = statement.get_code(include_prefix=False)
    if code in ("return", "return None") and node.parent.type == "suite":
        return node.parent.parent.type == "funcdef" and node is node.parent.children[-1]
    if code.startswith("__slots__ =") or (code.startswith("assert ") and code.endswith(" is not None")):
        return True  # the first saves memory, the second tells a type checker what it cannot know
    return statement.type in (*KEPT, "string", "strings") or code in ("pass", "...")


def _annotations(text: str) -> list[Range]:
    """Return the places of all annotations as (line, column) pairs, columns counted in characters."""
    lines = text.splitlines()
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
    return [
        (
            _place(lines, node.lineno, node.col_offset),
            _place(lines, node.end_lineno or node.lineno, node.end_col_offset or 0),
        )
        for node in found
        if node is not None
    ]


def _place(lines: Sequence[str], line: int, column: int) -> tuple[int, int]:
    return line, len(lines[line - 1].encode()[:column].decode())


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(text, "mutant", "exec")
        except (SyntaxError, ValueError):
            return False
    return True


def _change(operator: str, text: str, changed: str) -> Change:
    """Describe the change by the lines in which the two texts differ."""
    old, new = text.splitlines(), changed.splitlines()
    first = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(new))
    same = 0
    while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
        same += 1
    before, after = (
        " ⏎ ".join(" ".join(line.split()) for line in lines[first : len(lines) - same])
        for lines in (old, new)
    )
    return Change(operator=operator, line=first + 1, before=before, after=after, text=changed)
