"""Warm workers from the caller's side: records, replacement of the dead, and an end for all of them."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import GraderError, SetupError
from grader.isolation import Plain
from grader.model import CaseStatus, Ending, Exercise, HandedIn, Limits, RunRecord, Submission
from grader.runner import Job, Pool
from grader.submission import take
from grader.workspace import prepared

STOPS_ITS_WORKER = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker for all tests of this file."""
    with Pool(Plain(), 1) as pool:
        yield pool


def run(pool: Pool, exercise: Exercise, text: str | None = None, limits: Limits | None = None) -> RunRecord:
    """Run the suite against a hand-in, by default the reference."""
    submission = take(exercise, exercise.mirror)
    if text is not None:
        submission = Submission(
            slug=exercise.slug, files=(HandedIn(path=exercise.files[0], content=text.encode()),)
        )
    with prepared(exercise, submission) as workspace:
        job = Job(
            workspace=workspace, kind="suite", targets=(exercise.suite,), limits=limits or exercise.limits
        )
        return pool.run(job)


def test_a_sound_run_has_every_case_and_its_end(pool: Pool, exercise: Exercise) -> None:
    """The record of a reference holds each case, passed, with its task and its requirement."""
    record = run(pool, exercise)
    assert Ending.FINISHED is record.ending
    assert [1, 1, 2, 2] == [case.task for case in record.collected]
    assert "Doubling a number returns twice the number." == record.collected[0].requirement
    assert {CaseStatus.PASSED} == {result.status for result in record.results}
    assert () == record.leftovers


def test_an_exit_names_the_case(pool: Pool, exercise: Exercise) -> None:
    """A process that leaves early is told with the case that was running."""
    record = run(pool, exercise, "import os\ndef double(n): os._exit(0)\ndef double_all(n): pass\n")
    assert Ending.EXITED is record.ending
    assert record.message is not None
    assert "exit code 0" in record.message
    assert "test_a_number_is_doubled" in record.message


def test_a_deadline_prints_the_limit_and_the_time(pool: Pool, exercise: Exercise) -> None:
    """A run past its limits says how long it took and what was allowed."""
    record = run(pool, exercise, "while True: pass", Limits(seconds=0.2, case_seconds=0.1))
    assert Ending.DEADLINE is record.ending
    assert record.message is not None
    assert "the time limit is 0.2 s for the suite" in record.message
    assert "Stopped after" in record.message


def test_a_flood_prints_the_limit(pool: Pool, exercise: Exercise) -> None:
    """A run that prints too much says how much is allowed."""
    record = run(pool, exercise, "while True: print('x' * 10_000)", Limits(output_bytes=50_000))
    assert (Ending.OUTPUT, True) == (record.ending, "50,000 bytes" in (record.message or ""))


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_processes_that_are_left_are_told(pool: Pool, exercise: Exercise) -> None:
    """A hand-in that leaves a process running has it ended, and it is said."""
    text = (exercise.mirror / "doubling.py").read_text(encoding="utf-8")
    leaving = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\n"
    assert ("1 process(es) were still running",) == run(pool, exercise, text + leaving).leftovers[-1:]


def test_a_dead_worker_is_replaced(exercise: Exercise, tmp_path: Path) -> None:
    """A job whose worker dies is tried once more in a new one, and the pool goes on."""
    marker = tmp_path / "marker"
    once = f"import os\nif not os.path.exists({str(marker)!r}):\n    open({str(marker)!r}, 'w').close()\n"
    text = (exercise.mirror / "doubling.py").read_text(encoding="utf-8")
    killing = once + "    os.kill(os.getppid(), 9)\n" + text
    with Pool(Plain(), 1) as pool:
        assert Ending.FINISHED is run(pool, exercise, killing).ending
        assert Ending.FINISHED is run(pool, exercise).ending


def test_two_dead_workers_are_a_fault_of_the_grader(exercise: Exercise) -> None:
    """A job that kills two workers is no zero but an error, and the pool still works."""
    with Pool(Plain(), 1) as pool:
        with pytest.raises(GraderError, match="two workers died"):
            run(pool, exercise, STOPS_ITS_WORKER)
        assert Ending.FINISHED is run(pool, exercise).ending


def test_arguments_that_pytest_refuses_are_a_fault(pool: Pool, exercise: Exercise) -> None:
    """If pytest cannot even start, the record says so, with what pytest said."""
    with prepared(exercise, take(exercise, exercise.mirror)) as workspace:
        job = Job(
            workspace=workspace,
            kind="suite",
            targets=(exercise.suite,),
            limits=Limits(),
            options=("--no-such-option",),
        )
        record = pool.run(job)
    assert Ending.FAULT is record.ending
    assert "--no-such-option" in (record.message or "")


def test_a_worker_that_cannot_start_is_a_set_up_error(exercise: Exercise) -> None:
    """An isolation whose program is missing is told as such."""

    class Missing(Plain):
        def command(self, *options: str) -> list[str]:
            del options
            return ["/nowhere/python"]

    with Pool(Missing(), 1) as pool, pytest.raises(SetupError, match="could not be started"):
        run(pool, exercise)


def test_a_worker_that_fails_at_once_says_why(exercise: Exercise) -> None:
    """The last words of a worker that cannot work are in the error."""

    class Failing(Plain):
        def command(self, *options: str) -> list[str]:
            del options
            return [sys.executable, "-c", "raise SystemExit('no worker today')"]

    with Pool(Failing(), 1) as pool, pytest.raises(GraderError, match="no worker today"):
        run(pool, exercise)


def test_outcomes_carry_the_index_of_their_item(pool: Pool) -> None:
    """Mapping yields each outcome with the place of its item, in whatever order they come."""
    assert {0: 1, 1: 4, 2: 9} == dict(pool.map(lambda number: number * number, [1, 2, 3]))


def test_an_error_in_one_item_ends_the_mapping() -> None:
    """An exception in the function reaches the caller, and the pool takes no more work."""

    def fail(number: int) -> int:
        raise GraderError(f"no {number}")

    with Pool(Plain(), 2) as pool:
        with pytest.raises(GraderError, match="no"):
            list(pool.map(fail, [1, 2]))
        with pytest.raises(GraderError, match="interrupted"):
            pool.run(None)  # type: ignore[arg-type] - the pool is closed before it looks


def test_closing_a_pool_ends_what_is_running(exercise: Exercise) -> None:
    """A pool that is closed in the middle of a run ends the worker and its child at once."""
    pool = Pool(Plain(), 1)
    started = threading.Event()
    outcomes: list[object] = []
    folder = exercise.folder.parent.parent.parent
    pid_file = folder / "pid"
    text = f"import os\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\nwhile True: pass\n"

    def work() -> None:
        started.set()
        try:
            outcomes.append(run(pool, exercise, text, Limits(seconds=60, case_seconds=60)))
        except GraderError as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    started.wait(10)
    while not (pid_file.exists() and pid_file.read_text()):
        threading.Event().wait(0.01)
    pool.close()
    thread.join(30)
    assert isinstance(outcomes[0], GraderError)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), signal.SIG_DFL)
