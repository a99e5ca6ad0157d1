"""The suite of iterators and generators: for each task fixed examples, then laziness, then memory."""

import fractions
import inspect
import itertools
import tracemalloc
from collections.abc import Callable, Iterable, Iterator

import pytest
from iterators_and_generators import (
    Fibonacci,
    FibonacciIterator,
    Finish,
    Restart,
    averager,
    fibonacci,
    flatten,
    lazy_slice,
    relay,
    windows,
)

KIB = 1_024
MANY = 3_000
FIRST = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
ENDLESS = 10_000  # what the suite takes for the end of what has none


class GivenUp(Exception):
    """What the suite raises where something would not end, or not in time."""


class Term:
    """A value of constant size that counts the additions that are made."""

    __slots__ = ("tally", "value")

    def __init__(self, value: int, tally: list[int]) -> None:
        self.value = value
        self.tally = tally

    def __add__(self, other: "Term") -> "Term":
        self.tally[0] += 1
        if self.tally[0] > 3 * MANY:
            raise GivenUp(f"the suite gave up: more than {3 * MANY:,} additions")
        return Term((self.value + other.value) % 1_000, self.tally)


class Source:
    """An iterator over 0, 1, 2 … that knows how many items were taken."""

    def __init__(self, end: int = ENDLESS) -> None:
        self.taken = 0
        self.end = end

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if self.taken == ENDLESS:
            raise GivenUp(f"the suite gave up: {ENDLESS:,} items were taken from an iterable without end")
        if self.taken >= self.end:
            raise StopIteration
        self.taken += 1
        return 1_000 + self.taken - 1


class Raised:
    """An exception as a value, so that a check can show it in place of a result."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"it raised {type(self.error).__name__}: {self.error}"


def outcome(action: Callable[[], object]) -> object:
    """Return what the action returns, or what it raised as a value."""
    try:
        return action()
    except Exception as error:
        return Raised(error)


def listed(items: Iterable[object], most: int = 50) -> object:
    """Return the first items as a list, or what was raised on the way."""
    return outcome(lambda: list(itertools.islice(items, most)))


def rise(items: Iterator[object], steps: int = MANY) -> object:
    """Return by how many bytes memory rises while so many items are asked for and dropped."""
    if type(items) is Raised:
        return items
    tracemalloc.stop()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        taken = sum(1 for _ in itertools.islice(items, steps))
        peak = tracemalloc.get_traced_memory()[1]
    except Exception as error:
        return Raised(error)
    finally:
        tracemalloc.stop()
    return peak - before if taken == steps else f"only {taken} of {steps} items"


def is_lazy(check, make: Callable[[Term, Term], Iterator[object]], call: str) -> None:
    """Require that the first k numbers take at most k additions, and that the numbers are right."""
    tally = [0]
    numbers = outcome(lambda: make(Term(0, tally), Term(1, tally)))
    check.equal(0, tally[0], f"additions made by {call}, before the first next")
    for count, number in enumerate(FIRST, 1):
        got = outcome(lambda: next(numbers))
        check.equal(number, got.value if type(got) is Term else got, f"number {count} of {call}")
        check.at_most(count, tally[0], f"additions for the first {count} numbers of {call}")


def takes_constant_memory(check, make: Callable[[Term, Term], Iterator[object]], call: str) -> None:
    """Require that memory does not grow with the numbers that were asked for."""
    tally = [0]
    numbers = outcome(lambda: make(Term(0, tally), Term(1, tally)))
    check.at_most(4 * KIB, rise(numbers), f"bytes by which memory rose over {MANY:,} numbers of {call}")


# --- 1. An iterator ---------------------------------------------------------------------------------------


@pytest.mark.task(1)
def test_numbers_of_the_iterator(check):
    """The iterator gives the first numbers, as many as the count says."""
    for count in (0, 1, 2, 3, 12):
        check.equal(FIRST[:count], listed(FibonacciIterator(count)), f"list(FibonacciIterator({count}))")
    check.equal(FIRST, listed(FibonacciIterator(), 12), "the first 12 of FibonacciIterator()")
    check.equal(FIRST, listed(FibonacciIterator(None), 12), "the first 12 of FibonacciIterator(None)")


@pytest.mark.task(1)
def test_other_beginnings(check):
    """The first two values may be anything that can be added."""
    for count, first, second, expected in [
        (5, 2, 1, [2, 1, 3, 4, 7]),
        (4, 5, -3, [5, -3, 2, -1]),
        (5, "x", "yz", ["x", "yz", "xyz", "yzxyz", "xyzyzxyz"]),
        (
            3,
            fractions.Fraction(1, 2),
            fractions.Fraction(1, 3),
            [fractions.Fraction(n, 6) for n in (3, 2, 5)],
        ),
        (4, 0, 0, [0, 0, 0, 0]),
    ]:
        call = f"list(FibonacciIterator({count}, {first!r}, {second!r}))"
        check.equal(expected, listed(FibonacciIterator(count, first, second)), call)


@pytest.mark.task(1)
def test_iterators_are_their_own_iterators(check):
    """An iterator is its own iterator, so a second loop goes on where the first one was left."""
    numbers = FibonacciIterator(8)
    check.that(iter(numbers) is numbers, "iter(numbers)", "numbers itself", "another object")
    check.equal([0, 1, 1], listed(numbers, 3), "the first three of FibonacciIterator(8)")
    check.equal([2, 3], listed(numbers, 2), "the next two")
    check.equal([5, 8, 13], listed(numbers), "the rest")


@pytest.mark.task(1)
def test_the_end_is_the_end(check):
    """After the last number each further next raises StopIteration."""
    for count in (0, 3):
        numbers = FibonacciIterator(count)
        check.equal(FIRST[:count], listed(numbers), f"list(FibonacciIterator({count}))")
        for _ in range(3):
            check.raises(StopIteration, lambda n=numbers: next(n), "next(numbers) after the last number")
        check.equal([], listed(numbers), "list(numbers) after the last number")


@pytest.mark.task(1)
def test_negative_counts(check):
    """A negative count is a ValueError."""
    for count in (-1, -10):
        check.raises(ValueError, lambda c=count: FibonacciIterator(c), f"FibonacciIterator({count})")


@pytest.mark.task(1)
def test_the_iterator_is_lazy(check):
    """An iterator makes at most one addition for each number, and none in advance."""
    is_lazy(check, lambda first, second: FibonacciIterator(None, first, second), "FibonacciIterator()")
    is_lazy(check, lambda first, second: FibonacciIterator(5_000, first, second), "FibonacciIterator(5_000)")


@pytest.mark.task(1)
def test_the_iterator_forgets(check):
    """An iterator takes constant memory."""
    takes_constant_memory(check, lambda one, two: FibonacciIterator(None, one, two), "FibonacciIterator()")
    takes_constant_memory(
        check, lambda one, two: FibonacciIterator(5_000, one, two), "FibonacciIterator(5_000)"
    )


# --- 2. An iterable ---------------------------------------------------------------------------------------


@pytest.mark.task(2)
def test_an_iterable_is_no_iterator(check):
    """An iterable has no next, and gives its numbers again each time."""
    numbers = Fibonacci(5)
    check.raises(TypeError, lambda: next(numbers), "next(Fibonacci(5))")
    for time in ("first", "second", "third"):
        check.equal([0, 1, 1, 2, 3], listed(numbers), f"list(numbers), for the {time} time")
    check.equal(["a", "b", "ab"], listed(Fibonacci(3, "a", "b")), 'list(Fibonacci(3, "a", "b"))')
    check.equal([], listed(Fibonacci(0)), "list(Fibonacci(0))")


@pytest.mark.task(2)
def test_independent_iterators(check):
    """Iterators that are in use at the same time know nothing of one another."""
    numbers = Fibonacci()
    one, other = outcome(lambda: iter(numbers)), outcome(lambda: iter(numbers))
    check.equal([0, 1, 1, 2], listed(one, 4), "the first four of one iterator")
    check.equal([0, 1], listed(other, 2), "the first two of another")
    check.equal([3, 5], listed(one, 2), "the next two of the first")
    check.equal([1, 2, 3], listed(other, 3), "the next three of the other")
    pairs = listed((a, b) for a in Fibonacci(3) for b in Fibonacci(2))
    check.equal([(0, 0), (0, 1), (1, 0), (1, 1), (1, 0), (1, 1)], pairs, "a loop in a loop")
    same = Fibonacci(3)
    check.equal(
        [(n, m) for n in (0, 1, 1) for m in (0, 1, 1)],
        listed((a, b) for a in same for b in same),
        "both loops over one Fibonacci(3)",
    )


@pytest.mark.task(2)
def test_what_iter_gives(check):
    """What iter gives is an iterator of its own, with an end that is one."""
    numbers = Fibonacci(2)
    made = outcome(lambda: iter(numbers))
    check.that(
        outcome(lambda: iter(made)) is made, "iter(iter(numbers))", "iter(numbers) itself", "another object"
    )
    check.equal([0, 1], listed(made), "list(iter(Fibonacci(2)))")
    for _ in range(3):
        check.raises(StopIteration, lambda: next(made), "next(iterator) after the last number")
    check.equal([0, 1], listed(numbers), "list(numbers) after that")


@pytest.mark.task(2)
def test_negative_counts_of_the_iterable(check):
    """A negative count is a ValueError when the iterable is made."""
    check.raises(ValueError, lambda: Fibonacci(-1), "Fibonacci(-1)")


@pytest.mark.task(2)
def test_the_iterable_is_lazy(check):
    """Neither the iterable nor iter adds anything in advance, and no numbers are kept."""
    for count in (None, 5_000):
        call = f"iter(Fibonacci({count}))"
        is_lazy(check, lambda one, two, c=count: iter(Fibonacci(c, one, two)), call)
        takes_constant_memory(check, lambda one, two, c=count: iter(Fibonacci(c, one, two)), call)


# --- 3. A generator ---------------------------------------------------------------------------------------


@pytest.mark.task(3)
def test_numbers_of_the_generator(check):
    """The function is a generator that gives the numbers without end."""
    numbers = fibonacci()
    check.that(inspect.isgenerator(numbers), "fibonacci()", "a generator", numbers)
    check.equal(FIRST, listed(numbers, 12), "the first 12 of fibonacci()")
    check.equal([144, 233], listed(numbers, 2), "the next two")
    check.equal(
        ["x", "yz", "xyz"], listed(fibonacci("x", "yz"), 3), 'the first three of fibonacci("x", "yz")'
    )


@pytest.mark.task(3)
def test_generators_are_independent(check):
    """Each call gives a generator of its own, and one that is closed has ended."""
    one, other = fibonacci(), fibonacci()
    check.equal([0, 1, 1, 2], listed(one, 4), "the first four of one generator")
    check.equal([0, 1], listed(other, 2), "the first two of another")
    one.close()
    check.raises(StopIteration, lambda: next(one), "next(numbers) after numbers.close()")
    check.equal([1, 2], listed(other, 2), "the next two of the other")


@pytest.mark.task(3)
def test_the_generator_is_lazy(check):
    """A generator makes at most one addition for each number, and takes constant memory."""
    is_lazy(check, fibonacci, "fibonacci()")
    takes_constant_memory(check, fibonacci, "fibonacci()")


# --- 4. Windows and slices --------------------------------------------------------------------------------


@pytest.mark.task(4)
def test_windows(check):
    """Each run of successive items is a tuple; fewer items than a window has make none."""
    for items, size, expected in [
        ("abcd", 3, [("a", "b", "c"), ("b", "c", "d")]),
        ("abc", 3, [("a", "b", "c")]),
        ("ab", 3, []),
        ("", 1, []),
        ([7, None, 7], 1, [(7,), (None,), (7,)]),
        (iter([1, 2, 3]), 2, [(1, 2), (2, 3)]),
    ]:
        check.equal(expected, listed(windows(items, size)), f"list(windows({items!r}, {size}))")


@pytest.mark.task(4)
def test_windows_are_lazy(check):
    """Nothing is taken in advance: the first window takes its items, and each further one takes one."""
    source = Source()
    made = outcome(lambda: windows(source, 4))
    check.equal(0, source.taken, "items taken by windows(source, 4), before the first next")
    for number in range(5):
        expected = tuple(range(1_000 + number, 1_004 + number))
        check.returns(expected, lambda: next(made), f"window {number} of windows(source, 4)")
        check.equal(4 + number, source.taken, f"items taken for {number + 1} windows of 4")


@pytest.mark.task(4)
def test_slices(check):
    """A slice has the items that the slice of a list has."""
    for length, start, stop, step in itertools.product(
        (0, 1, 4, 7), (0, 1, 3, 8), (None, 0, 1, 3, 6, 9, -1, -3, -8), (1, 2, 3)
    ):
        items = list(range(length))
        call = f"list(lazy_slice({items}, {start}, {stop}, {step}))"
        got = outcome(lambda a=items, b=start, c=stop, d=step: list(lazy_slice(iter(a), b, c, d)))
        check.equal(items[start:stop:step], got, call)
    check.equal(["b", "c", "d"], listed(lazy_slice("abcd", 1)), 'list(lazy_slice("abcd", 1))')
    check.equal(["b", "c"], listed(lazy_slice("abcd", 1, -1)), 'list(lazy_slice("abcd", 1, -1))')


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("start", "stop", "step", "taken"),
    [
        (0, None, 1, [1, 2, 3]),
        (2, None, 3, [3, 6, 9]),
        (1, 9, 2, [2, 4, 6]),
        (2, -3, 2, [6, 8, 10]),
        (0, -1, 1, [2, 3, 4]),
    ],
)
def test_slices_are_lazy(check, start, stop, step, taken):
    """An item is given as soon as it has been taken and is known not to be one of the last."""
    source = Source()
    call = f"lazy_slice(source, {start}, {stop}, {step})"
    made = outcome(lambda: lazy_slice(source, start, stop, step))
    check.equal(0, source.taken, f"items taken by {call}, before the first next")
    for number, most in enumerate(taken):
        check.returns(1_000 + start + number * step, lambda: next(made), f"item {number} of {call}")
        check.equal(most, source.taken, f"items taken for the first {number + 1} of {call}")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("start", "stop", "step"), [(0, 5, 1), (3, 10, 4), (2, 3, 9), (5, 2, 1), (0, 0, 1), (4, 0, 2)]
)
def test_slices_of_endless_iterables(check, start, stop, step):
    """A slice that has an end ends, and never more items are taken than its stop or its start says."""
    source = Source()
    call = f"list(lazy_slice(source, {start}, {stop}, {step}))"
    expected = list(range(1_000, 1_020))[start:stop:step]
    check.equal(expected, outcome(lambda: list(lazy_slice(source, start, stop, step))), call)
    check.at_most(max(start, stop), source.taken, f"items taken by {call}")


@pytest.mark.task(4)
def test_errors_at_once(check):
    """A wrong size, start or step is a ValueError of the call, and not of the first next."""
    for size in (0, -1):
        check.raises(ValueError, lambda s=size: windows([1, 2], s), f"windows([1, 2], {size})")
    for start, stop, step in [(-1, None, 1), (0, 3, 0), (0, -1, 0), (1, 2, -1), (-2, -1, 1)]:
        call = f"lazy_slice([1, 2], {start}, {stop}, {step})"
        check.raises(ValueError, lambda a=start, b=stop, c=step: lazy_slice([1, 2], a, b, c), call)


@pytest.mark.task(4)
def test_windows_and_slices_forget(check):
    """No more items are kept than are needed."""
    for kept, make, call in [
        (1, lambda: windows(Source(), 1), "windows(source, 1)"),
        (100, lambda: windows(Source(), 100), "windows(source, 100)"),
        (0, lambda: lazy_slice(Source(), 10), "lazy_slice(source, 10)"),
        (0, lambda: lazy_slice(Source(), 0, 9_000, 3), "lazy_slice(source, 0, 9_000, 3)"),
        (50, lambda: lazy_slice(Source(), 10, -50, 2), "lazy_slice(source, 10, -50, 2)"),
    ]:
        bytes_more = rise(outcome(make))
        check.at_most(4 * KIB + 64 * kept, bytes_more, f"bytes by which memory rose over {MANY:,} of {call}")


# --- 5. Send, throw, close --------------------------------------------------------------------------------


def heard(generator: object, *said: object) -> list[object]:
    """Talk to a generator and return what it answers, as plain data.

    An exception is thrown in, ``next`` and ``"close"`` are done, everything else is sent.
    """
    answers: list[object] = []
    for word in said:
        try:
            if word is next:
                answers.append(next(generator))
            elif type(word) is str and word == "close":
                generator.close()
                answers.append("closed")
            elif isinstance(word, BaseException) or (
                isinstance(word, type) and issubclass(word, BaseException)
            ):
                answers.append(generator.throw(word))
            else:
                answers.append(generator.send(word))
        except StopIteration as end:
            answers.append(("ended", end.value))
        except BaseException as error:
            if isinstance(error, pytest.fail.Exception | SystemExit):
                raise
            answers.append(f"raised {type(error).__name__}" + (", the same object" if error is word else ""))
    return answers


class Reports:
    """What an averager reported, in order."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def __call__(self, *arguments: object) -> None:
        self.calls.append(arguments)


@pytest.mark.task(5)
def test_means(check):
    """Each value that is sent gives the mean of all so far, and next gives it again."""
    mean = averager(Reports())
    check.that(inspect.isgenerator(mean), "averager(report)", "a generator", mean)
    call = "next, next, send 10, send 30, next, send None, send -4"
    check.equal(
        [None, None, 10.0, 20.0, 20.0, 20.0, 12.0], heard(mean, next, next, 10, 30, next, None, -4), call
    )
    half, third = fractions.Fraction(1, 2), fractions.Fraction(1, 3)
    got = heard(averager(Reports()), next, half, third)
    check.equal([None, half, fractions.Fraction(5, 12)], got, "next, send 1/2, send 1/3")
    check.equal([None, 0.0, 0.0], heard(averager(Reports()), next, 0, next), "next, send 0, next")


@pytest.mark.task(5)
def test_restart(check):
    """Restart forgets all values, and the generator goes on."""
    report = Reports()
    mean = averager(report)
    call = "next, send 10, throw Restart, next, send 2, throw Restart(), throw Restart, send 8, send 9"
    got = heard(mean, next, 10, Restart, next, 2, Restart("again"), Restart, 8, 9)
    check.equal([None, 10.0, None, None, 2.0, None, None, 8.0, 8.5], got, call)
    check.equal([], report.calls, f"reports after {call}")


@pytest.mark.task(5)
def test_finish(check):
    """Finish ends the generator, which returns the number and the sum."""
    for said, number, total in [((10, 20, 0), 3, 30), ((), 0, 0), ((5, Restart, 4), 1, 4)]:
        report = Reports()
        mean = averager(report)
        call = f"next, {said}, throw Finish"
        got = heard(mean, next, *said, Finish)
        check.equal(("ended", (number, total)), got[-1], f"the last answer to {call}")
        check.equal([(number, total)], report.calls, f"reports after {call}")
        check.equal([("ended", None)] * 2, heard(mean, next, 1), f"next and send after {call}")
        check.equal([(number, total)], report.calls, f"reports after {call}, next, send 1")


@pytest.mark.task(5)
@pytest.mark.parametrize("error", [LookupError("no"), KeyboardInterrupt()], ids=repr)
def test_other_exceptions(check, error):
    """Any other exception ends the generator and reaches the caller, and there is one report."""
    report = Reports()
    mean = averager(report)
    call = f"next, send 3, throw {error!r}"
    got = heard(mean, next, 3, error, next)
    expected = [None, 3.0, f"raised {type(error).__name__}, the same object", ("ended", None)]
    check.equal(expected, got, f"{call}, next")
    check.equal([(1, 3)], report.calls, f"reports after {call}")


@pytest.mark.task(5)
def test_close(check):
    """A generator that is closed ends quietly and reports once, however often it is closed."""
    for said, number, total in [((10, 20), 2, 30), ((), 0, 0), ((10, Restart), 0, 0)]:
        report = Reports()
        call = f"next, {said}, close"
        got = heard(averager(report), next, *said, "close", "close", next)
        check.equal(
            ["closed", "closed", ("ended", None)], got[-3:], f"the last answers to {call}, close, next"
        )
        check.equal([(number, total)], report.calls, f"reports after {call}")


@pytest.mark.task(5)
def test_never_started(check):
    """A generator that was never started has nothing to report when it is closed."""
    report = Reports()
    mean = averager(report)
    check.equal(["closed", ("ended", None)], heard(mean, "close", next), "close, next")
    check.equal([], report.calls, "reports after close")
    check.equal([None, "closed"], heard(averager(report), next, "close"), "next, close")
    check.equal([(0, 0)], report.calls, "reports after next, close")


@pytest.mark.task(5)
def test_values_that_cannot_be_added(check):
    """A value that cannot be added does not count: its exception ends the generator."""
    report = Reports()
    got = heard(averager(report), next, 10, 20, "thirty", next)
    check.equal(
        [None, 10.0, 15.0, "raised TypeError", ("ended", None)], got, 'next, send 10, 20, "thirty", next'
    )
    check.equal([(2, 30)], report.calls, 'reports after next, send 10, 20, "thirty"')


@pytest.mark.task(5)
def test_the_averager_forgets(check):
    """However many values are sent, memory is constant."""
    mean = averager(Reports())

    def talk() -> Iterator[object]:
        yield next(mean)
        yield from (mean.send(number % 7) for number in itertools.count())

    check.at_most(
        4 * KIB, rise(talk()), f"bytes by which memory rose over {MANY:,} values sent to averager(report)"
    )


# --- 6. One generator inside another ----------------------------------------------------------------------


@pytest.mark.task(6)
def test_flatten(check):
    """Lists and tuples are replaced by what they hold; everything else is left as it is."""
    for items, expected in [
        ([1, [2, (3, [4], ()), 5], [], 6], [1, 2, 3, 4, 5, 6]),
        ((), []),
        (["ab", ["cd", b"ef"]], ["ab", "cd", b"ef"]),
        ([{1: [2]}, [{3}, range(2)]], [{1: [2]}, {3}, range(2)]),
        ("xyz", ["x", "y", "z"]),
    ]:
        made = flatten(items)
        check.that(inspect.isgenerator(made), f"flatten({items!r})", "a generator", made)
        check.equal(expected, listed(made), f"list(flatten({items!r}))")
    deep = ["core"]
    for _ in range(100):
        deep = [deep, 1]
    check.equal(["core"] + [1] * 100, listed(flatten(deep), 200), "list(flatten(100 lists in lists))")


@pytest.mark.task(6)
def test_flatten_is_lazy(check):
    """Nothing is taken before it is needed, also from an iterable without end."""
    source = Source()
    made = outcome(lambda: flatten([number, (number,)] for number in source))
    check.equal(0, source.taken, "items taken by flatten(source), before the first next")
    for count, number in enumerate([1_000, 1_000, 1_001, 1_001, 1_002], 2):
        check.returns(number, lambda: next(made), "next(flatten([n, (n,)] for n in source))")
        check.equal(count // 2, source.taken, f"items taken from the source after {count - 1} numbers")


def player(log: list[object], name: str, turns: int) -> Iterator[object]:
    """Answer what it hears, with its name; return how much it heard."""
    log.append(f"{name} begins")
    heard_by_it = []
    try:
        for turn in range(turns):
            try:
                heard_by_it.append((yield f"{name}{turn}"))
            except Restart:
                heard_by_it.append("Restart")
    finally:
        log.append(f"{name} ends")
    return heard_by_it


@pytest.mark.task(6)
def test_relay_sends(check):
    """What is sent reaches the generator whose turn it is, and what they return is returned in a list."""
    log: list[object] = []
    made = relay([player(log, "a", 2), player(log, "b", 0), player(log, "c", 1)])
    check.that(inspect.isgenerator(made), "relay([a, b, c])", "a generator", made)
    got = heard(made, next, "to a0", "to a1", "to c0")
    expected = ["a0", "a1", "c0", ("ended", [["to a0", "to a1"], [], ["to c0"]])]
    check.equal(expected, got, "next, and three times send, to relay([a, b, c])")
    check.equal(
        ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"], log, "what a, b and c did"
    )
    check.equal([("ended", [])], heard(relay([]), next), "next to relay([])")


@pytest.mark.task(6)
def test_relay_throws(check):
    """What is thrown reaches the generator whose turn it is, which may go on."""
    log: list[object] = []
    got = heard(relay([player(log, "a", 3), player(log, "b", 1)]), next, Restart, 5, Restart, next)
    expected = ["a0", "a1", "a2", "b0", ("ended", [["Restart", 5, "Restart"], [None]])]
    check.equal(expected, got, "next, throw Restart, send 5, throw Restart, next, to relay([a, b])")


@pytest.mark.task(6)
def test_relay_fails(check):
    """An exception that leaves one of the generators leaves relay, and the others are not started."""
    log: list[object] = []
    error = LookupError("lost")
    got = heard(relay([player(log, "a", 3), player(log, "b", 1)]), next, error, next)
    check.equal(
        ["a0", "raised LookupError, the same object", ("ended", None)], got, "next, throw error, next"
    )
    check.equal(["a begins", "a ends"], log, "what a and b did")


@pytest.mark.task(6)
def test_relay_closes(check):
    """A relay that is closed closes the generator whose turn it is, and no other."""
    log: list[object] = []
    parts = [player(log, "a", 1), player(log, "b", 5), player(log, "c", 1)]
    got = heard(relay(parts), next, next, "close", next)
    check.equal(["a0", "b0", "closed", ("ended", None)], got, "next, next, close, next to relay([a, b, c])")
    check.equal(["a begins", "a ends", "b begins", "b ends"], log, "what a, b and c did by the time of close")


@pytest.mark.task(6)
def test_relay_takes_one_at_a_time(check):
    """The next generator is taken when the one before has ended; there may be no end of them."""
    source, log = Source(), []
    made = outcome(lambda: relay(player(log, str(number), 2) for number in source))
    check.equal(0, source.taken, "generators taken by relay(parts), before the first next")
    for taken, name in [(1, "10000"), (1, "10001"), (2, "10010"), (2, "10011"), (3, "10020")]:
        check.returns(name, lambda: next(made), "next(relay(parts))")
        check.equal(taken, source.taken, f"generators taken by relay(parts) up to {name}")
    made.close()
