"""Starts one child for a job, watches its deadlines and its output, and ends its whole process tree."""

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from grader.worker import session

Event = dict[str, Any]

TICK = 0.05
"""Seconds between two looks at the clock and at the size of the output."""
START_SECONDS = 30.0
"""Seconds until a child has begun: a fresh interpreter on a busy machine takes its time."""
GRACE = 2.0
"""Seconds beyond its own deadlines that a child gets to end by itself."""
MAX_EVENT_BYTES = 1_000_000
MAX_EVENTS = 20_000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


class Child:
    """A started child: its pid, the descriptor its events come from, and its exit code once it has ended."""

    def __init__(self, pid: int, events: int, poll: Callable[[], int | None]) -> None:
        self.pid = pid
        self.events = events
        self.exit_code: int | None = None
        self._poll = poll

    def ended(self) -> bool:
        """Look whether the child has ended; its exit code is negative for a signal."""
        if self.exit_code is None:
            self.exit_code = self._poll()
        return self.exit_code is not None

    def wait(self, seconds: float) -> bool:
        """Give the child a moment to end; tell whether it has."""
        end = time.monotonic() + seconds
        pause = 0.0005
        while not self.ended() and time.monotonic() < end:
            time.sleep(pause)
            pause = min(2 * pause, TICK)
        return self.exit_code is not None


def fork(job: Event) -> Child:
    """Fork this warm process; the child runs the job and leaves by ``os._exit``."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _close_all_but(writing)  # above all our own way to the caller: the child could forge events
            os.setsid()
            _control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
            session.run(job, writing)
        finally:
            os._exit(70)  # reached only if the session did not leave by itself
    os.close(writing)

    def poll() -> int | None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None

    return Child(pid, reading, poll)


def _close_all_but(kept: int) -> None:
    """Close every descriptor but the standard ones and ``kept``."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 - in the fork, where time counts
    except OSError:
        numbers = list(range(4096))
    for number in numbers:
        if number > 2 and number != kept:
            with contextlib.suppress(OSError):
                os.close(number)


def spawn(job: Event) -> Child:
    """Start a fresh interpreter for the job, where there is no fork."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "grader.worker", "--once"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError), process.stdin as jobs:
        jobs.write(json.dumps(job).encode() + b"\n")
    with process.stdout as events:
        return Child(process.pid, os.dup(events.fileno()), process.poll)


def supervise(start: Callable[[Event], Child], job: Event) -> Iterator[Event]:
    """Run one job: yield the child's events, then ``ended`` with the reason, the code and the survivors.

    The reason is ``exited``, ``killed`` (by a signal that was not ours), ``deadline`` or ``output``.
    """
    child = start(job)
    arriving: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_pump, args=(child.events, arriving), daemon=True)
    reader.start()
    try:
        reason = yield from _forward(job, child, arriving)
        if reason is None and child.wait(GRACE):
            reason = "killed" if (child.exit_code or 0) < 0 else "exited"
    finally:
        survivors = _end_tree(child)
    reader.join(GRACE)
    yield {"event": "ended", "reason": reason or "deadline", "code": child.exit_code, "survivors": survivors}


def _forward(
    job: Event, child: Child, arriving: "queue.SimpleQueue[bytes | None]"
) -> Generator[Event, None, str | None]:
    """Yield events until the child is done; return why it has to be stopped, if it has to."""
    limits = job["limits"]
    parent = os.getppid()
    overall = time.monotonic() + START_SECONDS + limits["seconds"] + limits["case_seconds"] + GRACE
    deadline = time.monotonic() + START_SECONDS
    for _ in range(MAX_EVENTS):
        line = b""
        while not line:
            gone = child.ended()  # looked at before the queue: what it has said is there by now
            try:
                arrived = arriving.get(timeout=TICK)
            except queue.Empty:
                arrived = None if gone else b""  # others may hold its end of the pipe open
            if _size(job["output"]) > limits["output_bytes"]:
                return "output"
            if arrived is None:
                return None
            if time.monotonic() > deadline:
                return "deadline"
            if os.getppid() != parent:  # nobody is left to report to
                sys.exit(0)
            line = arrived
        event = _decoded(line)
        if event:
            deadline = min(overall, time.monotonic() + _patience(str(event.get("event")), limits))
            yield event
    return "output"


def _patience(event: str, limits: Event) -> float:
    """Return the seconds within which the next event has to come."""
    if event == "begun":  # now the imports
        return float(limits["seconds"])
    if event == "started":
        return float(limits["case_seconds"]) + GRACE
    return float("inf")


def _decoded(line: bytes) -> Event | None:
    """Return the event of a line; ``None`` for anything that the child may not say."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and event.get("event") not in ("ready", "ended") else None


def _size(path: str) -> int:
    """Return the size of the file with what the child printed."""
    try:
        return os.stat(path).st_size  # noqa: PTH116 - asked twenty times a second
    except OSError:
        return 0


def _pump(source: int, arriving: "queue.SimpleQueue[bytes | None]") -> None:
    with os.fdopen(source, "rb") as stream:
        while line := stream.readline(MAX_EVENT_BYTES):
            arriving.put(line)
    arriving.put(None)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent ends, so that none can slip away (Linux)."""
    _control_process(PR_SET_CHILD_SUBREAPER, 1)


def _control_process(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _end_tree(child: Child) -> int:
    """Kill the child and everything that came from it; return how many processes had outlived it."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
        return 0
    if sys.platform != "linux" or not child.ended():  # elsewhere orphans are lost but for their group
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(GRACE)
    survivors: set[int] = set()
    end = time.monotonic() + 10 * GRACE
    while _has_children() and time.monotonic() < end:
        for pid in _descendants(os.getpid()):
            survivors.add(pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    return len(survivors)


def _has_children() -> bool:
    """Collect one child that has ended; tell whether there may be more. Orphans count: we adopt them."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _descendants(root: int) -> list[int]:
    """Return the pids of all running processes below ``root``; empty where there is no ``/proc``."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent, *_ = entry.read_text(errors="replace").rpartition(")")[2].split()
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = parents.pop(waiting.pop(), [])
        found += below
        waiting += below
    return found
