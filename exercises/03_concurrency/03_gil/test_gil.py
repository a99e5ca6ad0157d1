"""The suite of "Threads, processes and the GIL".

No stopwatch: the clocks are numbers that the suite moves by hand, and its pools move them. No luck: threads
meet in the middle of an addition, which calls code of ours between its reading and its writing, and a thread
is stopped before each of its instructions, one after the other.
"""

import builtins
import dis
import inspect
import itertools
import os
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from types import SimpleNamespace

import pytest

SLEEPS = []
"""The arguments of each call of ``time.sleep`` that the hand-in makes. Nobody sleeps here."""

with pytest.MonkeyPatch.context() as _patch:
    _patch.setattr(time, "sleep", SLEEPS.append)
    from gil import (
        Model,
        SafeCounter,
        Timing,
        compare,
        cpu_seconds,
        forecast,
        lose_update,
        measure,
        recommend,
        run,
        speed_up,
        update_steps,
    )

PATIENCE = 3.0
"""Seconds that a thread waits for what right hand-ins bring about at once: a ceiling."""

BURNT = 0.1
"""CPU seconds that another process or thread is made to compute."""

BURN = f"import time\nwhile time.process_time() < {BURNT}: pass"

STEPS = 0.05
"""More than the steps of os.times() make of a sum of its four numbers, or of a difference of two sums."""

PART = 0.12
"""CPU seconds of one kind, user or system, of which a sum must not lack any: much more than STEPS."""


def compute_both(seconds):
    """Compute until this process has so much user and so much system time, as os.times() tells them."""
    end = time.process_time() + 1.0  # if a system does not tell the two from each other
    while os.times().system < seconds and time.process_time() < end:
        os.urandom(1 << 16)  # the system computes it
    while os.times().user < seconds and time.process_time() < end:
        sum(range(10_000))


BURN_BOTH = f"import os, time\n{inspect.getsource(compute_both)}\ncompute_both({PART})"


def burn_in_a_child(program=BURN):
    return subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True).returncode


def burn_in_a_thread():
    def compute():
        end = time.thread_time() + BURNT
        while time.thread_time() < end:
            os.urandom(1 << 16)

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()


class Lab:
    """Two clocks that stand still unless they are moved, and pools that move them."""

    def __init__(self):
        self.seconds = {"wall": 1_000.0, "cpu": 50.0}
        self.pools = []
        self.in_pool = False

    def wall(self):
        return self.seconds["wall"]

    def cpu(self):
        return self.seconds["cpu"]

    def spend(self, wall=0.0, cpu=0.0):
        self.seconds["wall"] += wall
        self.seconds["cpu"] += cpu

    def pool_maker(self, name, *, start_up=0.0, work=0.0, closing=0.0, cpu=0.0):
        """Return what makes pools that cost so many seconds, whatever work they get."""

        def make(workers):
            self.spend(wall=start_up)
            pool = Pool(self, name, workers, work, closing, cpu)
            self.pools.append(pool)
            return pool

        return make

    def workload(self, wall, cpu):
        """Return a function that squares its item, which takes so long if no pool runs it."""

        def square(item):
            if not self.in_pool:
                self.spend(wall=wall, cpu=cpu)
            return item * item

        return square


class Pool(Executor):
    """An executor that calls at once and lets the time for it pass when a result is asked for."""

    def __init__(self, lab, name, workers, work=0.0, closing=0.0, cpu=0.0):
        self.lab, self.name, self.workers = lab, name, workers
        self.waits = self.closed = False
        self._work, self._closing, self._cpu = work, closing, cpu
        self._numbers = itertools.count()

    def submit(self, function, /, *arguments, **named):
        if self.closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = _Ready(self, next(self._numbers))
        self.lab.in_pool = True
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        finally:
            self.lab.in_pool = False
        return future

    def finish_work(self):
        self.lab.spend(wall=self._work)
        self._work = 0.0

    def shutdown(self, wait=True, **options):
        if wait and not self.waits:
            self.waits = True
            self.finish_work()
            self.lab.spend(wall=self._closing, cpu=self._cpu)  # children's CPU time counts when they are gone
        self.closed = True


class _Ready(Future):
    """A future that is done; a set of them, such as that of ``as_completed``, is never in their order."""

    def __init__(self, pool, number):
        super().__init__()
        self.pool, self.number = pool, number

    def __hash__(self):
        return self.number ^ 1

    def result(self, timeout=None):
        self.pool.finish_work()
        return super().result(timeout)


def in_threads(*actions):
    """Run each action in a thread, the next one when the one before says ``go``; return what they return."""
    results = [None] * len(actions)

    def play(place, action, go):
        try:
            results[place] = action(go.set)
        except Exception as error:
            results[place] = f"it raised {type(error).__name__}: {error}"
        finally:
            go.set()

    threads = []
    for place, action in enumerate(actions):
        go = threading.Event()
        threads.append(threading.Thread(target=play, args=(place, action, go), daemon=True))
        threads[-1].start()
        go.wait(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    return results


# 1. One workload, three ways


POOLED = [(Model.THREADS, "threads"), (Model.PROCESSES, "processes")]


def in_fake_pools(lab, model, function, items, workers):
    makers = {name: lab.pool_maker(name) for name in ("threads", "processes")}
    return run(model, function, items, workers=workers, **makers)


@pytest.mark.task(1)
def test_serial_runs_in_the_calling_thread(check):
    """The serial model calls the function in the calling thread, item by item, without a pool."""
    lab = Lab()
    seen = []

    def note(item):
        seen.append((item, threading.get_ident()))
        return item.upper()

    call = "run(Model.SERIAL, function, iter('abc'), workers=2)"
    check.returns(["A", "B", "C"], lambda: in_fake_pools(lab, Model.SERIAL, note, iter("abc"), 2), call)
    check.equal(["a", "b", "c"], [item for item, _ in seen], f"the items that function got in {call}")
    check.equal({threading.get_ident()}, {thread for _, thread in seen}, f"the threads of {call}")
    check.equal(0, len(lab.pools), f"the pools made in {call}")


@pytest.mark.task(1)
@pytest.mark.parametrize(("model", "kind"), POOLED, ids=["threads", "processes"])
def test_a_pool_of_the_right_kind(check, model, kind):
    """The other two make one pool each, of the right kind and size, and close it."""
    lab = Lab()
    seen = []

    def note(item):
        seen.append(item)
        return item * 10

    call = f"run({model}, function, iter([3, 1, 2]), workers=5)"
    check.returns([30, 10, 20], lambda: in_fake_pools(lab, model, note, iter([3, 1, 2]), 5), call)
    check.equal([1, 2, 3], sorted(seen), f"the items that function got in {call}")
    made = [(pool.name, pool.workers) for pool in lab.pools]
    check.equal([(kind, 5)], made, f"(kind, workers) of the pools made in {call}")
    check.equal([True], [pool.waits for pool in lab.pools], f"pool.shutdown(wait=True) was called in {call}")


@pytest.mark.task(1)
@pytest.mark.parametrize("model", Model)
def test_an_exception_reaches_the_caller(check, model):
    """An exception of the function leaves run, after the pool was closed."""
    lab = Lab()

    def fragile(item):
        if item == 2:
            raise LookupError(f"no item {item}")
        return item

    call = f"run({model}, a function that raises LookupError for 2, [1, 2, 3], workers=2)"
    check.raises(LookupError, lambda: in_fake_pools(lab, model, fragile, [1, 2, 3], 2), call)
    expected = [] if model is Model.SERIAL else [True]
    check.equal(
        expected, [pool.waits for pool in lab.pools], f"pool.shutdown(wait=True) was called in {call}"
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("model", Model)
def test_no_items_and_no_workers(check, model):
    """No items give an empty list; no workers are a ValueError in every model, and no pool is made."""
    lab = Lab()
    call = f"run({model}, function, [], workers=1)"
    check.returns([], lambda: in_fake_pools(lab, model, str, [], 1), call)
    lab = Lab()
    for workers in (0, -1):
        call = f"run({model}, function, [1], workers={workers})"
        check.raises(ValueError, lambda workers=workers: in_fake_pools(lab, model, str, [1], workers), call)
    check.equal(0, len(lab.pools), f"the pools made by run({model}, …, workers=0)")


@pytest.mark.task(1)
def test_order_of_results_in_real_threads(check):
    """Results come in the order of the items, also when the first item is finished after others."""
    third_begins = threading.Event()

    def work(item):
        if item == "third":  # it begins in the thread that has finished the second
            third_begins.set()
        return third_begins.wait(PATIENCE) if item == "first" else item

    call = "run(Model.THREADS, a function that holds the first item, ['first', 'second', 'third'], workers=2)"
    items = ["first", "second", "third"]
    check.returns([True, "second", "third"], lambda: run(Model.THREADS, work, items, workers=2), call)


@pytest.mark.task(1)
def test_real_processes(check):
    """The process model runs the function in other processes."""
    question = "__import__('os').getpid()"
    call = f"run(Model.PROCESSES, eval, [{question!r}] * 3, workers=2)"
    got = run(Model.PROCESSES, builtins.eval, [question] * 3, workers=2)
    check.that(type(got) is list and len(got) == 3, call, "a list of three results", got)
    check.that(all(type(pid) is int for pid in got), call, "three process ids", got)
    check.that(os.getpid() not in got, call, f"not {os.getpid()}, the process of the caller", got)
    check.at_most(2, len(set(got)), f"the number of different processes of {call}")


# 2. Measure and compare


def numbers(timing):
    """Return a Timing as plain data; anything else as its text."""
    return (timing.wall, timing.cpu) if type(timing) is Timing else repr(timing)


def table(timings):
    """Return what compare returns as plain data."""
    if not isinstance(timings, Mapping):
        return repr(timings)
    return {getattr(model, "name", repr(model)): numbers(timing) for model, timing in timings.items()}


@pytest.mark.task(2)
def test_measure_reads_both_clocks(check):
    """Wall time is taken from the one clock and CPU time from the other, as differences."""
    lab = Lab()
    calls = []

    def action():
        calls.append("called")
        lab.spend(wall=8.5, cpu=0.25)
        return "done"

    call = "measure(an action of 8.5 s, 0.25 s of them CPU)"
    got = measure(action, wall=lab.wall, cpu=lab.cpu)
    check.that(type(got) is tuple and len(got) == 2, call, "a pair (result, Timing)", got)
    check.equal("done", got[0], f"the first of {call}")
    check.equal((8.5, 0.25), numbers(got[1]), f"(wall, cpu) of {call}")
    check.equal(["called"], calls, f"the calls of the action in {call}")


@pytest.mark.task(2)
def test_measure_lets_exceptions_pass(check):
    """An exception of the action leaves measure."""
    lab = Lab()
    call = "measure(an action that divides by zero)"
    check.raises(ZeroDivisionError, lambda: measure(lambda: 1 / 0, wall=lab.wall, cpu=lab.cpu), call)


@pytest.mark.task(2)
def test_real_clocks_see_a_child(check):
    """By default, wall time passes while a child computes, and its CPU time counts once it has ended."""
    before = sum(os.times()[:4])
    measured = measure(lambda: burn_in_a_child(BURN_BOTH))
    spent = sum(os.times()[:4]) - before
    call = f"measure(run a child that computes for {PART} s as user and {PART} s in the system)"
    check.that(type(measured) is tuple and len(measured) == 2, call, "a pair (result, Timing)", measured)
    wall, cpu = numbers(measured[1]) if type(measured[1]) is Timing else (None, None)
    check.at_least(PART, wall, f"Timing.wall of {call}")
    check.at_least(spent - STEPS, cpu, f"Timing.cpu of {call}, os.times() saying {spent:.2f} s")
    check.at_most(spent + STEPS, cpu, f"Timing.cpu of {call}, os.times() saying {spent:.2f} s")


@pytest.mark.task(2)
def test_cpu_seconds_see_all_threads(check):
    """cpu_seconds() counts what every thread of this process computes, also those that have ended."""
    before = cpu_seconds()
    burn_in_a_thread()
    after = cpu_seconds()
    call = f"cpu_seconds(), before and after another thread has computed for {BURNT} s of CPU time"
    check.that({type(before), type(after)} <= {int, float}, call, "two numbers", (before, after))
    check.at_least(BURNT / 2, after - before, f"the difference of {call}")


@pytest.mark.task(2)
def test_cpu_seconds_add_up_everything(check):
    """cpu_seconds() is user and system time of this process and of its ended children."""
    compute_both(PART)
    before = sum(os.times()[:4])
    got = cpu_seconds()
    after = sum(os.times()[:4])
    parts = " + ".join(f"{part:.2f}" for part in os.times()[:4])
    call = f"cpu_seconds(), when os.times() says {parts} s"
    check.at_least(before - STEPS, got, call)
    check.at_most(after + STEPS, got, call)


@pytest.mark.task(2)
def test_compare_measures_all_three(check):
    """The time of a model is that of its whole run: making the pool, all of the work, closing the pool."""
    lab = Lab()
    pools = {
        "threads": lab.pool_maker("threads", start_up=0.125, work=4.25, closing=0.125, cpu=4.0),
        "processes": lab.pool_maker("processes", start_up=0.75, work=1.0, closing=0.25, cpu=4.5),
    }
    call = "compare(function, iter(range(8)), workers=4)"
    square = lab.workload(wall=0.625, cpu=0.5)
    timings = compare(square, iter(range(8)), workers=4, wall=lab.wall, cpu=lab.cpu, **pools)
    expected = {"SERIAL": (5.0, 4.0), "THREADS": (4.5, 4.0), "PROCESSES": (2.0, 4.5)}
    check.equal(expected, table(timings), f"(wall, cpu) of each model in {call}")
    made = sorted((pool.name, pool.workers) for pool in lab.pools)
    check.equal([("processes", 4), ("threads", 4)], made, f"(kind, workers) of the pools made in {call}")


@pytest.mark.task(2)
def test_compare_calls_for_each_item_once(check):
    """Each model gets all the items, also of an iterator, and calls the function once for each."""
    lab = Lab()
    seen = []

    def note(item):
        seen.append(item)
        return item

    makers = {name: lab.pool_maker(name) for name in ("threads", "processes")}
    call = "compare(function, iter('ab'), workers=2)"
    compare(note, iter("ab"), workers=2, wall=lab.wall, cpu=lab.cpu, **makers)
    check.equal(["a"] * 3 + ["b"] * 3, sorted(seen), f"the items that function got in {call}")


@pytest.mark.task(2)
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_compare_notices_other_results(check, kind):
    """A model that returns other results than the serial one is a RuntimeError, however fast it was."""
    lab = Lab()

    def careless(item):
        other = lab.in_pool and lab.pools[-1].name == kind and item == 3
        return "something else" if other else item

    makers = {name: lab.pool_maker(name) for name in ("threads", "processes")}
    options = {"workers": 2, "wall": lab.wall, "cpu": lab.cpu, **makers}
    call = f"compare(a function that returns something else in {kind}, range(5), workers=2)"
    check.raises(RuntimeError, lambda: compare(careless, range(5), **options), call)
    check.raises(ValueError, lambda: compare(str, [1], **options | {"workers": 0}), "compare(…, workers=0)")


# 3. What the numbers say


def walls(serial, threads, processes):
    return {Model.SERIAL: serial, Model.THREADS: threads, Model.PROCESSES: processes}


@pytest.mark.task(3)
def test_speed_up(check):
    """The speed-up of a model is the serial wall time divided by its own."""
    seconds = {"SERIAL": (12.0, 6.0), "THREADS": (15.0, 6.0), "PROCESSES": (3.0, 24.0)}
    timings = {Model[name]: Timing(wall=wall, cpu=cpu) for name, (wall, cpu) in seconds.items()}
    for model, expected in zip(Model, (1.0, 0.8, 4.0), strict=True):
        check.close(expected, speed_up(timings, model), f"speed_up((wall, cpu) are {seconds}, {model})")


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("wall", "cpu", "options", "expected"),
    [
        (12.0, 12.0, {"workers": 4, "cores": 4, "gil": True}, (12.0, 12.0, 3.0)),
        (12.0, 12.0, {"workers": 8, "cores": 2, "gil": False}, (12.0, 6.0, 6.0)),
        (12.0, 12.0, {"workers": 2, "cores": 8, "gil": False}, (12.0, 6.0, 6.0)),
        (64.0, 1.0, {"workers": 32, "cores": 2, "gil": True, "start_up": 0.25}, (64.0, 2.0, 2.25)),
        (64.0, 4.0, {"workers": 32, "cores": 2, "gil": True}, (64.0, 4.0, 2.0)),
        (64.0, 16.0, {"workers": 32, "cores": 4, "gil": False, "start_up": 0.25}, (64.0, 4.0, 4.25)),
    ],
    ids=["computes", "no GIL", "few workers", "waits", "waits, and takes turns", "mixed, no GIL"],
)
def test_forecast(check, wall, cpu, options, expected):
    """The forecast knows what waits, what computes, how many do it, and who has to take turns."""
    told = ", ".join(f"{name}={value}" for name, value in options.items())
    call = f"forecast(Timing(wall={wall}, cpu={cpu}), {told})"
    got = forecast(Timing(wall=wall, cpu=cpu), **options)
    check.that(isinstance(got, Mapping) and set(got) == set(Model), call, "seconds for each model", got)
    for model, seconds in zip(Model, expected, strict=True):
        check.close(seconds, got[model], f"{call}[{model}]")


@pytest.mark.task(3)
def test_recommendation(check):
    """The recommendation follows the measured times, and prefers less trouble where little is gained."""
    for serial, threads, processes, worthwhile, expected in (
        (8.0, 8.5, 7.5, 1.25, Model.SERIAL),  # nothing is gained
        (8.0, 8.0, 2.5, 1.25, Model.PROCESSES),  # it computes, with a GIL
        (8.0, 1.0, 0.9375, 1.25, Model.THREADS),  # it waits: processes are quicker, but too little
        (8.0, 5.0, 4.0, 1.25, Model.PROCESSES),  # exactly 1.25 times as fast as threads
        (8.0, 7.0, 6.0, 1.25, Model.PROCESSES),  # threads are not worth it; processes against serial are
        (8.0, 4.0, 16.0, 1.25, Model.THREADS),
        (8.0, 2.0, 1.0, 3.0, Model.THREADS),
        (8.0, 3.0, 2.0, 3.0, Model.PROCESSES),
    ):
        call = (
            f"recommend(serial {serial}, threads {threads}, processes {processes}, worthwhile={worthwhile})"
        )
        got = recommend(walls(serial, threads, processes), worthwhile=worthwhile)
        check.that(got is expected, call, repr(expected), got)


@pytest.mark.task(3)
def test_recommendation_from_a_forecast(check):
    """Fed with a forecast, it recommends a model for work that computes and for work that waits."""
    for wall, cpu, gil, expected in (
        (40.0, 40.0, True, Model.PROCESSES),
        (40.0, 40.0, False, Model.THREADS),
        (40.0, 0.5, True, Model.THREADS),
        (0.5, 0.5, True, Model.SERIAL),
    ):
        told = f"forecast(Timing(wall={wall}, cpu={cpu}), workers=4, cores=4, gil={gil}, start_up=0.5)"
        got = forecast(Timing(wall=wall, cpu=cpu), workers=4, cores=4, gil=gil, start_up=0.5)
        check.that(isinstance(got, Mapping) and set(got) == set(Model), told, "seconds for each model", got)
        model = recommend(got)
        check.that(model is expected, f"recommend({told})", repr(expected), model)


# 4. Inside +=


box = SimpleNamespace(value=0, note="")
total = best = 0


def attribute_add():
    box.value += 1


def attribute_sum():
    len("before")
    box.value = box.value + 1
    len("after")


def guarded_add():
    if box.value < 5:
        box.value += 1


def largest():
    box.value = max(box.value, box.value)


def global_add():
    global total
    total += 1


def global_maximum(score):
    global best
    if score > 0:
        best = max(best, score)


def make_nonlocal_add():
    count = 0

    def nonlocal_add(amount):
        nonlocal count
        count += amount

    return nonlocal_add


def make_handing_on():
    count = 0

    def handing_on():
        nonlocal count
        later = [lambda: count]
        count = 5
        return later

    return handing_on


def several_updates():
    box.value = 7
    box.value += 1
    box.value += 2


def only_read():
    return box.value + total


def written_then_read():
    box.value = 5
    return box.value


def local_add(value):
    value += 1
    box.note = value


def constants():
    box.value = "value"
    box.note = "note"


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("function", "name", "kind"),
    [
        (attribute_add, "value", "ATTR"),
        (attribute_sum, "value", "ATTR"),
        (guarded_add, "value", "ATTR"),
        (largest, "value", "ATTR"),
        (global_add, "total", "GLOBAL"),
        (global_maximum, "best", "GLOBAL"),
        (make_nonlocal_add(), "count", "DEREF"),
        (several_updates, "value", "ATTR"),
    ],
    ids=["attribute", "sum", "guarded", "largest", "global", "maximum", "nonlocal", "several"],
)
def test_steps_of_an_update(check, function, name, kind):
    """An update of a shared variable is a chain of instructions, from the read to the write after it."""
    listed = [(step.opname, step.argval) for step in dis.get_instructions(function)]
    first = listed.index((f"LOAD_{kind}", name))
    last = listed.index((f"STORE_{kind}", name), first)
    expected = [opname for opname, _ in listed[first : last + 1]]
    call = f"update_steps({function.__name__}, {name!r})"
    check.returns(expected, lambda: update_steps(function, name), call)
    check.at_least(3, len(expected), f"len({call})")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (only_read, "value"),
        (written_then_read, "value"),
        (local_add, "value"),
        (constants, "value"),
        (constants, "note"),
        (attribute_add, "total"),
        (make_handing_on(), "count"),
    ],
)
def test_no_update(check, function, name):
    """Local variables, constants, and what is only read, only written or handed on give no steps."""
    check.returns([], lambda: update_steps(function, name), f"update_steps({function.__name__}, {name!r})")


# 5. Lose an update on purpose


@pytest.fixture
def sleeps(monkeypatch):
    SLEEPS.clear()
    monkeypatch.setattr(time, "sleep", SLEEPS.append)
    return SLEEPS


class Adding:
    """A number in three places, a function for each that adds to it, and what is known of the calls."""

    def __init__(self, start):
        self.number, self.place = start, {"n": start}
        self.callers, self.finished = [], 0
        outer = start

        def to_attribute(amount):
            self.number += amount

        def to_item(amount):
            self.place["n"] += amount

        def to_outer(amount):
            nonlocal outer
            outer += amount

        self.ways = {
            "attribute": (to_attribute, lambda: self.number),
            "item": (to_item, lambda: self.place["n"]),
            "nonlocal": (to_outer, lambda: outer),
        }

    def watched(self, way):
        """Return the function that adds, and one that reads the number."""
        plain, read = self.ways[way]

        def add(amount):
            self.callers.append(threading.current_thread())
            plain(amount)
            self.finished += 1

        return add, read


@pytest.mark.task(5)
@pytest.mark.parametrize("way", ["attribute", "item", "nonlocal"])
def test_one_of_two_updates_is_lost(check, sleeps, way):
    """Two threads add 1 each, and only 1 is added."""
    adding = Adding(41)
    add, read = adding.watched(way)
    target = {"attribute": "box.number", "item": "place['n']", "nonlocal": "number"}[way]
    call = f"lose_update(add), where add(amount) does {target} += amount, and {target} is 41"
    check.returns(None, lambda: lose_update(add), call)
    check.equal(2, len(adding.callers), f"the calls of add in {call}")
    check.equal(2, len(set(adding.callers)), f"the different threads that called add in {call}")
    check.equal(42, read(), f"{target} after {call}")
    check.equal([], sleeps, f"the calls of time.sleep in {call}")


@pytest.mark.task(5)
def test_every_time(check, sleeps):
    """It is no luck: fifty times out of fifty, and both threads have finished."""
    outcomes, running = [], []
    for _ in range(50):
        adding = Adding(0)
        add, read = adding.watched("attribute")
        check.returns(None, lambda add=add: lose_update(add), "lose_update(add)")
        others = [thread for thread in adding.callers if thread is not threading.current_thread()]
        running += [thread.name for thread in others if thread.is_alive()]
        outcomes.append((read(), adding.finished))
    call = "(the number, how many calls of add have returned) after lose_update(add), fifty times from 0"
    check.equal([(1, 2)] * 50, outcomes, call)
    check.equal([], running, "the threads that run after lose_update(add)")


# 6. Repair it


class Amount:
    """A number that calls ``meanwhile`` in the middle of being added to another."""

    def __init__(self, number, meanwhile):
        self.number, self.meanwhile = number, meanwhile

    def __radd__(self, other):
        self.meanwhile()
        return other + self.number

    __add__ = __radd__


class WatchedLock:
    """A lock that tells when somebody comes who does not get it."""

    def __init__(self, on_wait):
        self._lock = threading.Lock()
        self._owner = None
        self._on_wait = on_wait

    def acquire(self, blocking=True, timeout=-1):
        mine = self._owner == threading.get_ident()
        if mine and blocking:
            raise RuntimeError("deadlock: this thread has not released the lock that it wants")
        if not self._lock.acquire(False):
            if not mine:
                self._on_wait()
            if not (blocking and self._lock.acquire(True, PATIENCE if timeout < 0 else timeout)):
                return False
        self._owner = threading.get_ident()
        return True

    def release(self):
        self._owner = None
        self._lock.release()

    def locked(self):
        return self._lock.locked()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exception):
        self.release()


def counter_with(start=0, on_wait=lambda: None):
    return SafeCounter(start, make_lock=lambda: WatchedLock(on_wait))


@pytest.mark.task(6)
def test_a_counter_counts(check):
    """A counter begins where it is told to; add returns the new number."""
    counter = SafeCounter()
    check.equal(0, counter.value, "SafeCounter().value")
    check.returns(5, lambda: counter.add(5), "SafeCounter().add(5)")
    check.returns(3, lambda: counter.add(-2), "counter.add(-2), when it was 5")
    check.equal(3, counter.value, "counter.value after add(5) and add(-2)")
    other = SafeCounter(40)
    check.returns(42, lambda: other.add(2), "SafeCounter(40).add(2)")
    check.equal(3, counter.value, "counter.value after another counter was added to")


@pytest.mark.task(6)
def test_no_update_is_lost(check):
    """A second thread adds in the middle of an addition, and both amounts are there in the end."""
    start = 100
    second_is_there = threading.Event()
    counter = counter_with(start, on_wait=second_is_there.set)

    def first(go):
        def meanwhile():
            go()  # now the second thread begins
            second_is_there.wait(PATIENCE)

        return counter.add(Amount(5, meanwhile))

    got = in_threads(first, lambda go: counter.add(Amount(7, second_is_there.set)))
    call = f"counter.add(5) in one thread and, in the middle of it, counter.add(7) in another, from {start}"
    check.equal(start + 12, counter.value, f"counter.value after {call}")
    second_came_first = got == [start + 12, start + 7]
    expected = [start + 12, start + 7] if second_came_first else [start + 5, start + 12]
    check.equal(expected, got, f"what they return: {call}")


def add_with_a_switch(pause):
    """Add 5 in a thread, and 7 in another that comes in before instruction number ``pause`` of the hand-in.

    The first goes on when the other one has added or waits for a lock.

    Returns:
        The counter's value, what the two additions return, the line of that instruction, if there is one, and
        whether the other one did come.

    """
    second_is_there = threading.Event()
    counter = counter_with(on_wait=second_is_there.set)
    seen, line, came = 0, None, False

    def first(go):
        def trace(frame, event, argument):
            nonlocal seen, line, came
            if frame.f_globals.get("__name__") != "gil":
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                seen += 1
                if seen == pause:
                    line = frame.f_lineno
                    go()  # now the second thread begins
                    came = second_is_there.wait(PATIENCE)
            return trace

        sys._getframe().f_trace_opcodes = True  # Python 3.12 wants to know before the tracing begins
        sys.settrace(trace)
        try:
            return counter.add(5)
        finally:
            sys.settrace(None)

    def second(go):
        try:
            return counter.add(7)
        finally:
            second_is_there.set()

    got = in_threads(first, second)
    return counter.value, got, line, came


@pytest.mark.task(6)
def test_a_switch_between_any_two_instructions(check):
    """Wherever another thread comes in with an addition, none is lost, and each returns its own number."""
    for pause in itertools.count(1):
        value, got, line, came = add_with_a_switch(pause)
        where = f"in line {line} of gil.py a switch" if line else "after it a switch"
        call = f"counter.add(5), from 0, and {where} to another thread that does counter.add(7)"
        check.equal(12, value, f"counter.value after {call}")
        check.equal([12, 7] if got == [12, 7] else [5, 12], got, f"what they return: {call}")
        if not came:  # there is no such instruction, or the other one waits for something else than our lock
            return


@pytest.mark.task(6)
def test_a_failed_addition_leaves_the_counter_usable(check):
    """If adding raises, the number stays as it was, and the next one can add."""
    counter = counter_with(10)

    def fail():
        raise ZeroDivisionError("no amount")

    call = "counter.add(an amount that raises ZeroDivisionError when it is added)"
    check.raises(ZeroDivisionError, lambda: counter.add(Amount(1, fail)), call)
    check.returns(10, lambda: counter.value, f"counter.value after {call}")
    check.returns(13, lambda: counter.add(3), f"counter.add(3) after {call}")


# 7. Predictions


class Shared:
    """What the statements of the sheet share, fresh for each experiment."""

    def __init__(self):
        self.value, self.best = 0, 0
        self.items, self.pair, self.numbers = [], (), []
        self.counts, self.cache = {"a": 0}, {}
        self.left, self.right = "l", "r"
        self.counter = itertools.count()


def item_add(shared, me):
    shared.counts["a"] += 1


def append(shared, me):
    shared.items.append(me)


def list_add(shared, me):
    shared.items += [me]


def tuple_add(shared, me):
    shared.pair += (me,)


def maximum(shared, me):
    shared.best = max(shared.best, me)


def swap(shared, me):
    shared.left, shared.right = shared.right, shared.left


def check_then_set(shared, me):
    if "a" not in shared.cache:
        shared.cache["a"] = []
    shared.cache["a"].append(me)


def setdefault(shared, me):
    shared.cache.setdefault("a", []).append(me)


def next_number(shared, me):
    shared.numbers.append(next(shared.counter))


def add_to_attribute(shared, me):
    shared.value += 1


def add_to_local(shared, me):
    number = shared.value
    number += 1
    shared.items.append(number)


def outcome(statement, pause):
    """Run ``statement`` for thread 1, and in the pause before its instruction number ``pause`` for thread 2.

    Returns:
        What is shared then, and whether there was such an instruction.

    """
    shared = Shared()
    seen = 0
    paused = False

    def trace(frame, event, argument):
        nonlocal seen, paused
        if frame.f_code is not statement.__code__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            seen += 1
            if seen == pause:
                paused = True
                statement(shared, 2)  # not traced: a trace function is never traced itself
        return trace

    def first_thread():
        sys.settrace(trace)
        try:
            statement(shared, 1)
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=first_thread)
    thread.start()
    thread.join()
    if not paused:
        statement(shared, 2)
    del shared.counter
    state = {name: sorted(it) if isinstance(it, list | tuple) else it for name, it in vars(shared).items()}
    return {**state, "cache": {key: sorted(it) for key, it in shared.cache.items()}}, paused


def lost_or_safe(statement):
    """Try a pause before every instruction; tell whether one of them changes what comes out."""
    one_after_the_other, _ = outcome(statement, pause=0)
    pause, paused = 0, True
    while paused:
        pause += 1
        result, paused = outcome(statement, pause)
        if result != one_after_the_other:
            return "lost"
    assert pause > 3, "the interpreter reports no instructions"
    return "safe"


@pytest.mark.task(7)
@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("local_add", add_to_local),
        ("attribute_add", add_to_attribute),
        ("item_add", item_add),
        ("append", append),
        ("list_add", list_add),
        ("tuple_add", tuple_add),
        ("maximum", maximum),
        ("swap", swap),
        ("check_then_set", check_then_set),
        ("setdefault", setdefault),
        ("next_number", next_number),
        ("attribute_add_without_gil", add_to_attribute),  # the instructions are the same
        ("append_without_gil", append),  # one call, and the list locks itself
    ],
)
def test_predicted_races(predictions, question, statement):
    """You predicted which updates can be lost when another thread comes in between."""
    predictions.check(question, lost_or_safe(statement), ("lost", "safe"))


@pytest.mark.task(7)
@pytest.mark.parametrize(
    ("burn", "clocks"),
    [
        (
            burn_in_a_child,
            {"child_in_perf_counter": time.perf_counter, "child_in_process_time": time.process_time},
        ),
        (
            burn_in_a_thread,
            {"thread_in_process_time": time.process_time, "thread_in_thread_time": time.thread_time},
        ),
    ],
    ids=["child", "thread"],
)
def test_predicted_clocks(predictions, burn, clocks):
    """You predicted which clock counts the time that somebody else computes."""
    before = {question: clock() for question, clock in clocks.items()}
    burn()
    for question, clock in clocks.items():
        truth = "counted" if clock() - before[question] > BURNT / 2 else "not counted"
        predictions.check(question, truth, ("counted", "not counted"))


GIL_ANSWERS = {
    "gil_before_3_13": "AttributeError",
    "gil_default_build": True,
    "gil_free_threaded": False,
    "gil_after_old_extension": True,
}
"""For the interpreters that are not running here; the one that is gets asked."""


@pytest.mark.task(7)
def test_predicted_gil(predictions):
    """You predicted what different interpreters say about their GIL."""
    free = sysconfig.get_config_var("Py_GIL_DISABLED") == 1
    if sys.version_info < (3, 13):
        here = "gil_before_3_13"
    else:
        here = "gil_free_threaded" if free else "gil_default_build"
    asking = "import sys; print(sys._is_gil_enabled() if hasattr(sys, '_is_gil_enabled') else '')"
    command = [sys.executable, "-I", "-S", "-c", asking]
    told = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    asked = {"True": True, "False": False}.get(told, "AttributeError")
    for question, truth in (GIL_ANSWERS | {here: asked}).items():
        predictions.check(question, truth, (True, False, "AttributeError"))
