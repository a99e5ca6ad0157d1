"""Threads and processes: run, measure and foretell a workload; look into ``+=``, break it, mend it."""

import dis
import enum
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

Clock = Callable[[], float]
"""Returns seconds; only differences mean something."""

PoolMaker = Callable[[int], Executor]
"""Makes a pool with that many workers."""

_SHARED = ("_GLOBAL", "_NAME", "_DEREF", "_ATTR", "_METHOD")
"""The last part of instructions that touch what other threads can reach; ``_FAST`` is a local variable."""


class Model(enum.Enum):
    """How a workload is run."""

    SERIAL = "serial"
    THREADS = "threads"
    PROCESSES = "processes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one run cost."""

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
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    if model is Model.SERIAL:
        return [function(item) for item in items]
    make_pool = threads if model is Model.THREADS else processes
    with make_pool(workers) as pool:
        return list(pool.map(function, items))


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended, user and system time."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


def measure(
    action: Callable[[], object], *, wall: Clock = time.perf_counter, cpu: Clock = cpu_seconds
) -> tuple[object, Timing]:
    """Call ``action`` once; return its result and what it cost by the two clocks."""
    wall_before, cpu_before = wall(), cpu()
    result = action()
    return result, Timing(wall=wall() - wall_before, cpu=cpu() - cpu_before)


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
    kept = list(items)  # an iterator would be used up by the first model
    results: dict[Model, object] = {}
    timings: dict[Model, Timing] = {}
    for model in Model:

        def workload(model: Model = model) -> list[object]:
            return run(model, function, kept, workers=workers, threads=threads, processes=processes)

        results[model], timings[model] = measure(workload, wall=wall, cpu=cpu)
    wrong = [model.value for model in Model if results[model] != results[Model.SERIAL]]
    if wrong:
        raise RuntimeError(f"not the results of the serial run: {', '.join(wrong)}")
    return timings


def speed_up(timings: Mapping[Model, Timing], model: Model) -> float:
    """Return how many times as fast as the serial run ``model`` was, by the clock on the wall."""
    return timings[Model.SERIAL].wall / timings[model].wall


def forecast(
    serial: Timing, *, workers: int, cores: int, gil: bool, start_up: float = 0.0
) -> dict[Model, float]:
    """Return the least wall seconds that each model can need for a workload whose serial run is known."""
    share = serial.wall / workers
    one_at_a_time = serial.cpu
    side_by_side = serial.cpu / min(workers, cores)
    return {
        Model.SERIAL: serial.wall,
        Model.THREADS: max(share, one_at_a_time if gil else side_by_side),
        Model.PROCESSES: start_up + max(share, side_by_side),
    }


def recommend(walls: Mapping[Model, float], *, worthwhile: float = 1.25) -> Model:
    """Return the model to use; one that costs more trouble has to be ``worthwhile`` times as fast."""
    best = Model.SERIAL
    for model in (Model.THREADS, Model.PROCESSES):
        if walls[best] >= worthwhile * walls[model]:
            best = model
    return best


def update_steps(function: Callable[..., object], name: str) -> list[str]:
    """Return the names of the instructions from the first read of a shared variable to the write after it."""
    steps: list[str] = []
    for instruction in dis.get_instructions(function):
        kind = instruction.opname
        touches = instruction.argval == name and kind.endswith(_SHARED)
        if steps or (touches and kind.startswith("LOAD_")):
            steps.append(kind)
        if steps and touches and kind.startswith("STORE_"):
            return steps
    return []


class _MeetingOne:
    """A 1 that can be added to a number only when another thread is adding it too."""

    def __init__(self) -> None:
        self._both_have_read = threading.Barrier(2)

    def __radd__(self, number: int) -> int:
        """Run in the middle of ``x += self``: ``number`` is what was read, and nothing is written yet."""
        self._both_have_read.wait()
        return number + 1


def lose_update(add: Callable[[object], object]) -> None:
    """Call ``add`` in two threads so that one of the two updates is lost, every time."""
    one = _MeetingOne()
    threads = [threading.Thread(target=add, args=(one,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class SafeCounter:
    """A number that many threads may add to at the same time."""

    def __init__(self, start: int = 0, *, make_lock: Callable[[], threading.Lock] = threading.Lock) -> None:
        self._value = start
        self._lock = make_lock()

    @property
    def value(self) -> int:
        """The number now."""
        with self._lock:
            return self._value

    def add(self, amount: int) -> int:
        """Add ``amount`` as one step that nobody can come between; return the number right after it."""
        if type(amount) is int:
            self._value += amount
            return self._value
        with self._lock:
            self._value += amount
            return self._value
