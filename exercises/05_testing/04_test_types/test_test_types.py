"""Three levels of tests: the hand-in's tests run, level by level, against right and wrong desks."""

import ast
import functools
import random
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from vouchers import domain, store, web

TESTS = "vouchers_tests.py"
LEVELS = ("unit", "integration", "e2e")
BARRED = {
    "unit": ("network", "process", "sleep", "disk"),
    "integration": ("network", "process", "sleep"),
    "e2e": ("sleep",),
}
MODULES = tuple(f"vouchers/{name}.py" for name in ("__init__", "domain", "store", "web", "__main__"))
DOMAIN, STORE, WEB, PROGRAM = MODULES[1:]
WITH = "with self._connection as connection:"

UNIT_BUGS = {
    "weights": ("the digits count 1, 3, 1, 3 … times", DOMAIN, "(3, 1)[", "(1, 3)["),
    "any_digit": (
        "a code with any last digit is a code",
        DOMAIN,
        "and text == make_code(int(text[:6]))",
        "",
    ),
    "short_codes": (
        "an unfinished code such as '42-2' is a code too",
        DOMAIN,
        '"[0-9]{6}-[0-9]", text)) and text == make_code(int(text[:6]))',
        '"[0-9]{1,6}-[0-9]", text)) and text[-1] == str(check_digit(int(text[:-2])))',
    ),
    "last_day": ("a voucher is refused on its last day", DOMAIN, "day > ", "day >= "),
    "last_cent": ("a voucher cannot be used up", DOMAIN, "cents > voucher.cents", "cents >= voucher.cents"),
    "note_lost": (
        "a payment wipes the note",
        DOMAIN,
        "_replace(cents=",
        '_replace(note="", cents=',
    ),
}
INTEGRATION_BUGS = {
    "not_committed": (
        "a new voucher is not committed",
        STORE,
        f"{WITH}\n            row",
        "if connection := self._connection:\n            row",
    ),
    "not_rolled_back": (
        "a refused payment stays in the list of payments",
        STORE,
        "left = domain.redeem(",
        "connection.commit()\n            left = domain.redeem(",
    ),
    "every_voucher": (
        "a payment changes all vouchers",
        STORE,
        "SET cents = ? WHERE number = ?",
        "SET cents = ? WHERE number + ? > 0",
    ),
    "wrong_value": (
        "what was paid is kept as what is left",
        STORE,
        "(left.cents, number)",
        "(cents, number)",
    ),
    "tables_made_anew": (
        "opening the file again empties it",
        STORE,
        "CREATE TABLE IF NOT EXISTS vouchers",
        "DROP TABLE IF EXISTS vouchers;\nCREATE TABLE vouchers",
    ),
    "last_day_of_the_sum": (
        "what is outstanding leaves out vouchers on their last day",
        STORE,
        "expires >= ?",
        "expires > ?",
    ),
}
E2E_BUGS = {
    "in_memory": (
        "the program keeps its vouchers in memory",
        PROGRAM,
        "Store(database)",
        'Store(":memory:")',
    ),
    "ignores_the_day": ("the program ignores the day it is given", PROGRAM, "day or datetime", "datetime"),
    "ends_badly": ("SIGTERM ends the program with exit code 15", PROGRAM, "os._exit(0)", "os._exit(15)"),
    "counts_characters": (
        "Content-Length counts characters in place of bytes",
        WEB,
        "str(len(data))",
        "str(len(text))",
    ),
    "short_location": (
        "Location is a path, without the address of the program",
        WEB,
        "f\"http://{headers['host']}/vouchers/",
        'f"/vouchers/',
    ),
    "refused_as_bad": ("a refused payment is answered with 400, like a bad order", WEB, "409, {", "400, {"),
}
BUGS = {"unit": UNIT_BUGS, "integration": INTEGRATION_BUGS, "e2e": E2E_BUGS}

CHANGES = {
    "digit_weights": UNIT_BUGS["weights"],
    "commit_forgotten": INTEGRATION_BUGS["not_committed"],
    "every_voucher": INTEGRATION_BUGS["every_voucher"],
    "length_in_characters": E2E_BUGS["counts_characters"],
    "in_memory": E2E_BUGS["in_memory"],
}
WATCHED = """    import os, pathlib
    pathlib.Path(__file__).with_name(f"started-{os.getpid()}").touch()
"""
WATCH = '''
import os
from pathlib import Path

import pytest
import vouchers


@pytest.fixture(scope="session")
def servers():
    yield
    for mark in Path(vouchers.__file__).parent.glob("started-*"):
        try:
            os.kill(int(mark.name.removeprefix("started-")), 0)
        except ProcessLookupError:
            continue
        raise AssertionError("a server that a test started is still there after the last test")


@pytest.mark.e2e
def test_watch(servers):
    """Its fixture is torn down last."""
'''


# --- 1. Three levels --------------------------------------------------------------------------------------


@pytest.mark.task(1)
def test_each_test_has_one_level(check, exercise, hand_in, learner_suite):
    """Each of your tests has exactly one of the marks unit, integration and e2e."""
    runs = right_runs(exercise, hand_in, learner_suite)
    passing_elsewhere(check, exercise, hand_in, learner_suite)
    for case in runs["other"].ids:
        marks = [level for level in LEVELS if case in runs[level].ids]
        told = " and ".join(marks) or "none"
        check.that(len(marks) == 1, f"the marks of {case}", f"one of {', '.join(LEVELS)}", told)


@pytest.mark.task(1)
def test_they_pass_on_another_desk(check, exercise, hand_in, learner_suite):
    """All your tests pass on the desk in other/, which keeps the same promises."""
    passing_elsewhere(check, exercise, hand_in, learner_suite)


@pytest.mark.task(1)
def test_their_order_does_not_matter(check, exercise, hand_in, learner_suite):
    """All your tests pass in reverse order too."""
    run = right_runs(exercise, hand_in, learner_suite)["other"]
    check.that(run.green, "your tests in reverse order", "there are tests, and all of them pass", run.story)


@pytest.mark.task(1)
def test_they_notice_a_desk_that_does_nothing(check, exercise, hand_in, learner_suite):
    """On a desk whose functions do nothing, at least one of your tests fails."""
    passing_elsewhere(check, exercise, hand_in, learner_suite)
    run = right_runs(exercise, hand_in, learner_suite)["idle"]
    check.that(bool(run.red), "your tests on functions that return None", "some of them fail", run.story)


# --- 2. to 4. One level each ------------------------------------------------------------------------------


@pytest.mark.task(2)
def test_unit_tests_pass_with_everything_barred(check, exercise, hand_in, learner_suite):
    """There are unit tests, and they pass where network, disk and processes are barred."""
    passing(check, exercise, hand_in, learner_suite, "unit")


@pytest.mark.task(2)
@pytest.mark.parametrize("bug", UNIT_BUGS)
def test_unit_tests_find_the_bug(check, exercise, hand_in, learner_suite, bug):
    """With this bug in domain.py at least one of your unit tests fails."""
    finding(check, exercise, hand_in, learner_suite, "unit", bug)


@pytest.mark.task(3)
def test_integration_tests_pass(check, exercise, hand_in, learner_suite):
    """There are integration tests, and they pass where network and processes are barred."""
    passing(check, exercise, hand_in, learner_suite, "integration")


@pytest.mark.task(3)
def test_integration_tests_need_the_disk(check, exercise, hand_in, learner_suite):
    """None of your integration tests passes where the disk is barred: each uses a real file."""
    needing(check, exercise, hand_in, learner_suite, "integration", "disk")


@pytest.mark.task(3)
@pytest.mark.parametrize("bug", INTEGRATION_BUGS)
def test_integration_tests_find_the_bug(check, exercise, hand_in, learner_suite, bug):
    """With this bug in store.py at least one of your integration tests fails."""
    finding(check, exercise, hand_in, learner_suite, "integration", bug)


@pytest.mark.task(4)
def test_e2e_tests_pass(check, exercise, hand_in, learner_suite):
    """There are end-to-end tests, they pass without sleeping, and leave no server behind."""
    passing(check, exercise, hand_in, learner_suite, "e2e")


@pytest.mark.task(4)
def test_e2e_tests_need_the_program(check, exercise, hand_in, learner_suite):
    """None of your end-to-end tests passes where no process can be started: each uses the program."""
    needing(check, exercise, hand_in, learner_suite, "e2e", "process")


@pytest.mark.task(4)
@pytest.mark.parametrize("bug", E2E_BUGS)
def test_e2e_tests_find_the_bug(check, exercise, hand_in, learner_suite, bug):
    """With this bug in web.py or __main__.py at least one of your end-to-end tests fails."""
    finding(check, exercise, hand_in, learner_suite, "e2e", bug)


# --- 5. Predictions ---------------------------------------------------------------------------------------


@pytest.mark.task(5)
@pytest.mark.parametrize("question", CHANGES)
def test_predicted_level(check, predictions, exercise, learner_suite, question):
    """You predicted which of the three tests in experiments/levels.py is the first to notice a change."""
    run = experiments(exercise, learner_suite)[question]
    check.equal(3, len(run.ids), f"the number of tests in experiments/levels.py ({run.story})")
    levels = dict(zip(run.ids, LEVELS, strict=True))
    predictions.check(question, levels[run.red[0]] if run.red else "none", (*LEVELS, "none"))


@pytest.mark.task(5)
@pytest.mark.parametrize(
    "question", ["file", "memory", "memory_opened_twice", "application", "server_in_a_thread"]
)
def test_predicted_barrier(check, predictions, exercise, learner_suite, question):
    """You predicted which tests of experiments/barriers.py pass where everything outside is barred."""
    run = experiments(exercise, learner_suite)["barriers"]
    check.equal(5, len(run.cases), f"the number of tests in experiments/barriers.py ({run.story})")
    truth = "fails" if f"barriers.py::test_{question}" in run.red else "passes"
    predictions.check(question, truth, ("passes", "fails"))


@pytest.mark.task(5)
def test_predicted_suspects_of_a_unit_test(predictions):
    """You predicted how many functions of the desk run when one code is checked."""
    count = functions_run(lambda: domain.is_code("001234-8"))
    predictions.check("suspects_of_a_code", size(count), ("up to 4", "5 to 8", "more than 8"))


@pytest.mark.task(5)
def test_predicted_suspects_of_a_request(predictions):
    """You predicted how many functions of the desk run when the application answers one payment."""
    vouchers = store.Store(":memory:")
    try:
        code = vouchers.issue(500, date(2027, 4, 5)).code
        app = web.make_app(vouchers, lambda: date(2027, 4, 5))
        asked = ("POST", f"/vouchers/{code}/payments", {"host": "desk.example"}, b'{"cents": 200}')
        count = functions_run(lambda: app(*asked))
    finally:
        vouchers.close()
    predictions.check("suspects_of_a_payment", size(count), ("up to 4", "5 to 8", "more than 8"))


@pytest.mark.task(5)
def test_predicted_false_alarms(predictions):
    """You predicted how often a suite is green if each of its tests rarely fails for no reason."""
    predictions.check("green_runs", round(100 * (1 - 1 / 500) ** 200), (99, 96, 90, 67))


# --- helpers ----------------------------------------------------------------------------------------------


def read(path: Path) -> str:
    """Return the text of a file, empty if there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


@functools.cache
def changed(folder: Path, salt: str, module: str = "", old: str = "", new: str = "") -> dict[str, str]:
    """Return the modules of a desk, one of them changed; a line at their end makes no two runs alike."""
    modules = {name: read(folder / name) for name in MODULES}
    modules[STORE] = modules[STORE].replace(
        "\nBEGIN;", "\nPRAGMA synchronous = OFF;\nBEGIN;"
    )  # no power fails here
    if module:
        assert old in modules[module], f"{old!r} is not in {module}"
        modules[module] = modules[module].replace(old, new)
    drawn = random.Random(salt + new).getrandbits(64)
    return {name: f"{source}\n# {drawn}\n" for name, source in modules.items()}


@functools.cache
def idle(exercise: Path) -> dict[str, str]:
    """Return the modules of a desk whose functions do nothing."""
    modules = dict(changed(exercise, ""))
    for name in (DOMAIN, STORE, WEB, PROGRAM):
        tree = ast.parse(modules[name])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.body = [ast.Return(None)]
        modules[name] = ast.unparse(ast.fix_missing_locations(tree))
    return modules


def plan(tests: dict[str, str], modules: dict[str, str], level: str | None, **options: object) -> dict:
    """Return a plan that runs the tests of one level (``None``: all) under its barriers."""
    barred = BARRED[level] if level else ("sleep",)
    chosen = {"barred": barred, "expression": level or "", "markers": LEVELS} | options
    return {"tests": tests, "modules": modules, **chosen}


def other_desk(exercise: Path, hand_in: Path, order: str) -> dict:
    """Return the plan for all tests on the other right desk."""
    tests = {TESTS: read(hand_in / TESTS)}
    return plan(tests, changed(exercise / "other", tests[TESTS]), None, order=order)


@functools.cache
def right_runs(exercise, hand_in, learner_suite):
    """Run the tests on what is right, also with more barred than their level allows, and on what is idle."""
    tests = {TESTS: read(hand_in / TESTS)}
    modules = changed(exercise, tests[TESTS])
    watched = modules | {PROGRAM: modules[PROGRAM].replace(":\n    main()", f":\n{WATCHED}    main()")}
    assert watched != modules
    plans = {level: plan(tests, modules, level) for level in LEVELS}
    plans["e2e"] = plan({"a_watch.py": WATCH} | tests, watched, "e2e")
    plans["other"] = other_desk(exercise, hand_in, "reversed")
    plans["integration without disk"] = plan(tests, modules, "integration", barred=BARRED["unit"])
    plans["e2e without process"] = plan(tests, modules, "e2e", barred=("process", "sleep"))
    plans["idle"] = plan(tests, idle(exercise), None, first_red=True)
    return learner_suite.run_all(plans)


@functools.cache
def wrong_runs(exercise, hand_in, learner_suite):
    """Run the tests of each level on the desks with the bugs that it has to find."""
    tests = {TESTS: read(hand_in / TESTS)}
    plans = {
        name: plan(tests, changed(exercise, tests[TESTS], *where), level, first_red=True)
        for level, bugs in BUGS.items()
        for name, (_, *where) in bugs.items()
    }
    return learner_suite.run_all(plans)


@functools.cache
def experiments(exercise, learner_suite):
    """Run the given experiments: the levels on each changed desk, and the barriers."""
    levels, barriers = (
        {name: read(exercise / "experiments" / name)} for name in ("levels.py", "barriers.py")
    )
    plans = {
        change: plan(levels, changed(exercise, "", *where), None, first_red=True)
        for change, (_, *where) in CHANGES.items()
    }
    plans["barriers"] = plan(barriers, changed(exercise, ""), None, barred=BARRED["unit"])
    return learner_suite.run_all(plans)


def passing_elsewhere(check, exercise, hand_in, learner_suite) -> None:
    """Require that there are tests, and that all pass on the other right desk."""
    run = right_runs(exercise, hand_in, learner_suite)["other"]
    if not run.green:  # is it the desk, or the order?
        run = learner_suite.run(**other_desk(exercise, hand_in, "written"))
    check.that(run.green, "your tests on other/vouchers", "there are tests, and all of them pass", run.story)


def passing(check, exercise, hand_in, learner_suite, level: str) -> None:
    """Require that there are tests of a level, that they pass, and that they try nothing barred."""
    run = right_runs(exercise, hand_in, learner_suite)[level]
    some = any(case.startswith(TESTS) for case in run.ids)
    call = f"your {level} tests on the given desk"
    told = run.story if some or run.trouble else "there is no such test"
    told = "\n".join([*map(str, run.attempts[:5]), told]) if run.attempts else told
    check.that(
        some and run.green and not run.attempts,
        call,
        f"there are some, all pass, and none tries what is barred: {', '.join(BARRED[level])}",
        told,
    )


def needing(check, exercise, hand_in, learner_suite, level: str, barrier: str) -> None:
    """Require that no test of a level passes where something is barred."""
    passing(check, exercise, hand_in, learner_suite, level)
    run = right_runs(exercise, hand_in, learner_suite)[f"{level} without {barrier}"]
    passed = [case.id for case in run.cases if case.id not in run.red]
    told = f"not so: {', '.join(passed[:5])}"
    check.that(not passed, f"your {level} tests where this is barred: {barrier}", "each of them fails", told)


def finding(check, exercise, hand_in, learner_suite, level: str, bug: str) -> None:
    """Require that the tests of a level, which pass without it, notice a bug."""
    passing(check, exercise, hand_in, learner_suite, level)
    run = wrong_runs(exercise, hand_in, learner_suite)[bug]
    call = f"your {level} tests on a desk with a bug: {BUGS[level][bug][0]}"
    check.that(bool(run.red), call, "at least one of them fails", run.story)


def functions_run(action: Callable[[], object]) -> int:
    """Return how many different functions of the desk run during an action."""
    folder = str(Path(domain.__file__).parent)
    seen = set()

    def note(frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(folder) and not code.co_name.startswith("<"):
            seen.add(code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(before)
    return len(seen)


def size(count: int) -> str:
    """Return the choice that a count belongs to."""
    return "up to 4" if count <= 4 else "5 to 8" if count <= 8 else "more than 8"
