"""Shows on standard error how far a long piece of work is: a bar on a terminal, else one line a step."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Give a function that takes what was done last and counts it.

    Args:
        title: what is being done.
        total: how many steps there are, if that is known.

    """
    if not sys.stderr.isatty():
        yield lambda told: print(f"{title}: {told}", file=sys.stderr, flush=True)  # noqa: T201
        return
    counts = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    columns = (TextColumn(title), *counts, TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda told: bar.update(task, advance=1, description=told)
