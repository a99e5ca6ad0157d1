"""The board and the list."""

import dataclasses

import pytest

from grader.model import Difficulty, ExerciseStatus
from grader.screen import Screen
from grader.standing import Standing
from grader.tables import board, listing, markdown

SCREEN = Screen(width=100, color=False)


@pytest.fixture
def standings(exercise, make_result):
    """Three exercises of two topics: passed, partly done, and not graded."""

    def standing(slug, topic, result=None, untouched=True):
        changed = dataclasses.replace(exercise, slug=slug, topic=topic, title=slug.title())
        return Standing(exercise=changed, result=result, untouched=untouched)

    passed = make_result(status=ExerciseStatus.PASSED, score=10, max_score=10)
    partial = make_result(status=ExerciseStatus.PARTIAL, score=4, max_score=10)
    return [
        standing("doubling", "basics", passed),
        standing("adding", "basics", partial),
        standing("union", "advanced_sets", untouched=False),
    ]


def test_the_board_shows_progress_by_topic(standings):
    """Each topic has a bar, its solved exercises and its points."""
    lines = board(standings, SCREEN).splitlines()
    assert "basics         " + "█" * 14 + "░" * 6 + "  1 of 2 solved  14/20 points" == lines[0]
    assert "advanced sets  " + "░" * 20 + "  0 of 1 solved  0/10 points" == lines[1]
    assert "14 of 30 points" in lines


def test_the_board_says_what_is_next(standings):
    """The first exercise that is not passed, with the commands for it."""
    drawn = board(standings, SCREEN)
    assert "next: Adding (easy)\n      kata show adding · kata grade adding\n" in drawn


def test_the_next_one_is_the_easiest_that_is_open(standings):
    """Nobody has to begin with the hardest only because it is the first in the list."""
    first, second, last = standings
    hard, medium = (
        dataclasses.replace(
            one, exercise=dataclasses.replace(one.exercise, difficulty=difficulty), result=None
        )
        for one, difficulty in ((first, Difficulty.HARD), (second, Difficulty.MEDIUM))
    )
    assert "next: Union (easy)\n" in board([hard, medium, last], SCREEN)
    assert "next: Adding (medium)\n" in board([hard, medium], SCREEN)


def test_the_board_says_when_all_is_done(standings):
    """Nothing is next after the last one."""
    drawn = board(standings[:1], SCREEN)
    assert drawn.endswith("10 of 10 points\nEverything is solved.\n")
    assert "█" * 20 in drawn


def test_an_empty_board_can_be_drawn():
    """A repository without exercises is no crash."""
    assert "0 of 0 points" in board([], SCREEN)


def test_the_list_has_a_line_for_each_exercise(standings):
    """Slug, topic, difficulty, points and status in columns."""
    lines = listing(standings, SCREEN).splitlines()
    assert ["exercise", "topic", "difficulty", "points", "status"] == lines[0].split()
    assert [
        ["doubling", "basics", "easy", "10/10", "✓", "passed"],
        ["adding", "basics", "easy", "4/10", "◐", "partial"],
        ["union", "advanced_sets", "easy", "0/10", "◌", "changed"],
    ] == [line.split() for line in lines[1:]]


@pytest.mark.parametrize("status", list(ExerciseStatus))
def test_every_status_has_its_sign(exercise, make_result, status):
    """Signs, not only colours, tell the verdicts apart."""
    standing = Standing(exercise=exercise, result=make_result(status=status), untouched=False)
    assert "◌" not in listing([standing], SCREEN)


def test_the_table_of_the_readme_links_to_each_exercise(exercise):
    """One line for each, to read and to click."""
    assert (
        "| topic | exercise | difficulty | points | what you build |\n"
        "|---|---|---|---:|---|\n"
        "| basics | [Doubling](exercises/01_basics/01_doubling/README.md) `doubling` | easy | 10 | "
        "The smallest exercise that keeps the whole contract. |\n"
    ) == markdown([exercise])


def test_colours_are_drawn_where_they_can_be_shown(standings):
    """A terminal gets escapes, a pipe none."""
    assert "\x1b[" in board(standings, Screen(width=100, color=True))
    assert "\x1b[" not in board(standings, SCREEN) + listing(standings, SCREEN)
