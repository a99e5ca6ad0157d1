"""Draws rich renderables to text, for the width and the colours that the output really has."""

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, RenderableType

PIPE_WIDTH = 100
"""Columns where the output is no terminal and nobody says how wide it is."""
LEAST_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What an output can show: ``width`` in columns, and whether it takes colours and links."""

    width: int
    color: bool

    @classmethod
    def of(cls, stream: TextIO, variables: Mapping[str, str]) -> "Screen":
        """Look at a stream; ``NO_COLOR`` and ``TERM=dumb`` are honoured, and ``COLUMNS`` before all."""
        terminal = stream.isatty()
        color = terminal and not variables.get("NO_COLOR") and variables.get("TERM") != "dumb"
        told = variables.get("COLUMNS", "")
        width = int(told) if re.fullmatch("[1-9][0-9]{0,3}", told) else _width(stream)
        return cls(width=max(width, LEAST_WIDTH), color=color)

    def draw(self, content: RenderableType) -> str:
        """Return the drawn text, without blanks at the ends of lines."""
        target = io.StringIO()
        console = Console(
            file=target,
            width=self.width,
            force_terminal=self.color,
            no_color=not self.color,
            color_system="standard" if self.color else None,
            markup=False,
            highlight=False,
            emoji=False,
            soft_wrap=False,
        )
        console.print(content)
        return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"


def _width(stream: TextIO) -> int:
    """Return how wide a terminal says it is."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPE_WIDTH
    except (OSError, ValueError):  # it is none, it does not know, or it is closed
        return PIPE_WIDTH
