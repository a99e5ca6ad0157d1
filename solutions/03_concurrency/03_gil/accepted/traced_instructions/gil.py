"""Another way: a trace function stops a thread between two instructions, and the counter is optimistic."""

import dis
import enum
import functools
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import FrameType

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
    numbered = list(enumerate(items))
    results: dict[int, object] = {}
    with make_pool(workers) as pool:
        places = {pool.submit(function, item): place for place, item in numbered}
        for future in as_completed(places):
            results[places[future]] = future.result()
    return [results[place] for place, _ in numbered]


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended, user and system time."""
    return sum(os.times()[:4])  # user and system time, its own and that of the children


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
    if workers < 1:
        raise ValueError("there have to be workers")
    everything = tuple(items)
    pools = {"threads": threads, "processes": processes}
    expected: object = None
    timings = {}
    for model in (Model.SERIAL, Model.THREADS, Model.PROCESSES):
        action = functools.partial(run, model, function, everything, workers=workers, **pools)
        results, timings[model] = measure(action, wall=wall, cpu=cpu)
        expected = results if model is Model.SERIAL else expected
        if results != expected:
            raise RuntimeError(f"{model} is wrong")
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
    code = dis.Bytecode(function)
    after_read = itertools.dropwhile(lambda step: not _touches(step, "LOAD", name), code)
    steps = []
    for step in after_read:
        steps.append(step.opname)
        if _touches(step, "STORE", name):
            return steps
    return []


def _touches(step: dis.Instruction, verb: str, name: str) -> bool:
    return step.argval == name and step.opname.startswith(verb) and step.opname.endswith(_SHARED)


def lose_update(add: Callable[[object], object]) -> None:
    """Call ``add`` in two threads so that one of the two updates is lost, every time.

    The second thread runs while the first stands before the instruction that adds: it has read already.
    """
    second = threading.Thread(target=add, args=(1,))

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        frame.f_trace_opcodes = True
        if event == "opcode" and second.ident is None:
            adding = next(step for step in dis.get_instructions(frame.f_code) if step.offset == frame.f_lasti)
            if adding.opname.startswith("BINARY_OP"):
                second.start()
                second.join()
        return trace

    def first() -> None:
        sys._getframe().f_trace_opcodes = True  # Python 3.12 wants to know before the tracing begins
        sys.settrace(trace)
        try:
            add(1)
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=first)
    thread.start()
    thread.join()


class SafeCounter:
    """A number that many threads may add to at the same time."""

    def __init__(self, start: int = 0, *, make_lock: Callable[[], threading.Lock] = threading.Lock) -> None:
        self._state = (0, start)  # a version, and the number
        self._lock = make_lock()

    @property
    def value(self) -> int:
        """The number now."""
        return self._state[1]

    def add(self, amount: int) -> int:
        """Add ``amount``; if somebody else was quicker, add it again to what is there now."""
        while True:
            seen = self._state
            number = seen[1] + amount
            with self._lock:
                if self._state is seen:
                    self._state = (seen[0] + 1, number)
                    return number
