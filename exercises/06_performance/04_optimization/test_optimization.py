"""The suite of optimization."""

import json
import math
import random
import shutil
import subprocess
import sys
import time
import tracemalloc
import warnings

import noise_naive
import noise_numpy
import noise_python
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.timeout(10)
"""For all cases but those that wait for the compiler (see ``patient``)."""

MIB = 1 << 20


def machines(count, places=None, seed=1, corner=(0.0, 0.0), width=100.0):
    """Return three lists: machines at random, each at a place of its own, or on a few places, mixed."""
    draw = random.Random(seed)
    sites = [
        (corner[0] + width * draw.random(), corner[1] + width * draw.random()) for _ in range(places or count)
    ]
    chosen = [sites[number % len(sites)] for number in range(count)]
    draw.shuffle(chosen)
    return [x for x, _ in chosen], [y for _, y in chosen], [draw.uniform(0.5, 2.0) for _ in range(count)]


NAMED = {
    "a triangle of sides 3, 4 and 5": ([0.0, 3.0, 0.0], [0.0, 0.0, 4.0], [1.0, 6.0, 12.0]),
    "two machines": ([1.0, 1.0], [2.0, -2.0], [3.0, 5.0]),
    "one machine": ([7.0], [7.0], [7.0]),
    "no machine": ([], [], []),
    "three on one place": ([2.0] * 3, [9.0] * 3, [1.0, 2.0, 3.0]),
    "two pairs of twins, crosswise": ([5.0, 1.0, 5.0, 1.0], [0.0, 3.0, 0.0, 3.0], [1.0, 2.0, 4.0, 8.0]),
    "twins at 0.0 and -0.0": ([0.0, -0.0, 1.0], [-0.0, 0.0, 0.0], [1.0, 2.0, 4.0]),
    "200 at random": machines(200),
    "200 on 9 places": machines(200, places=9),
    "60 within a metre, at the far end of a grid": machines(60, corner=(4_500_000.0, 5_600_000.0), width=1.0),
}
each_floor = pytest.mark.parametrize("name", NAMED)

UNEQUAL = {
    "one w too few": ([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [1.0, 1.0]),
    "a single w": ([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [1.0]),
    "a single y": ([0.0, 1.0, 2.0], [0.0], [1.0, 1.0, 1.0]),
    "one x too few": ([0.0], [0.0, 3.0], [1.0, 1.0]),
    "one x too many": ([0.0, 1.0, 2.0], [0.0, 3.0], [1.0, 1.0]),
}
each_unequal = pytest.mark.parametrize("name", UNEQUAL)


def check_levels(check, floor, got, call):
    """Require a list of floats that agrees with the naive levels to nine digits."""
    expected = noise_naive.field(*floor)
    check.equal(list, type(got), f"type({call})")
    check.equal(len(expected), len(got), f"len({call})")
    for index, (level, other) in enumerate(zip(expected, got, strict=True)):
        check.close(level, other, f"{call}[{index}]", rel=1e-9)


def cpu_seconds(action, rounds=3):
    """Return the processor time of an action; the smallest, since noise only adds."""
    return min(_once(action) for _ in range(rounds))


def _once(action):
    started = time.thread_time()
    action()
    return time.thread_time() - started


# --- 1. Plain Python, the same levels ---------------------------------------------------------------------


@pytest.mark.task(1)
@each_floor
def test_levels_in_plain_python(check, name):
    """The plain function returns a list with the level of each machine, in the order of the machines."""
    call = f"noise_python.field(…) for {name}"
    check_levels(check, NAMED[name], noise_python.field(*map(list, NAMED[name])), call)


small = st.integers(-3, 3).map(float)


@pytest.mark.task(1)
@settings(max_examples=40)
@given(st.lists(st.tuples(small, small, st.floats(0.1, 10)), max_size=8))
def test_levels_of_any_floor(check, rows):
    """The levels agree with the naive ones for any machines, on the same or on different places."""
    floor = tuple([row[column] for row in rows] for column in range(3))
    given_floor = tuple(list(column) for column in floor)
    got = noise_python.field(*given_floor)
    call = f"noise_python.field({', '.join(map(str, floor))})"
    check_levels(check, floor, got, call)
    check.equal(floor, given_floor, f"the arguments after {call}")


def blocks(here, there):
    return abs(here[0] - there[0]) + abs(here[1] - there[1])


@pytest.mark.task(1)
def test_another_distance(check):
    """Another distance than the straight one may be given; it takes two places, each a tuple."""
    floor = map(list, NAMED["a triangle of sides 3, 4 and 5"])
    places = []

    def distance(here, there):
        places.extend((here, there))
        return blocks(here, there)

    got = noise_python.field(*floor, distance)
    strange = [place for place in places if not isinstance(place, tuple)]
    check.equal([], strange, "what distance was called with that is no tuple (x, y)")
    call = "noise_python.field(…, distance=blocks) for a triangle, distances 3, 4 and 7"
    check.equal(list, type(got), f"type({call})")
    for index, level in enumerate([6 / 3 + 12 / 4, 1 / 3 + 12 / 7, 1 / 4 + 6 / 7]):
        check.close(level, got[index] if index < len(got) else None, f"{call}[{index}]")


@pytest.mark.task(1)
@each_unequal
def test_unequal_lists(check, name):
    """Lists of unequal lengths raise ValueError."""
    call = f"noise_python.field{UNEQUAL[name]}"
    check.raises(ValueError, lambda: noise_python.field(*UNEQUAL[name]), call)


# --- 2. Plain Python, fewer distances ---------------------------------------------------------------------


def asked(floor):
    """Return the pairs of places whose distance the plain function asked for."""
    pairs = []

    def distance(here, there):
        pairs.append((here, there))
        return math.dist(here, there)

    noise_python.field(*floor, distance=distance)
    return pairs


@pytest.mark.task(2)
@pytest.mark.parametrize(
    ("count", "places"), [(40, 40), (300, 12)], ids=["all different", "300 on 12 places"]
)
def test_each_distance_once(check, count, places):
    """The distance of two places is asked for once, however many machines stand on them."""
    pairs = asked(machines(count, places))
    call = f"calls of distance in noise_python.field(…) for {count} machines on {places} places"
    check.at_most(places * (places - 1) // 2, len(pairs), call)
    check.at_least(places - 1, len(pairs), call)


@pytest.mark.task(2)
def test_no_distance_of_twins(check):
    """The distance of a place to itself is never asked for."""
    pairs = asked(([1.0, 1.0, 0.0, -0.0, 5.0], [2.0, 2.0, 0.0, 0.0, 5.0], [1.0] * 5))
    selves = [pair for pair in pairs if pair[0] == pair[1]]
    check.equal([], selves, "distances from a place to itself, asked for by noise_python.field(…)")
    check.at_least(2, len(pairs), "calls of distance in noise_python.field(…) for 5 machines on 3 places")


@pytest.mark.task(2)
def test_time_for_few_places(check):
    """For 500 machines on 10 places it takes at most a tenth of the time of the naive function."""
    floor = machines(500, places=10)
    naive = cpu_seconds(lambda: noise_naive.field(*floor), rounds=2)
    plain = cpu_seconds(lambda: noise_python.field(*floor))
    call = (
        "time of noise_python.field(…) for 500 machines on 10 places, as a part of that of noise_naive.field"
    )
    check.at_most(0.1, plain / naive, call)


@pytest.mark.task(2)
def test_no_table_of_distances(check):
    """Memory rises with the number of machines, not with the number of pairs."""
    floor = machines(300)
    peak = peak_bytes(lambda: noise_python.field(*floor))
    check.at_most(300 * 1_000, peak, "bytes by which noise_python.field(…) raises memory for 300 machines")


def peak_bytes(action):
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        action()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


# --- 3. NumPy, the same levels ----------------------------------------------------------------------------


def arrays(floor):
    return tuple(np.array(column, dtype=np.float64) for column in floor)


def check_array(check, floor, got, call):
    """Require an array of float64, and the levels of the naive function in it."""
    check.equal(np.ndarray, type(got), f"type({call})")
    check.equal("float64", str(got.dtype), f"{call}.dtype")
    check.equal((len(floor[0]),), got.shape, f"{call}.shape")
    check_levels(check, floor, got.tolist(), call)


@pytest.mark.task(3)
@each_floor
def test_levels_in_numpy(check, name):
    """The NumPy function returns an array of float64 with the level of each machine."""
    call = f"noise_numpy.field(…) for {name}"
    check_array(check, NAMED[name], noise_numpy.field(*arrays(NAMED[name])), call)


@pytest.mark.task(3)
def test_no_warnings(check):
    """Twins cause no warning, whatever NumPy is set to do, and the setting stays as it was."""
    for setting in ("warn", "raise"):
        call = f'noise_numpy.field(…) for twins, under np.errstate(all="{setting}")'
        with warnings.catch_warnings(record=True) as caught, np.errstate(all=setting):
            warnings.simplefilter("always")
            state = np.geterr()
            try:
                noise_numpy.field(*arrays(NAMED["200 on 9 places"]))
            except FloatingPointError as error:
                caught.append(error)
            check.equal(state, np.geterr(), f"np.geterr() after {call}")
        told = [str(getattr(warning, "message", warning)) for warning in caught]
        check.equal([], told, f"warnings and errors of {call}")


@pytest.mark.task(3)
def test_arrays_are_left_alone(check):
    """The arrays are not changed; the result is a new one each time."""
    floor = machines(50, places=20)
    given_arrays = arrays(floor)
    first = noise_numpy.field(*given_arrays)
    second = noise_numpy.field(*given_arrays)
    check.equal(
        floor, tuple(array.tolist() for array in given_arrays), "the arguments of noise_numpy.field(…)"
    )
    separate = isinstance(first, np.ndarray) and not np.shares_memory(first, second)
    check.that(separate, "noise_numpy.field(…), twice", "two arrays", "the same memory, or no array")


@pytest.mark.task(3)
@each_unequal
def test_unequal_arrays(check, name):
    """Arrays of unequal lengths raise ValueError, also where NumPy would stretch one of them."""
    call = f"noise_numpy.field{UNEQUAL[name]}, as arrays"
    check.raises(ValueError, lambda: noise_numpy.field(*arrays(UNEQUAL[name])), call)


# --- 4. NumPy, no loop and no table -----------------------------------------------------------------------


class Instructions:
    """Counts the bytecode instructions that the interpreter executes in all functions called inside."""

    def __init__(self):
        self.count = 0

    def __enter__(self):
        self._before = sys.gettrace()
        sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for this when tracing begins
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_):
        sys.settrace(self._before)

    def _trace(self, frame, event, _):
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        self.count += event == "opcode"
        return self._trace


@pytest.mark.task(4)
def test_no_python_loop(check):
    """For 1,000 machines the interpreter executes at most 10 instructions for each machine."""
    floor = arrays(machines(1_000))
    for _ in range(2):  # Python 3.13 does not see all of the first time
        with Instructions() as seen:
            noise_numpy.field(*floor)
    call = "bytecode instructions that noise_numpy.field(…) executes for 1,000 machines"
    check.at_most(10_000, seen.count, call)
    check.at_least(1, seen.count, call)


@pytest.mark.task(4)
def test_no_table_of_all_pairs(check):
    """For 2,500 machines memory rises by at most 16 MiB; a table of all their distances takes 48."""
    floor = arrays(machines(2_500))
    peak = peak_bytes(lambda: noise_numpy.field(*floor))
    check.at_most(16 * MIB, peak, "bytes by which noise_numpy.field(…) raises memory for 2,500 machines")
    check.at_least(2_500 * 8, peak, "bytes by which noise_numpy.field(…) raises memory for 2,500 machines")


@pytest.mark.task(4)
def test_time_in_numpy(check):
    """For 400 machines it is at least 3 times as fast as the naive function."""
    floor = machines(400)
    naive = cpu_seconds(lambda: noise_naive.field(*floor), rounds=2)
    vectors = arrays(floor)
    numpy = cpu_seconds(lambda: noise_numpy.field(*vectors), rounds=5)
    call = "time of noise_naive.field for 400 machines, in units of that of noise_numpy.field"
    check.at_least(3, naive / numpy, call)


# --- 5. Cython, compiled ----------------------------------------------------------------------------------

CHILD = """
import json, sys, time
from array import array
from pathlib import Path

given, source, answer = map(Path, sys.argv[1:])
sys.path.insert(0, str(given))
import noise_build, noise_naive
sys.path.remove(str(given))
built = noise_build.build(source, answer.parent / "build")
print("-- built")
sys.modules["numpy"] = None  # here is nothing but the standard library
import importlib.util
spec = importlib.util.spec_from_file_location("noise_cython", built)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

def called(floor):
    columns = [array("d", column) for column in floor]
    try:
        got = module.field(*columns)
    except Exception as error:
        return {"raised": type(error).__name__, "told": str(error)}
    if type(got) is not list or not all(type(level) is float for level in got):
        return {"other": repr(got)[:300]}
    return {"levels": got, "unchanged": [column.tolist() for column in columns] == floor}

def seconds(function, columns, rounds):
    times = []
    for _ in range(rounds):
        started = time.process_time()
        function(*columns)
        times.append(time.process_time() - started)
    return min(times)

work = json.loads(answer.read_text())
results = {name: called(floor) for name, floor in work["floors"].items()}
columns = [array("d", column) for column in work["timed"]]
times = {"naive": seconds(noise_naive.field, columns, 2)}
try:
    times["compiled"] = seconds(module.field, columns, 9)
except Exception as error:
    times["told"] = f"{type(error).__name__}: {error}"
answer.write_text(json.dumps({"results": results, "times": times}))
"""
"""Builds the module, calls it, and writes down what came back. It runs once, in a process of its own."""

patient = pytest.mark.timeout(60)
"""The first of these cases compiles, which takes seconds where a machine is busy."""


class Compiled:
    """What the process said that built and called the Cython module."""

    def __init__(self, told, answer):
        self.told = told
        self.answer = answer

    def require(self, check):
        """Fail unless the module was built and all calls were made."""
        if not isinstance(self.answer, dict) or "results" not in self.answer:
            stage = "calling it" if "-- built" in self.told else "building it"
            lines = [line for line in self.told.splitlines() if line.strip() and line != "-- built"]
            last = "\n".join(f"  {line}" for line in lines[-14:]) or "  (nothing)"
            told = f"the process ended while {stage}; it said:\n{last}"
            check.that(
                False, "python noise_build.py noise_cython.pyx build", "a module that can be called", told
            )

    def levels(self, check, name, call):
        """Return the list that came back for one of the named floors."""
        self.require(check)
        result = self.answer["results"][name]
        told = (
            f"it raised {result['raised']}: {result['told']}" if "raised" in result else result.get("other")
        )
        check.that("levels" in result, call, "a list of floats", told)
        return result["levels"]


@pytest.fixture(scope="module")
def compiled(request, tmp_path_factory):
    """Compile noise_cython.pyx and call it, in a process of its own, once for all cases."""
    chosen = request.config.getoption("hand_in")
    given = request.path.parent
    source = (given if chosen is None else chosen.resolve()) / "noise_cython.pyx"
    if shutil.which("cc") is None:
        return Compiled("not gradable here: there is no C compiler named cc", None)
    answer = tmp_path_factory.mktemp("compiled") / "answer.json"
    answer.write_text(json.dumps({"floors": NAMED | UNEQUAL, "timed": machines(300)}))
    command = [sys.executable, "-I", "-B", "-c", CHILD, str(given), str(source), str(answer)]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", cwd=answer.parent, check=False
    )
    told = f"{done.stdout}{done.stderr}\n(exit code {done.returncode})"
    return Compiled(told, json.loads(answer.read_text()))


@pytest.mark.task(5)
@patient
@each_floor
def test_levels_in_cython(check, compiled, name):
    """The compiled function returns a list with the level of each machine."""
    call = f"noise_cython.field(…) for {name}"
    check_levels(check, NAMED[name], compiled.levels(check, name, call), call)


@pytest.mark.task(5)
@patient
def test_given_numbers_are_left_alone(check, compiled):
    """The compiled function does not change what it is given."""
    name = "200 on 9 places"
    compiled.levels(check, name, f"noise_cython.field(…) for {name}")
    unchanged = compiled.answer["results"][name]["unchanged"]
    check.equal(
        True, unchanged, f"whether the arguments are as they were, after noise_cython.field(…) for {name}"
    )


@pytest.mark.task(5)
@patient
@each_unequal
def test_unequal_lengths_in_cython(check, compiled, name):
    """Unequal lengths raise ValueError; nothing is read beyond an end."""
    compiled.require(check)
    result = compiled.answer["results"][name]
    call = f"what noise_cython.field{UNEQUAL[name]} raises"
    check.equal("ValueError", result.get("raised", "nothing"), call)


# --- 6. Cython, typed -------------------------------------------------------------------------------------


@pytest.mark.task(6)
@patient
def test_time_in_cython(check, compiled):
    """For 300 machines it is at least 5 times as fast as the naive function."""
    compiled.require(check)
    times = compiled.answer["times"]
    call = "time of noise_naive.field for 300 machines, in units of that of noise_cython.field"
    check.that("compiled" in times, call, "at least 5", f"it raised {times.get('told')}")
    check.at_least(5, times["naive"] / max(times["compiled"], 1e-9), call)
