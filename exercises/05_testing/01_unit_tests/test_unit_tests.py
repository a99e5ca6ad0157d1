"""Unit tests with stand-ins: the hand-in's tests run against right and wrong versions of one module."""

import ast
import functools
import random
import warnings

import pytest

MODULE, TESTS = "reminders.py", "reminders_tests.py"
OTHERS = ("with_a_session.py", "with_classes.py")
MOMENTS = ("2031-07-06 03:15:00", "2028-02-29 23:59:58")
ORDERS = {"reversed": {"order": "reversed", "now": MOMENTS[0]}, "shuffled": {"order": 1, "now": MOMENTS[1]}}
FIRST = {"measured": [MODULE]}

BUGS = {
    "three_days_left": ("with exactly three days left there is no reminder", "left > 3", "left >= 3"),
    "fine_counts_the_day_itself": (
        "the day on which it is due costs a fine",
        ".days\n    return",
        ".days + 1\n    return",
    ),
    "no_highest_fine": (
        "the fine grows without end",
        "min(late * CENTS_PER_DAY, HIGHEST_FINE)",
        "late * CENTS_PER_DAY",
    ),
    "wrong_recipient": ("the desk writes to itself", '["To"] = loan.reader', '["To"] = SENDER'),
    "returned_books": (
        "books that were returned are still out",
        'if not item["returned"]',
        'if item["title"]',
    ),
    "bare_token": ("the token is sent without 'Bearer'", "Bearer {token}", "{token}"),
    "no_timeout": (
        "the request waits for ever",
        "timeout=TIMEOUT)\n        except",
        "timeout=None)\n        except",
    ),
    "two_attempts": ("the service is asked twice at most", "range(3)", "range(2)"),
    "equal_pauses": ("the second pause is as short as the first", "time.sleep(attempt)", "time.sleep(1)"),
    "retries_everything": ("a 404 is tried again", "status_code == 503", "status_code >= 400"),
    "lost_connection": (
        "a failed connection is not tried again",
        "ConnectionError:\n            continue",
        "ConnectionError:\n            raise",
    ),
    "closes_late": ("reminders are still sent at 20:30", "< 20:", "<= 20:"),
    "clock_read_at_import": (
        "the moment is the one when the module was imported",
        "    now = datetime.now(UTC)\n",
        "    now = IMPORTED\n",
    ),
    "refusal_ends_it": (
        "nobody behind a refused reader is reminded",
        "Refused:\n                continue",
        "Refused:\n                break",
    ),
    "refusal_counts": (
        "a refused reminder is counted",
        "Refused:\n                continue",
        "Refused:\n                pass",
    ),
    "always_connects": (
        "the mail server is called when there is nothing to send",
        "if not messages",
        "if messages is None",
    ),
}


@pytest.mark.task(1)
def test_they_pass_on_the_given_module(check, exercise, hand_in, learner_suite):
    """There are tests, and all of them pass on the given module."""
    first_run(check, exercise, hand_in, learner_suite)


@pytest.mark.task(1)
@pytest.mark.parametrize("name", OTHERS)
def test_they_pass_on_other_right_implementations(check, exercise, hand_in, learner_suite, name):
    """All your tests pass on other modules that keep the same promises."""
    run = right_runs(exercise, hand_in, learner_suite)[name]
    check.that(run.green, f"your tests on others/{name}", "all of them pass", run.story)


@pytest.mark.task(1)
def test_each_test_claims_something(check, hand_in):
    """Each of your tests claims something: by assert, pytest.raises, an assert method, or a helper."""
    found = [node for node in ast.walk(parsed(check, hand_in)) if isinstance(node, ast.FunctionDef)]
    functions = {node.name: node for node in found}
    tests = [node for node in found if node.name.startswith("test")]
    check.at_least(1, len(tests), f"the number of test functions in {TESTS}")
    silent = [node.name for node in tests if not claims(node, functions, frozenset())]
    told = f"no claim in {', '.join(silent)}"
    check.that(not silent, f"the tests in {TESTS}", "each makes a claim that can fail", told)


@pytest.mark.task(2)
def test_they_reach_every_branch(check, exercise, hand_in, learner_suite):
    """Your tests reach every line and every branch of reminders.py."""
    run = first_run(check, exercise, hand_in, learner_suite)
    seen = run.coverage.get(MODULE)
    check.that(seen is not None, f"the coverage of {MODULE}", "your tests import the module", "they do not")
    check.that(
        seen.percent == 100,
        f"the coverage of {MODULE}",
        "100 % of its lines and branches",
        f"{seen.percent:.0f} %; not reached: lines {numbers(seen.missing_lines)}; "
        f"ways from line to line: {numbers(seen.missing_branches)}",
    )


@pytest.mark.task(3)
def test_they_touch_nothing_outside(check, exercise, hand_in, learner_suite):
    """No test opens a connection, starts a process or sleeps: a try is stopped, and reported here."""
    run = first_run(check, exercise, hand_in, learner_suite)
    told = "\n".join(map(str, run.attempts[:5]))
    check.that(not run.attempts, "what your tests try to reach", "nothing outside of the process", told)
    proven(check, exercise, hand_in, learner_suite)


@pytest.mark.task(4)
@pytest.mark.parametrize("order", ORDERS)
def test_their_order_does_not_matter(check, exercise, hand_in, learner_suite, order):
    """All your tests pass in reverse order, and in a shuffled one."""
    proven(check, exercise, hand_in, learner_suite)
    run = right_runs(exercise, hand_in, learner_suite)[order]
    if not run.green:  # is it the order, or the clock of that run?
        run = learner_suite.run(*neutral_files(exercise, hand_in), order=ORDERS[order]["order"])
    check.that(
        run.green, f"your tests, {order}", "all of them pass, as in the order that you wrote", run.story
    )


@pytest.mark.task(4)
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_real_time_does_not_matter(check, exercise, hand_in, learner_suite, moment):
    """All your tests pass at any moment: by night, and two seconds before the end of a leap day."""
    proven(check, exercise, hand_in, learner_suite)
    order = next(name for name, plan in ORDERS.items() if plan["now"] == moment)
    run = right_runs(exercise, hand_in, learner_suite)[order]
    if not run.green:
        run = learner_suite.run(*neutral_files(exercise, hand_in), now=moment)
    check.that(
        run.green, f"your tests, started on {moment} UTC", "all of them pass, as they do at noon", run.story
    )


@pytest.mark.task(5)
@pytest.mark.parametrize("bug", BUGS)
def test_they_find_the_bug(check, exercise, hand_in, learner_suite, bug):
    """With this bug in reminders.py at least one of your tests fails."""
    proven(check, exercise, hand_in, learner_suite)
    tests, modules = files(exercise, hand_in)
    seen = first_run(check, exercise, hand_in, learner_suite).coverage.get(MODULE)
    reached = seen.reached if seen else {}
    plans = {
        name: {
            "tests": tests,
            "modules": {MODULE: neutral(modules[MODULE], tests[TESTS], old, new)},
            "first": sorted(set().union(*(reached.get(line, ()) for line in lines_of(modules[MODULE], old)))),
            "first_red": True,
        }
        for name, (_, old, new) in BUGS.items()
    }
    call = f"your tests on a module with a bug: {BUGS[bug][0]}"
    run = learner_suite.run_all(plans)[bug]
    check.that(bool(run.red), call, "at least one of them fails", run.story)


def lines_of(source: str, part: str) -> range:
    """Return the numbers of the lines that a part of the source lies in."""
    first = source[: source.index(part)].count("\n") + 1
    return range(first, first + part.count("\n") + 1)


def files(exercise, hand_in) -> tuple[dict[str, str], dict[str, str]]:
    """Return the hand-in's tests and the given module, name to source."""
    return {TESTS: read(hand_in / TESTS)}, {MODULE: read(exercise / MODULE)}


def read(path) -> str:
    """Return the text of a file, empty if there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def neutral_files(exercise, hand_in) -> tuple[dict[str, str], dict[str, str]]:
    """Return the hand-in's tests and the given module in other words (see ``neutral``)."""
    tests, modules = files(exercise, hand_in)
    return tests, {MODULE: neutral(modules[MODULE], tests[TESTS])}


def right_runs(exercise, hand_in, learner_suite):
    """Run the tests on all that is right (``given``: the module itself), and on what does nothing."""
    tests, modules = files(exercise, hand_in)
    same = {"tests": tests, "modules": neutral_files(exercise, hand_in)[1]}
    plans = {"given": {"tests": tests, "modules": modules, "measured": [MODULE]}}
    plans |= {name: same | {"modules": {MODULE: read(exercise / "others" / name)}} for name in OTHERS}
    plans |= {name: same | plan for name, plan in ORDERS.items()}
    plans["nothing"] = same | {"modules": {MODULE: idle(modules[MODULE])}, "first_red": True}
    return learner_suite.run_all(plans)


def first_run(check, exercise, hand_in, learner_suite):
    """Require that the tests pass on the given module; return that run."""
    run = right_runs(exercise, hand_in, learner_suite)["given"]
    check.that(run.green, f"your tests on {MODULE}", "there are tests, and all of them pass", run.story)
    return run


def proven(check, exercise, hand_in, learner_suite) -> None:
    """Require that the tests pass on the given module and do not pass on one that does nothing."""
    first_run(check, exercise, hand_in, learner_suite)
    run = right_runs(exercise, hand_in, learner_suite)["nothing"]
    check.that(
        bool(run.red), "your tests on a module whose functions do nothing", "some of them fail", run.story
    )


def parsed(check, hand_in) -> ast.Module:
    """Return the tree of the hand-in's tests, which have to be Python."""
    path = hand_in / TESTS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a string such as "\\d": no business of this suite
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        check.that(False, TESTS, "a file that Python can read", str(error))
        raise AssertionError from error


@functools.cache
def neutral(source: str, tests: str, old: str = "", new: str = "") -> str:
    """Return the given module with ``old`` replaced, and with changes that make no difference.

    Each function has a new local name, which depends on the hand-in: the text and the line numbers of
    the module tell nothing about whether it is right.
    """
    assert old in source, f"{old!r} is not in {MODULE}"
    lines = source.splitlines()
    choice = random.Random(tests + new)
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for first in sorted((node.body[0] for node in functions), key=lambda node: node.lineno, reverse=True):
        name, value = choice.getrandbits(32), choice.getrandbits(32)
        lines.insert(first.lineno - 1, f"{' ' * first.col_offset}_n{name} = {value}")
    text = "\n".join(lines)
    return f"{text.replace(old, new) if old else text}\nIMPORTED = datetime.now(UTC)\n"


@functools.cache
def idle(source: str) -> str:
    """Return the module with functions that do nothing."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Return(None)]
    return ast.unparse(ast.fix_missing_locations(tree))


def claims(node: ast.AST, functions: dict[str, ast.FunctionDef], seen: frozenset[str]) -> bool:
    """Tell whether a function asserts something, or calls a function of the file that does."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Call):
            name = getattr(part.func, "attr", getattr(part.func, "id", ""))
            if name.startswith(("assert", "fail")) or name in ("raises", "warns"):
                return True
            if name in functions and name not in seen and claims(functions[name], functions, seen | {name}):
                return True
    return False


def numbers(found: tuple) -> str:
    """Return line numbers, or pairs of them, for people."""
    shown = ("→".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in found)
    return ", ".join(shown) or "none"
