"""The program in which the suite lets your module work: it plays one scene and prints what happened, as JSON.

Given: your module does not need it. ``python driver.py FOLDER OTHER SCENE METHOD PORT``: the folder of your
module, the folder of ``workloads.py``, and a port on which somebody answers. It ends when its standard input
says so. Spawned workers import this file as well, so what they do not need is imported where it is used.
"""

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
from array import array
from multiprocessing import reduction


class Meter:
    """Counts what this process pickles for others, and the shared memory that it makes."""

    def __init__(self):
        from multiprocessing import shared_memory

        self.shared_memory = shared_memory.SharedMemory
        self.messages = self.bytes = 0
        self.names = []
        pickler, dump, make = reduction.ForkingPickler, reduction.dump, shared_memory.SharedMemory.__init__
        dumps = pickler.dumps

        def counting_dumps(*arguments, **named):
            data = dumps(*arguments, **named)
            self.messages += 1
            self.bytes += len(data)
            return data

        def counting_dump(thing, file, protocol=None):
            before = file.tell()
            dump(thing, file, protocol)
            self.bytes += file.tell() - before

        def noting_make(memory, name=None, create=False, *arguments, **named):
            make(memory, name, create, *arguments, **named)
            if create:
                self.names.append(memory.name)

        pickler.dumps = staticmethod(counting_dumps)
        reduction.dump = counting_dump
        shared_memory.SharedMemory.__init__ = noting_make

    def leaked(self):
        """Return how many of the shared memories are still there, and remove them."""
        count = 0
        for name in self.names:
            with contextlib.suppress(FileNotFoundError):
                memory = self.shared_memory(name)
                count += 1
                memory.close()
                memory.unlink()
        return count


def outcome(action):
    """Return what an action returns, or the exception that it raised."""
    try:
        return {"returned": action()}
    except Exception as error:
        return {"raised": [type(error).__name__, *(kind.__name__ for kind in type(error).__mro__[1:])]}


def told(error):
    """Return what an ItemError says."""
    return [type(error).__name__, error.index, error.item, error.reason]


def chunks(pool, method, port):
    taken = itertools.count()

    def two_of_an_endless_source():
        source = pool.chunked((next(taken) for _ in itertools.count()), 3)
        return [next(source), next(source), next(taken)]

    def all_chunks(items, size):
        return [[type(chunk).__name__, list(chunk)] for chunk in pool.chunked(items, size)]

    return {
        "seven": outcome(lambda: all_chunks(iter("abcdefg"), 3)),
        "six": outcome(lambda: all_chunks(range(6), 3)),
        "one": outcome(lambda: all_chunks((5,), 10)),
        "none": outcome(lambda: all_chunks([], 4)),
        "endless": outcome(two_of_an_endless_source),
        "zero": outcome(lambda: all_chunks([1], 0)),
        "negative": outcome(lambda: all_chunks([], -1)),
    }


def mapping(pool, method, port):
    meter = Meter()
    taken, ahead, results = 0, 0, []

    def source():
        nonlocal taken
        for number in range(60):
            taken += 1
            yield port, number

    for result in pool.map_in_pool(workloads.square, source(), workers=2, size=5, method=method):
        results.append(result)
        ahead = max(ahead, taken - len(results))
    return {"results": results, "ahead": ahead, "messages": meter.messages}


def edges(pool, method, port):
    def mapped(items, **options):
        options = {"workers": 2, "size": 2, "method": method} | options
        return list(pool.map_in_pool(abs, items, **options))

    return {
        "none": outcome(lambda: mapped([])),
        "one": outcome(lambda: list(pool.map_in_pool(abs, iter([-5]), workers=2, size=2))),
        "large chunk": outcome(lambda: mapped([-3, -2, 1], size=10)),
        "no workers": outcome(lambda: mapped([1], workers=0)),
        "no size": outcome(lambda: mapped([1], size=0)),
        "no method": outcome(lambda: mapped([1], method="teleport")),
    }


def set_up(pool, method, port):
    workloads.FACTOR = 1_000  # of this process; the workers have their own
    options = {"workers": 2 if method == "fork" else 1, "size": 2, "method": method}
    options |= {"initializer": workloads.set_up, "initargs": (7,)}
    found = list(pool.map_in_pool(workloads.scaled, range(12), **options))
    reduced = pool.map_reduce(workloads.scaled, max, range(5), (0, 0, 0), **options)
    return {"found": found, "reduced": reduced, "here": [workloads.FACTOR, workloads.setups]}


def failure(pool, method, port):
    results, error, copy = [], None, None
    options = {"workers": 2 if method == "fork" else 1, "method": method}
    items = ((port, number) for number in range(100, 120))

    def without_port(error):
        name, index, item, reason = told(error)
        return [name, index, item[1], reason]

    try:
        for result in pool.map_in_pool(workloads.fragile, items, size=5, **options):
            results.append(result)
    except pool.ItemError as caught:
        error, kept = without_port(caught), caught
        copy = outcome(lambda: without_port(pickle.loads(pickle.dumps(kept))))
    return {"results": results, "error": error, "copy": copy}


def prickly(pool, method, port):
    try:
        list(pool.map_in_pool(workloads.prickly, range(6), workers=2, size=6, method=method))
    except pool.ItemError as caught:
        return {"error": told(caught), "base": isinstance(caught, Exception)}
    return {"error": None}


def reducing(pool, method, port):
    parcel, options = workloads.Parcel("<"), {"workers": 2 if method == "fork" else 1, "method": method}

    def reduced(items, size=5):
        return pool.map_reduce(workloads.spell, workloads.join, items, parcel, size=size, **options).text

    many = outcome(lambda: reduced(iter(range(30))))
    unpacked = workloads.unpacked
    if method != "fork":
        return {"many": many, "unpacked": unpacked}
    error = None
    try:
        reduced([4, 5, 6, -7, 8, -9], size=3)
    except pool.ItemError as caught:
        error = told(caught)
    return {
        "many": many,
        "unpacked": unpacked,
        "none": outcome(lambda: reduced([])),
        "one": outcome(lambda: reduced([3])),
        "singles": outcome(lambda: reduced([1, 2, 3], size=1)),
        "error": error,
        "no size": outcome(lambda: reduced([1], size=0)),
    }


def slices(pool, method, port):
    meter = Meter()
    data = array("d", range(200_000))
    options = {"workers": 2 if method == "fork" else 1, "method": method}
    found = outcome(lambda: pool.map_slices(workloads.survey, data, size=60_000, **options))
    return {
        "found": found,
        "bytes": meter.bytes,
        "leaked": meter.leaked(),
        "same": data == array("d", range(200_000)),
    }


def small_slices(pool, method, port):
    meter = Meter()

    def surveyed(data, size=2, function=workloads.survey):
        return pool.map_slices(function, data, workers=2, size=size, method=method)

    error = None
    facts = {
        "shorts": outcome(lambda: surveyed(array("h", [-3, 5, 7, 11, -13]))),
        "bytes": outcome(lambda: surveyed(array("B", [250, 251]), size=9)),
        "none": outcome(lambda: surveyed(array("d"))),
        "singles": outcome(lambda: surveyed(array("i", [6, 7]), size=1)),
        "no size": outcome(lambda: surveyed(array("d", [1.0]), size=0)),
        "negative size": outcome(lambda: surveyed(array("d", [1.0]), size=-1)),
    }
    try:
        surveyed(array("i", range(6)), function=workloads.survey_low)
    except pool.ItemError as caught:
        error = told(caught)
        error[2] = list(error[2])
    return facts | {"error": error, "leaked": meter.leaked()}


def busy(pool, method, port):
    """Let a worker fail while the other is busy."""
    items = [(port, number) for number in range(8)]
    try:
        list(pool.map_in_pool(workloads.fail_with_zero, items, workers=2, size=1, method=method))
    except pool.ItemError as caught:
        return {"error": told(caught)[3]}
    return {"error": None}


def left(pool, method, port):
    """Take the first result, and no more."""
    items = ((port, number) for number in range(8))
    results = pool.map_in_pool(workloads.square, items, workers=2, size=1, method=method)
    first = next(results)
    results.close()
    return {"first": first}


def interrupted(pool, method, port):
    """Wait for workers that never get ready, until somebody presses Ctrl-C, for spawned ones twice."""
    left = 2 if method == "spawn" else 1

    def notice(number, frame):
        nonlocal left
        left -= 1
        os.write(1, b"NOTICED\n")
        if not left:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, notice)
    items = ((port, number) for number in range(8))
    try:
        list(pool.map_in_pool(workloads.square, items, workers=2, size=1, method=method))
    except KeyboardInterrupt:
        return {"ended by": "KeyboardInterrupt"}
    return {"ended by": "nothing"}


SCENES = (chunks, mapping, edges, set_up, failure, prickly, reducing)
SCENES += (slices, small_slices, busy, left, interrupted)


def main(scene, method, port):
    import json

    play = next(play for play in SCENES if play.__name__ == scene)
    try:
        import process_pool

        facts = play(process_pool, method, int(port))
    except Exception as error:
        facts = {"exception": f"{type(error).__name__}: {error}"}
    facts["children"] = len(multiprocessing.active_children())
    print(f"RESULT {json.dumps(facts, default=repr)}", flush=True)  # noqa: T201
    sys.stdin.readline()


if __name__ == "__main__":
    sys.path[:0] = sys.argv[1:3]  # the workers get the same path
    import workloads

    main(*sys.argv[3:])
