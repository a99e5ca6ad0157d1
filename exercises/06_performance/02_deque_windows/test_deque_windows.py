"""The suite of deque_windows."""

import functools
import itertools
import math
import time
import tracemalloc
import weakref
from collections import deque

import pytest
from counted_queues import CountedDeque, CountedList
from deque_windows import (
    History,
    RecentEvents,
    breadth_first,
    counting_out,
    drain_growth,
    growth_exponent,
    steps_to_drain,
    window_maxima,
)
from hypothesis import given, settings
from hypothesis import strategies as st

FEW, MANY = 200, 200_000


def listed(items, most=None):
    """Return the items that come, as a list; what is no iterable comes back as it is."""
    return list(itertools.islice(items, most)) if hasattr(items, "__iter__") else items


def seconds(action):
    """Return the processor time of 50 calls, the shortest of five rounds: other programs only add to it."""
    rounds = []
    for _ in range(5):
        began = time.thread_time()
        for _ in range(50):
            action()
        rounds.append(time.thread_time() - began)
    return max(min(rounds), 1e-9)


# --- 1. The maximum of each window ------------------------------------------------------------------------


@functools.total_ordering
class Counting:
    """A number that counts how often it is compared."""

    compared = 0

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        Counting.compared += 1
        return self.value == other.value

    def __lt__(self, other):
        Counting.compared += 1
        return self.value < other.value

    def __gt__(self, other):
        Counting.compared += 1
        return self.value > other.value

    def __le__(self, other):
        Counting.compared += 1
        return self.value <= other.value

    def __ge__(self, other):
        Counting.compared += 1
        return self.value >= other.value

    __hash__ = None


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("items", "size", "expected"),
    [
        ([4, 1, 3, 9, 2, 8, 5], 3, [4, 9, 9, 9, 8]),
        ([1, 2, 3], 1, [1, 2, 3]),
        ([2, 7, 1], 3, [7]),
        ([2, 7], 3, []),
        ([], 1, []),
        (["fig", "plum", "date"], 2, ["plum", "plum"]),
        ([-5, -7, -6, -9], 2, [-5, -6, -6]),
    ],
)
def test_the_maxima_of_the_windows(check, items, size, expected):
    """There is one maximum for each full window, in order."""
    given_items = list(items)
    check.returns(
        expected, lambda: listed(window_maxima(given_items, size)), f"list(window_maxima({items}, {size}))"
    )
    check.equal(items, given_items, f"items after window_maxima({items}, {size})")


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("items", "size", "expected"),
    [
        ([6, 6, 1, 2], 2, [6, 6, 2]),
        ([6, 6, 1, 2, 3], 3, [6, 6, 3]),
        ([3, 5, 5, 5, 0, 0, 0], 3, [5, 5, 5, 5, 0]),
        ([7, 7, 7], 2, [7, 7]),
    ],
)
def test_equal_maxima(check, items, size, expected):
    """When one of several equal maxima leaves the window, the others are still there."""
    check.returns(
        expected, lambda: listed(window_maxima(items, size)), f"list(window_maxima({items}, {size}))"
    )


@pytest.mark.task(1)
def test_windows_without_size(check):
    """A window of less than one item is a ValueError, at once or when the first maximum is asked for."""
    for size in (0, -2):
        check.raises(
            ValueError,
            lambda size=size: listed(window_maxima([1, 2], size)),
            f"list(window_maxima([1, 2], {size}))",
        )


@pytest.mark.task(1)
def test_a_stream_of_windows(check):
    """A maximum comes as soon as its window is full, and the stream may be endless."""
    read = []
    stream = (read.append(number) or -number for number in range(1_000))
    maxima = window_maxima(stream, 4)
    check.returns([0, -1], lambda: listed(maxima, 2), "the first two of window_maxima((0, -1, -2, …), 4)")
    check.at_most(6, len(read), "items read for two windows of 4")


@pytest.mark.task(1)
def test_what_windows_keep(check):
    """At most twice a window's items, and ten more, are kept."""

    class Falling(float):
        pass

    alive = []
    most = 0

    def stream():
        nonlocal most
        for number in range(2_000):
            item = Falling(-number)
            alive.append(weakref.ref(item))
            yield item
            del item
            if number % 100 == 99:
                most = max(most, sum(reference() is not None for reference in alive))

    for _ in window_maxima(stream(), 20):
        pass
    check.at_most(50, most, "items kept alive by window_maxima(2,000 falling numbers, 20)")


@pytest.mark.task(1)
@given(items=st.lists(st.integers(0, 6), max_size=30), size=st.integers(1, 9))
@settings(max_examples=60)
def test_windows_of_any_items(check, items, size):
    """The maxima are those of the slices, one for each window."""
    expected = [max(items[start : start + size]) for start in range(len(items) - size + 1)]
    check.returns(
        expected, lambda: listed(window_maxima(items, size)), f"list(window_maxima({items}, {size}))"
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("order", ["rising", "falling", "equal", "sawtooth", "mixed"])
def test_comparisons_of_windows(check, order):
    """At most four comparisons for each item, however wide the window is."""
    values = {
        "rising": range(2_000),
        "falling": range(2_000, 0, -1),
        "equal": [1] * 2_000,
        "sawtooth": [number % 250 for number in range(2_000)],
        "mixed": [number * 7_919 % 2_003 for number in range(2_000)],
    }[order]
    items = [Counting(value) for value in values]
    Counting.compared = 0
    for _ in window_maxima(items, 200):
        check.at_most(4 * 2_000, Counting.compared, f"comparisons in window_maxima(2,000 {order} items, 200)")
    check.at_most(4 * 2_000, Counting.compared, f"comparisons in window_maxima(2,000 {order} items, 200)")


# --- 2. Recent events -------------------------------------------------------------------------------------


@pytest.mark.task(2)
def test_events_of_the_last_seconds(check):
    """Events count while they are less than the given seconds old."""
    events = RecentEvents(10)
    check.returns(0, lambda: events.count(5), "RecentEvents(10).count(5)")
    for moment in (10, 12, 12, 19.5):
        events.record(moment)
    for now, expected in (
        (19.5, 4),
        (19.75, 4),
        (20, 3),
        (21.75, 3),
        (22, 1),
        (29.25, 1),
        (29.5, 0),
        (99, 0),
    ):
        check.returns(
            expected, lambda now=now: events.count(now), f"count({now}) after events at 10, 12, 12 and 19.5"
        )


@pytest.mark.task(2)
def test_events_go_on(check):
    """Counting does not use the events up, and new ones may come after it."""
    events = RecentEvents(2.5)
    other = RecentEvents(2.5)
    events.record(1)
    check.returns(1, lambda: events.count(1), "count(1) after an event at 1")
    check.returns(1, lambda: events.count(1), "count(1), asked again")
    events.record(3)
    check.returns(2, lambda: events.count(3), "count(3) after events at 1 and 3")
    check.returns(1, lambda: events.count(3.5), "count(3.5) after events at 1 and 3")
    check.returns(0, lambda: other.count(3.5), "count(3.5) of another RecentEvents")


@pytest.mark.task(2)
@pytest.mark.parametrize("asked", [True, False])
def test_old_events_are_let_go(check, asked):
    """Of events that are long over, no more than a thousand are kept, whether somebody asks or not."""

    class Moment(float):
        pass

    events = RecentEvents(10)
    kept = []
    for number in range(4_000):
        moment = Moment(number)
        kept.append(weakref.ref(moment))
        events.record(moment)
        if asked:
            events.count(number)
    del moment
    call = "4,000 calls of record, one a second, with a window of 10 seconds"
    check.at_most(1_010, sum(reference() is not None for reference in kept), f"events kept after {call}")
    check.returns(10, lambda: events.count(3_999), f"count(3999) after {call}")


@pytest.mark.task(2)
def test_the_cost_of_recent_events(check):
    """Recording and counting take as long with 200,000 events in the window as with 200."""

    def cost(number):
        events = RecentEvents(number)
        for moment in range(number):
            events.record(moment)
        moments = itertools.count(number)

        def one_in_one_out():
            moment = next(moments)
            events.record(moment)
            events.count(moment)

        found = seconds(one_in_one_out)
        last = next(moments) - 1
        check.returns(number, lambda: events.count(last), f"count({last}) with {number} events in the window")
        return found

    few = cost(FEW)
    check.at_most(
        20, cost(MANY) / few, "processor time of record and count with 200,000 events, with 200 events = 1"
    )


# --- 3. The nearest first ---------------------------------------------------------------------------------

TOWN = {"a": "bc", "b": "ade", "c": "adf", "d": "bc", "e": "bf", "f": "ceg", "g": ""}


def in_layers(pairs):
    """Return the nodes of each distance, sorted; what is no list of pairs comes back as it is."""
    found = listed(pairs)
    if not isinstance(found, list) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in found):
        return found
    return [
        (distance, sorted(node for node, _ in group))
        for distance, group in itertools.groupby(found, lambda pair: pair[1])
    ]


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("a", [(0, ["a"]), (1, ["b", "c"]), (2, ["d", "e", "f"]), (3, ["g"])]),
        ("f", [(0, ["f"]), (1, ["c", "e", "g"]), (2, ["a", "b", "d"])]),
        ("g", [(0, ["g"])]),
    ],
)
def test_nodes_by_distance(check, start, expected):
    """Every node that can be reached comes once, with its distance, the nearest first."""
    check.returns(
        expected,
        lambda: in_layers(breadth_first(start, TOWN.__getitem__)),
        f"the layers of breadth_first({start!r}, town.__getitem__) with town = {TOWN}",
    )


@pytest.mark.task(3)
def test_neighbours_are_asked_once(check):
    """Each node is asked once for its neighbours, which may come from an iterator."""
    asked = []

    def neighbours(number):
        asked.append(number)
        return iter([near for near in (number - 1, number + 1, number, number + 2) if 0 <= near < 12])

    call = (
        "breadth_first(0, …) where each number below 12 leads to those at most 2 higher, 1 lower, and itself"
    )
    check.returns(
        [(node, (node + 1) // 2) for node in range(12)],
        lambda: sorted(listed(breadth_first(0, neighbours))),
        call,
    )
    check.equal(list(range(12)), sorted(asked), f"the nodes asked for neighbours in {call}")


@pytest.mark.task(3)
def test_graphs_without_end(check):
    """Nodes come one by one, so that the graph may be endless."""
    asked = []

    def neighbours(number):
        asked.append(number)
        return [2 * number, 2 * number + 1] if len(asked) < 4_000 else []

    call = "breadth_first(1, lambda number: [2 * number, 2 * number + 1])"
    expected = [(number, number.bit_length() - 1) for number in range(1, 32)]
    check.returns(
        expected, lambda: sorted(listed(breadth_first(1, neighbours), 31)), f"the first 31 of {call}, sorted"
    )
    check.at_most(1_000, len(asked), f"nodes asked for neighbours for the first 31 of {call}")


@pytest.mark.task(3)
def test_the_cost_of_the_queue(check):
    """A node takes as long with 200,000 nodes waiting as with 200."""

    def cost(number):
        pairs = iter(breadth_first(0, lambda node: () if node else range(1, number + 500)))
        check.returns((0, 0), lambda: next(pairs), "the first of breadth_first(0, …)")
        check.that(next(pairs, None) is not None, "the second of breadth_first(0, …)", "a node", "the end")
        return seconds(lambda: next(pairs))

    few = cost(FEW)
    check.at_most(
        20, cost(MANY) / few, "processor time of a node with 200,000 nodes waiting, with 200 waiting = 1"
    )


# --- 4. A history, and a circle ---------------------------------------------------------------------------


@pytest.mark.task(4)
@pytest.mark.parametrize("limit", [1, 3, 4])
def test_a_history_keeps_the_newest(check, limit):
    """A history keeps exactly the newest items, up to its limit."""
    history = History(limit)
    check.returns(0, lambda: len(history), f"len(History({limit}))")
    check.returns([], lambda: history.latest(2), f"History({limit}).latest(2)")
    for number in range(1, 8):
        history.add(number * 11)
        expected = [n * 11 for n in range(number, max(number - limit, 0), -1)]
        call = f"History({limit}) with 11, 22, … {number * 11} added"
        check.returns(len(expected), lambda: len(history), f"len of {call}")
        check.returns(expected, lambda: history.latest(99), f"latest(99) of {call}")
        check.returns(expected[:2], lambda: history.latest(2), f"latest(2) of {call}")
        check.returns([], lambda: history.latest(0), f"latest(0) of {call}")


@pytest.mark.task(4)
def test_undo(check):
    """The newest item is taken back; what fell out does not return."""
    history = History(2)
    for page in ("home", "news", "sport"):
        history.add(page)
    call = 'History(2) with "home", "news", "sport" added'
    check.returns("sport", history.undo, f"undo() of {call}")
    check.returns(["news"], lambda: history.latest(9), f"latest(9) after undo() of {call}")
    history.add("weather")
    check.returns(["weather", "news"], lambda: history.latest(9), 'latest(9) after undo() and add("weather")')
    check.returns("weather", history.undo, "the second undo()")
    check.returns("news", history.undo, "the third undo()")
    check.raises(IndexError, history.undo, "undo() of an empty history")
    check.returns(0, lambda: len(history), "len(history) after undo() of an empty history")


@pytest.mark.task(4)
def test_limits_and_steps_below_one(check):
    """A limit below 1 and a step below 1 are a ValueError; the players stay as they were."""
    for number in (0, -3):
        check.raises(ValueError, lambda number=number: History(number), f"History({number})")
        check.raises(
            ValueError, lambda number=number: counting_out("abc", number), f'counting_out("abc", {number})'
        )


@pytest.mark.task(4)
def test_a_history_lets_go(check):
    """What fell out of a history is let go."""

    class Page:
        pass

    history = History(3)
    pages = []
    for _ in range(10):
        page = Page()
        pages.append(weakref.ref(page))
        history.add(page)
    del page
    check.at_most(
        3, sum(reference() is not None for reference in pages), "pages of 10 that a History(3) keeps alive"
    )


@pytest.mark.task(4)
def test_the_cost_of_a_history(check):
    """Adding takes as long with a limit of 200,000 as with 200; the latest are read without copying all."""

    def cost(limit):
        history = History(limit)
        for number in range(limit):
            history.add(number)
        check.returns(limit, lambda: len(history), f"len of a full History({limit})")
        return history, seconds(lambda: history.add(7))

    _, few = cost(FEW)
    history, many = cost(MANY)
    check.at_most(
        20, many / few, "processor time of add in a full History(200_000), in a full History(200) = 1"
    )
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        got = history.latest(3)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    check.equal([7, 7, 7], got, "latest(3) of a full History(200_000)")
    check.at_most(100_000, peak, "bytes by which memory rose in latest(3) of a full History(200_000)")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("players", "step", "expected"),
    [
        ("abcde", 3, "caebd"),
        ("abcde", 1, "abcde"),
        ("abcd", 2, "bdca"),
        ("abcd", 4, "dacb"),
        ("abc", 5, "bca"),
        ("a", 7, "a"),
        ("", 2, ""),
    ],
)
def test_counting_out(check, players, step, expected):
    """Every step-th player leaves the circle, and the counting goes on with the next."""
    expected = list(expected)
    check.returns(
        expected, lambda: counting_out(iter(players), step), f"counting_out(iter({players!r}), {step})"
    )
    circle = list(players)
    check.returns(expected, lambda: counting_out(circle, step), f"counting_out({circle}, {step})")
    check.equal(list(players), circle, f"the list after counting_out({list(players)}, {step})")


@pytest.mark.task(4)
def test_counting_far(check):
    """A step may be much larger than the circle."""
    rest = list(range(10))
    expected, place = [], 0
    while rest:
        place = (place + 10**12 - 1) % len(rest)
        expected.append(rest.pop(place))
    check.returns(expected, lambda: counting_out(range(10), 10**12), "counting_out(range(10), 10**12)")


# --- 5. How draining grows --------------------------------------------------------------------------------


def from_the_front(queue):
    return queue.pop(0)


class Heavy:
    """A queue of which every taking costs the square of what is in it."""

    def __init__(self, items):
        self.left = len(items)
        self.steps = 1_000

    def __len__(self):
        return self.left

    def take(self):
        self.steps += self.left**2
        self.left -= 1


@pytest.mark.task(5)
def test_steps_of_draining(check):
    """Only the steps of draining count, not those before; afterwards the queue is empty."""
    for make, take, name, expected in (
        (CountedList, from_the_front, "pop(0)", 15),
        (CountedList, CountedList.pop, "pop()", 5),
        (CountedDeque, CountedDeque.popleft, "popleft()", 5),
        (Heavy, Heavy.take, "take()", 55),
    ):
        queue = make(range(5))
        call = f"steps_to_drain({make.__name__}(range(5)), lambda queue: queue.{name})"
        check.returns(expected, lambda queue=queue, take=take: steps_to_drain(queue, take), call)
        check.equal(0, len(queue), f"len(queue) after {call}")
        check.returns(0, lambda queue=queue, take=take: steps_to_drain(queue, take), f"{call}, again")
    queue = CountedList()
    for number in range(4):
        queue.append(number)
    check.returns(
        4, lambda: steps_to_drain(queue, CountedList.pop), "steps_to_drain of a list after 4 calls of append"
    )


@pytest.mark.task(5)
@pytest.mark.parametrize("power", [0, 0.5, 1, 2, 3])
def test_exponent_of_a_power(check, power):
    """Costs that follow a power give its exponent, whatever the unit and the order."""
    sizes = [400, 100, 200, 200, 3_000]
    costs = [0.25 * size**power for size in sizes]
    check.close(power, growth_exponent(sizes, costs), f"growth_exponent({sizes}, {costs})", rel=0, abs=1e-6)


@pytest.mark.task(5)
def test_all_points_count(check):
    """The exponent is the slope of the least-squares line through the logarithms of all points."""
    sizes, costs = [1, 2, 4, 8], [1, 8, 4, 8]
    slope = sum(x * y for x, y in zip((-1.5, -0.5, 0.5, 1.5), (0, 3, 2, 3), strict=True)) / 5
    check.close(slope, growth_exponent(sizes, costs), f"growth_exponent({sizes}, {costs})", rel=0, abs=1e-6)
    check.raises(ValueError, lambda: growth_exponent([5, 5], [1, 2]), "growth_exponent([5, 5], [1, 2])")
    check.raises(ValueError, lambda: growth_exponent([5], [1]), "growth_exponent([5], [1])")


@pytest.mark.task(5)
def test_growth_of_draining(check):
    """The experiment drains a new queue of each size and fits the steps."""
    for sizes in ([1, 2], [10, 20, 40, 80], [50, 400]):
        pairs = [(math.log(size), math.log(size * (size + 1) / 2)) for size in sizes]
        middle = [sum(values) / len(pairs) for values in zip(*pairs, strict=True)]
        slope = sum((x - middle[0]) * (y - middle[1]) for x, y in pairs) / sum(
            (x - middle[0]) ** 2 for x, _ in pairs
        )
        for make, take, name, expected in (
            (CountedList, from_the_front, "pop(0)", slope),
            (CountedDeque, CountedDeque.popleft, "popleft()", 1),
        ):
            call = f"drain_growth({make.__name__}, lambda queue: queue.{name}, {sizes})"
            check.close(expected, drain_growth(make, take, sizes), call, rel=0, abs=1e-6)


# --- 6. Predictions ---------------------------------------------------------------------------------------


def full():
    return deque("abc", maxlen=3)


def changed(letters, change):
    change(letters)
    return letters


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("question", "experiment", "choices"),
    [
        ("append_when_full", lambda: changed(full(), lambda d: d.append("x")), ("abc", "bcx", "xbc")),
        ("appendleft_when_full", lambda: changed(full(), lambda d: d.appendleft("x")), ("abc", "xab", "xbc")),
        ("insert_when_full", lambda: changed(full(), lambda d: d.insert(1, "x")), ("axb", "axc", "bxc")),
        (
            "extendleft",
            lambda: changed(deque("abc"), lambda d: d.extendleft("xy")),
            ("xyabc", "yxabc", "abcxy"),
        ),
        ("rotate", lambda: changed(deque("abc"), lambda d: d.rotate(1)), ("bca", "cab")),
        ("sum_when_full", lambda: full() + deque("x"), ("abc", "bcx", "abcx")),
    ],
)
def test_predicted_contents(predictions, question, experiment, choices):
    """You predicted what is in the deque afterwards."""
    try:
        truth = "".join(experiment())
    except IndexError:
        truth = "IndexError"
    if question not in ("extendleft", "rotate"):
        choices = (*choices, "IndexError")
    predictions.check(question, truth, choices)


@pytest.mark.task(6)
def test_predicted_relatives(predictions):
    """You predicted what a deque has in common with a list."""
    letters = deque("abc")
    try:
        truth = {list: "a list", deque: "a deque"}[type(letters[1:])]
    except TypeError:
        truth = "TypeError"
    predictions.check("slice", truth, ("a list", "a deque", "TypeError"))
    predictions.check("equal_to_list", letters == list("abc"), (True, False))


@pytest.mark.task(6)
@pytest.mark.parametrize(("question", "make"), [("list_grows_in_loop", list), ("deque_grows_in_loop", deque)])
def test_predicted_loops(predictions, question, make):
    """You predicted what a loop does that appends to what it walks over."""
    letters = make("abc")
    try:
        for turn, _ in enumerate(letters):
            letters.append("x")
            if turn == 99:
                break
        truth = "goes on" if len(letters) > 100 else "stops early"
    except RuntimeError:
        truth = "RuntimeError"
    predictions.check(question, truth, ("goes on", "stops early", "RuntimeError"))


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("question", "make", "operation"),
    [
        ("list_pop_last", list, lambda items: items.pop),
        ("list_pop_first", list, lambda items: functools.partial(items.pop, 0)),
        ("deque_popleft", deque, lambda items: items.popleft),
        ("deque_middle", deque, lambda items: functools.partial(items.__getitem__, len(items) // 2)),
    ],
)
def test_predicted_growth(predictions, question, make, operation):
    """You predicted which operations cost more when there are more items."""
    few, many = (seconds(operation(make(range(number)))) for number in (2 * FEW + 100, 1_000 * FEW * 2))
    predictions.check(question, "grows" if many > 15 * few else "constant", ("constant", "grows"))
