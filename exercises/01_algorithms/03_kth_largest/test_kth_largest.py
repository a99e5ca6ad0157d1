"""The suite of "The k-th largest item": places, ties, and comparisons that the suite's own keys count."""

import gc
import math
import operator
import random
import weakref
from collections import deque
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kth_largest import TopK, kth_largest

SIZE = 2_000
"""The number of items where comparisons are counted."""

CALLS = 4
"""Over how many calls an average is taken."""

SHAPES: dict[str, Callable[[int], list[int]]] = {
    "random": lambda size: random.Random(5).sample(range(size), size),
    "ascending": lambda size: list(range(size)),
    "descending": lambda size: list(range(size, 0, -1)),
    "all equal": lambda size: [3] * size,
    "three different ones": lambda size: [place * 7 % 3 for place in range(size)],
    "organ pipes": lambda size: [min(place, size - place) for place in range(size)],
}


class TooMany(Exception):
    """Raised in the middle of a comparison when the limit is passed, so that a slow hand-in fails soon."""


class Ledger:
    """What is known of the comparisons between some keys."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = limit
        self.count = 0
        self.neighbours: set[int] = set()
        """The smaller rank of each pair of keys that were compared and differ by 1."""

    def note(self, one: int, other: int) -> None:
        self.count += 1
        if abs(one - other) == 1:
            self.neighbours.add(min(one, other))
        if self.count > self.limit:
            raise TooMany(f"more than {self.limit:,.0f} comparisons")


class Key:
    """A number whose comparisons are counted."""

    __slots__ = ("ledger", "rank")

    def __init__(self, rank: int, ledger: Ledger) -> None:
        self.rank = rank
        self.ledger = ledger

    def _compared(self, other: object, compare: Callable[[int, int], bool]) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        self.ledger.note(self.rank, other.rank)
        return compare(self.rank, other.rank)

    def __lt__(self, other: object) -> bool:
        return self._compared(other, operator.lt)

    def __le__(self, other: object) -> bool:
        return self._compared(other, operator.le)

    def __gt__(self, other: object) -> bool:
        return self._compared(other, operator.gt)

    def __ge__(self, other: object) -> bool:
        return self._compared(other, operator.ge)

    def __eq__(self, other: object) -> bool:
        return self._compared(other, operator.eq)

    def __ne__(self, other: object) -> bool:
        return self._compared(other, operator.ne)

    def __hash__(self) -> int:
        return hash(self.rank)

    def __repr__(self) -> str:
        return f"Key({self.rank})"


class Item:
    """An item without an order, with a number to compare by and a name to tell it from the others."""

    def __init__(self, points: int, name: object) -> None:
        self.points = points
        self.name = name

    def __repr__(self) -> str:
        return f"Item({self.points}, {self.name!r})"


def points(item: Item) -> int:
    return item.points


def items_of(*numbers: int) -> list[Item]:
    """Return items with these points, named by their places."""
    return [Item(number, place) for place, number in enumerate(numbers)]


def names(got: object) -> object:
    """Return the names of a list of items, or what else it is."""
    if type(got) is not list:
        return got
    return [item.name if type(item) is Item else item for item in got]


def name(got: object) -> object:
    return got.name if type(got) is Item else got


def rank(got: object) -> object:
    return got.rank if type(got) is Key else got


# 1. The item in place k


@pytest.mark.task(1)
def test_each_place(check):
    """The item in place k is returned, from the largest in place 1 to the smallest in the last place."""
    for k, expected in enumerate([12, 9, 4, 0, -7], 1):
        call = f"kth_largest([4, -7, 12, 0, 9], {k})"
        check.returns(expected, lambda k=k: kth_largest([4, -7, 12, 0, 9], k), call)


@pytest.mark.task(1)
def test_equal_items_have_places_of_their_own(check):
    """Each of several equal items has a place of its own."""
    for k, expected in ((1, 8), (2, 8), (3, 8), (4, 6), (5, 6), (6, 1)):
        call = f"kth_largest([6, 8, 1, 8, 6, 8], {k})"
        check.returns(expected, lambda k=k: kth_largest([6, 8, 1, 8, 6, 8], k), call)


@pytest.mark.task(1)
def test_any_iterable(check):
    """The items may come from any iterable: a generator, a set, a text, the keys of a dict."""
    check.returns(16, lambda: kth_largest((n * n for n in range(6)), 2), "kth_largest(a generator, 2)")
    check.returns(20, lambda: kth_largest({10, 30, 20}, 2), "kth_largest({10, 30, 20}, 2)")
    check.returns("s", lambda: kth_largest("heaps", 1), 'kth_largest("heaps", 1)')
    check.returns("b", lambda: kth_largest({"a": 3, "c": 1, "b": 2}, 2), "kth_largest({'a': 3, …}, 2)")
    check.returns((2, "x"), lambda: kth_largest(((1, "z"), (2, "x")), 1), "kth_largest(a tuple of tuples, 1)")


@pytest.mark.task(1)
def test_the_iterable_is_read_once(check):
    """The iterable is asked for an iterator once, and that one is read to its end."""
    begun, given = [], []

    class Source:
        def __iter__(self) -> Iterator[int]:
            begun.append(1)
            for number in (5, 3, 8):
                given.append(number)
                yield number

    check.returns(5, lambda: kth_largest(Source(), 2), "kth_largest(source, 2)")
    check.equal((1, [5, 3, 8]), (len(begun), given), "(the iterators made, the items read) by this call")


@pytest.mark.task(1)
def test_a_place_that_does_not_exist(check):
    """A k below 1 or above the number of items raises ValueError."""
    for k in (0, -1, -3, 4, 100):
        check.raises(ValueError, lambda k=k: kth_largest([2, 9, 4], k), f"kth_largest([2, 9, 4], {k})")
        source = iter([2, 9, 4])
        call = f"kth_largest(iter([2, 9, 4]), {k})"
        check.raises(ValueError, lambda k=k, source=source: kth_largest(source, k), call)
    check.returns(2, lambda: kth_largest([2, 9, 4], 3), "kth_largest([2, 9, 4], 3)")


@pytest.mark.task(1)
def test_no_items(check):
    """Without items every k raises ValueError."""
    for k in (1, 0, 2):
        check.raises(ValueError, lambda k=k: kth_largest([], k), f"kth_largest([], {k})")
    check.returns(7, lambda: kth_largest([7], 1), "kth_largest([7], 1)")


@pytest.mark.task(1)
def test_the_items_stay_as_they_are(check):
    """The list, deque or bytearray that was given is not changed."""
    numbers = random.Random(2).choices(range(50), k=60)
    for kind in (list, deque, bytearray):
        given, call = kind(numbers), f"kth_largest({kind.__name__} of 60 numbers, 30)"
        check.returns(sorted(numbers)[30], lambda given=given: kth_largest(given, 30), call)
        check.equal(numbers, list(given), f"list(items) after {call}")


@pytest.mark.task(1)
@settings(max_examples=60)
@given(numbers=st.lists(st.integers(-20, 20), min_size=1, max_size=25), data=st.data())
def test_it_agrees_with_sorting(check, numbers, data):
    """For any numbers and any k the result is what sorting them all would give."""
    k = data.draw(st.integers(1, len(numbers)))
    expected = sorted(numbers, reverse=True)[k - 1]
    check.returns(expected, lambda: kth_largest(list(numbers), k), f"kth_largest({numbers}, {k})")


# 2. Keys and ties


@pytest.mark.task(2)
def test_the_key_is_compared(check):
    """With ``key``, the items are compared by their keys, and the item is returned, not its key."""
    words = ["Ash", "elm", "Oaks", "birch"]
    check.returns("birch", lambda: kth_largest(words, 1, key=len), f"kth_largest({words}, 1, key=len)")
    check.returns(
        "elm", lambda: kth_largest(words, 2, key=str.lower), f"kth_largest({words}, 2, key=str.lower)"
    )
    check.returns(-9, lambda: kth_largest([2, -9, 4], 1, key=abs), "kth_largest([2, -9, 4], 1, key=abs)")


@pytest.mark.task(2)
def test_the_earlier_of_two_equal_ones_comes_first(check):
    """Items with equal keys stand in the order in which they came."""
    items = items_of(5, 2, 5, 9, 2, 5, 2, 9, 5)
    for k, expected in enumerate([3, 7, 0, 2, 5, 8, 1, 4, 6], 1):
        call = f"kth_largest({items}, {k}, key=its first field)  # its second field"
        check.returns(expected, lambda k=k: name(kth_largest(items, k, key=points)), call)


@pytest.mark.task(2)
def test_equal_items_without_a_key(check):
    """Without ``key``, too, equal items stand in the order in which they came."""
    items = [True, 0, 1.0, 2, 1, 0.0]
    for k, expected in enumerate([2, True, 1.0, 1, 0, 0.0], 1):
        check.returns(expected, lambda k=k: kth_largest(items, k), f"kth_largest({items}, {k})")


@pytest.mark.task(2)
def test_the_key_is_called_once_for_each_item(check):
    """``key`` is called exactly once for each item."""
    items = items_of(*random.Random(3).choices(range(40), k=200))
    calls = []

    def key(item: Item) -> int:
        calls.append(item.name)
        return item.points

    expected = sorted(items, key=points, reverse=True)[99].name
    call = "kth_largest(200 items, 100, key=key)"
    check.returns(
        expected, lambda: name(kth_largest(items, 100, key=key)), f"{call}  # the place of that item"
    )
    check.equal(
        list(range(200)), sorted(calls), f"the places of the items that key was called with by {call}"
    )


@pytest.mark.task(2)
def test_items_are_never_compared(check):
    """Items without an order can be selected by a key, also when their keys are equal."""
    items = [{"points": number} for number in (4, 4, 1, 4, 6, 1)]
    order = sorted(items, key=operator.itemgetter("points"), reverse=True)
    for k, expected in enumerate(order, 1):
        call = f"kth_largest({items}, {k}, key=…)"
        check.returns(expected, lambda k=k: kth_largest(items, k, key=operator.itemgetter("points")), call)


@pytest.mark.task(2)
@settings(max_examples=60)
@given(numbers=st.lists(st.integers(0, 4), min_size=1, max_size=20), data=st.data())
def test_ties_agree_with_sorting(check, numbers, data):
    """For any items with few different keys the result is the very item that sorting would give."""
    k = data.draw(st.integers(1, len(numbers)))
    items = items_of(*numbers)
    expected = sorted(items, key=points, reverse=True)[k - 1].name
    call = f"kth_largest(items with the keys {numbers}, {k}, key=…)  # the place of that item"
    check.returns(expected, lambda: name(kth_largest(items, k, key=points)), call)


# 3. A linear number of comparisons


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", SHAPES)
def test_comparisons_are_linear(check, shape):
    """Whatever the order of the items and whatever k, 40 comparisons for each item are enough."""
    numbers = SHAPES[shape](SIZE)
    order = sorted(numbers, reverse=True)
    for k in (SIZE // 2, SIZE // 50, SIZE):
        ledger = Ledger(limit=40 * SIZE * CALLS)
        call = (
            f"kth_largest({SIZE:,} items ({shape}), {k:,}), {CALLS} times, with {ledger.limit:,} comparisons"
        )
        for _ in range(CALLS):
            keys = [Key(number, ledger) for number in numbers]
            check.returns(order[k - 1], lambda keys=keys, k=k: rank(kth_largest(keys, k)), call)


@pytest.mark.task(3)
@pytest.mark.parametrize("by_key", [False, True], ids=["without key", "with key"])
def test_it_does_not_sort(check, by_key):
    """Most pairs of neighbours in the sorted order are never compared."""
    ledger = Ledger()
    numbers, k = SHAPES["random"](SIZE), SIZE // 2
    call = f"kth_largest({SIZE:,} different items in random order, {k:,}{', key=…' * by_key})"

    def select() -> object:
        if by_key:
            return kth_largest(numbers, k, key=lambda number: Key(number, ledger))
        return rank(kth_largest([Key(number, ledger) for number in numbers], k))

    check.returns(SIZE - k, select, call)
    check.at_least(SIZE - 1, ledger.count, f"the comparisons that {call} makes")
    check.at_most(SIZE // 5, len(ledger.neighbours), f"the pairs of neighbours that {call} compares")


# 4. A stream in little memory


@pytest.mark.task(4)
def test_the_kth_so_far(check):
    """After each item ``kth`` is the k-th largest so far, and ``largest`` the list of the k largest."""
    stream, seen = [4, 9, 1, 7, 7, 12, 3, 8], []
    top = TopK(3)
    for number in stream:
        top.add(number)
        seen = sorted([*seen, number], reverse=True)
        told = f"top = TopK(3), after adding {stream[: len(seen)]}"
        if len(seen) >= 3:
            check.returns(seen[2], top.kth, f"{told}, top.kth()")
        check.returns(seen[:3], top.largest, f"{told}, top.largest()")


@pytest.mark.task(4)
def test_too_few_items(check):
    """While there were fewer than k items ``kth`` raises ValueError; a k below 1 does at once."""
    for k in (0, -2):
        check.raises(ValueError, lambda k=k: TopK(k), f"TopK({k})")
    top = TopK(2)
    check.returns([], top.largest, "TopK(2).largest()")
    check.raises(ValueError, top.kth, "TopK(2).kth()")
    top.add(5)
    check.raises(ValueError, top.kth, "top = TopK(2), after adding 5, top.kth()")
    top.add(3)
    check.returns(3, top.kth, "top = TopK(2), after adding 5 and 3, top.kth()")


@pytest.mark.task(4)
def test_the_list_is_a_new_one(check):
    """``largest`` returns a new list each time; changing it changes nothing, and trackers share nothing."""
    top, other = TopK(2), TopK(2)
    for number in (1, 2, 3):
        top.add(number)
    got = top.largest()
    check.equal([3, 2], got, "top = TopK(2), after adding 1, 2, 3, top.largest()")
    got.clear()
    check.returns([3, 2], top.largest, "top.largest(), after the list of before was cleared")
    check.returns(2, top.kth, "top.kth()")
    check.returns([], other.largest, "another TopK(2).largest()")


@pytest.mark.task(4)
def test_ties_in_a_stream(check):
    """Of items with equal keys the earlier ones stay, and they stand in the order in which they came."""
    top = TopK(3, key=points)
    for item in items_of(5, 5, 8, 5, 8, 5, 8, 8):
        top.add(item)
    call = "top = TopK(3, key=…), after adding items with the keys 5, 5, 8, 5, 8, 5, 8, 8"
    check.returns([2, 4, 6], lambda: names(top.largest()), f"{call}, the places of top.largest()")
    check.returns(6, lambda: name(top.kth()), f"{call}, the place of top.kth()")


@pytest.mark.task(4)
def test_the_key_in_a_stream(check):
    """In a stream, too, ``key`` is called once for each item and the items are not compared."""
    calls = []

    def key(item: Item) -> int:
        calls.append(item.name)
        return item.points

    top = TopK(10, key=key)
    items = items_of(*random.Random(7).choices(range(12), k=100))
    for count, item in enumerate(items, 1):
        top.add(item)
        if count >= 10:
            expected = sorted(items[:count], key=points, reverse=True)[9].name
            told = f"top = TopK(10, key=key), after {count} items"
            check.returns(expected, lambda: name(top.kth()), f"{told}, the place of top.kth()")
    check.returns(
        [item.name for item in sorted(items, key=points, reverse=True)[:10]],
        lambda: names(top.largest()),
        "top = TopK(10, key=key), after 100 items, the places of top.largest()",
    )
    check.equal(list(range(100)), sorted(calls), "the places of the items that key was called with")


@pytest.mark.task(4)
@settings(max_examples=60)
@given(k=st.integers(1, 5), numbers=st.lists(st.integers(0, 6), max_size=20))
def test_a_stream_agrees_with_sorting(check, k, numbers):
    """For any stream the k largest are the very items that sorting would give."""
    top, items = TopK(k, key=points), items_of(*numbers)
    for item in items:
        top.add(item)
    expected = [item.name for item in sorted(items, key=points, reverse=True)[:k]]
    told = f"top = TopK({k}, key=…), after adding items with the keys {numbers}"
    check.returns(expected, lambda: names(top.largest()), f"{told}, the places of top.largest()")
    if len(numbers) >= k:
        check.returns(expected[-1], lambda: name(top.kth()), f"{told}, the place of top.kth()")


@pytest.mark.task(4)
@pytest.mark.parametrize("shape", ["ascending", "descending", "all equal", "random"])
def test_a_stream_is_not_kept(check, shape):
    """However long the stream is, only the k largest items and a few more are kept alive."""
    top, alive = TopK(20, key=points), []
    for place, number in enumerate(SHAPES[shape](SIZE)):
        item = Item(number, place)
        alive.append(weakref.ref(item))
        top.add(item)
    del item
    gc.collect()
    count = sum(reference() is not None for reference in alive)
    call = f"the items alive after TopK(20, key=…) has seen {SIZE:,} ({shape})"
    check.at_most(50, count, call)
    check.at_least(20, count, call)


@pytest.mark.task(4)
@pytest.mark.parametrize("shape", ["ascending", "descending", "random"])
def test_a_stream_takes_few_comparisons(check, shape):
    """``add`` and ``kth`` take a number of comparisons that grows with the logarithm of k."""
    k = 512
    numbers = SHAPES[shape](SIZE)
    calls = 2 * SIZE - k
    ledger = Ledger(limit=calls * (6 * math.log2(k) + 10))
    top = TopK(k)
    call = f"TopK({k}), {SIZE:,} items ({shape}), and kth() after each of them"

    def play() -> object:
        for count, number in enumerate(numbers, 1):
            top.add(Key(number, ledger))
            if count >= k:
                got = top.kth()
        return rank(got)

    expected = sorted(numbers, reverse=True)[k - 1]
    check.returns(expected, play, f"{call}, with at most {ledger.limit:,.0f} comparisons, the last kth()")
