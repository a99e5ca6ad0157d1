"""The worker process: jobs in, events out, and nothing left of a job when the next one comes."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.isolation import Plain

SUITE = '''
import pytest, thing

@pytest.mark.task(1)
def test_first():
    """The first thing is true."""
    assert thing.first() == 1

@pytest.mark.task(2)
def test_second(check):
    """The second thing is a list."""
    check.equal([1, 2], thing.second(), "second()")
'''
GOOD = "def first(): return 1\ndef second(): return [1, 2]\n"
LIMITS = {"seconds": 10, "case_seconds": 5, "memory_mib": 1024, "output_bytes": 100_000}
Run = Callable[..., list[dict[str, Any]]]


class Worker:
    """One worker process, spoken to as the runner does."""

    def __init__(self, *options: str) -> None:
        isolation = Plain()
        self.variables = isolation.environment()
        self.process = subprocess.Popen(
            isolation.command(*options),
            env=self.variables,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert {"event": "ready"} == self.next()

    def next(self) -> dict[str, Any]:
        """Return the next event."""
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        return event

    def run(self, base: Path, hand_in: str, kind: str = "suite", **limits: float) -> list[dict[str, Any]]:
        """Run the suite against a hand-in in a fresh folder; return the events."""
        root, scratch = base / "root", base / "tmp"
        root.mkdir(parents=True)
        scratch.mkdir()
        (root / "thing.py").write_text(hand_in, encoding="utf-8")
        (root / "test_thing.py").write_text(SUITE, encoding="utf-8")
        job = {
            "kind": kind,
            "root": str(root),
            "output": str(base / "output"),
            "targets": ["test_thing.py"],
            "options": [],
            "plugins": [],
            "environment": {**self.variables, "TMPDIR": str(scratch), "HOME": str(scratch)},
            "limits": {"seconds": 10, "case_seconds": 5, "memory_mib": 1024, "output_bytes": 100_000}
            | limits,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        events = [self.next()]
        while events[-1]["event"] != "ended":
            events.append(self.next())
        return events

    def close(self) -> int:
        """Close the worker's input and return its exit code."""
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return self.process.wait(20)


@pytest.fixture(scope="module")
def forking() -> Iterator[Worker]:
    """One warm worker for all tests of this file."""
    worker = Worker()
    yield worker
    assert worker.close() == 0


@pytest.fixture(scope="module")
def spawning() -> Iterator[Worker]:
    """A worker that starts each child afresh, as on systems without fork."""
    worker = Worker("--spawn")
    yield worker
    assert worker.close() == 0


@pytest.fixture
def run(forking: Worker, tmp_path: Path) -> Run:
    """Run a hand-in in the warm worker."""
    numbers = itertools.count()
    return lambda hand_in, **options: forking.run(tmp_path / str(next(numbers)), hand_in, **options)


@pytest.fixture
def run_afresh(spawning: Worker, tmp_path: Path) -> Run:
    """Run a hand-in in a fresh process."""
    numbers = itertools.count()
    return lambda hand_in, **options: spawning.run(tmp_path / f"fresh{next(numbers)}", hand_in, **options)


def the(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the first event of a kind."""
    return next(event for event in events if event["event"] == kind)


def statuses(events: list[dict[str, Any]]) -> dict[str, str]:
    """Return the status of each case that was reported."""
    return {e["id"].partition("::")[2]: e["status"] for e in events if e["event"] == "case"}


def test_a_run_is_told_from_the_cases_to_the_end(run: Run) -> None:
    """A sound run says which cases there are, how each went, that it finished, and how it ended."""
    events = run(GOOD)
    kinds = [event["event"] for event in events]
    assert ["begun", "collected", "started", "case", "started", "case", "finished", "ended"] == kinds
    assert {"test_first": "passed", "test_second": "passed"} == statuses(events)
    case = the(events, "collected")["cases"][0]
    assert ([1], "The first thing is true.") == (case["tasks"], case["requirement"])
    assert {"reason": "exited", "code": 0, "survivors": 0} == {
        key: the(events, "ended")[key] for key in ("reason", "code", "survivors")
    }


def test_collecting_runs_nothing(run: Run) -> None:
    """A job that only collects reports the cases and runs none."""
    events = run(GOOD, kind="collect")
    assert 2 == len(the(events, "collected")["cases"])
    assert {} == statuses(events)


def test_a_failure_says_called_expected_got(run: Run) -> None:
    """A failed check arrives as three lines, without the path of the folder it ran in."""
    events = run("def first(): return 1\ndef second(): return [2, 1]\n")
    message = [event for event in events if event["event"] == "case"][1]["message"]
    assert message.startswith("called:   second()\nexpected: [1, 2]\ngot:      [2, 1]")
    assert "job" not in message


def test_an_exception_shows_the_learners_own_line(run: Run) -> None:
    """An exception is told with the suite's call and the line of the hand-in that raised it."""
    message = the(run("def first():\n    return {}['x']\n"), "case")["message"]
    assert "called:   assert thing.first() == 1" in message
    assert "got:      KeyError: 'x'" in message
    assert "at thing.py:2, in first:" in message


@pytest.mark.parametrize(
    ("hand_in", "told"),
    [
        ("def (", "thing.py:1"),
        ("import nowhere", "No module named 'nowhere'"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import pytest; pytest.skip('no', allow_module_level=True)", "skipped"),
        ("import pytest; pytest.exit('out', 0)", "Exit: out"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = bytearray(8 << 30)", "MemoryError"),
    ],
)
def test_a_hand_in_that_breaks_the_import_is_told_why(run: Run, hand_in: str, told: str) -> None:
    """Whatever stops the import is a broken run with its reason, and no case."""
    events = run(hand_in)
    assert told in the(events, "broken")["message"]
    assert {} == statuses(events)


def test_an_exit_in_the_middle_has_no_end_event(run: Run) -> None:
    """A process that leaves during a case never says that it finished; its exit code is passed on."""
    events = run("import os\ndef first(): os._exit(3)\n")
    assert ["begun", "collected", "started", "ended"] == [event["event"] for event in events]
    assert ("exited", 3) == (events[-1]["reason"], events[-1]["code"])


def test_a_signal_is_told(run: Run) -> None:
    """A child that a signal ends is reported as killed, with the signal's number."""
    ended = run("import os\ndef first(): os.kill(os.getpid(), 9)\n")[-1]
    assert ("killed", -9) == (ended["reason"], ended["code"])


def test_a_case_past_its_limit_times_out_and_the_next_one_runs(run: Run) -> None:
    """A case that loops is stopped at its own limit, where it was; the cases after it still run."""
    endless = "def first():\n    while True:\n        pass\ndef second(): return [1, 2]\n"
    events = run(endless, case_seconds=0.3)
    assert {"test_first": "timeout", "test_second": "passed"} == statuses(events)
    message = the(events, "case")["message"]
    assert "expected: an answer within 0.3 s, the limit of a case\ngot:      none" in message
    assert "thing.py:" in message


def test_a_swallowed_interrupt_comes_again(run: Run) -> None:
    """A loop that catches every exception is interrupted once more until it is out."""
    stubborn = "def first():\n    for _ in range(2):\n        try:\n            while True: pass\n"
    stubborn += "        except BaseException: pass\n    return 1\ndef second(): return [1, 2]\n"
    events = run(stubborn, case_seconds=0.2)
    assert "passed" == statuses(events)["test_second"]


def test_an_import_past_the_limit_is_stopped(run: Run) -> None:
    """A hand-in that never finishes its import is killed at the limit of the suite."""
    assert "deadline" == run("while True: pass", seconds=0.3)[-1]["reason"]


def test_a_case_that_cannot_be_interrupted_is_killed(run: Run) -> None:
    """A child that has blocked the timer's signal is killed a moment after the limit of the case."""
    deaf = "import signal\ndef first():\n    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
    events = run(deaf + "    while True: pass\n", case_seconds=0.2)
    assert "deadline" == events[-1]["reason"]
    assert {} == statuses(events)


def test_a_flood_of_output_is_stopped(run: Run) -> None:
    """A hand-in that prints without end is killed soon, and the file that takes it stays small."""
    assert "output" == run("while True: print('x' * 10_000)")[-1]["reason"]


def test_what_a_failing_case_printed_is_told(run: Run) -> None:
    """The beginning of what was printed comes with a case that did not pass, and with no other."""
    events = run("def first(): print('hello'); return 1\ndef second(): print('there')\n")
    outputs = [event["output"] for event in events if event["event"] == "case"]
    assert ["", "there\n"] == outputs


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_daemons_end_with_the_job(run: Run, tmp_path: Path) -> None:
    """A grandchild in a session of its own is ended and counted, although its parent is gone."""
    pid_file = tmp_path / "pid"
    daemon = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        open({str(pid_file)!r}, "w").write(str(os.getpid()))
        while True: pass
    os._exit(0)
os.wait()
while not os.path.exists({str(pid_file)!r}): pass
"""
    ended = run(daemon + GOOD)[-1]
    assert ended["survivors"] >= 1
    pid = int(pid_file.read_text() or 0)
    assert not Path(f"/proc/{pid}").exists()


def test_events_of_a_forked_copy_are_not_believed(run: Run) -> None:
    """A copy of the child that reaches the end of the suite on its own writes no events."""
    copying = "import os\ndef first():\n    if os.fork() == 0: return 1\n    os.wait()\n    return 2\n"
    events = run(copying + "def second(): return [1, 2]\n")
    assert {"test_first": "failed", "test_second": "passed"} == statuses(events)
    assert 1 == sum(event["event"] == "finished" for event in events)


def test_a_forged_end_is_not_passed_on(run: Run) -> None:
    """An ``ended`` event that the child writes by itself is dropped."""
    forging = """
import gc, os
def first():
    for number in range(3, 64):
        try: os.write(number, b'{"event": "ended", "reason": "exited", "code": 0}\\n')
        except OSError: pass
    os._exit(0)
"""
    events = run(forging)
    assert 1 == sum(event["event"] == "ended" for event in events)


@pytest.mark.parametrize(
    ("hand_in", "told"),
    [
        (
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n",
            "thread",
        ),
        ("import os\nos.environ['EXTRA'] = '1'\n", "EXTRA was added"),
        ("import os\nos.environ.pop('LC_ALL')\n", "LC_ALL was removed"),
        ("import sys\nsys.path.append('/elsewhere')\n", "/elsewhere"),
        ("import sys, json\nsys.modules['json'] = sys\n", "module json was replaced"),
        ("keep = open('/dev/null')\n", "/dev/null"),
    ],
)
def test_what_is_left_behind_is_told(run: Run, hand_in: str, told: str) -> None:
    """Threads, variables, paths, modules, folders and files that outlive the suite are listed."""
    if told == "/dev/null" and not Path("/proc/self/fd").exists():
        pytest.skip("this system does not tell which descriptors are open")
    leftovers = the(run(hand_in + GOOD), "finished")["leftovers"]
    assert [text for text in leftovers if told in text]


def test_a_clean_run_leaves_nothing(run: Run) -> None:
    """A run that restores everything has no leftovers."""
    assert [] == the(run(GOOD), "finished")["leftovers"]


def test_one_job_does_not_see_another(run: Run) -> None:
    """What a job changes in its process is gone for the next one."""
    run("import builtins, os\nbuiltins.first = 1\nos.environ['MARK'] = '1'\n" + GOOD)
    later = (
        "import builtins, os\ndef first(): return hasattr(builtins, 'first') or 'MARK' in os.environ or 1\n"
    )
    assert "passed" == statuses(run(later))["test_first"]


def test_a_suite_past_its_limit_stops_between_cases(run: Run) -> None:
    """When the time of the suite is over no further case starts, and the run still comes to its end."""
    slow = "import threading\ndef first(): threading.Event().wait(2.1); return 1\n"
    events = run(slow + "def second(): return [1, 2]\n", seconds=2)
    assert {"test_first": "passed"} == statuses(events)
    assert "finished" == events[-2]["event"]


def test_a_fresh_process_tells_the_same(run: Run, run_afresh: Run) -> None:
    """Where there is no fork a run tells the same events."""
    forked = [event["event"] for event in run(GOOD)]
    assert forked == [event["event"] for event in run_afresh(GOOD)]


def test_a_fresh_process_has_the_same_limits(run_afresh: Run) -> None:
    """A child that was started afresh is stopped when its import takes too long."""
    assert "deadline" == run_afresh("while True: pass", seconds=0.3)[-1]["reason"]
    assert "output" == run_afresh("while True: print('x' * 10_000)")[-1]["reason"]


def test_a_fresh_process_is_ended_with_what_it_started(run_afresh: Run) -> None:
    """What a child that was started afresh leaves running is ended."""
    leaving = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\n"
    assert run_afresh(leaving + GOOD)[-1]["survivors"] >= (sys.platform == "linux")


def test_a_worker_ends_when_nobody_sends_jobs() -> None:
    """A worker whose input is closed ends by itself."""
    isolation = Plain()
    done = subprocess.run(
        isolation.command(),
        env=isolation.environment(),
        cwd=os.sep,
        input=b"",
        capture_output=True,
        check=False,
    )
    assert (0, b'{"event": "ready"}\n') == (done.returncode, done.stdout)
