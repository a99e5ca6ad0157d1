"""Every OSError is tried again, though a full or forbidden disk is one as well.

Loses: 4
"""

import contextlib
import enum
import http.client
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""

PIECE = 64 * 1024
"""Bytes of a body that are in memory at a time."""


class State(enum.Enum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """The result of one job."""

    url: str
    path: Path
    state: State
    attempts: int = 0
    size: int = 0
    status: int | None = None
    error: Exception | None = None


def download_all(
    jobs: Iterable[tuple[str, Path]],
    *,
    workers: int = 8,
    timeout: float = 30.0,
    retries: int = 3,
    backoff: float = 0.5,
    sleep: Callable[[float], object] = time.sleep,
    progress: Callable[[Download, int, int], object] | None = None,
    cancel: threading.Event | None = None,
) -> list[Download]:
    """Fetch every address into its file with at most ``workers`` threads.

    Workers and caller share two queues and nothing else that changes: numbered jobs go out through one,
    numbered results come back through the other. So the list of results, the count and ``progress``
    belong to the calling thread alone, and none of them needs a lock.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    over = threading.Event()  # ours: ``cancel`` belongs to the caller, and he may use it again

    def stopped() -> bool:
        return over.is_set() or (cancel is not None and cancel.is_set())

    waiting: queue.SimpleQueue[tuple[int, _Job]] = queue.SimpleQueue()
    finished: queue.SimpleQueue[tuple[int, Download]] = queue.SimpleQueue()
    total = 0
    for url, path in jobs:
        waiting.put((total, _Job(url, path, timeout, stopped)))
        total += 1

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                number, job = waiting.get_nowait()
                finished.put((number, job.run(retries, backoff, sleep)))

    crew = [threading.Thread(target=work, name=f"download-{n + 1}") for n in range(min(workers, total))]
    downloads: dict[int, Download] = {}
    try:
        for thread in crew:
            thread.start()
        for done in range(1, total + 1):
            number, download = finished.get()
            downloads[number] = download
            if progress is not None:
                progress(download, done, total)
    finally:
        over.set()  # changes nothing after the last job; on any other way out, the crew goes home
        for thread in crew:
            if thread.ident is not None:  # it was started
                thread.join()
    return [downloads[number] for number in range(total)]


class _Stopped(Exception):
    """The download was told to stop between two pieces."""


class _Job:
    """One address on its way into one file; used by one worker."""

    def __init__(self, url: str, path: Path, timeout: float, stopped: Callable[[], bool]) -> None:
        self.url = url
        self.path = path
        self.timeout = timeout
        self.stopped = stopped
        self.attempts = 0
        self.status: int | None = None

    def run(self, retries: int, backoff: float, sleep: Callable[[float], object]) -> Download:
        """Try until it succeeds, is hopeless, has no try left, or is told to stop."""
        while not self.stopped():
            self.attempts += 1
            try:
                size = self._fetch()
            except _Stopped:
                break
            except Exception as error:
                if self.attempts > retries or not _may_pass(error):
                    return self._result(State.FAILED, error=error)
            else:
                return self._result(State.DONE, size=size)
            sleep(backoff * 2 ** (self.attempts - 1))
        return self._result(State.CANCELLED)

    def _result(self, state: State, size: int = 0, error: Exception | None = None) -> Download:
        return Download(
            url=self.url,
            path=self.path,
            state=state,
            attempts=self.attempts,
            size=size,
            status=self.status,
            error=error,
        )

    def _fetch(self) -> int:
        """Send one request and return the size of the file that came of it."""
        size = 0
        with self._open() as response, _whole_or_nothing(self.path) as file:
            while piece := response.read(PIECE):
                if self.stopped():
                    raise _Stopped
                size += file.write(piece)
            length = response.headers.get("Content-Length")
            if length is not None and size < int(length):  # read(n) is content with less
                raise ConnectionError(f"the body broke off after {size} of {length} bytes")
        return size

    def _open(self) -> http.client.HTTPResponse:
        try:
            response = urllib.request.urlopen(self.url, timeout=self.timeout)  # each read waits as long
        except urllib.error.HTTPError as error:
            self.status = error.code
            error.close()
            raise
        self.status = response.status
        if response.status != http.HTTPStatus.OK:
            response.close()
            raise urllib.error.HTTPError(self.url, response.status, "not OK", response.headers, None)
        return response


def _may_pass(error: Exception) -> bool:
    """Tell whether another try may end better."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in PASSING
    if isinstance(error, urllib.error.URLError):
        return isinstance(error.reason, OSError)  # a text says that the address is of no use
    if isinstance(error, http.client.InvalidURL):
        return False
    return isinstance(error, OSError | http.client.HTTPException)


@contextlib.contextmanager
def _whole_or_nothing(path: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the place of ``path`` if the block succeeds, and vanishes if it does not."""
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    file = part.open("xb")
    try:
        with file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
