"""Draws ``docs/terminal.svg``: a real run of the grader on a hand-in that is partly right.

    .venv/bin/python docs/terminal.py exercises/01_algorithms/01_hash_map copy_shares_the_table.py

grades the rejected sample as if it were handed in, and writes what the terminal shows.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.catalog import Catalog, find_root
from grader.grading import grade_tree
from grader.reports import to_terminal
from grader.screen import Screen

WIDTH = 110
FONTS = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
"""Fonts from elsewhere: the reader's own will do."""


def main(folder: str, sample: str) -> None:
    """Grade one rejected sample and draw the report."""
    root = find_root(Path(__file__).resolve().parent)
    exercise = Catalog.read(root).one(folder)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / exercise.folder.parent.name / exercise.folder.name
        place.mkdir(parents=True)
        shutil.copyfile(exercise.mirror / "rejected" / sample, place / exercise.files[0])
        report = grade_tree(root=root, exercises=[exercise], tree=name)
    console = Console(record=True, width=WIDTH, file=Path("/dev/null").open("w"))  # noqa: SIM115
    console.print(Text(f"$ ./kata grade {exercise.slug}", "bold"))
    console.print(Text.from_ansi(to_terminal.render(report, Screen(width=WIDTH, color=True))))
    drawn = FONTS.sub("", console.export_svg(title="kata", unique_id="kata"))
    lines = (line.rstrip() for line in drawn.splitlines())
    (root / "docs" / "terminal.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
