"""The suite of "A running median": small collections first, then numbers that count, then time and memory."""

import decimal
import gc
import math
import operator
import random
import statistics
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running_median import RunningMedian

SMALL, LARGE = 1_000, 100_000
"""How many numbers there are where time is compared."""


class TooMany(Exception):
    """Raised in the middle of a comparison when the limit is passed, so that a slow hand-in fails soon."""


class Census:
    """How often numbers were compared, and how many of them are alive."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = limit
        self.comparisons = 0
        self.alive = 0


class Counted(int):
    """An ``int`` whose comparisons are counted, and that says when it dies."""

    census: Census

    def __new__(cls, value: int, census: Census) -> "Counted":
        number = super().__new__(cls, value)
        number.census = census
        census.alive += 1
        return number

    def __del__(self) -> None:
        self.census.alive -= 1

    def _compared(self, other: object, compare: Callable[[int, int], bool]) -> bool:
        if not isinstance(other, int):
            return NotImplemented
        self.census.comparisons += 1
        if self.census.comparisons > self.census.limit:
            raise TooMany(f"more than {self.census.limit:,.0f} comparisons")
        return compare(int(self), int(other))

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
        return int.__hash__(self)

    def __neg__(self) -> "Counted":
        return Counted(-int(self), self.census)


def filled(values: Iterable[object]) -> RunningMedian:
    medians = RunningMedian()
    for value in values:
        medians.add(value)
    return medians


def middle(numbers: list[int]) -> Fraction:
    """Return the median of some ``int``."""
    return Fraction(statistics.median_low(numbers) + statistics.median_high(numbers), 2)


def told_by(medians: RunningMedian) -> object:
    """Return its median as a Fraction: only task 3 asks for the types."""
    got = medians.median()
    return Fraction(got) if type(got) in (int, float, Fraction, Counted) else got


class Story:
    """A collection with the list that it should agree with; after each step both are compared."""

    def __init__(self, check, *values: int) -> None:
        self.check = check
        self.medians = RunningMedian()
        self.model: list[int] = []
        self.steps: list[str] = []
        for value in values:
            self.add(value)

    def add(self, value: int) -> None:
        __tracebackhide__ = True
        self.model.append(value)
        self._step(f"add({value})", None, lambda: self.medians.add(value))

    def discard(self, value: int) -> None:
        __tracebackhide__ = True
        there = value in self.model
        if there:
            self.model.remove(value)
        self._step(f"discard({value})", there, lambda: self.medians.discard(value))

    def _step(self, call: str, expected: object, action: Callable[[], object]) -> None:
        __tracebackhide__ = True
        before = ", ".join(self.steps) or "nothing"
        self.check.returns(expected, action, f"{call}, after {before}")
        self.steps.append(call)
        told = ", ".join(self.steps)
        self.check.returns(len(self.model), lambda: len(self.medians), f"len(medians), after {told}")
        if self.model:
            self.check.returns(middle(self.model), lambda: told_by(self.medians), f"median(), after {told}")
        else:
            self.check.raises(ValueError, self.medians.median, f"median(), after {told}")


# 1. Add, and tell the median


@pytest.mark.task(1)
def test_the_middle_of_an_odd_number(check):
    """The median of an odd number of numbers is the one in the middle, in whatever order they came."""
    for numbers in ([7], [9, 2, 5], [1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [-3, 40, 0, -18, 6, 6, 100]):
        call = f"median() after adding {numbers}"
        check.returns(
            sorted(numbers)[len(numbers) // 2], lambda numbers=numbers: filled(numbers).median(), call
        )


@pytest.mark.task(1)
def test_the_mean_of_an_even_number(check):
    """The median of an even number of numbers is the mean of the two in the middle."""
    for numbers, expected in (
        ([1, 4], Fraction(5, 2)),
        ([8, 1, 3, 12], Fraction(11, 2)),
        ([-7, -2, -4, -1], Fraction(-3)),
        ([6, 5, 4, 3, 2, 1], Fraction(7, 2)),
    ):
        call = f"median() after adding {numbers}"
        check.returns(expected, lambda numbers=numbers: told_by(filled(numbers)), call)


@pytest.mark.task(1)
def test_equal_numbers_count(check):
    """Equal numbers count as often as they were added."""
    story = Story(check, 4, 4, 4, 9, 9, 9, 9, 1)
    check.returns(8, lambda: len(story.medians), "len(medians) then")


@pytest.mark.task(1)
def test_no_numbers(check):
    """Without numbers there is no median, and ``len`` is 0; asking changes nothing."""
    medians = RunningMedian()
    for _ in range(2):
        check.raises(ValueError, medians.median, "RunningMedian().median()")
        check.returns(0, lambda: len(medians), "len(RunningMedian())")
    medians.add(3)
    for _ in range(3):
        check.returns(3, medians.median, "median() after add(3), asked again and again")


@pytest.mark.task(1)
def test_two_collections_share_nothing(check):
    """What is added to one collection is not in another."""
    one, other = filled([1, 2, 3]), filled([10])
    check.returns(10, other.median, "median() of the other one, to which 10 was added")
    check.returns(2, one.median, "median() of the one to which 1, 2, 3 were added")


@pytest.mark.task(1)
@settings(max_examples=50)
@given(numbers=st.lists(st.integers(-30, 30), min_size=1, max_size=14))
def test_any_numbers(check, numbers):
    """For any numbers, after each of them, the median is that of all numbers so far."""
    Story(check, *numbers)


# 2. Discard


@pytest.mark.task(2)
def test_one_copy_goes(check):
    """``discard`` removes one copy, says that it did, and leaves the others."""
    story = Story(check, 5, 1, 5, 5, 9)
    for value in (5, 5, 5, 5, 9):
        story.discard(value)


@pytest.mark.task(2)
def test_what_is_not_there(check):
    """Discarding a number that is not there returns False and changes nothing, also later."""
    story = Story(check)
    story.discard(3)
    for value in (3, 8):
        story.add(value)
    for value in (5, 1, 100, 5):
        story.discard(value)
    for value in (5, 1, 100, 5):
        story.add(value)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7])
def test_each_number_may_go(check, size):
    """Any number may go: the middle ones, those at the ends, and then any other one."""
    values = list(range(10, 10 * size + 10, 10))
    for first in values:
        for second in values:
            story = Story(check, *values)
            story.discard(first)
            story.discard(second)


@pytest.mark.task(2)
def test_the_halves_stay_balanced(check):
    """When numbers are removed on one side only, the middle moves to the other side."""
    for order in (range(9, 1, -1), range(1, 9), (9, 1, 8, 2, 7, 3), (5, 4, 6, 3, 7, 2)):
        story = Story(check, *range(1, 10))
        for value in order:
            story.discard(value)


@pytest.mark.task(2)
def test_removed_and_added_again(check):
    """A number may come back after it was removed, as often as you like."""
    story = Story(check, 1, 2, 3, 4, 5)
    for value in (5, 1, 3):
        for _ in range(3):
            story.discard(value)
            story.add(value)


@pytest.mark.task(2)
def test_copies_on_both_sides_of_the_middle(check):
    """Copies of one number on both sides of the middle are removed one after the other."""
    for values in ([2, 2, 2, 2], [1, 2, 2, 2, 2, 3], [1, 1, 2, 2, 2], [2, 2, 2, 3, 3], [2, 2, 5, 2, 2, 5, 2]):
        story = Story(check, *values)
        for value in (2, 2, 5, 2, 1, 3, 2, 2, 3, 5, 2):
            story.discard(value)


@pytest.mark.task(2)
@settings(max_examples=60)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=22))
def test_any_steps_with_few_values(check, steps):
    """Any series of adding and discarding a few values gives the median of what is left."""
    story = Story(check)
    for adding, value in steps:
        (story.add if adding else story.discard)(value)


@pytest.mark.task(2)
def test_a_long_series(check):
    """Two thousand random steps leave the right median each time."""
    dice, model, medians = random.Random(11), [], RunningMedian()
    for step in range(2_000):
        value = dice.randrange(60)
        told = f"step {step} of a random series"
        if dice.random() < (0.7 if step % 500 < 250 else 0.3):
            model.append(value)
            check.returns(None, lambda value=value: medians.add(value), f"add({value}), {told}")
        else:
            there = value in model
            if there:
                model.remove(value)
            check.returns(there, lambda value=value: medians.discard(value), f"discard({value}), {told}")
        if model:
            check.returns(
                middle(model), lambda: told_by(medians), f"median() of {len(model)} numbers, {told}"
            )


# 3. Exactly


@pytest.mark.task(3)
def test_large_integers(check):
    """The mean of two large ``int`` is exact, and it is a Fraction, also when it is whole."""
    big = 2**80
    for one, other in ((big, big + 1), (big + 1, big + 3), (-big, big), (3, 5)):
        call = f"median() after add({one}), add({other})"
        check.returns(
            Fraction(one + other, 2), lambda one=one, other=other: filled([one, other]).median(), call
        )
    odd = [big + 2, big, big + 1]
    check.returns(big + 1, lambda: filled(odd).median(), f"median() after adding {odd}")


@pytest.mark.task(3)
def test_fractions(check):
    """The median of Fractions is an exact Fraction."""
    third, half, large = Fraction(1, 3), Fraction(1, 2), Fraction(10**30, 7)
    check.returns(half, lambda: filled([large, third, half]).median(), "median() of 10**30/7, 1/3, 1/2")
    check.returns(Fraction(5, 12), lambda: filled([third, half]).median(), "median() of 1/3, 1/2")
    expected = Fraction(2 * 10**30 + 7, 28)
    check.returns(expected, lambda: filled([large, half]).median(), "median() of 10**30/7, 1/2")


@pytest.mark.task(3)
def test_an_odd_number_of_decimals(check):
    """A Decimal in the middle comes back with all its digits, however few the context keeps."""
    digits = "1234567890123456789012345678901234567890.123456789"
    values = [Decimal(digits) + 0, Decimal(digits), Decimal("-" + digits), Decimal(0)]
    for numbers in (values[1:4], [Decimal(digits), Decimal(digits + "1"), Decimal(digits + "2")]):
        expected = sorted(numbers)[1]
        for order in (numbers, numbers[::-1]):
            call = f"median() after adding {order}"
            check.returns(str(expected), lambda order=order: str(filled(order).median()), f"str({call})")


@pytest.mark.task(3)
def test_the_mean_of_decimals(check):
    """The mean of two Decimals is the exact Decimal, and the context of the caller stays as it was."""
    wide = Decimal("1E+60"), Decimal("1E-60")
    pairs = [
        (Decimal("0.1"), Decimal("0.2"), Decimal("0.15")),
        (Decimal("0." + "3" * 40), Decimal("0." + "3" * 39 + "4"), Decimal("0." + "3" * 40 + "5")),
        (*wide, Decimal("5" + "0" * 59 + "." + "0" * 60 + "5")),
        (Decimal(-7), Decimal(7), Decimal(0)),
    ]
    for precision in (28, 3):
        with decimal.localcontext() as context:
            context.prec = precision
            context.traps[decimal.Inexact] = False
            for one, other, expected in pairs:
                call = f"median() after add({one}), add({other}), the precision being {precision}"
                check.returns(expected, lambda one=one, other=other: filled([one, other]).median(), call)
            check.equal(precision, decimal.getcontext().prec, "decimal.getcontext().prec afterwards")


@pytest.mark.task(3)
def test_floats(check):
    """The median of floats is a float."""
    check.returns(2.25, lambda: filled([2.25, 9.5, -1.0]).median(), "median() of 2.25, 9.5, -1.0")
    check.returns(0.75, lambda: filled([0.5, 1.0]).median(), "median() of 0.5, 1.0")
    check.returns((0.1 + 0.7) / 2, lambda: filled([0.7, 0.1]).median(), "median() of 0.7, 0.1")


# 4. In logarithmic time


@pytest.mark.task(4)
@pytest.mark.parametrize("size", [255, 4_095])
def test_comparisons_are_logarithmic(check, size):
    """The comparisons of an operation follow the logarithm of the number of numbers."""
    dice = random.Random(size)
    values = dice.sample(range(10 * size), 2 * size)
    at_first, later = values[:size], values[size:]
    left, moves = at_first.copy(), []
    for value in later:
        place = dice.randrange(size)
        moves.append((left[place], value))
        left[place] = value
    census = Census(limit=4 * size * (6 * math.log2(size) + 20))
    call = (
        f"the last median(), after adding {size:,} random numbers and {size:,} times discard, add, median,"
        f" with at most {census.limit:,.0f} comparisons"
    )

    def play() -> int:
        medians = filled(Counted(value, census) for value in at_first)
        for old, new in moves:
            medians.discard(Counted(old, census))
            medians.add(Counted(new, census))
            medians.median()
        return int(medians.median())

    check.returns(sorted(left)[size // 2], play, call)
    check.at_least(size, census.comparisons, "the comparisons of this series")


@pytest.mark.task(4)
def test_nothing_else_grows(check):
    """With 100,000 numbers an ``add`` and a ``discard`` take at most eight times as long as with 1,000."""

    def outwards(size: int) -> list[int]:
        """Return even numbers from the middle to the ends: whatever the design, they are quickly added."""
        return sorted(range(-size, size, 2), key=abs)

    def seconds(medians: RunningMedian) -> float:
        """Return the processor time of a round, the best of several: what disturbs only adds to it."""
        rounds: list[float] = []
        while len(rounds) < 30 and sum(rounds) < 0.5:
            start = time.thread_time()
            for step in range(4):
                for value in (-2 * LARGE - step, 2 * step + 1, 2 * LARGE + step):
                    medians.add(value)
                    medians.discard(value)
            rounds.append(time.thread_time() - start)
        return min(rounds)

    small = filled(outwards(SMALL))
    for size in (LARGE // 10, LARGE):  # what grows quickly is found out before it takes long
        large = filled(outwards(size))
        gc.disable()
        try:
            ratio = seconds(large) / max(seconds(small), 1e-9)
        finally:
            gc.enable()
        call = f"the time of add(number), discard(it) among {size:,} numbers, divided by that among {SMALL:,}"
        check.at_most(8.0, ratio, call)
        check.returns(Fraction(-1), lambda large=large: told_by(large), f"median() of {size:,} numbers")


# 5. Let go


@pytest.mark.task(5)
def test_churn_at_the_ends(check):
    """Numbers that come and go at the ends do not pile up while the middle stays where it is."""
    census = Census()
    medians = filled(Counted(value, census) for value in range(-50, 51))
    for value in range(5_000, 7_000):
        for number in (value, -value):
            medians.add(Counted(number, census))
        for number in (value, -value):
            medians.discard(Counted(number, census))
    check.returns(
        0, lambda: int(medians.median()), "int(median()) of -50 to 50, after 8,000 steps at the ends"
    )
    check.returns(101, lambda: len(medians), "len(medians) then")
    gc.collect()
    check.at_most(5 * 101 + 100, census.alive, "the numbers that are alive then")
    check.at_least(101, census.alive, "the numbers that are alive then")


@pytest.mark.task(5)
@pytest.mark.parametrize("order", ["ascending", "descending", "mixed", "from both ends"])
def test_most_numbers_go(check, order):
    """When most of the numbers are discarded, they are let go."""
    census, size = Census(), 1_000
    medians = filled(Counted(place * 617 % size, census) for place in range(size))
    values = {
        "ascending": list(range(size)),
        "descending": list(range(size))[::-1],
        "mixed": [place * 389 % size for place in range(size)],
        "from both ends": [place // 2 if place % 2 else size - 1 - place // 2 for place in range(size)],
    }[order]
    for value in values[:-5]:
        medians.discard(Counted(value, census))
    told = f"adding {size:,} numbers and discarding all but 5 ({order})"
    expected = sorted(values[-5:])[2]
    check.returns(expected, lambda: int(medians.median()), f"int(median()) after {told}")
    gc.collect()
    check.at_most(5 * 5 + 100, census.alive, f"the numbers that are alive after {told}")


@pytest.mark.task(5)
def test_copies_pile_up_nowhere(check):
    """Copies of one number that come and go are let go as well."""
    census = Census()
    medians = filled(Counted(value, census) for value in (1, 2, 3))
    for _ in range(1_000):
        for value in (3, 1, 2):
            medians.add(Counted(value, census))
            medians.discard(Counted(value, census))
    check.returns(2, lambda: int(medians.median()), "int(median()) of 1, 2, 3, after 6,000 steps with copies")
    gc.collect()
    check.at_most(5 * 3 + 100, census.alive, "the numbers that are alive then")
