"""The suite of "A pool of processes": your module works in a program of its own, ``driver.py``.

A scene is played once for each start method; several cases read what it printed. The workers report to a
``Stage``, which decides who waits for whom: overlaps are forced, and no verdict depends on speed.
"""

import contextlib
import json
import os
import signal
import socketserver
import sys
import threading

import pytest

METHODS = ("fork", "forkserver", "spawn")

PATIENCE = 12.0
"""Seconds for what right hand-ins bring about at once, even on a busy machine: a ceiling."""

PLAYED = {}
"""What the scenes printed, by scene and method."""


class Stage(socketserver.ThreadingTCPServer):
    """Where workers report; the connection of each is open as long as the worker lives."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, held):
        super().__init__(("127.0.0.1", 0), Report)
        self.held = held
        self.reports = []
        self.connected = set()
        self.over = self.cue = False
        self.parent = 0
        self.news = threading.Condition()

    @property
    def pids(self):
        return {pid for pid, _ in self.reports}

    @property
    def numbers(self):
        return {number for _, number in self.reports}

    def until(self, condition, seconds=PATIENCE):
        """Wait until something is so; return whether it is."""
        with self.news:
            return self.news.wait_for(lambda: self.over or condition(), seconds) and not self.over

    def give_cue(self):
        with self.news:
            self.cue = True
            self.news.notify_all()

    def has_come(self, first):
        return max(self.numbers) >= first

    def play_from_now_on(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        with self.news:
            self.over = True
            self.news.notify_all()
        self.shutdown()
        self.server_close()


class Report(socketserver.StreamRequestHandler):
    """One worker. ``held`` says of a number which one has to come, or what, before it may go on."""

    def handle(self):
        stage = self.server
        with stage.news:
            stage.connected.add(self)
        with contextlib.suppress(OSError, ValueError):
            while line := self.rfile.readline():
                pid, number = map(int, line.split())
                with stage.news:
                    stage.reports.append((pid, number))
                    stage.news.notify_all()
                first = number if pid == stage.parent else stage.held(number)
                if first is NEVER:
                    continue  # no answer: it waits as long as it lives
                stage.until(lambda first=first: stage.cue if first is CUE else stage.has_come(first))
                self.wfile.write(b"go on\n")
        with stage.news:
            stage.connected.discard(self)
            stage.news.notify_all()


CUE, NEVER = "cue", "never"

HELD = {
    "failure fork": lambda number: 110 if number == 100 else number,  # until a worker begins the third chunk
    "busy fork": lambda number: 1 if number == 0 else NEVER,  # one fails when the other is busy, for ever
    "left fork": lambda number: number if number == 0 else NEVER,
    "interrupted fork": lambda number: NEVER,
    "interrupted spawn": lambda number: CUE if number < 2 else NEVER,
} | {f"mapping {method}": lambda number: 10 if number == 0 else number for method in METHODS}
"""In the other scenes, all go on at once."""


@pytest.fixture
def scene(check, programs, hand_in, exercise):
    """Play a scene, or remember it; return what is known of it."""

    def play(name, method="fork"):
        if (name, method) not in PLAYED:
            stage = Stage(HELD.get(f"{name} {method}", lambda number: number))
            stage.play_from_now_on()
            try:
                PLAYED[name, method] = perform(stage, name, method)
            except AssertionError as error:
                PLAYED[name, method] = error
            finally:
                stage.close()
        facts = PLAYED[name, method]
        if isinstance(facts, AssertionError):
            raise facts
        problem = facts.get("exception")
        check.that(
            problem is None, f"scene {name!r} of driver.py, method={method!r}", "no exception", problem
        )
        return facts

    def perform(stage, name, method):
        argv = [sys.executable, "-I", "-S", str(exercise / "driver.py"), str(hand_in), str(exercise)]
        program = programs.start([*argv, name, method, str(stage.server_address[1])])
        stage.parent = program.pid
        unharmed = True
        if name == "interrupted":
            stage.until(lambda: len(stage.reports) >= 2)
            if method == "spawn":  # this parent takes no notice of the first Ctrl-C; what do its workers do?
                os.killpg(program.pid, signal.SIGINT)
                program.wait_for_line("NOTICED", seconds=PATIENCE)
                stage.give_cue()
                stage.until(lambda: stage.numbers >= {0, 1, 2, 3} or not stage.connected)
                unharmed = stage.numbers >= {0, 1, 2, 3} and len(stage.pids) == 2
            os.killpg(program.pid, signal.SIGINT)  # as a terminal does: the program and all that it started
        facts = json.loads(program.wait_for_line("RESULT", seconds=PATIENCE)) | {"unharmed": unharmed}
        gone = stage.until(lambda: not stage.connected, seconds=5)
        facts["workers left"] = 0 if gone else len(stage.connected)
        facts["pids"] = sorted(stage.pids - {program.pid})
        facts["in the parent"] = program.pid in stage.pids
        facts["output"] = program.output
        if facts["workers left"] or facts["children"]:
            program.kill()
        else:
            program.send("end")
            program.stop(signal.SIGCONT, seconds=PATIENCE)  # harmless: it ends by itself
        return facts

    return play


def returned(check, expected, fact, call):
    """Require an outcome of the driver to be a result."""
    got = f"it raised {fact['raised'][0]}" if "raised" in fact else fact["returned"]
    check.equal(expected, got, call)


def works(check, fact, call):
    """Require an outcome of the driver to be any result."""
    check.that("returned" in fact, call, "it returns something", f"it raised {fact.get('raised', '')}")


def raised(check, expected, fact, call):
    """Require an outcome of the driver to be an exception."""
    got = f"it raised {fact['raised'][0]}" if "raised" in fact else f"it returned {fact['returned']!r}"
    check.that(expected in fact.get("raised", ()), call, f"it raises {expected}", got)


# 1. Chunks


@pytest.mark.task(1)
def test_chunks_in_order(check, scene):
    """Items are cut into lists of one size, in order; the last one may be shorter."""
    facts = scene("chunks")
    seven = [["list", ["a", "b", "c"]], ["list", ["d", "e", "f"]], ["list", ["g"]]]
    returned(check, seven, facts["seven"], "list(chunked(iter('abcdefg'), 3)), types and items")
    six = [["list", [0, 1, 2]], ["list", [3, 4, 5]]]
    returned(check, six, facts["six"], "list(chunked(range(6), 3)), types and items")
    returned(check, [["list", [5]]], facts["one"], "list(chunked((5,), 10)), types and items")
    returned(check, [], facts["none"], "list(chunked([], 4))")


@pytest.mark.task(1)
def test_chunks_of_an_endless_source(check, scene):
    """A chunk takes its own items from the source, and no more."""
    call = "two chunks of 3 from an endless source 0, 1, 2, …, and the number that comes next there"
    returned(check, [[0, 1, 2], [3, 4, 5], 6], scene("chunks")["endless"], call)


@pytest.mark.task(1)
def test_size_of_chunks(check, scene):
    """A size below 1 is a ValueError, even if there are no items."""
    facts = scene("chunks")
    raised(check, "ValueError", facts["zero"], "list(chunked([1], 0))")
    raised(check, "ValueError", facts["negative"], "list(chunked([], -1))")


# 2. Map in processes


def mapping(method):
    return f"map_in_pool(square, 60 items, workers=2, size=5, method={method!r})"


@pytest.mark.task(2)
@pytest.mark.parametrize("method", METHODS)
def test_results_in_order(check, scene, method):
    """Results come in the order of the items, also when the first chunk is finished last: by every method."""
    facts = scene("mapping", method)
    check.equal([number * number for number in range(60)], facts["results"], f"list({mapping(method)})")


@pytest.mark.task(2)
@pytest.mark.parametrize("method", METHODS)
def test_two_processes_work(check, scene, method):
    """Two workers are two processes, which work side by side, and not the caller's own."""
    facts = scene("mapping", method)
    check.equal(False, facts["in the parent"], f"the function was called in the parent in {mapping(method)}")
    check.equal(2, len(facts["pids"]), f"the processes at work in {mapping(method)}, besides the parent")


@pytest.mark.task(2)
@pytest.mark.parametrize("method", METHODS)
def test_a_task_is_a_chunk(check, scene, method):
    """A chunk goes to a worker in one piece: 12 messages, and a few to begin and to end."""
    facts = scene("mapping", method)
    check.at_most(24, facts["messages"], f"messages pickled by the parent in {mapping(method)}")


@pytest.mark.task(2)
def test_reads_ahead_only_so_far(check, scene):
    """Items are taken as they are needed: never more than 2 * workers + 1 chunks ahead of the results."""
    ahead = scene("mapping")["ahead"]
    check.at_most(25, ahead, f"items taken, less results handed out, in {mapping('fork')}")


@pytest.mark.task(2)
def test_few_items(check, scene):
    """No items, one item, and a chunk larger than all of them are nothing special."""
    facts = scene("edges")
    returned(check, [], facts["none"], "list(map_in_pool(abs, [], workers=2, size=2))")
    returned(check, [5], facts["one"], "list(map_in_pool(abs, iter([-5]), workers=2, size=2))")
    call = "list(map_in_pool(abs, [-3, -2, 1], workers=2, size=10))"
    returned(check, [3, 2, 1], facts["large chunk"], call)


@pytest.mark.task(2)
def test_impossible_arguments(check, scene):
    """No workers, no size, or an unknown method are a ValueError."""
    facts = scene("edges")
    raised(check, "ValueError", facts["no workers"], "list(map_in_pool(abs, [1], workers=0, size=2))")
    raised(check, "ValueError", facts["no size"], "list(map_in_pool(abs, [1], workers=2, size=0))")
    call = "list(map_in_pool(abs, [1], workers=2, size=2, method='teleport'))"
    raised(check, "ValueError", facts["no method"], call)


# 3. Set up each worker


@pytest.mark.task(3)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_each_worker_is_set_up_once(check, scene, method):
    """The initializer is called once in each worker, before its first item, and never in the parent."""
    facts = scene("set_up", method)
    call = f"map_in_pool(scaled, range(12), …, method={method!r}, initializer=set_up, initargs=(7,))"
    found = sorted(facts["found"])
    check.equal([7 * n for n in range(12)], [result[0] for result in found], f"the numbers of {call}")
    calls = [result[1] for result in found]
    check.equal([1] * 12, calls, f"the calls of set_up in the worker, for each item of {call}")
    check.equal([1_000, 0], facts["here"], f"FACTOR and the calls of set_up in the parent after {call}")


@pytest.mark.task(3)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_reducing_with_an_initializer(check, scene, method):
    """map_reduce takes an initializer, too."""
    call = f"map_reduce(scaled, max, range(5), …, method={method!r}, initializer=set_up, initargs=(7,))"
    check.equal(
        [28, 1], scene("set_up", method)["reduced"][:2], f"{call}: the number, and the calls of set_up"
    )


# 4. Name the item


def failing(method):
    return f"map_in_pool(fragile, range(100, 120), size=5, method={method!r}), which fails with 117 and 118"


@pytest.mark.task(4)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_error_names_the_item(check, scene, method):
    """ItemError names the first item that failed: its place, the item, and the reason as text."""
    expected = ["ItemError", 17, 117, "ValueError: no 117"]
    check.equal(
        expected, scene("failure", method)["error"], f"[type, index, item, reason] of {failing(method)}"
    )


@pytest.mark.task(4)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_earlier_results_come_first(check, scene, method):
    """The results of the chunks before it are handed out first."""
    results = scene("failure", method)["results"]
    doubled = [2 * number for number in range(100, 117)]
    check.at_least(15, len(results), f"the number of results before the error of {failing(method)}")
    check.equal(doubled[: len(results)], results, f"the results before the error of {failing(method)}")


@pytest.mark.task(4)
def test_an_item_error_can_be_pickled(check, scene):
    """An ItemError survives pickling: somebody else may want to send it."""
    expected = ["ItemError", 17, 117, "ValueError: no 117"]
    call = "[type, index, item, reason] of pickle.loads(pickle.dumps(item_error))"
    returned(check, expected, scene("failure")["copy"], call)


@pytest.mark.task(4)
def test_an_exception_that_cannot_travel(check, scene):
    """The exception of the function need not survive pickling itself."""
    call = (
        "[type, index, item, reason] of map_in_pool(prickly, range(6), …), whose exception for 3 is prickly"
    )
    check.equal(["ItemError", 3, 3, "Prickly: green 9"], scene("prickly")["error"], call)


@pytest.mark.task(4)
def test_a_mapper_that_fails(check, scene):
    """The mapper of map_reduce fails in the same way."""
    call = "[type, index, item, reason] of map_reduce(spell, join, [4, 5, 6, -7, 8, -9], …)"
    check.equal(["ItemError", 3, -7, "ValueError: below zero"], scene("reducing")["error"], call)


# 5. Reduce where the data is


def reducing(items, method="fork", size=5):
    return f"map_reduce(spell, join, {items}, '<', size={size}, method={method!r})"


@pytest.mark.task(5)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_reduced_in_order(check, scene, method):
    """The initial value comes first and once, then all items in order."""
    expected = "<" + "".join(f"{number}," for number in range(30))
    returned(check, expected, scene("reducing", method)["many"], reducing("range(30)", method))


@pytest.mark.task(5)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_one_value_for_each_chunk(check, scene, method):
    """Workers reduce their chunk before they send it: six values come back, not thirty."""
    facts = scene("reducing", method)
    works(check, facts["many"], reducing("range(30)", method))
    check.at_most(8, facts["unpacked"], f"values unpickled in the parent by {reducing('range(30)', method)}")


@pytest.mark.task(5)
def test_few_items_to_reduce(check, scene):
    """Without items the result is the initial value; chunks of one item are nothing special."""
    facts = scene("reducing")
    returned(check, "<", facts["none"], reducing([]))
    returned(check, "<3,", facts["one"], reducing([3]))
    returned(check, "<1,2,3,", facts["singles"], reducing([1, 2, 3], size=1))
    raised(check, "ValueError", facts["no size"], reducing([1], size=0))


# 6. A big array in shared memory


def slicing(method):
    workers = 2 if method == "fork" else 1
    return f"map_slices(survey, 200,000 doubles, workers={workers}, size=60,000, method={method!r})"


@pytest.mark.task(6)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_each_slice_is_seen(check, scene, method):
    """The function gets each slice as a memoryview of the array's own type, in order."""
    expected = []
    for start in range(0, 200_000, 60_000):
        part = range(start, min(start + 60_000, 200_000))
        expected.append(["d", len(part), float(part[0]), float(part[-1]), float(sum(part))])
    facts = scene("slices", method)
    returned(check, expected, facts["found"], f"[format, length, first, last, sum] of {slicing(method)}")
    check.equal(True, facts["same"], f"the array is as it was after {slicing(method)}")


@pytest.mark.task(6)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_array_is_not_pickled(check, scene, method):
    """The 1.6 million bytes of the array are not pickled; what is sent are names and places."""
    facts = scene("slices", method)
    works(check, facts["found"], slicing(method))
    check.at_most(40_000, facts["bytes"], f"bytes pickled by the parent in {slicing(method)}")


@pytest.mark.task(6)
def test_other_arrays(check, scene):
    """Arrays of any type and length, also an empty one; a size below 1 is a ValueError."""
    facts = scene("small_slices")
    told = "[format, length, first, last, sum] of map_slices(survey, "
    shorts = [["h", 2, -3, 5, 2], ["h", 2, 7, 11, 18], ["h", 1, -13, -13, -13]]
    returned(check, shorts, facts["shorts"], f"{told}array('h', [-3, 5, 7, 11, -13]), workers=2, size=2)")
    call = f"{told}array('B', [250, 251]), workers=2, size=9)"
    returned(check, [["B", 2, 250, 251, 501]], facts["bytes"], call)
    returned(check, [], facts["none"], "map_slices(survey, array('d'), workers=2, size=2)")
    call = f"{told}array('i', [6, 7]), workers=2, size=1)"
    returned(check, [["i", 1, 6, 6, 6], ["i", 1, 7, 7, 7]], facts["singles"], call)
    for name, size in (("no size", 0), ("negative size", -1)):
        call = f"map_slices(survey, array('d', [1.0]), workers=2, size={size})"
        raised(check, "ValueError", facts[name], call)


@pytest.mark.task(6)
def test_a_slice_that_fails(check, scene):
    """If the function fails, ItemError names the slice by its number and its (start, stop)."""
    call = "[type, index, item, reason] of map_slices(survey_low, array('i', range(6)), workers=2, size=2)"
    expected = ["ItemError", 2, [4, 6], "OverflowError: 4 is high"]
    check.equal(expected, scene("small_slices")["error"], call)


@pytest.mark.task(6)
@pytest.mark.parametrize(("name", "one"), [("slices", "found"), ("small_slices", "shorts")])
def test_no_memory_is_left(check, scene, name, one):
    """The shared memory is gone when map_slices returns or raises."""
    told = {"slices": slicing("fork"), "small_slices": "map_slices(…) of small arrays, one of which raises"}
    works(check, scene(name)[one], told[name])
    check.equal(0, scene(name)["leaked"], f"shared memories that can still be opened after {told[name]}")


# 7. Stop for certain


def nobody_is_left(check, facts, call):
    check.equal(False, facts["in the parent"], f"the function was called in the parent in {call}")
    check.equal(0, facts["workers left"], f"workers that are alive after {call}")
    check.equal(0, facts["children"], f"len(multiprocessing.active_children()) after {call}")


@pytest.mark.task(7)
@pytest.mark.parametrize("method", METHODS)
def test_nobody_is_left_in_the_end(check, scene, method):
    """When the last result has been taken, the workers have ended."""
    nobody_is_left(check, scene("mapping", method), f"list({mapping(method)})")


@pytest.mark.task(7)
def test_an_error_stops_busy_workers(check, scene):
    """An error ends the other workers at once, also one that would work for ever."""
    call = "map_in_pool(…), where one worker fails and another one is busy for ever"
    facts = scene("busy")
    check.equal("RuntimeError: zero", facts["error"], f"ItemError.reason of {call}")
    nobody_is_left(check, facts, call)


@pytest.mark.task(7)
def test_closing_stops_busy_workers(check, scene):
    """Whoever wants no more results closes the iterator: busy workers are ended at once."""
    call = "results = map_in_pool(…); next(results); results.close()"
    facts = scene("left")
    check.equal(0, facts["first"], f"the first result in {call}")
    nobody_is_left(check, facts, call)


@pytest.mark.task(7)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_ctrl_c(check, scene, method):
    """Ctrl-C ends busy workers at once and in silence, and KeyboardInterrupt reaches the caller."""
    call = f"Ctrl-C while two workers are busy in map_in_pool(…, method={method!r})"
    facts = scene("interrupted", method)
    check.equal("KeyboardInterrupt", facts["ended by"], f"what ended {call}")
    nobody_is_left(check, facts, call)
    told = "the two workers go on with their next items"
    check.that(
        facts["unharmed"], f"{call}, as long as the parent takes no notice of it", told, facts["output"]
    )
    check.that(
        "Traceback" not in facts["output"], f"what is printed after {call}", "nothing", facts["output"]
    )
