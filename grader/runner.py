"""Runs jobs in warm workers: starts them, reads their events, replaces those that die, ends them all."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

from grader.errors import GraderError, SetupError
from grader.isolation import Isolation
from grader.model import Ending, Limits, RunRecord
from grader.transcript import Transcript
from grader.workspace import Workspace

START_SECONDS = 60.0
BACKSTOP_SECONDS = 40.0
"""Beyond a job's own deadlines; a worker that is silent for longer is stopped or gone."""
EVENT_BYTES = 1_000_000
Outcome = TypeVar("Outcome")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker is asked to do in one workspace (see ``grader.worker.session.run``)."""

    workspace: Workspace
    kind: str
    targets: tuple[str, ...]
    limits: Limits
    options: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def as_line(self, variables: Mapping[str, str]) -> bytes:
        """Return the job as the worker reads it; ``variables`` are those of the isolation."""
        scratch = str(self.workspace.scratch)
        folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME", "USERPROFILE"), scratch)
        limits = self.limits
        return (
            json.dumps(
                {
                    "kind": self.kind,
                    "root": str(self.workspace.root),
                    "output": str(self.workspace.output),
                    "targets": self.targets,
                    "options": self.options,
                    "plugins": self.plugins,
                    "environment": {**variables, **folders, **self.environment},
                    "limits": {
                        "seconds": limits.seconds,
                        "case_seconds": limits.case_seconds,
                        "memory_mib": limits.memory_mib,
                        "output_bytes": limits.output_bytes,
                    },
                }
            ).encode()
            + b"\n"
        )


class Worker:
    """One warm worker process; runs one job at a time."""

    def __init__(self, isolation: Isolation, options: Sequence[str] = ()) -> None:
        self._variables = isolation.environment()
        try:
            self._process = subprocess.Popen(
                isolation.command(*options),
                env=self._variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=os.sep,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise SetupError(f"the worker could not be started: {error}", "see: kata grade --help") from error
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._said = b""
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._pump, self._listen)]
        for reader in self._readers:
            reader.start()
        self._ready = False

    def events(self, job: Job) -> Iterator[dict[str, Any]]:
        """Send the job and yield its events; the last is ``ended``, or nothing if the worker is gone."""
        self.wait_until_ready()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(job.as_line(self._variables))
            self._process.stdin.flush()
        end = time.monotonic() + job.limits.seconds + job.limits.case_seconds + BACKSTOP_SECONDS
        while (event := self._next(end - time.monotonic())) is not None:
            yield event
            if event["event"] == "ended":
                return

    def wait_until_ready(self) -> None:
        """Wait for the end of the worker's imports."""
        if not self._ready:
            self._ready = self._next(START_SECONDS) is not None

    def run(self, job: Job) -> RunRecord:
        """Run one job to its end and return what it told."""
        self.wait_until_ready()  # its start is not the job's time
        started = time.monotonic()
        transcript = Transcript(job.limits)
        for event in self.events(job):
            transcript.hear(event)
        if transcript.ended is None:
            self.close()
            said = self._said.decode("utf-8", "replace").strip()[-2000:]
            return RunRecord(ending=Ending.LOST, message=f"the worker is gone; it said: {said or 'nothing'}")
        return transcript.record(time.monotonic() - started)

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the worker: it ends what it had started, then itself."""
        if self.alive:
            with suppress(OSError):
                self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for reader in self._readers:
            reader.join(5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """Return the next event; ``None`` if the worker is silent for too long, or gone for good."""
        try:
            event = self._events.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        if event is None:
            self._events.put(None)
        return event

    def _pump(self) -> None:
        """Decode the worker's lines in a thread of its own; ``None`` marks their end."""
        assert self._process.stdout is not None
        with suppress(OSError, ValueError):
            while line := self._process.stdout.readline(EVENT_BYTES):
                event = json.loads(line)
                if isinstance(event, dict) and isinstance(event.get("event"), str):
                    self._events.put(event)
        self._events.put(None)

    def _listen(self) -> None:
        """Keep the last words of a worker that fails."""
        assert self._process.stderr is not None
        with suppress(OSError, ValueError):
            while words := self._process.stderr.read1(65536):  # type: ignore[attr-defined]
                self._said = (self._said + words)[-8192:]


class Pool:
    """Some workers, started when they are needed and used in turn."""

    def __init__(self, isolation: Isolation, size: int, options: Sequence[str] = ()) -> None:
        self.size = size
        self._isolation = isolation
        self._options = tuple(options)
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._all: list[Worker] = []
        self._closed = False

    def run(self, job: Job) -> RunRecord:
        """Run one job in a free worker. A worker that dies is replaced and the job tried once more.

        Raises:
            GraderError: two workers died while they ran this job, or the pool was closed.

        """
        record = self._run(job)
        if record.ending is Ending.LOST:
            record = self._run(job)
        if record.ending is Ending.LOST:
            raise GraderError(
                f"two workers died on one job: {record.message}", "see what the hand-in does to processes"
            )
        return record

    def map(
        self, function: Callable[[Item], Outcome], items: Sequence[Item]
    ) -> Iterator[tuple[int, Outcome]]:
        """Apply ``function`` to the items, ``size`` at a time; yield (index, outcome) as they come.

        ``function`` runs in a thread and may call ``run``. If the caller stops, so does all work.
        """
        with ThreadPoolExecutor(max_workers=self.size) as threads:
            places: dict[Future[Outcome], int] = {}
            try:
                places |= {threads.submit(function, item): index for index, item in enumerate(items)}
                waiting = set(places)
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield places[future], future.result()
            except BaseException:
                for future in places:
                    future.cancel()
                self.close()
                raise

    def close(self) -> None:
        """End all workers and everything they started."""
        self._closed = True
        for worker in self._all:
            worker.close()
        self._all.clear()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, job: Job) -> RunRecord:
        if self._closed:
            raise GraderError("the run was interrupted")
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = Worker(self._isolation, self._options)
            self._all.append(worker)
        record = worker.run(job)
        if worker.alive:
            self._idle.put(worker)
        return record
