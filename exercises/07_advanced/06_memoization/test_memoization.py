"""The suite of memoization."""

import copy
import functools
import gc
import inspect
import threading
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memoization import by_value, cache_use, cached_method, cheapest_route, lru_cache, ttl_cache


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Recorder:
    """A function that notes its calls and returns a new text each time."""

    def __init__(self):
        self.calls = []

    def __call__(self, *args, **kwargs):
        self.calls.append((args, kwargs))
        return f"result {len(self.calls)}"


def recorded(decorator, call):
    """Return a decorated function and the list of the calls that reach its body."""
    recorder = Recorder()

    def function(*args, **kwargs):
        """Note the call."""
        return recorder(*args, **kwargs)

    return usable(decorator(function), f"{call}(function)"), recorder.calls


def usable(made, call):
    if not callable(made):
        raise AssertionError(f"called:   {call}\nexpected: something to call\ngot:      {made!r}")
    return made


def info(function):
    """Return the numbers of a cache by name; what is missing is told."""
    found = function.cache_info()
    return {name: getattr(found, name, "missing") for name in ("hits", "misses", "maxsize", "currsize")}


def numbers(hits, misses, maxsize, currsize):
    return {"hits": hits, "misses": misses, "maxsize": maxsize, "currsize": currsize}


def refused(check, decorate, name):
    """Require that functions whose results can be used once are refused."""

    def generator(self):
        yield 1

    async def coroutine(self):
        return 1

    for function in (generator, coroutine):
        check.raises(TypeError, lambda one=function: decorate(one), f"{name}({function.__name__} function)")


def looks_the_same(check, decorate, name):
    """Require that a decorated function keeps its name, docstring and signature."""

    def price(self, item, *, tax=0.25):
        """Return the price."""

    made = usable(decorate(price), f"{name}(price)")
    got = (getattr(made, "__name__", None), made.__doc__, str(inspect.signature(made)))
    expected = ("price", "Return the price.", "(self, item, *, tax=0.25)")
    check.equal(expected, got, f"name, docstring and signature of {name}(price)")
    check.identical(price, getattr(made, "__wrapped__", None), f"{name}(price).__wrapped__")


# --- 1. A route, and what its cache did -------------------------------------------------------------------


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ([[7]], 7),
        ([[1, 9, 1], [1, 9, 1], [1, 1, 1]], 5),
        ([[1, 2, 3]], 6),
        ([[4], [5]], 9),
        ([[3, 8, 2], [4, 1, 9]], 17),
    ],
)
def test_the_cheapest_route(check, field, expected):
    """The route goes right and down, and the sum of its tolls is the least."""
    call = f"cheapest_route({len(field)}, {len(field[0])}, toll) with the tolls {field}"
    check.returns(
        expected,
        lambda: cheapest_route(len(field), len(field[0]), lambda row, column: field[row][column]),
        call,
    )


@pytest.mark.task(1)
def test_each_toll_is_asked_once(check):
    """In one call, each toll is asked for at most once; in the next call it may be another one."""
    asked = []

    def toll(row, column):
        asked.append((row, column))
        return factor * (1 + (row * 5 + column * 3) % 7)

    sums = []
    for factor in (1, 3):
        asked.clear()
        sums.append(cheapest_route(40, 30, toll))
        check.equal(
            len(set(asked)), len(asked), f"tolls asked for in call {factor} of cheapest_route(40, 30, toll)"
        )
    check.that(isinstance(sums[0], int), "cheapest_route(40, 30, toll)", "an int", sums[0])
    check.equal(
        3 * sums[0], sums[1], "cheapest_route(40, 30, toll) after all tolls became three times as high"
    )


@pytest.mark.task(1)
def test_a_long_route(check):
    """A long field is no deep recursion: 3,000 rows."""
    check.returns(
        3_002, lambda: cheapest_route(3_000, 3, lambda row, column: 1), "cheapest_route(3_000, 3, …)"
    )


@pytest.mark.task(1)
def test_use_of_a_cache(check):
    """Hits and misses are counted from the beginning of the action, and the cache stays as it was."""
    square = functools.lru_cache(maxsize=50)(lambda n: n * n)
    for n in (1, 2, 2, 2):
        square(n)
    check.returns(
        (1, 2),
        lambda: cache_use(square, lambda: [square(n) for n in (2, 3, 4)]),
        "cache_use(square, three calls)",
    )
    check.returns((0, 0), lambda: cache_use(square, lambda: None), "cache_use(square, nothing)")
    check.returns(
        (4, 0),
        lambda: cache_use(square, lambda: [square(n) for n in (1, 2, 3, 4)]),
        "cache_use(square, four calls)",
    )
    check.equal(4, square.cache_info().currsize, "square.cache_info().currsize after cache_use")


# --- 2. Arguments without a hash --------------------------------------------------------------------------


@pytest.mark.task(2)
def test_equal_values_are_one_call(check):
    """Arguments that are equal by value are computed once."""
    function, calls = recorded(by_value(), "by_value()")
    for args, kwargs in (
        (([1, [2, 3]],), {}),
        (({"a": [1], "b": {2}},), {}),
        (((1, [2]),), {"unit": ["m", {"s"}]}),
        (({1, (2, 3)}, frozenset({4})), {}),
    ):
        calls.clear()
        first = function(*args, **kwargs)
        again = copy.deepcopy(args)
        if isinstance(again[0], dict):
            again = (dict(reversed(again[0].items())),)
        check.returns(
            first,
            lambda again=again, kwargs=kwargs: function(*again, **copy.deepcopy(kwargs)),
            f"function(*{args}, **{kwargs}), again",
        )
        check.equal(1, len(calls), f"calls of the body for two calls function(*{args}, **{kwargs})")
        check.identical(
            args[0], calls[0][0][0], f"the argument that the body got from function(*{args}, **{kwargs})"
        )
    check.equal(numbers(4, 4, 128, 4), info(function), "function.cache_info() after four pairs of calls")


DIFFERENT = [
    (([1, 2],), {}),
    (((1, 2),), {}),
    (({1, 2},), {}),
    ((frozenset({1, 2}),), {}),
    (([2, 1],), {}),
    (([1, 2], []), {}),
    (([[1, 2]],), {}),
    (([[1], 2],), {}),
    (([1, [2]],), {}),
    (([(1, 2)],), {}),
    (({1: 2},), {}),
    (({1: [2]},), {}),
    (({1: (2,)},), {}),
    (([("a", 1)],), {}),
    (({"a": 1},), {}),
    ((), {"a": 1}),
    ((), {"a": 2}),
    ((), {"b": 1}),
    (("a", 1), {}),
    ((("a", 1),), {}),
    (((list, (1, 2)),), {}),
    ((), {}),
    (([],), {}),
    (({},), {}),
    ((set(),), {}),
    (((),), {}),
]


@pytest.mark.task(2)
def test_different_values_are_different_calls(check):
    """A list is no tuple, a set no frozenset, and keyword arguments count."""
    function, calls = recorded(by_value(), "by_value()")
    for args, kwargs in DIFFERENT:
        function(*args, **kwargs)
    reached = [f"{args} {kwargs}" for args, kwargs in calls]
    check.equal(
        [f"{args} {kwargs}" for args, kwargs in DIFFERENT], reached, "the calls that reached the body"
    )


VALUES = st.recursive(
    st.integers(0, 2) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.task(2)
@given(values=st.lists(VALUES, max_size=6))
@settings(max_examples=50)
def test_any_values(check, values):
    """Values are one call exactly if they are equal."""
    function, calls = recorded(by_value(maxsize=None), "by_value(maxsize=None)")
    different = [value for place, value in enumerate(values) if value not in values[:place]]
    for value in values:
        function(value)
    check.equal(
        [((value,), {}) for value in different], calls, f"the calls that reached the body, for {values}"
    )


@pytest.mark.task(2)
def test_arguments_that_change(check):
    """A list that is changed after a call is another argument; what it held then is still known."""
    function, calls = recorded(by_value(), "by_value()")
    basket = ["pen"]
    first = function(basket)
    basket.append("ink")
    second = function(basket)
    check.that(first != second, 'function(basket) after basket.append("ink")', "another result", second)
    check.returns(first, lambda: function(["pen"]), 'function(["pen"]), after the basket changed')
    check.equal(2, len(calls), "calls of the body")


@pytest.mark.task(2)
def test_bound_and_refusals_of_by_value(check):
    """Old results go; an unhashable object of another kind is a TypeError; exceptions are not kept."""
    function, calls = recorded(by_value(maxsize=2), "by_value(maxsize=2)")
    for number in (1, 2, 1, 3, 1, 2):
        function([number])
    check.equal(
        [1, 2, 3, 2],
        [args[0][0] for args, _ in calls],
        "calls that reach the body, for [1] [2] [1] [3] [1] [2]",
    )
    check.equal(numbers(2, 4, 2, 2), info(function), "function.cache_info()")
    function.cache_clear()
    check.equal(numbers(0, 0, 2, 0), info(function), "function.cache_info() after cache_clear()")
    check.raises(TypeError, lambda: function([bytearray(b"x")]), 'function([bytearray(b"x")])')
    tries = []

    def fail(items):
        tries.append(items)
        raise LookupError(items)

    failing = by_value()(fail)
    for _ in range(2):
        check.raises(LookupError, lambda: failing([1]), "a function that raises LookupError")
    check.equal(2, len(tries), "calls of the function that raises, for two calls")


@pytest.mark.task(2)
def test_functions_that_by_value_refuses(check):
    """Generators and coroutines can be used once, so their functions are refused; others keep their looks."""
    refused(check, by_value(), "by_value()")
    looks_the_same(check, by_value(), "by_value()")


# --- 3. Methods -------------------------------------------------------------------------------------------


def lamp_class(maxsize=128):
    class Lamp:
        def __init__(self, watt):
            self.watt = watt
            self.calls = []

        def __eq__(self, other):
            return True

        __hash__ = None

        @cached_method(maxsize)
        def cost(self, hours, rate=2):
            self.calls.append((hours, rate))
            return self.watt * hours * rate

    return Lamp


@pytest.mark.task(3)
def test_each_instance_has_a_cache(check):
    """Instances do not share results, even if they are equal and have no hash."""
    lamp = lamp_class()
    one, two = lamp(10), lamp(50)
    for _ in range(2):
        check.returns(60, lambda: one.cost(3), "Lamp(10).cost(3)")
        check.returns(300, lambda: two.cost(3), "Lamp(50).cost(3)")
        check.returns(150, lambda: one.cost(3, rate=5), "Lamp(10).cost(3, rate=5)")
        check.returns(150, lambda: lamp.cost(two, 3, 1), "Lamp.cost(Lamp(50), 3, 1)")
    check.equal([(3, 2), (3, 5)], one.calls, "calls of the body for Lamp(10), each made twice")
    check.equal([(3, 2), (3, 1)], two.calls, "calls of the body for Lamp(50), each made twice")


@pytest.mark.task(3)
def test_the_bound_holds_for_each_instance(check):
    """At most maxsize results are kept for an instance, the least recently used one goes."""
    lamp = lamp_class(2)
    one, two = lamp(10), lamp(20)
    for hours in (1, 2, 1, 3, 1, 2):
        one.cost(hours)
        two.cost(7)
    check.equal([1, 2, 3, 2], [hours for hours, _ in one.calls], "calls that reach the body, for 1 2 1 3 1 2")
    check.equal([(7, 2)], two.calls, "calls that reach the body of another instance, for six times 7")


@pytest.mark.task(3)
def test_instances_are_let_go(check):
    """A cache keeps no instance alive, and a new instance finds no results of an old one."""
    lamp = lamp_class()
    gone = []
    for watt in range(20):
        one = lamp(watt)
        check.returns(watt * 6, lambda one=one: one.cost(3), f"Lamp({watt}).cost(3), after other lamps went")
        gone.append(weakref.ref(one))
    del one
    gc.collect()
    check.equal(
        0, sum(reference() is not None for reference in gone), "lamps that are alive, of 20 that nobody needs"
    )


@pytest.mark.task(3)
def test_results_are_let_go(check):
    """When an instance goes, its results go."""

    class Result:
        pass

    class Maker:
        @cached_method()
        def make(self):
            return Result()

    maker = Maker()
    result = maker.make()
    check.identical(result, maker.make(), "maker.make(), again")
    reference = weakref.ref(result)
    del maker, result
    gc.collect()
    check.that(
        reference() is None,
        "del maker, where maker.make() has a result in its cache",
        "the result goes",
        "it is alive",
    )


@pytest.mark.task(3)
def test_copies_and_subclasses(check):
    """A copy of an instance begins with an empty cache, and super() reaches the method of the base class."""
    lamp = lamp_class()

    class Spot(lamp):
        @cached_method()
        def cost(self, hours, rate=2):
            return super().cost(hours, rate) + 1

    one = lamp(10)
    one.cost(3)
    for name, twin in (("copy.copy", copy.copy(one)), ("copy.deepcopy", copy.deepcopy(one))):
        twin.watt = 30
        check.returns(180, lambda twin=twin: twin.cost(3), f"{name}(lamp).cost(3), after its watt changed")
    check.returns(60, lambda: one.cost(3), "lamp.cost(3), after a copy changed")
    spot = Spot(10)
    for _ in range(2):
        check.returns(61, lambda: spot.cost(3), "cost(3) of a subclass that calls super().cost and adds 1")
    check.equal([(3, 2)], spot.calls, "calls of the base class's body for two calls of the subclass")


@pytest.mark.task(3)
def test_methods_that_are_refused(check):
    """Generators and coroutines can be used once, so their methods are refused; others keep their looks."""
    refused(check, cached_method(), "cached_method()")
    looks_the_same(check, cached_method(), "cached_method()")


# --- 4. For a limited time --------------------------------------------------------------------------------


@pytest.mark.task(4)
def test_results_expire(check):
    """A result is used while it is younger than the given seconds; reading does not make it younger."""
    clock = Clock()
    function, calls = recorded(ttl_cache(10, timer=clock), "ttl_cache(10, timer=clock)")
    for now, expected in (
        (100.0, "result 1"),
        (106.0, "result 1"),
        (109.5, "result 1"),
        (110.0, "result 2"),
        (119.75, "result 2"),
        (150.0, "result 3"),
    ):
        clock.now = now
        check.returns(expected, lambda: function("rate"), f'function("rate") at {now}')
    check.equal(3, len(calls), "calls of the body")
    found = info(function)
    check.equal((3, 3), (found["hits"], found["misses"]), "hits and misses in function.cache_info()")
    quick, _ = recorded(ttl_cache(0.25, timer=clock), "ttl_cache(0.25, timer=clock)")
    for now, expected in ((200.0, "result 1"), (200.125, "result 1"), (200.25, "result 2")):
        clock.now = now
        check.returns(expected, lambda: quick("rate"), f'function("rate") at {now}, of ttl_cache(0.25)')


@pytest.mark.task(4)
def test_age_counts_from_the_result(check):
    """The age of a result counts from the moment when the function returned; each result has its own."""
    clock = Clock()
    calls = []

    def slow(name, *, add=0):
        calls.append((name, add))
        clock.now += 4.0
        return len(calls)

    function = ttl_cache(10, timer=clock)(slow)
    function("a")  # there at 104
    function("b", add=1)  # there at 108
    for now, name, options, expected in (
        (113.5, "a", {}, 1),
        (114.0, "b", {"add": 1}, 2),
        (114.0, "b", {"add": 2}, 3),
        (117.5, "b", {"add": 1}, 2),
        (118.0, "a", {}, 4),
        (122.0, "b", {"add": 1}, 5),
    ):
        clock.now = now
        check.returns(
            expected,
            lambda name=name, options=options: function(name, **options),
            f"function({name!r}, **{options}) at {now}",
        )


@pytest.mark.task(4)
def test_bound_of_a_ttl_cache(check):
    """At most maxsize results are kept: the least recently used one goes, though it may be younger."""
    clock = Clock()
    function, calls = recorded(ttl_cache(60, maxsize=2, timer=clock), "ttl_cache(60, maxsize=2, timer=clock)")
    for number in (1, 2, 1, 3, 1, 2):
        clock.now += 1
        function(number)
    check.equal([1, 2, 3, 2], [args[0] for args, _ in calls], "calls that reach the body, for 1 2 1 3 1 2")
    check.equal(numbers(2, 4, 2, 2), info(function), "function.cache_info()")
    function.cache_clear()
    check.equal(numbers(0, 0, 2, 0), info(function), "function.cache_info() after cache_clear()")
    calls.clear()
    for number, seconds in ((1, 0), (2, 50), (1, 20), (3, 1), (1, 1)):
        clock.now += seconds
        function(number)
    told = "calls that reach the body: 1, 2 after 50 s, 1 anew after 20 s, then 3 and 1"
    check.equal([1, 2, 1, 3], [args[0] for args, _ in calls], told)
    function, _ = recorded(
        ttl_cache(60, maxsize=None, timer=clock), "ttl_cache(60, maxsize=None, timer=clock)"
    )
    for number in range(300):
        function(number)
    check.equal(numbers(0, 300, None, 300), info(function), "cache_info() after 300 calls with maxsize=None")


@pytest.mark.task(4)
def test_none_and_errors_in_a_ttl_cache(check):
    """None is a result like any other; an exception is not kept, nor is what had expired before."""
    clock = Clock()
    answers = [None, LookupError("down"), LookupError("down"), "up"]

    def ask():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    function = ttl_cache(5, timer=clock)(ask)
    for _ in range(2):
        check.returns(None, function, "function(), which returned None")
    clock.now += 5
    for _ in range(2):
        check.raises(LookupError, function, "function(), which raises LookupError now")
    check.returns("up", function, "function() after two errors")


@pytest.mark.task(4)
def test_what_a_ttl_cache_refuses(check):
    """Seconds that are not positive and functions whose results can be used once are refused."""
    for seconds in (0, -1.5):
        check.raises(ValueError, lambda seconds=seconds: ttl_cache(seconds), f"ttl_cache({seconds})")
    refused(check, ttl_cache(5), "ttl_cache(5)")
    looks_the_same(check, ttl_cache(5), "ttl_cache(5)")


# --- 5. By the letter -------------------------------------------------------------------------------------


@pytest.mark.task(5)
@pytest.mark.parametrize(
    ("options", "kept"),
    [((), 128), ((3,), 3), ((None,), None), ((0,), 0), ((-5,), 0), ((1,), 1), ((128, True), 128)],
)
def test_maxsize(check, options, kept):
    """The bound is that of the call: None is none at all, 0 and less keep nothing."""
    call = f"lru_cache{options}"
    function, calls = recorded(lru_cache(*options), call)
    arguments = [*range(200), *range(199, -1, -1)]
    for number in arguments:
        function(number)
    hits = 200 if kept is None else kept
    check.equal(
        numbers(hits, 400 - hits, kept, hits), info(function), f"cache_info() of {call}, for 0 … 199, 199 … 0"
    )
    check.equal(400 - hits, len(calls), f"calls of the body of {call}, for 0 … 199, 199 … 0")
    check.equal(
        {"maxsize": kept, "typed": len(options) == 2},
        function.cache_parameters(),
        f"cache_parameters() of {call}",
    )


@pytest.mark.task(5)
def test_the_bare_form(check):
    """Without brackets, the function is decorated with the default bound; anything else is a TypeError."""
    function, calls = recorded(lru_cache, "lru_cache")
    function("x")
    function("x")
    check.equal(numbers(1, 1, 128, 1), info(function), "cache_info() of the bare form")
    check.equal([(("x",), {})], calls, "calls of the body")
    for wrong in ("128", 1.5, [1]):
        check.raises(TypeError, lambda wrong=wrong: lru_cache(wrong), f"lru_cache({wrong!r})")
    looks_the_same(check, lru_cache(5), "lru_cache(5)")


@pytest.mark.task(5)
def test_least_recently_used(check):
    """A hit makes an entry recent, and the one that was not used for the longest time goes."""
    function, calls = recorded(lru_cache(maxsize=3), "lru_cache(maxsize=3)")
    for letter in "abcaadbaca":
        function(letter)
    check.equal(
        "abcdbc", "".join(args[0] for args, _ in calls), "calls that reach the body, for a b c a a d b a c a"
    )
    check.equal(numbers(4, 6, 3, 3), info(function), "cache_info()")
    function.cache_clear()
    check.equal(numbers(0, 0, 3, 0), info(function), "cache_info() after cache_clear()")
    function("a")
    check.equal(7, len(calls), "calls of the body after cache_clear() and one more call")


KEYS = [
    ((), {}),
    ((1, 2), {}),
    ((2, 1), {}),
    (((1, 2),), {}),
    ((1,), {"b": 2}),
    ((1,), {"c": 2}),
    ((), {"a": 1, "b": 2}),
    ((), {"a": 2, "b": 1}),
    ((1, "b", 2), {}),
    ((1, ("b", 2)), {}),
    (("b", 2), {}),
    ((("b", 2),), {}),
    ((), {"b": 2}),
    ((None,), {}),
    (("",), {}),
    ((int,), {}),
    ((1, int), {}),
]


@pytest.mark.task(5)
@pytest.mark.parametrize("typed", [False, True])
def test_arguments_make_the_key(check, typed):
    """Positional and keyword arguments make the key, with names and values; none is taken for another."""
    function, calls = recorded(lru_cache(None, typed), f"lru_cache(None, {typed})")
    for _ in range(2):
        for args, kwargs in KEYS:
            function(*args, **kwargs)
    check.equal(KEYS, calls, "the calls that reached the body, each made twice")
    check.raises(TypeError, lambda: function([1]), "function([1]), an argument without a hash")
    check.raises(TypeError, lambda: function(x={}), "function(x={}), an argument without a hash")


@pytest.mark.task(5)
def test_typed(check):
    """With typed, 3 and 3.0 are different calls, and only then; what is inside of a tuple does not count."""
    for typed in (True, False):
        function, calls = recorded(lru_cache(typed=typed), f"lru_cache(typed={typed})")
        for args, kwargs in (
            ((3,), {}),
            ((3.0,), {}),
            ((), {"n": 3}),
            ((), {"n": 3.0}),
            (((3,),), {}),
            (((3.0,),), {}),
        ):
            function(*args, **kwargs)
        check.equal(
            5 if typed else 3,
            len(calls),
            f"calls of the body for 3, 3.0, n=3, n=3.0, (3,), (3.0,) with typed={typed}",
        )


@pytest.mark.task(5)
def test_none_and_errors(check):
    """None is a result like any other, and an exception is not kept but counts as a miss."""
    calls = []

    def sign(number):
        calls.append(number)
        if number < 0:
            raise ValueError(number)

    function = lru_cache(10)(sign)
    for _ in range(2):
        check.returns(None, lambda: function(1), "function(1), which returns None")
        check.raises(ValueError, lambda: function(-1), "function(-1), which raises ValueError")
    check.equal([1, -1, -1], calls, "calls of the body for 1, -1, 1, -1")
    check.equal(numbers(1, 3, 10, 1), info(function), "cache_info() for 1, -1, 1, -1")


@pytest.mark.task(5)
@given(calls=st.lists(st.integers(0, 5), max_size=40), maxsize=st.sampled_from([0, 1, 2, 4, None]))
@settings(max_examples=50)
def test_as_the_original(check, calls, maxsize):
    """Hits, misses and size are those of functools.lru_cache."""
    function, reached = recorded(lru_cache(maxsize), f"lru_cache({maxsize})")
    original, wanted = recorded(functools.lru_cache(maxsize), f"functools.lru_cache({maxsize})")
    for number in calls:
        expected = original(number)
        check.returns(expected, lambda number=number: function(number), f"function({number}), one of {calls}")
    check.equal(wanted, reached, f"calls that reach the body of lru_cache({maxsize}), for {calls}")
    check.equal(info(original), info(function), f"cache_info() of lru_cache({maxsize}) after {calls}")


# --- 6. Calls within calls, and threads -------------------------------------------------------------------


@pytest.mark.task(6)
@pytest.mark.parametrize("maxsize", [1, 2, 3, None])
def test_a_function_that_calls_itself(check, maxsize):
    """A recursive function may use its own cache, and the bound holds."""

    @lru_cache(maxsize)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    @functools.lru_cache(maxsize)
    def original(n):
        return n if n < 2 else original(n - 1) + original(n - 2)

    expected = original(12)
    check.returns(expected, lambda: fibonacci(12), f"fibonacci(12) with lru_cache({maxsize})")
    check.equal(info(original), info(fibonacci), f"cache_info() of fibonacci with lru_cache({maxsize})")


@pytest.mark.task(6)
def test_the_same_call_within_a_call(check):
    """If the same call was made and stored meanwhile, it is one entry."""
    depth = []

    @lru_cache(2)
    def echo(word):
        depth.append(word)
        if len(depth) < 3:
            echo(word)
        return word

    check.returns("a", lambda: echo("a"), 'echo("a"), which calls echo("a") twice within itself')
    check.equal(numbers(0, 3, 2, 1), info(echo), "cache_info() after it")
    for word in "bacb":
        check.returns(word, lambda word=word: echo(word), f"echo({word!r}) later")
    check.equal(
        ["a", "a", "a", "b", "c", "b"], depth, "calls of the body, after echo was called with a b a c b"
    )
    check.equal(numbers(1, 6, 2, 2), info(echo), "cache_info() at the end")


@pytest.mark.task(6)
def test_keys_that_call_the_function(check):
    """Comparing two keys may call the function again."""

    class Key:
        armed = False

        def __hash__(self):
            return 7

        def __eq__(self, other):
            if Key.armed:
                Key.armed = False
                function("inner")
            return isinstance(other, Key)

    function, calls = recorded(lru_cache(5), "lru_cache(5)")
    first = function(Key())
    done = []

    def again():
        Key.armed = True
        done.append(function(Key()))

    thread = threading.Thread(target=again, daemon=True)
    thread.start()
    thread.join(3)
    check.equal(
        [first], done, "function(key), where comparing the keys calls function('inner'); [] if it never ends"
    )
    check.equal(2, len(calls), "calls of the body")


@pytest.mark.task(6)
def test_threads_do_not_wait(check):
    """While one thread computes, others use the cache, even for the same call; it stays in order."""
    inside, go_on, calls = threading.Event(), threading.Event(), []

    @lru_cache(2)
    def work(word):
        calls.append(word)
        if threading.current_thread() is slow and word == "a":
            inside.set()
            go_on.wait(20)
        return word.upper()

    results = []
    slow = threading.Thread(target=lambda: results.append(work("a")), daemon=True)
    slow.start()
    inside.wait(3)
    quick_results = []
    quick = threading.Thread(target=lambda: quick_results.extend(map(work, "bab")), daemon=True)
    quick.start()
    quick.join(3)
    finished = list(quick_results)
    go_on.set()
    slow.join(3)
    quick.join(3)
    call = 'work("b"), work("a"), work("b") while another thread is within work("a")'
    check.equal(["B", "A", "B"], finished, f"{call}; [] if they wait for it")
    check.equal(["A"], results, 'work("a") of the other thread')
    check.equal(["a", "b", "a"], calls, "calls of the body")
    check.equal(numbers(1, 3, 2, 2), info(work), "cache_info() after both")
    for word in "cab":
        check.returns(word.upper(), lambda word=word: work(word), f"work({word!r}) later")
    check.that(info(work)["currsize"] == 2, "work.cache_info().currsize later", "2", info(work)["currsize"])
