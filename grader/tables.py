"""The board and the list: where somebody stands, drawn for a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.model import Exercise, ExerciseStatus
from grader.reports.to_terminal import STYLES
from grader.screen import Screen
from grader.standing import Standing

BAR = 20
"""Columns of a full progress bar."""


def board(standings: Sequence[Standing], screen: Screen) -> str:
    """Return progress by topic and what is next: the first of the easiest that are open."""
    table = Table.grid(padding=(0, 2))
    for topic in dict.fromkeys(standing.exercise.topic for standing in standings):
        own = [standing for standing in standings if standing.exercise.topic == topic]
        score, full = sum(s.score for s in own), sum(s.exercise.max_score for s in own)
        done = sum(s.status == ExerciseStatus.PASSED.value for s in own)
        filled = BAR * score // full
        bar = Text.assemble(("█" * filled, "green"), ("░" * (BAR - filled), "dim"))
        table.add_row(topic.replace("_", " "), bar, f"{done} of {len(own)} solved", f"{score}/{full} points")
    score = sum(standing.score for standing in standings)
    full = sum(standing.exercise.max_score for standing in standings)
    parts: list[RenderableType] = [table, "", Text(f"{score} of {full} points", "bold")]
    ahead = [standing for standing in standings if standing.status != ExerciseStatus.PASSED.value]
    if ahead:
        exercise = min((standing.exercise for standing in ahead), key=lambda one: one.difficulty.points)
        parts.append(Text(f"next: {exercise.title} ({exercise.difficulty.value})"))
        parts.append(Text(f"      kata show {exercise.slug} · kata grade {exercise.slug}", "dim"))
    else:
        parts.append(Text("Everything is solved."))
    return screen.draw(Group(*parts))


def listing(standings: Sequence[Standing], screen: Screen) -> str:
    """Return a table with one line for each exercise."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("exercise", "topic", "difficulty", "points", "status"):
        table.add_column(name, no_wrap=True)
    for standing in standings:
        exercise = standing.exercise
        styles = {status.value: (mark, style) for status, (mark, style, _) in STYLES.items()}
        mark, style = styles.get(standing.status, ("◌", "cyan"))
        table.add_row(
            exercise.slug,
            exercise.topic,
            exercise.difficulty.value,
            f"{standing.score:>3}/{exercise.max_score}",
            Text(f"{mark} {standing.status.replace('_', ' ')}", style),
        )
    return screen.draw(table)


def markdown(exercises: Sequence[Exercise]) -> str:
    """Return the table of exercises as the README shows it, one line for each exercise."""
    lines = ["| topic | exercise | difficulty | points | what you build |", "|---|---|---|---:|---|"]
    for exercise in exercises:
        place = f"exercises/{exercise.folder.parent.name}/{exercise.folder.name}/README.md"
        topic = exercise.topic.replace("_", " ")
        name = f"[{exercise.title}]({place}) `{exercise.slug}`"
        level = exercise.difficulty.value
        lines.append(f"| {topic} | {name} | {level} | {exercise.max_score} | {exercise.summary} |")
    return "\n".join(lines) + "\n"
