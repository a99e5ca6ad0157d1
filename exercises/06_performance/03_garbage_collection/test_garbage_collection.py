"""The suite of garbage_collection."""

import contextlib
import functools
import gc
import itertools
import subprocess
import sys
import tracemalloc
import weakref
from dataclasses import dataclass, field

import pytest
from garbage_collection import CollectorWatch, IdentityCache, Lease, Signal, find_leaks

GIVEN = [1, 2, 3]
"""What a signal or a lease passes on in these cases."""


@pytest.fixture(autouse=True)
def quiet_collector():
    """Keep the collector off, so that only reference counting frees what is dropped."""
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    (gc.enable if was_enabled else gc.disable)()


@pytest.fixture
def runs():
    """Count the runs of the collector."""
    seen = []

    def notice(phase, info):
        if phase == "stop":
            seen.append((info["generation"], info["collected"]))

    gc.callbacks.append(notice)
    yield seen
    with contextlib.suppress(ValueError):  # a hand-in may have taken it away
        gc.callbacks.remove(notice)


class Node:
    """Something with an identity."""

    def __init__(self, name="", log=None):
        self.name = name
        self.log = [] if log is None else log

    def heard(self, *arguments):
        self.log.append((self.name, *arguments))

    def close(self):
        self.log.append(("closed", self.name))


class Special(Node):
    pass


@dataclass
class Point:
    """Equal to its copies, and therefore not hashable."""

    x: int
    log: list = field(default_factory=list, compare=False)

    def heard(self, *arguments):
        self.log.append(arguments)


def names_of(found):
    """Return the sorted names of leaked nodes, or what came back if it is no list of nodes."""
    if type(found) is not list or not all(isinstance(item, Node) for item in found):
        return found
    return sorted(item.name for item in found)


def circle(name):
    node = Node(name)
    node.me = node
    return node


# --- 1. Find what is left behind --------------------------------------------------------------------------


@pytest.mark.task(1)
def test_what_somebody_still_holds(check):
    """The new objects that are alive after the call are in the list, those that were dropped are not."""
    kept, calls = [], []

    def func():
        calls.append("call")
        Node("dropped")
        kept.extend([Node("in a list"), Special("of a subclass")])
        return Node("returned")

    got = names_of(find_leaks(func, Node))
    check.equal(["in a list", "of a subclass"], got, "the names in find_leaks(func, Node)")
    check.equal(["call"], calls, "calls of func by find_leaks(func, Node)")


@pytest.mark.task(1)
def test_what_was_there_before(check):
    """Objects that were there before the call are not in the list, nor are those of other classes."""
    old, kept = [Node("old")], []

    def func():
        kept.append(old[0])
        kept.append(Node("new"))
        kept.append(Point(1))

    check.equal(["new"], names_of(find_leaks(func, Node)), "the names in find_leaks(func, Node)")
    kept.clear()
    check.equal([], find_leaks(lambda: kept.append(old[0]), Node), "find_leaks(func, Node), nothing new")


@pytest.mark.task(1)
def test_an_address_that_is_used_again(check):
    """A leak is found although it lies where an object lay that was there before."""
    old, kept = [Node("old") for _ in range(50)], []

    def func():
        for number in range(50):
            old.pop()
            kept.append(Node(f"{number:02}"))

    got = names_of(find_leaks(func, Node))
    check.equal([f"{number:02}" for number in range(50)], got, "the names in find_leaks(func, Node)")


@pytest.mark.task(1)
def test_garbage_in_circles(check):
    """Circles that only the collector frees are no leaks, unless collect is false."""

    def func():
        circle("circle")
        Node("dropped")

    check.equal([], names_of(find_leaks(func, Node)), "find_leaks(func, Node), func makes a circle")
    gc.enable()
    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        got = names_of(find_leaks(func, Node, collect=False))
    finally:
        gc.set_threshold(*threshold)
    check.equal(["circle"], got, "the names in find_leaks(func, Node, collect=False), func makes a circle")


@pytest.mark.task(1)
def test_nothing_of_its_own(check):
    """Without a class all objects count that the collector tracks; find_leaks itself leaves none."""
    for collect in (True, False):
        got = find_leaks(lambda: None, collect=collect)
        check.equal([], got, f"find_leaks(lambda: None, collect={collect})")
    kept = []
    got = find_leaks(lambda: kept.append({"key": []}))
    types = sorted(type(item).__name__ for item in got) if type(got) is list else got
    check.equal(["dict", "list"], types, 'the classes in find_leaks of keeping {"key": []}')


@pytest.mark.task(1)
def test_pretenders(check):
    """The class is what type() says: a weak proxy is no node, and a proxy of nothing does no harm."""
    node, kept = Node("old"), []

    def func():
        kept.append(weakref.proxy(node))
        dying = Node("dead")
        kept.append(weakref.proxy(dying))
        kept.append(Node("new"))

    check.returns(["new"], lambda: names_of(find_leaks(func, Node)), "the names in find_leaks(func, Node)")
    kept.clear()


@pytest.mark.task(1)
@pytest.mark.parametrize("collect", [True, False])
@pytest.mark.parametrize("enabled", [True, False], ids=["on", "off"])
def test_the_collector_stays_on_or_off(check, enabled, collect):
    """Automatic collection is on or off as it was before, also when func raises; the exception goes on."""

    def fail():
        raise LookupError("no")

    (gc.enable if enabled else gc.disable)()
    find_leaks(lambda: None, Node, collect=collect)
    check.equal(enabled, gc.isenabled(), f"gc.isenabled() after find_leaks(…, collect={collect})")
    call = f"find_leaks(func, Node, collect={collect}), func raises"
    check.raises(LookupError, lambda: find_leaks(fail, Node, collect=collect), call)
    check.equal(enabled, gc.isenabled(), f"gc.isenabled() after find_leaks(…, collect={collect}) raised")


# --- 2. A signal that does not keep its listeners ---------------------------------------------------------


@pytest.mark.task(2)
def test_everybody_is_called(check):
    """Each emit calls the connected in the order of connecting, with its arguments."""
    log, signal = [], Signal()
    nodes = [Node("a", log), Node("b", log)]
    signal.connect(nodes[1].heard)
    signal.connect(lambda *arguments: log.append(("lambda", *arguments)))
    signal.connect(functools.partial(log.append))
    signal.connect(nodes[0].heard)
    check.equal(4, len(signal), "len(signal) after four connect(…)")
    signal.emit("one")
    check.equal([("b", "one"), ("lambda", "one"), "one", ("a", "one")], log, 'who was called by emit("one")')
    log.clear()
    signal.disconnect(nodes[1].heard)
    signal.disconnect(nodes[0].heard)
    signal.emit(2)
    check.equal([("lambda", 2), 2], log, "who was called by emit(2) after two disconnect(…)")
    check.equal(2, len(signal), "len(signal) after two disconnect(…)")


@pytest.mark.task(2)
def test_a_listener_goes_away(check, runs):
    """An object whose method is connected goes away with its last reference, and its connection with it."""
    log, signal = [], Signal()
    first, second = Node("first", log), Node("second", log)
    signal.connect(first.heard)
    signal.connect(second.heard)
    signal.emit("both")
    gone = weakref.ref(first)
    del first
    check.equal(None, gone(), "weakref.ref(listener)() after connect(listener.heard), emit, del listener")
    check.equal(1, len(signal), "len(signal) after the first of two listeners has gone")
    log.clear()
    signal.emit("again")
    check.equal([("second", "again")], log, "who was called by emit after the first of two has gone")
    check.equal([], runs, "runs of the collector during all this")


@pytest.mark.task(2)
def test_other_callables_are_kept(check):
    """Functions, lambdas and methods of built-in objects are kept until they are disconnected."""
    signal, heard = Signal(), []
    signal.connect(heard.append)
    signal.connect(lambda text: heard.append(text.upper()))
    signal.connect(functools.partial(Node("kept", heard).heard, "partial"))
    signal.emit("text")
    check.equal(["text", "TEXT", ("kept", "partial", "text")], heard, 'what was heard of emit("text")')
    signal.disconnect(heard.append)
    check.equal(2, len(signal), "len(signal) after disconnect(heard.append)")


@pytest.mark.task(2)
def test_equal_listeners(check, runs):
    """Equal listeners are different listeners, and a listener need not be hashable."""
    signal, first, second = Signal(), Point(1), Point(1)
    signal.connect(first.heard)
    signal.connect(second.heard)
    signal.emit("both")
    signal.disconnect(second.heard)
    signal.emit("first")
    check.equal([("both",), ("first",)], first.log, "what the listener heard that stayed connected")
    check.equal([("both",)], second.log, "what its equal heard, disconnected after the first emit")
    check.raises(ValueError, lambda: signal.disconnect(second.heard), "disconnect of it once more")
    check.equal(1, len(signal), "len(signal) after that")
    check.equal([], runs, "runs of the collector during all this")


@pytest.mark.task(2)
def test_strangers_are_not_disconnected(check):
    """Disconnecting what is not connected raises ValueError."""
    signal, log = Signal(), []
    node = Node("node", log)
    signal.connect(node.heard)
    for stranger, told in ((node.close, "node.close"), (Node().heard, "other.heard"), (log.append, "append")):
        call = f"disconnect({told}) where only node.heard is connected"
        check.raises(ValueError, functools.partial(signal.disconnect, stranger), call)
    signal.emit()
    check.equal([("node",)], log, "who was called by emit() after that")


@pytest.mark.task(2)
def test_changes_while_it_emits(check):
    """Who goes away or is disconnected during emit is not called; who connects then is called next time."""
    signal, log = Signal(), []
    listeners = [Node(name, log) for name in ("dropped", "disconnected", "late")]

    def change():
        log.append("change")
        if len(listeners) == 3:
            late = listeners.pop()
            signal.disconnect(listeners.pop().heard)
            listeners.clear()
            listeners.append(late)
            signal.connect(late.heard)

    signal.connect(change)
    for listener in listeners[:2]:
        signal.connect(listener.heard)
    del listener
    last = Node("last", log)
    signal.connect(last.heard)
    signal.emit()
    check.equal(["change", ("last",)], log, "who was called by the emit that changed the connections")
    log.clear()
    signal.emit()
    check.equal(["change", ("last",), ("late",)], log, "who was called by the next emit()")


@pytest.mark.task(2)
def test_a_signal_goes_away(check):
    """A signal goes away with its last reference, and so does what it alone has kept."""
    signal, listener, kept = Signal(), Node("listener"), Node("kept")
    signal.connect(listener.heard)
    signal.connect(functools.partial(Node.heard, kept))
    signal.emit()
    gone = [weakref.ref(signal), weakref.ref(kept)]
    del signal, kept
    check.equal([None, None], [ref() for ref in gone], "the signal and what it kept, after del signal")
    del listener


@pytest.mark.task(2)
def test_nothing_is_left_of_the_dead(check):
    """After the next emit nothing is left of the connections of those who have gone."""
    signal = Signal()
    signal.connect(Node.heard)
    signal.disconnect(Node.heard)
    tracemalloc.start()
    try:
        for _ in range(10):
            for _ in range(200):
                signal.connect(Node().heard)
            signal.emit()
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    check.equal(0, len(signal), "len(signal) after 2,000 listeners have come and gone")
    check.at_most(
        100_000, left, "bytes left of 2,000 listeners that have come and gone, 200 before each emit"
    )


# --- 3. A cache that does not keep its items --------------------------------------------------------------


@pytest.mark.task(3)
def test_computed_once_for_each_object(check):
    """The result is computed once for each object, also for objects that are equal or not hashable."""
    asked = []

    def compute(item):
        asked.append(item.x)
        return [item.x]

    cache, first, second = IdentityCache(compute), Point(1), Point(1)
    results = [cache.get(first), cache.get(second), cache.get(first)]
    check.equal([[1], [1], [1]], results, "cache.get of two equal points, and of the first again")
    check.identical(results[0], results[2], "cache.get(first), asked again")
    check.that(results[0] is not results[1], "cache.get(second)", "a result of its own", "that of its equal")
    first.x = 5
    check.equal([1], cache.get(first), "cache.get(first) after a change of first")
    check.equal([1, 1], asked, "the points for which compute was called")
    check.equal(2, len(cache), "len(cache)")


@pytest.mark.task(3)
def test_none_is_a_result(check):
    """None is a result like any other; an exception is none, and is not kept."""
    answers = iter([None, ValueError("no"), "yes"])

    def compute(item):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cache, nodes = IdentityCache(compute), [Node("a"), Node("b")]
    check.equal([None, None], [cache.get(nodes[0]) for _ in range(2)], "cache.get(a), twice")
    check.raises(ValueError, lambda: cache.get(nodes[1]), "cache.get(b), where compute raises")
    check.equal(1, len(cache), "len(cache) after a result and an exception")
    check.equal("yes", cache.get(nodes[1]), "cache.get(b), where compute succeeds the second time")


@pytest.mark.task(3)
def test_an_item_goes_away(check, runs):
    """An item goes away with its last reference, and its result with it, at once."""
    cache = IdentityCache(lambda item: Node(f"result of {item.name}"))
    items = [Node("a"), Node("b")]
    gone = [weakref.ref(items[0]), weakref.ref(cache.get(items[0]))]
    cache.get(items[1])
    del items[0]
    check.equal([None, None], [ref() for ref in gone], "the item and its result, after del item")
    check.equal(1, len(cache), "len(cache) after one of two items has gone")
    check.equal([], runs, "runs of the collector during all this")


@pytest.mark.task(3)
def test_an_address_of_the_dead(check):
    """A new item never gets the result of one that has gone, though it may lie in the same place."""
    numbers = itertools.count()
    cache = IdentityCache(lambda item: next(numbers))
    got = [cache.get(Node()) for _ in range(50)]
    check.equal(list(range(50)), got, "[cache.get(Node()) for _ in range(50)], results counted from 0")
    check.equal(0, len(cache), "len(cache) after that")


@pytest.mark.task(3)
def test_a_cache_goes_away(check):
    """A cache goes away with its last reference, and its results with it, while the items live on."""
    cache, item = IdentityCache(lambda item: Node("result")), Node("item")
    gone = [weakref.ref(cache), weakref.ref(cache.get(item))]
    del cache
    check.equal([None, None], [ref() for ref in gone], "the cache and its result, after del cache")
    with raised_nowhere() as errors:
        del item
    check.equal([], errors, "what the death of the item raised, after that of the cache")


@contextlib.contextmanager
def raised_nowhere():
    """Collect the exceptions of callbacks and finalisers, which nobody catches."""
    errors, hook = [], sys.unraisablehook
    sys.unraisablehook = lambda told: errors.append(repr(told.exc_value))
    try:
        yield errors
    finally:
        sys.unraisablehook = hook


# --- 4. A finaliser that runs exactly once ----------------------------------------------------------------


@pytest.mark.task(4)
def test_given_back_by_hand(check):
    """Closing gives the handle back once, however often it is done; the end of the lease adds nothing."""
    given = []
    lease = Lease(GIVEN, given.append)
    check.equal([[], False], [given, lease.closed], "what was given back, and closed, before close()")
    check.identical(GIVEN, lease.handle, "lease.handle")
    lease.close()
    check.equal([[GIVEN], True], [given, lease.closed], "what was given back, and closed, after close()")
    lease.close()
    del lease
    gc.collect()
    check.equal([GIVEN], given, "what was given back after a second close() and del lease")


@pytest.mark.task(4)
def test_given_back_when_forgotten(check, runs):
    """A lease that nobody refers to any more gives its handle back at once, and is gone."""
    given = []
    lease = Lease(GIVEN, given.append)
    gone = weakref.ref(lease)
    del lease
    check.equal([GIVEN], given, "what was given back after del lease")
    check.equal(None, gone(), "weakref.ref(lease)() after del lease")
    check.equal([], runs, "runs of the collector during all this")


@pytest.mark.task(4)
def test_given_back_from_a_circle(check):
    """A lease in a circle gives its handle back when the collector comes, once."""
    given = []
    owner = Node("owner")
    owner.lease = Lease(GIVEN, given.append)
    owner.lease.owner = owner
    gone = [weakref.ref(owner), weakref.ref(owner.lease)]
    del owner
    check.equal([], given, "what was given back by a lease in a circle before gc.collect()")
    gc.collect()
    gc.collect()
    check.equal([GIVEN], given, "what was given back by a lease in a circle after gc.collect()")
    check.equal([None, None], [ref() for ref in gone], "the circle after gc.collect()")


@pytest.mark.task(4)
def test_release_may_raise(check):
    """An exception of release reaches the caller of close(), and release is not called again."""
    given = []

    def release(handle):
        given.append(handle)
        raise LookupError("no")

    lease = Lease(GIVEN, release)
    check.raises(LookupError, lease.close, "close() where release raises LookupError")
    check.equal(True, lease.closed, "lease.closed after that")
    check.returns(None, lease.close, "close() once more")
    with raised_nowhere():
        del lease
    check.equal([GIVEN], given, "what was given back in all")


@pytest.mark.task(4)
def test_release_may_look_back(check, runs):
    """While release runs the lease is closed, and close() does nothing."""
    seen = []

    def release(handle):
        seen.append((handle, lease.closed))
        lease.close()

    lease = Lease(GIVEN, release)
    lease.close()
    check.equal([(GIVEN, True)], seen, "handle and lease.closed, each time release was called by close()")
    check.equal([], runs, "runs of the collector during all this")


AT_EXIT = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from garbage_collection import Lease
forgotten, closed = (Lease(name, lambda name: print("released", name)) for name in ("kept", "closed"))
closed.close()
inside = threading.Event()
def hold():
    held = Lease("held", lambda name: print("released", name))
    inside.set()
    threading.Event().wait()
threading.Thread(target=hold, daemon=True).start()
inside.wait()
print("end")
"""


@pytest.mark.task(4)
def test_given_back_at_the_end(check, hand_in):
    """At the end of the program what is still out is given back, even if a daemon thread holds the lease."""
    command = [sys.executable, "-I", "-S", "-B", "-c", AT_EXIT, str(hand_in)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = done.stdout.splitlines()
    call = (
        f"a program that ends with two of three leases open; it said {(done.stdout + done.stderr)[-300:]!r}"
    )
    check.equal(["released closed", "end"], told[:2], f"the first two lines of {call}")
    check.equal(["released held", "released kept"], sorted(told[2:]), f"the other lines of {call}")


# --- 5. Watch the collector -------------------------------------------------------------------------------


class Clock:
    """Each reading is one second later than the one before; ``pass_time`` adds to it."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


@pytest.mark.task(5)
def test_collections_by_generation(check):
    """The runs of the collector are counted by generation."""
    watch = CollectorWatch()
    gc.collect()
    check.equal([0, 0, 0], list(watch.collections), "collections of a new watch")
    with watch as entered:
        for generation in (0, 2, 0, 1, 0):
            gc.collect(generation)
    gc.collect()
    check.identical(watch, entered, "what `with watch as …` gives")
    check.equal([3, 1, 1], list(watch.collections), "collections after gc.collect of 0, 2, 0, 1, 0")


@pytest.mark.task(5)
def test_automatic_collections(check, runs):
    """Collections that start by themselves count as well, and so does what all of them have freed."""
    threshold = gc.get_threshold()
    gc.set_threshold(300, 5, 5)
    gc.enable()
    try:
        with CollectorWatch() as watch:
            runs.clear()
            for _ in range(3_000):
                circle("garbage")
            gc.disable()
            gc.collect()
    finally:
        gc.disable()
        gc.set_threshold(*threshold)
    expected = [sum(generation == number for generation, _ in runs) for number in range(3)]
    check.equal(expected, list(watch.collections), "collections while 3,000 circles were made and dropped")
    check.equal(sum(count for _, count in runs), watch.collected, "collected after that")


@pytest.mark.task(5)
def test_time_of_the_collections(check):
    """The seconds are the time between the start and the end of each collection, by the given clock."""
    with CollectorWatch(Clock()) as watch:
        for _ in range(4):
            gc.collect(0)
    check.close(4.0, watch.seconds, "seconds after four collections, by a clock that is read twice in each")
    clock = iter([10.0, 10.25, 70.0, 71.5])
    with CollectorWatch(lambda: next(clock)) as watch:
        gc.collect(0)
        gc.collect(0)
    check.close(1.75, watch.seconds, "seconds after collections from 10 to 10.25 and from 70 to 71.5")


@pytest.mark.task(5)
def test_callbacks_of_others(check):
    """The watch takes away its own callback at the end, also after an exception, and touches no other."""

    def other(phase, info):
        pass

    def later(phase, info):
        pass

    before = list(gc.callbacks)
    outer, inner = CollectorWatch(), CollectorWatch()
    gc.callbacks.append(other)
    try:

        def fail():
            with outer, inner:
                gc.callbacks.append(later)
                gc.collect()
                raise LookupError("no")

        check.raises(LookupError, fail, "with watch: raise LookupError")
        check.equal([*before, other, later], list(gc.callbacks), "gc.callbacks after the with block")
        totals = [list(watch.collections) for watch in (outer, inner)]
        check.equal([[0, 0, 1], [0, 0, 1]], totals, "collections of two watches, one in the other")
    finally:
        gc.callbacks[:] = before


# --- 6. Predictions ---------------------------------------------------------------------------------------


def after(node, *collections):
    """Drop the node and tell what becomes of it."""
    reference = weakref.ref(node[0])
    node.clear()
    for generation in collections:
        gc.collect(generation)
    return "freed" if reference() is None else "kept"


def self_reference():
    return after([circle("node")])


def weak_parent():
    nodes = [Node("parent"), Node("child")]
    nodes[0].child = nodes[1]
    nodes[1].parent = weakref.ref(nodes[0])
    return after(nodes)


def caught_exception():
    def func():
        node = Node("node")
        references.append(weakref.ref(node))
        try:
            raise LookupError("no")
        except LookupError as error:
            kept = error
        return len(str(kept))

    references = []
    func()
    return "freed" if references[0]() is None else "kept"


def young_collection():
    return after([circle("node")], 0)


def old_cycle():
    nodes = [circle("node")]
    gc.collect()
    return after(nodes, 0)


class Dying(Node):
    def __del__(self):
        self.log.append("__del__")


def del_in_a_cycle():
    node = Dying("node")
    node.me = node
    nodes = [node]
    del node
    return after(nodes, 2)


def value_refers_to_key():
    notes, nodes = weakref.WeakKeyDictionary(), [Node("node")]
    notes[nodes[0]] = [nodes[0]]
    return after(nodes, 2)


def finalize_with_method():
    nodes = [Node("node")]
    finalizer = weakref.finalize(nodes[0], nodes[0].close)
    try:
        return after(nodes, 2)
    finally:
        finalizer.detach()


def bound_method():
    node = Node("node")
    return "freed" if weakref.ref(node.close)() is None else "kept"


@pytest.mark.task(6)
@pytest.mark.parametrize(
    "experiment",
    [
        *(self_reference, weak_parent, caught_exception, young_collection, old_cycle),
        *(del_in_a_cycle, value_refers_to_key, finalize_with_method, bound_method),
    ],
    ids=lambda experiment: experiment.__name__,
)
def test_predicted_fate(predictions, experiment):
    """You predicted which objects are freed and which are kept."""
    predictions.check(experiment.__name__, experiment(), ("freed", "kept"))
    gc.collect()


@pytest.mark.task(6)
def test_predicted_counts(predictions):
    """You predicted how references are counted, and how often a finaliser runs."""
    node = Node("node")
    before = sys.getrefcount(node)
    name = node
    pair = [node, name]
    predictions.check("references", sys.getrefcount(node) - before, (1, 2, 3))
    del pair

    class Returning:
        def __del__(self):
            calls.append("__del__")
            kept.append(self)

    calls, kept = [], []
    returning = Returning()
    del returning
    kept.clear()
    predictions.check("resurrected", len(calls), (1, 2))


def none_is_not_counted():
    before = sys.getrefcount(None)
    names = [None] * 1_000
    return sys.getrefcount(None) - before < len(names) // 2


def between_instructions():
    seen, threshold = [], gc.get_threshold()
    gc.callbacks.append(lambda phase, info: seen.append(phase))
    gc.set_threshold(700, 10, 10)
    gc.enable()
    try:
        list(map(list, itertools.repeat((), 10_000)))
    finally:
        gc.disable()
        gc.set_threshold(*threshold)
        gc.callbacks.pop()
    return seen.count("stop") < 5


def local_is_not_counted():
    node = Node("node")
    return sys.getrefcount(node) == 1


def plain_dict_is_tracked():
    return gc.is_tracked({"a": 1})


VERSIONS = ("3.11", "3.12", "3.13", "3.14")


@pytest.mark.task(6)
@pytest.mark.parametrize(
    "experiment",
    [none_is_not_counted, between_instructions, local_is_not_counted, plain_dict_is_tracked],
    ids=lambda experiment: experiment.__name__,
)
def test_predicted_version(predictions, experiment):
    """You predicted since which version something is so: this interpreter agrees."""
    question, happens = experiment.__name__, experiment()
    # This interpreter tells on which side of it the version lies; what it cannot tell is left to you.
    agreeing = [version for version in VERSIONS if happens is (number(version) <= sys.version_info[:2])]
    answer = predictions.answers.get(question)
    predictions.check(question, answer if answer in agreeing else agreeing[0], VERSIONS)


def number(version):
    major, minor = version.split(".")
    return int(major), int(minor)
