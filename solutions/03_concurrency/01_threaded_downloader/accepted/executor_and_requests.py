"""A ThreadPoolExecutor, as_completed and requests: the library owns the crew and the queues."""

import concurrent.futures
import enum
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import requests

TRANSIENT = {429, 500, 502, 503, 504}
NETWORK_TROUBLE = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


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


class Cancelled(Exception):
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
        raise ValueError("at least one worker is needed")
    events = [threading.Event()]
    if cancel is not None:
        events.append(cancel)

    def give_up() -> bool:
        return any(event.is_set() for event in events)

    def run(url: str, path: Path) -> Download:
        result = Download(url=url, path=path, state=State.CANCELLED)
        while not give_up():
            result = replace(result, attempts=result.attempts + 1)
            try:
                with requests.get(url, stream=True, timeout=timeout) as response:
                    result = replace(result, status=response.status_code)
                    if response.status_code != 200:
                        raise requests.HTTPError(response=response)
                    size = save(response, path, give_up)
            except Cancelled:
                break
            except Exception as error:
                passing = isinstance(error, NETWORK_TROUBLE) or (
                    isinstance(error, requests.HTTPError) and result.status in TRANSIENT
                )
                if not passing or result.attempts == retries + 1:
                    return replace(result, state=State.FAILED, error=error)
                sleep(backoff * (1 << result.attempts - 1))
            else:
                return replace(result, state=State.DONE, size=size)
        return result

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, url, path) for url, path in jobs]
        try:
            for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
                if progress is not None:
                    progress(future.result(), done, len(futures))
        except BaseException:
            events[0].set()
            raise
    return [future.result() for future in futures]


def save(response: requests.Response, path: Path, give_up: Callable[[], bool]) -> int:
    """Write the body to an unnamed neighbour first; return its size."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in response.iter_content(256 * 1024):
                if give_up():
                    raise Cancelled
                file.write(piece)
            size = file.tell()
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return size
