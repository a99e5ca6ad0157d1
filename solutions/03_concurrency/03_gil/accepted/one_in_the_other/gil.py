"""Another way: one addition happens inside the other, and the counter waits on a condition."""

import dis
import enum
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
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
    make_pool = {Model.THREADS: threads, Model.PROCESSES: processes}[model]
    pool = make_pool(workers)
    try:
        futures = [pool.submit(function, item) for item in items]
        wait(futures)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
    best, *others = Model
    for model in others:
        best = model if walls[best] / walls[model] >= worthwhile else best
    return best


def update_steps(function: Callable[..., object], name: str) -> list[str]:
    """Return the names of the instructions from the first read of a shared variable to the write after it."""
    listed = list(dis.Bytecode(function))

    def places(verb: str, after: int) -> list[int]:
        """Return where the variable is read (LOAD) or written (STORE)."""
        names = {verb + ending for ending in _SHARED}
        numbered = enumerate(listed[after:], after)
        return [place for place, step in numbered if step.opname in names and step.argval == name]

    for first in places("LOAD", 0)[:1]:
        for last in places("STORE", first)[:1]:
            return [step.opname for step in listed[first : last + 1]]
    return []


class _OneThatLetsAnotherIn(int):
    """A 1. While it is added, and the old number has been read, another thread adds a whole 1."""

    add: Callable[[object], object]

    def __radd__(self, number: int) -> int:
        """Run in the middle of ``x += self``; an ``int`` steps back for its subclass."""
        other = threading.Thread(target=self.add, args=(1,))
        other.start()
        other.join()
        return int(number) + 1


def lose_update(add: Callable[[object], object]) -> None:
    """Call ``add`` in two threads so that one of the two updates is lost, every time."""
    one = _OneThatLetsAnotherIn(1)
    one.add = add
    add(one)


class SafeCounter:
    """A number that many threads may add to at the same time."""

    def __init__(self, start: int = 0, *, make_lock: Callable[[], threading.Lock] = threading.Lock) -> None:
        self._number = start
        self._busy = threading.Condition(make_lock())

    @property
    def value(self) -> int:
        """The number now."""
        return self._number  # one read, of a number that is always whole

    def add(self, amount: int) -> int:
        """Add ``amount`` as one step that nobody can come between; return the number right after it."""
        with self._busy:
            number = self._number = amount + self._number
        return number
