"""What an output can show, and drawing for it."""

import io
import sys

import pytest
from rich.panel import Panel
from rich.text import Text

from grader.screen import PIPE_WIDTH, Screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


@pytest.fixture
def terminal():
    """A real pseudo-terminal, 132 columns wide."""
    if sys.platform == "win32":
        pytest.skip("needs the pseudo-terminals of POSIX")
    import fcntl
    import os
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


def test_a_pipe_has_no_colours_and_a_fixed_width():
    """Nobody says how wide a pipe is."""
    assert Screen(width=PIPE_WIDTH, color=False) == Screen.of(io.StringIO(), {})


def test_a_terminal_has_colours_and_its_own_width(terminal):
    """The terminal is asked."""
    assert Screen(width=132, color=True) == Screen.of(terminal, {"TERM": "xterm"})


def test_a_terminal_that_does_not_know_its_width_has_the_usual_one():
    """Some terminals have no size."""
    assert Screen(width=PIPE_WIDTH, color=True) == Screen.of(Terminal(), {})


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "TERM=dumb"])
def test_colours_can_be_refused(variables):
    """The two usual ways of saying it are honoured."""
    assert not Screen.of(Terminal(), variables).color


def test_an_empty_no_color_refuses_nothing():
    """The convention asks for a value that is not empty."""
    assert Screen.of(Terminal(), {"NO_COLOR": ""}).color


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["pipe", "terminal"])
def test_columns_says_the_width(stream):
    """Who sets COLUMNS is believed, on a pipe too."""
    assert 72 == Screen.of(stream, {"COLUMNS": "72"}).width


@pytest.mark.parametrize("columns", ["", "0", "-5", "wide", "²", "99999999"])
def test_columns_that_make_no_sense_are_passed_over(columns):
    """Nonsense in the environment does not break the output."""
    assert PIPE_WIDTH == Screen.of(io.StringIO(), {"COLUMNS": columns}).width


def test_nothing_is_drawn_narrower_than_can_be_read():
    """Below 40 columns the terminal has to wrap."""
    assert 40 == Screen.of(io.StringIO(), {"COLUMNS": "7"}).width


def test_drawing_fills_the_width_and_no_more():
    """A panel is as wide as the screen."""
    drawn = Screen(width=50, color=False).draw(Panel("x"))
    assert {50} == {len(line) for line in drawn.splitlines()}


def test_without_colour_there_is_no_escape():
    """A pipe gets plain text, without blanks at the ends of lines."""
    assert "word\nnext\n" == Screen(width=50, color=False).draw(Text("word   \nnext", "bold red"))


def test_with_colour_there_is_one():
    """A terminal gets the style."""
    assert "\x1b[1;31mword\x1b[0m\n" == Screen(width=50, color=True).draw(Text("word", "bold red"))


@pytest.mark.parametrize("variables", [{"COLUMNS": "10"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}])
def test_drawing_does_not_look_at_the_environment(monkeypatch, variables):
    """What was found out once decides, so that the same values draw the same text."""
    expected = Screen(width=50, color=False).draw(Panel(Text("x", "red")))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert expected == Screen(width=50, color=False).draw(Panel(Text("x", "red")))


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/nothing]", ":smile:", "https://example.org/1"])
def test_markup_in_a_text_is_only_text(text):
    """What a learner writes does not style the report."""
    assert f"{text}\n" == Screen(width=50, color=True).draw(text)
