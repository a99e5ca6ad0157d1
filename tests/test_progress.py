"""How far a long piece of work is, on standard error."""

import io
import sys

import pytest

from grader.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_without_a_terminal_each_step_is_a_line(capsys):
    """A log shows what was done, and standard output stays free for reports."""
    with progress("grading", 2) as advance:
        advance("hash_map: passed")
        advance("lru_cache: failed")
    assert ("", "grading: hash_map: passed\ngrading: lru_cache: failed\n") == capsys.readouterr()


@pytest.mark.parametrize("total", [2, None], ids=["known", "unknown"])
def test_on_a_terminal_there_is_a_bar_that_goes_away(monkeypatch, capsys, total):
    """The bar names what was done last and leaves nothing behind."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress("grading", total) as advance:
        advance("hash_map: passed")
        advance("[/red] is no markup")
    drawn = terminal.getvalue()
    assert "grading" in drawn
    assert "[/red] is no markup" in drawn
    assert "\x1b[2K" in drawn  # the line is cleared
    assert "" == capsys.readouterr().out
