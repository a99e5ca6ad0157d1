"""One lock for everything that is shared: a cursor into the jobs, a slot for each result, and http.client."""

import enum
import http.client
import shutil
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


class State(enum.Enum):
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    url: str
    path: Path
    state: State
    attempts: int = 0
    size: int = 0
    status: int | None = None
    error: Exception | None = None


class Trouble(Exception):
    """A try that failed, and whether another one makes sense."""

    def __init__(self, reason: str, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Interrupted(BaseException):
    pass


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
    if workers < 1:
        raise ValueError(workers)
    todo = tuple(jobs)
    slots: list[Download | None] = [None] * len(todo)
    order: list[int] = []  # the numbers of finished jobs, as they came in
    news = threading.Condition()
    cursor = 0
    hurry = False

    def stopping() -> bool:
        return hurry or (cancel is not None and cancel.is_set())

    def work() -> None:
        nonlocal cursor
        while True:
            with news:
                if cursor == len(todo):
                    return
                number = cursor
                cursor += 1
            result = one_job(*todo[number])
            with news:
                slots[number] = result
                order.append(number)
                news.notify()

    def one_job(url: str, path: Path) -> Download:
        attempts = 0
        seen: list[int] = []

        def ended(state: State, size: int = 0, error: Exception | None = None) -> Download:
            status = seen[-1] if seen else None
            return Download(
                url=url, path=path, state=state, attempts=attempts, size=size, status=status, error=error
            )

        delay = backoff
        while True:
            if stopping():
                return ended(State.CANCELLED)
            attempts += 1
            try:
                return ended(State.DONE, size=fetch(url, path, timeout, stopping, seen))
            except Interrupted:
                return ended(State.CANCELLED)
            except Trouble as trouble:
                if not trouble.again or attempts > retries:
                    return ended(State.FAILED, error=trouble)
            except Exception as error:
                return ended(State.FAILED, error=error)
            sleep(delay)
            delay = delay + delay

    crew = [threading.Thread(target=work) for _ in range(min(workers, len(todo)))]
    for thread in crew:
        thread.start()
    try:
        for done in range(len(todo)):
            with news:
                news.wait_for(lambda done=done: len(order) > done)
                result = slots[order[done]]
            if progress is not None:
                progress(result, done + 1, len(todo))
    finally:
        hurry = True
        for thread in crew:
            thread.join()
    return slots


def fetch(url: str, path: Path, timeout: float, stopping: Callable[[], bool], seen: list[int]) -> int:
    """Spool the body, then put the whole of it into its place."""
    with tempfile.TemporaryDirectory(dir=path.parent) as private:
        spool = Path(private, "body")
        with spool.open("wb") as file:
            for piece in receive(url, timeout, seen):
                if stopping():
                    raise Interrupted
                file.write(piece)
            size = file.tell()
        shutil.move(spool, path)
    return size


def receive(url: str, timeout: float, seen: list[int]) -> Iterator[bytes]:
    """Yield the body; what the caller does with the pieces raises outside of this function."""
    parts = urllib.parse.urlsplit(url)
    if not parts.hostname:
        raise Trouble(f"{url!r} names no host", again=False)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="").geturl() or "/")
        response = connection.getresponse()
        seen.append(response.status)
        if response.status != 200:
            raise Trouble(f"status {response.status}", again=response.status in (429, 500, 502, 503, 504))
        left = response.length
        while piece := response.read1(100_000):
            if left is not None:
                left -= len(piece)
            yield piece
        if left:
            raise Trouble("the body is too short", again=True)
    except (OSError, http.client.HTTPException) as error:
        raise Trouble(f"{type(error).__name__}: {error}", again=True) from error
    finally:
        connection.close()
