"""Pages to read in the terminal."""

from grader.pages import solution, specification
from grader.screen import Screen

SCREEN = Screen(width=80, color=False)


def test_the_specification_is_the_readme(exercise):
    """Headings, tasks and code are drawn for the terminal."""
    drawn = specification(exercise, SCREEN)
    assert "Double a number" in drawn
    assert ">>> double_all([1, 10])" in drawn
    assert "```" not in drawn
    assert max(map(len, drawn.splitlines())) <= 80


def test_the_solution_is_the_reference_and_its_discussion(exercise):
    """Each file is shown under its name, then why it is so."""
    drawn = solution(exercise, SCREEN)
    assert drawn.startswith("doubling.py\n")
    assert "    return 2 * number\n" in drawn
    assert drawn.index("return 2 * number") < drawn.index("A multiplication says what is meant.")


def test_code_is_coloured_where_it_can_be(exercise):
    """A pipe gets none."""
    assert "\x1b[" in solution(exercise, Screen(width=80, color=True))
    assert "\x1b[" not in solution(exercise, SCREEN)
