"""Tests of learners: run in processes of their own, with a clock, barriers, an order and coverage."""

import pytest

from grader.fixtures.learner_suite import LearnerSuite, Outcome

MODULE = "def sign(x):\n    if x < 0:\n        return -1\n    return 1\n"
GREEN = "from m import sign\n\n\ndef test_one():\n    assert sign(3) == 1\n"


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """One worker for all cases of this file."""
    with LearnerSuite(tmp_path_factory.mktemp("learner")) as running:
        yield running


def run(suite, tests, module=MODULE, **options):
    """Run one test file beside one module."""
    return suite.run({"m_tests.py": tests}, {"m.py": module}, **options)


def test_a_run_tells_which_cases_passed(suite):
    """A green run has cases, all passed, and says so."""
    done = run(suite, GREEN)
    assert done.green
    assert ("m_tests.py::test_one",) == done.ids
    assert (Outcome.PASSED,) == tuple(case.outcome for case in done.cases)
    assert done.story == "all 1 tests pass"


def test_a_failure_is_red_and_tells_why(suite):
    """A failed case is in ``red``, with the learner's own line."""
    done = run(suite, "import m\n\n\ndef test_one():\n    assert m.sign(0) == 0\n")
    assert not done.green
    assert ("m_tests.py::test_one",) == done.red
    assert "assert m.sign(0) == 0" in done.story


def test_a_skip_is_neither_green_nor_red(suite):
    """Nothing is proved by a test that does not run."""
    done = run(suite, "import pytest\n\n\ndef test_one():\n    pytest.skip('later')\n")
    assert (False, ()) == (done.green, done.red)


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ("", "there is no test in it"),
        ("def (:\n", "SyntaxError"),
        ("import absent_module\n", "absent_module"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
        ("import os\nos._exit(0)\n", "did not come to its end"),
        ("def test_one():\n    import os\n    os._exit(0)\n", "did not come to its end"),
        ("while True:\n    print('x' * 9999)\n", "print without end"),
    ],
)
def test_a_run_without_a_proper_end_is_not_green(suite, tests, told):
    """Whatever ends a run early is told, and is no pass."""
    done = run(suite, tests, seconds=10.0)
    assert not done.green
    assert told in done.story


def test_endless_tests_are_stopped(suite):
    """A case may take a quarter of the time of all plans; at import the plan itself is ended."""
    case = run(suite, "def test_one():\n    while True: pass\n", seconds=4.0)
    assert (Outcome.TIMEOUT,) == tuple(one.outcome for one in case.cases)
    assert "did not come to its end" in run(suite, "while True: pass\n", seconds=2.0).story


def test_coverage_counts_branches_and_knows_who_reached_a_line(suite):
    """The report has the share, the missing lines and branches, and the cases of each line."""
    measured = run(suite, GREEN, measured=["m.py"]).coverage["m.py"]
    assert 0 < measured.percent < 100
    assert (3,) == measured.missing_lines
    assert ((2, 3),) == measured.missing_branches
    assert {"m_tests.py::test_one"} == measured.reached[4]


@pytest.mark.parametrize(
    ("line", "barrier"),
    [
        ("socket.create_connection(('127.0.0.1', 9))", "network"),
        ("socket.gethostbyname('example.org')", "network"),
        ("smtplib.SMTP('127.0.0.1', 9)", "network"),
        ("time.sleep(9)", "sleep"),
        ("subprocess.run(['true'])", "process"),
        ("pathlib.Path('notes.txt').write_text('x')", "disk"),
        ("sqlite3.connect('notes.db')", "disk"),
    ],
)
def test_what_is_barred_is_stopped_and_reported(suite, line, barrier):
    """A try fails (a sleep is over at once), and is on record even if the test goes on."""
    names = "contextlib, pathlib, smtplib, socket, sqlite3, subprocess, time"
    tests = f"import {names}\n\n\ndef test_one():\n    with contextlib.suppress(OSError):\n        {line}\n"
    done = run(suite, tests, barred=["network", "sleep", "process", "disk"])
    assert done.green
    assert {("m_tests.py::test_one", barrier)} == {(one.case, one.barrier) for one in done.attempts}


def test_a_try_at_import_has_no_case(suite):
    """What a test file does when it is imported is reported too."""
    done = run(suite, "import time\ntime.sleep(9)\n" + GREEN)
    assert ["at import: time.sleep(9)"] == [str(one) for one in done.attempts]


def test_reading_code_is_not_using_the_disk(suite):
    """Late imports, time zones and a database in memory are allowed behind the barrier of the disk."""
    tests = (
        "import sqlite3, zoneinfo\n\n\ndef test_one():\n    import colorsys\n"
        "    zoneinfo.ZoneInfo('UTC')\n    sqlite3.connect(':memory:').close()\n"
    )
    assert () == run(suite, tests, barred=["disk"]).attempts


def test_the_order_is_chosen(suite):
    """Cases run as written, reversed, shuffled by a seed, or some of them first."""
    tests = "SEEN = []\n\n\n" + "".join(f"def test_{n}():\n    SEEN.append({n})\n\n\n" for n in range(5))

    def order(**options):
        return [int(case.id[-1]) for case in run(suite, tests, **options).cases]

    assert [0, 1, 2, 3, 4] == order()
    assert [4, 3, 2, 1, 0] == order(order="reversed")
    assert [0, 1, 2, 3, 4] == sorted(order(order=5))
    assert [3, 0, 1, 2, 4] == order(first=["m_tests.py::test_3"])


def test_the_clock_is_chosen_and_can_be_frozen(suite):
    """The tests find the moment that was asked for, and may freeze another."""
    tests = (
        "import datetime, time\nfrom freezegun import freeze_time\n\n\ndef test_one():\n"
        "    assert str(datetime.date.today()) == '2031-12-31' and time.gmtime().tm_hour == 23\n"
        "    with freeze_time('1999-01-01'):\n        assert datetime.datetime.now().year == 1999\n"
    )
    assert run(suite, tests, now="2031-12-31 23:00:00").green


def test_marks_select_cases_and_a_run_can_stop_early(suite):
    """An exercise's marks are known; ``first_red`` stops at the first failure."""
    tests = (
        "import pytest\n\n\n@pytest.mark.unit\ndef test_a():\n    assert 0\n\n\ndef test_b():\n    assert 0\n"
    )
    chosen = run(suite, tests, markers=["unit"], expression="not unit")
    assert ("m_tests.py::test_b",) == chosen.ids
    assert ("m_tests.py::test_a",) == run(suite, tests, markers=["unit"], first_red=True).red
    assert not run(suite, tests).ids


def test_plans_do_not_see_each_other(suite):
    """Each plan has its own process and modules; the same plan is not run twice."""
    tests = {"m_tests.py": GREEN}
    plans = {
        str(value): {"tests": tests, "modules": {"m.py": f"def sign(x): return {value}"}}
        for value in (1, 2, 1)
    }
    done = suite.run_all(plans)
    assert {"1": True, "2": False} == {name: one.green for name, one in done.items()}
    assert done["1"] is suite.run(tests, {"m.py": "def sign(x): return 1"})


def test_files_may_lie_in_folders(suite):
    """Packages under test, and several test files, keep their relative paths."""
    tests = {
        "unit/a_tests.py": "from shop.cart import total\n\n\ndef test_one():\n    assert total([1]) == 1\n"
    }
    done = suite.run(
        tests, {"shop/__init__.py": "", "shop/cart.py": "total = sum\n"}, measured=["shop/cart.py"]
    )
    assert done.green, done.story
    assert ("unit/a_tests.py::test_one",) == done.ids
    assert 100 == done.coverage["shop/cart.py"].percent


def test_ids_that_clash_are_one_case(suite):
    """A failure of any of them counts, whichever comes last."""
    tests = """
import pytest


@pytest.mark.parametrize("before", ["", "-"])
@pytest.mark.parametrize("after", ["", "-"])
def test_it(before, after):
    assert (before, after) not in {}
"""
    done = run(suite, tests.format([]))
    assert (True, 3) == (done.green, len(done.ids))
    for row in (("", "-"), ("-", "")):
        done = run(suite, tests.format([row]))
        assert (False, 1) == (done.green, len(done.red)), row


def test_waiting_for_a_process_is_no_sleep(suite):
    """The standard library sleeps a little while it waits; a test that sleeps by itself is another matter."""
    tests = """
import subprocess, sys, time


def test_it():
    program = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        program.wait(timeout=0.05)
    except subprocess.TimeoutExpired:
        program.stdin.close()
    assert program.wait(timeout=30) == 0
{}"""
    done = run(suite, tests.format(""), barred=("sleep",))
    assert (True, ()) == (done.green, done.attempts), done.story
    done = run(suite, tests.format("    time.sleep(9)\n"), barred=("sleep",))
    assert ["time.sleep(9)"] == [one.attempt for one in done.attempts]
