"""Pages to read in the terminal: a specification, and a reference with its discussion."""

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.syntax import Syntax

from grader.model import Exercise
from grader.screen import Screen


def specification(exercise: Exercise, screen: Screen) -> str:
    """Return the README of an exercise, drawn."""
    text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    return screen.draw(Markdown(text, hyperlinks=False))


def solution(exercise: Exercise, screen: Screen) -> str:
    """Return the reference's files and the discussion, drawn."""
    parts: list[RenderableType] = []
    for path in exercise.files:
        code = (exercise.mirror / path).read_text(encoding="utf-8")
        parts += [path, Syntax(code, Syntax.guess_lexer(path, code), background_color="default"), ""]
    discussion = (exercise.mirror / "DISCUSSION.md").read_text(encoding="utf-8")
    return screen.draw(Group(*parts, Markdown(discussion, hyperlinks=False)))
