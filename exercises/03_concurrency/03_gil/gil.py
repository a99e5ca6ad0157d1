"""Threads and processes: run, measure and foretell a workload; look into ``+=``, break it, mend it."""

import enum
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

Clock = Callable[[], float]
"""Returns seconds; only differences mean something."""

PoolMaker = Callable[[int], Executor]
"""Makes a pool with that many workers."""


class Model(enum.Enum):
    """How a workload is run. This class is given: use it as it is."""

    SERIAL = "serial"
    THREADS = "threads"
    PROCESSES = "processes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one run cost. This class is given: use it as it is."""

    wall: float
    """Seconds by the clock on the wall."""
    cpu: float
    """Seconds that processors computed for it, all of them added up."""


def run(
    model: Model,
    function: Callable[[object], object],
    items: Iterable[object],
    *,
    workers: int,
    threads: PoolMaker = ThreadPoolExecutor,
    processes: PoolMaker = ProcessPoolExecutor,
) -> list[object]:
    """Call ``function`` with each item, in the way of ``model``; return the results in the items' order.

    Raises:
        ValueError: ``workers`` is below 1.

    """
    raise NotImplementedError("call the function with each item, here or in a pool of threads or processes")


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended, user and system time."""
    raise NotImplementedError("add up the CPU time of this process and of its ended children")


def measure(
    action: Callable[[], object], *, wall: Clock = time.perf_counter, cpu: Clock = cpu_seconds
) -> tuple[object, Timing]:
    """Call ``action`` once; return its result and what it cost by the two clocks."""
    raise NotImplementedError("read the clocks before and after the action")


def compare(
    function: Callable[[object], object],
    items: Iterable[object],
    *,
    workers: int,
    wall: Clock = time.perf_counter,
    cpu: Clock = cpu_seconds,
    threads: PoolMaker = ThreadPoolExecutor,
    processes: PoolMaker = ProcessPoolExecutor,
) -> dict[Model, Timing]:
    """Run a workload in every model and return what each cost, pools included.

    Raises:
        ValueError: ``workers`` is below 1.
        RuntimeError: the models returned different results.

    """
    raise NotImplementedError("measure a run of each model, and compare their results")


def speed_up(timings: Mapping[Model, Timing], model: Model) -> float:
    """Return how many times as fast as the serial run ``model`` was, by the clock on the wall."""
    raise NotImplementedError("divide the serial time by that of the model")


def forecast(
    serial: Timing, *, workers: int, cores: int, gil: bool, start_up: float = 0.0
) -> dict[Model, float]:
    """Return the least wall seconds that each model can need for a workload whose serial run is known."""
    raise NotImplementedError("work out which limit decides in each model")


def recommend(walls: Mapping[Model, float], *, worthwhile: float = 1.25) -> Model:
    """Return the model to use; one that costs more trouble has to be ``worthwhile`` times as fast."""
    raise NotImplementedError("begin with the serial model, and change only where it is worth it")


def update_steps(function: Callable[..., object], name: str) -> list[str]:
    """Return the names of the instructions from the first read of a shared variable to the write after it."""
    raise NotImplementedError("list the instructions between a read and a write")


def lose_update(add: Callable[[object], object]) -> None:
    """Call ``add`` in two threads so that one of the two updates is lost, every time."""
    raise NotImplementedError("bring two threads between the read and the write of an addition")


class SafeCounter:
    """A number that many threads may add to at the same time."""

    def __init__(self, start: int = 0, *, make_lock: Callable[[], threading.Lock] = threading.Lock) -> None:
        raise NotImplementedError("keep the number, and what protects it")

    @property
    def value(self) -> int:
        """The number now."""
        raise NotImplementedError("return the number")

    def add(self, amount: int) -> int:
        """Add ``amount`` as one step that nobody can come between; return the number right after it."""
        raise NotImplementedError("add, and let nobody come between")
