"""Prediction sheets that somebody fills in without thinking: the same answer to every question."""

import ast
from collections.abc import Iterator


def constant_sheets(reference: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (answer, sheet) for each answer that the reference's sheet gives somewhere.

    Args:
        reference: the source of the reference's ``predictions.py``.

    """
    answers: dict[str, ast.expr] = {}
    try:
        tree = ast.parse(reference)
    except (SyntaxError, ValueError):  # what cannot be parsed is reported elsewhere
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            answers |= {ast.unparse(value): value for value in node.values}
    for told in answers:
        tree = ast.parse(reference)
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                node.values = [answers[told]] * len(node.values)
        yield told, ast.unparse(tree).encode()
