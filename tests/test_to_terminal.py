"""The report for a person at a terminal or a pipe."""

import re

import pytest

from grader.model import CaseStatus, ExerciseStatus
from grader.reports import to_terminal
from grader.screen import Screen

PIPE = Screen(width=100, color=False)
FACTS = "Python 3.13.0 · isolation none · 1.2 s"


@pytest.fixture
def failed(make_case):
    """A case that failed."""
    return make_case(status=CaseStatus.FAILED, message="called:   double(7)\nexpected: 14\ngot:      9")


def test_one_exercise_is_shown_with_its_tasks(make_report, make_result, make_case):
    """A passed exercise says so, and nothing is next."""
    assert (
        "✓ Doubling  passed\n\n"
        "  ✓ 1. Task number 1  5/5 points, 1 of 1 cases\n"
        "  ✓ 2. Task number 2  5/5 points, 1 of 1 cases\n\n"
        f"10 of 10 points  {FACTS}\n"
    ) == to_terminal.render(make_report(make_result([make_case()], [make_case()])), PIPE)


def test_a_failure_shows_what_was_called_expected_and_got(make_report, make_result, make_case, failed):
    """The requirement, the case, the message, and what to type next."""
    assert (
        "◐ Doubling  partly done\n\n"
        "  ✓ 1. Task number 1  5/5 points, 1 of 1 cases\n"
        "  ✗ 2. Task number 2  0/5 points, 1 of 2 cases\n\n"
        "Task 2 Doubling a number returns twice the number.\n"
        "    test_a_number_is_doubled · failed\n"
        "    called:   double(7)\n    expected: 14\n    got:      9\n\n"
        f"5 of 10 points  {FACTS}\n"
        "next: kata show doubling · kata hint doubling\n"
    ) == to_terminal.render(make_report(make_result([make_case()], [failed, make_case()])), PIPE)


def test_only_the_first_failures_are_shown(make_report, make_result, make_case):
    """Three are enough to begin with, each of another requirement; what did not run is not among them."""
    cases = [
        make_case(id=f"{name}{n}", requirement=f"{name} is so.", status=CaseStatus.FAILED)
        for n in (1, 2)
        for name in "abcd"
    ]
    missing = make_case(id="missing", status=CaseStatus.NOT_RUN)
    text = to_terminal.render(make_report(make_result([missing, *cases])), PIPE)
    assert ["a1", "b1", "c1"] == re.findall(r"(\w+) · failed", text)
    assert "… and 5 more. Mend these first." in text


def test_a_failure_without_a_message_says_so(make_report, make_result, make_case):
    """There is something to read in any case."""
    text = to_terminal.render(make_report(make_result([make_case(status=CaseStatus.ERROR)])), PIPE)
    assert "    no message\n" in text


def test_why_a_run_ended_is_shown(make_report, make_result, make_case):
    """Without results the message of the run is all there is."""
    missing = make_case(status=CaseStatus.NOT_RUN)
    text = to_terminal.render(make_report(make_result([missing], message="no such name\n  at x.py")), PIPE)
    assert "0 of 1 cases\n\nno such name\n  at x.py\n\n0 of 5" in text


def test_an_untouched_stub_is_not_reproached(make_report, make_result, failed):
    """Who has not started sees the tasks and where to begin, not the failures."""
    text = to_terminal.render(make_report(make_result([failed], status=ExerciseStatus.NOT_STARTED)), PIPE)
    assert text.startswith("○ Doubling  not started\n")
    assert "called:" not in text
    assert "next: kata show doubling" in text


def test_flags_are_noticed(make_report, make_result):
    """What was left behind is said, also after a pass."""
    text = to_terminal.render(make_report(make_result(flags=("a thread is still running",))), PIPE)
    assert "noticed: a thread is still running\n" in text


def test_a_known_verdict_is_marked(make_report, make_result):
    """Nobody wonders why it was so fast."""
    one, two = make_result(cached=True), make_result(slug="adding")
    assert "passed (known from an earlier run)" in to_terminal.render(make_report(one), PIPE)
    assert "passed (known)" in to_terminal.render(make_report(one, two), PIPE)


def test_several_exercises_are_a_table(make_report, make_result, make_case, failed):
    """One line for each, under the name of its topic; the first open one is next."""
    report = make_report(
        make_result(),
        make_result([make_case()], [failed], slug="adding"),
        make_result([failed], slug="union", topic="advanced_sets", message="no such name\nsecond line"),
    )
    assert (
        "basics\n"
        "  ✓ doubling   ●     5/5   B  passed\n"
        "  ◐ adding     ●·    5/10  B  partly done\n"
        "advanced sets\n"
        "  ✗ union      ·     0/5   B  failed\n\n"
        "union: no such name\n\n"
        f"10 of 20 points  {FACTS}\n"
        "next: kata grade adding\n"
    ) == to_terminal.render(report, PIPE)


def test_a_whole_pass_has_no_next_step(make_report, make_result):
    """Nothing is left to do."""
    text = to_terminal.render(make_report(make_result(), make_result(slug="adding")), PIPE)
    assert text.endswith(f"10 of 10 points  {FACTS}\n")


def test_a_grader_error_is_not_the_learners(make_report, make_result):
    """Where the grader failed, nobody is told to look for hints."""
    text = to_terminal.render(make_report(make_result([], status=ExerciseStatus.ERROR)), PIPE)
    assert text.startswith("! Doubling  grader error\n")
    assert text.endswith("1 with a grader error: that is no zero, and not in the sum\n")


def test_what_is_not_gradable_here_has_no_points(make_report, make_result):
    """Neither a pass nor a zero: no number, the reason, and the next exercise is one that can be graded."""
    lacking = make_result([], status=ExerciseStatus.NOT_GRADABLE, message="no compiler")
    text = to_terminal.render(make_report(make_result(), lacking, make_result([], slug="adding")), PIPE)
    assert "  - doubling  ·    -/5  B  not gradable here\n" in text
    assert "doubling: no compiler\n" in text
    assert text.endswith(
        "1 not gradable here: neither a pass nor a zero, and not in the sum\nnext: kata grade adding\n"
    )


def test_an_interrupted_report_says_so(make_report):
    """Even if nothing was graded."""
    text = to_terminal.render(make_report(interrupted=True), PIPE)
    assert text.endswith("Interrupted: only what was done until then is listed.\n")


def test_what_a_hand_in_says_is_not_styled(make_report, make_result, make_case):
    """Brackets, addresses and emoji codes are letters."""
    said = "[bold red]x[/] [/nothing] :smile: https://example.org"
    case = make_case(status=CaseStatus.FAILED, message=said, requirement=said)
    result = make_result([case], message=said, flags=(said,), title=said)
    drawn = to_terminal.render(make_report(result), Screen(width=200, color=False))
    assert 5 == drawn.count(said)
    several = to_terminal.render(make_report(result, result), Screen(width=200, color=False))
    assert 2 == several.count(said)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_nothing_is_wider_than_the_screen(make_report, make_result, make_case, width):
    """Long lines are wrapped, at any width."""
    case = make_case(status=CaseStatus.FAILED, message="word " * 100, requirement="word " * 30)
    one = make_result([case], message="word " * 50, title="word " * 20)
    for report in (make_report(one), make_report(one, one)):
        drawn = to_terminal.render(report, Screen(width=width, color=False))
        assert width >= max(map(len, drawn.splitlines()))


def test_a_terminal_gets_colours_and_a_pipe_does_not(make_report, make_result, failed):
    """The words are the same."""
    report = make_report(make_result([failed]))
    colored = to_terminal.render(report, Screen(width=100, color=True))
    assert "\x1b[" in colored
    assert to_terminal.render(report, PIPE) == re.sub(r"\x1b\[[\d;]*m", "", colored)
