"""Programs as black boxes: started, listened to, and stopped for certain."""

import os
import select
import signal
import sys

import pytest

from grader.checks import Mismatch
from grader.fixtures.programs import Programs, clean_environment

linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs handles of foreign processes")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and sessions of POSIX")
WAITING = "import signal; print('ready', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITING


@pytest.fixture
def python(tmp_path):
    """Start a Python program from its text."""
    with Programs(tmp_path) as programs:
        yield lambda text, *arguments, **more: programs.start(
            [sys.executable, "-c", text, *arguments], **more
        )


def failure(action):
    """Return what a failing wait says."""
    with pytest.raises(Mismatch) as caught:
        action()
    return str(caught.value)


def gone(pid):
    """Tell whether a process has ended, and give one that was killed the time for it."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 10)[0])
    finally:
        os.close(process)


def test_a_line_is_waited_for(python):
    """What follows the beginning is returned, and earlier lines are kept."""
    program = python("print('hello'); print('port 8080 '); print('bye')")
    assert "8080" == program.wait_for_line("port ")
    assert ["hello", "port 8080 "] == program.lines[:2]


def test_all_output_is_kept_in_order(python):
    """Standard error comes between the lines of standard output."""
    program = python(
        "import sys; [print(w, file=f, flush=True) for w, f in (('a', sys.stdout), ('b', sys.stderr))]"
    )
    program.wait_for_line("b")
    assert "a\nb" == program.output


def test_output_that_is_no_text_is_shown_with_escapes(python):
    """Bytes that are no UTF-8 do not end the listening."""
    program = python(r"import os; os.write(1, b'\xff\xfe ready\n')")
    program.wait_for_line(r"\xff\xfe ready")


def test_a_program_can_be_spoken_to(python):
    """Lines go to its standard input."""
    program = python("for line in __import__('sys').stdin: print('heard', line.strip(), flush=True)")
    program.send("one")
    assert "one" == program.wait_for_line("heard ")
    program.send("zwei ü")
    assert "zwei ü" == program.wait_for_line("heard ")


def test_a_program_that_has_ended_is_not_spoken_to(python):
    """Sending to it is no crash of the suite."""
    program = python("import sys; sys.stdin.close(); print('closed', flush=True)")
    program.wait_for_line("closed")
    assert 0 == program.stop(signal_number=0)
    program = python("pass")
    failure(lambda: program.wait_for_line("never"))
    program.send("anybody there?")


def test_a_program_that_ends_without_the_line_is_told(python):
    """The failure shows the exit code and the last lines."""
    program = python("print('one'); print('two'); raise SystemExit(3)", cwd=None)
    message = failure(lambda: program.wait_for_line("port "))
    assert "expected: it prints a line 'port '\n" in message
    assert message.endswith("it printed:\n  one\n  two")
    program.stop(signal_number=0)
    assert "ended with exit code 3" in failure(lambda: program.wait_for_line("port "))


def test_a_silent_program_is_told(python):
    """The failure says how long was waited."""
    program = python(WAITING)
    program.wait_for_line("ready")
    message = failure(lambda: program.wait_for_line("port ", seconds=0.01))
    assert (
        "expected: it prints a line 'port ' within 0.01 s\ngot:      still running; it printed:\n  ready"
        in message
    )


def test_a_program_that_said_nothing_is_told(python):
    """There is something to read in any case."""
    program = python("pass")
    assert "it printed:\n  (nothing)" in failure(lambda: program.wait_for_line("port "))


@linux
def test_a_program_is_stopped_by_a_signal(python):
    """Its exit code is returned, and it is gone."""
    program = python(WAITING)
    program.wait_for_line("ready")
    assert -signal.SIGTERM == program.stop()
    assert gone(program.pid)


@posix
def test_a_program_may_end_in_order(python):
    """What it prints at its end is kept."""
    text = (
        "import signal, sys\nsignal.signal(signal.SIGINT, lambda *_: (print('bye'), sys.exit(5)))\n" + WAITING
    )
    program = python(text)
    program.wait_for_line("ready")
    assert 5 == program.stop(signal.SIGINT)
    assert "ready\nbye" == program.output


@linux
def test_a_program_that_does_not_stop_is_killed_and_told(python):
    """Past the time the whole session is killed."""
    program = python(DEAF)
    program.wait_for_line("ready")
    message = failure(lambda: program.stop(seconds=0.01))
    assert "expected: it ends within 0.01 s of signal 15\ngot:      ended with exit code -9" in message
    assert gone(program.pid)


PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {DEAF!r}])
print("child", child.pid, flush=True)
if "stay" in sys.argv:
    child.wait()
"""


@linux
def test_nothing_of_a_program_is_left(tmp_path):
    """Leaving the fixture kills the children of a program too."""
    with Programs(tmp_path) as programs:
        program = programs.start([sys.executable, "-c", PARENT, "stay"])
        child = int(program.wait_for_line("child "))
    assert gone(program.pid)
    assert gone(child)


@linux
def test_a_child_that_keeps_the_output_open_does_not_stop_the_suite(python):
    """Whoever holds the pipe after the end of the program is killed."""
    program = python(PARENT)
    child = int(program.wait_for_line("child "))
    program.wait_for_line("ready")
    assert 0 == program.stop(signal_number=0)
    assert gone(child)


def test_a_program_starts_in_the_folder_of_the_case(python, tmp_path):
    """Unless another one is named."""
    text = "import os; print('in', os.getcwd())"
    assert str(tmp_path.resolve()) == python(text).wait_for_line("in ")
    (tmp_path / "sub").mkdir()
    assert str(tmp_path.resolve() / "sub") == python(text, cwd=tmp_path / "sub").wait_for_line("in ")


def test_a_program_has_a_clean_environment(python, monkeypatch):
    """Nothing of the user's gets in but what is named."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    text = (
        "import os, time; print('told', os.environ.get('HTTP_PROXY'), os.environ.get('MINE'), time.tzname[0])"
    )
    assert "None yes UTC" == python(text, environment={"MINE": "yes"}).wait_for_line("told ")


def test_the_clean_environment_finds_programs(monkeypatch):
    """PATH is kept, HOME is not."""
    monkeypatch.setenv("PATH", "/somewhere")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert "/somewhere" == clean_environment()["PATH"]
    assert "HOME" not in clean_environment()
