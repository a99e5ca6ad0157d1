"""Download many files at once with a fixed number of threads."""

import enum
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


class State(enum.Enum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """The result of one job. This class is given: use it as it is."""

    url: str
    """The address of the job, as it came."""
    path: Path
    """The path of the job, as it came."""
    state: State
    attempts: int = 0
    """How many requests were begun."""
    size: int = 0
    """Bytes in the file; 0 unless ``DONE``."""
    status: int | None = None
    """The last HTTP status that came; ``None`` if none ever did."""
    error: Exception | None = None
    """What went wrong in the last try; ``None`` unless ``FAILED``."""


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

    Args:
        jobs: pairs of an address and the path of the file it goes to; read in the calling thread only.
        workers: how many downloads run at the same time, at least 1.
        timeout: seconds that a server may stay silent.
        retries: how many further tries a job has.
        backoff: seconds to wait before the first further try; each later wait is twice as long.
        sleep: called, in the worker's thread, to wait that long.
        progress: called, in the calling thread, with a finished download, the number of finished jobs and
            the number of all jobs.
        cancel: once it is set, no request begins and running downloads stop.

    Returns:
        One ``Download`` for each job, in the order of the jobs.

    Raises:
        ValueError: ``workers`` is below 1.

    """
    raise NotImplementedError("share the jobs out to the workers and return their results in order")
