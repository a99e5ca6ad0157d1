"""The suite of hotspots."""

import copy
import cProfile
import pstats
import sys
from types import SimpleNamespace

import hotspots as module
import pytest
import sales_report
from hotspots import Caller, Spot, callers, hotspots, profiled
from hypothesis import given, settings
from hypothesis import strategies as st
from sales_report import report

CLOCK = SimpleNamespace(now=0.0)
"""Stands still, but for the functions below: each says how many seconds its own lines take."""
HERE = __file__


def clock():
    return CLOCK.now


def brew():
    CLOCK.now += 1.0
    for _ in range(3):
        boil()
    pour()


def boil():
    CLOCK.now += 4.0


def pour():
    CLOCK.now += 0.5
    boil()
    CLOCK.now += 0.25


def climb(height):
    CLOCK.now += 2.0
    if height:
        climb(height - 1)
        climb(height - 1)


def tour():
    CLOCK.now += 0.5
    climb(1)
    rest()
    climb(2)


def rest():
    CLOCK.now += 3.0


def twins():
    def twin():
        CLOCK.now += 5.0
        rest()

    first = twin

    def twin():
        CLOCK.now += 6.0
        rest()

    first()
    twin()
    rest()


def lose():
    CLOCK.now += 7.0
    raise LookupError("lost")


def statistics_of(action):
    """Profile an action, independent of the hand-in."""
    profile = cProfile.Profile(clock)
    profile.runcall(action)
    return pstats.Stats(profile)


def line_of(function):
    return function.__code__.co_firstlineno


def plain(found, kind):
    """Return the tuples of a list of spots or callers as plain ones; anything else comes back as it is."""
    if not isinstance(found, list) or not all(isinstance(one, kind) for one in found):
        return found
    return [tuple(one) for one in found]


def own_functions(found):
    """Leave out what is not written in Python, such as the profiler's own method."""
    return [one for one in found if one[0] == HERE] if isinstance(found, list) else found


# --- 1. Record --------------------------------------------------------------------------------------------


def recorded(check, action, call):
    """Return what ``profiled`` gives, checked to be a pair of a result and statistics."""
    got = profiled(action, clock)
    check.that(
        type(got) is tuple and len(got) == 2 and isinstance(got[1], pstats.Stats),
        call,
        "a tuple of the result and a pstats.Stats",
        got,
    )
    return got


@pytest.fixture
def profiler_off():
    """Stop a profiler that a hand-in left on."""
    yield
    if sys.version_info >= (3, 12) and sys.monitoring.get_tool(sys.monitoring.PROFILER_ID):
        sys.monitoring.set_events(sys.monitoring.PROFILER_ID, 0)
        sys.monitoring.free_tool_id(sys.monitoring.PROFILER_ID)
    sys.setprofile(None)


def profiler_is_on():
    if sys.version_info >= (3, 12):
        return sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) is not None
    return sys.getprofile() is not None


@pytest.mark.task(1)
def test_the_result_and_the_statistics(check, profiler_off):
    """The result comes back, and the statistics hold the times of the given timer."""
    result = object()

    def work():
        brew()
        return result

    got, stats = recorded(check, work, "profiled(work, clock)")
    check.identical(result, got, "profiled(work, clock)[0]")
    times = {name: entry[:4] for (file, _, name), entry in stats.stats.items() if file == HERE}
    expected = {
        "work": (1, 1, 0.0, 17.75),
        "brew": (1, 1, 1.0, 17.75),
        "boil": (4, 4, 16.0, 16.0),
        "pour": (1, 1, 0.75, 4.75),
    }
    check.equal(expected, times, "the entries of profiled(work, clock)[1].stats, without files and callers")


@pytest.mark.task(1)
def test_nothing_of_the_harness(check, profiler_off):
    """The statistics hold no function of your module, and no exec: the action is the outermost function."""
    _, stats = recorded(check, brew, "profiled(brew, clock)")
    others = [
        function
        for function in stats.stats
        if function[0] in (module.__file__, "<string>") or "exec" in function[2] or "runcall" in function[2]
    ]
    check.equal([], others, "functions around the action in the statistics of profiled(brew, clock)")
    entry = stats.stats.get((HERE, line_of(brew), "brew"), (0, 0, 0, 0, "no entry"))
    check.equal({}, entry[4], "callers of brew in the statistics of profiled(brew, clock)")


@pytest.mark.task(1)
def test_each_profile_for_itself(check, profiler_off):
    """A second profile begins anew, and the profiler is off between them."""
    for _ in range(2):
        _, stats = recorded(check, pour, "profiled(pour, clock)")
        check.equal(False, profiler_is_on(), "whether a profiler is on after profiled(pour, clock)")
        boil()
        entry = stats.stats.get((HERE, line_of(boil), "boil"), ("no entry",) * 4)
        check.equal((1, 1, 4.0, 4.0), entry[:4], "the entry of boil after profiled(pour, clock)")


@pytest.mark.task(1)
def test_an_action_that_raises(check, profiler_off):
    """An exception of the action reaches the caller, and the profiler is off."""
    check.raises(LookupError, lambda: profiled(lose, clock), "profiled(lose, clock)")
    check.equal(False, profiler_is_on(), "whether a profiler is on after profiled(lose, clock) raised")


@pytest.mark.task(1)
def test_the_timer_may_be_left_out(check, profiler_off):
    """Without a timer, a clock of the machine is used."""
    got = profiled(rest)
    check.that(
        type(got) is tuple and len(got) == 2 and isinstance(got[1], pstats.Stats),
        "profiled(rest)",
        "a tuple of the result and a pstats.Stats",
        got,
    )
    entry = got[1].stats.get((HERE, line_of(rest), "rest"), ("no entry",) * 4)
    check.equal(1, entry[1], "calls of rest after profiled(rest)")
    check.that(entry[2] != 3.0, "own time of rest after profiled(rest)", "time of the machine", entry[2])


# --- 2. Own and cumulative time ---------------------------------------------------------------------------

BREW = [
    (HERE, line_of(boil), "boil", 4, 4, 16.0, 16.0),
    (HERE, line_of(brew), "brew", 1, 1, 1.0, 17.75),
    (HERE, line_of(pour), "pour", 1, 1, 0.75, 4.75),
]


@pytest.mark.task(2)
def test_by_own_time(check):
    """The functions come by the time of their own lines, the largest first; this is the default."""
    stats = statistics_of(brew)
    for call in ("hotspots(stats)", 'hotspots(stats, by="own")'):
        options = {"by": "own"} if "by" in call else {}
        check.returns(
            BREW, lambda options=options: own_functions(plain(hotspots(stats, **options), Spot)), call
        )


@pytest.mark.task(2)
def test_by_cumulative_time(check):
    """The functions come by the time of their own lines and all that they call."""
    stats = statistics_of(brew)
    expected = [BREW[1], BREW[0], BREW[2]]
    check.returns(
        expected,
        lambda: own_functions(plain(hotspots(stats, "cumulative"), Spot)),
        'hotspots(stats, "cumulative")',
    )


@pytest.mark.task(2)
def test_recursion(check):
    """A recursive function has all its calls and its outer calls, and its time is counted once."""
    expected = [
        (HERE, line_of(tour), "tour", 1, 1, 0.5, 23.5),
        (HERE, line_of(climb), "climb", 10, 2, 20.0, 20.0),
        (HERE, line_of(rest), "rest", 1, 1, 3.0, 3.0),
    ]
    stats = statistics_of(tour)
    check.returns(
        expected,
        lambda: own_functions(plain(hotspots(stats, by="cumulative"), Spot)),
        'hotspots(stats, by="cumulative") of a recursive function',
    )


@pytest.mark.task(2)
def test_ties_and_names(check):
    """Functions of one name are not mixed up, and of equally expensive ones the earlier one comes first."""

    def early():
        CLOCK.now += 8.0

    def late():
        CLOCK.now += 8.0

    def both():
        late()
        early()
        twins()

    first = line_of(twins) + 1
    expected = [
        (HERE, line_of(rest), "rest", 3, 3, 9.0, 9.0),
        (HERE, line_of(early), "early", 1, 1, 8.0, 8.0),
        (HERE, line_of(late), "late", 1, 1, 8.0, 8.0),
        (HERE, first + 6, "twin", 1, 1, 6.0, 9.0),
        (HERE, first, "twin", 1, 1, 5.0, 8.0),
    ]
    stats = statistics_of(both)
    check.returns(
        expected,
        lambda: (own_functions(plain(hotspots(stats, limit=50), Spot)) or [])[:5],
        "the first five of hotspots(stats)",
    )


@pytest.mark.task(2)
def test_the_limit(check):
    """At most so many functions are returned; the default is ten."""

    def many():
        for function in functions:
            function()

    functions = []
    for number in range(14):
        namespace = {"CLOCK": CLOCK}
        exec(compile(f"def f{number}(): CLOCK.now += {number}.5", f"file {number:2}", "exec"), namespace)
        functions.append(namespace[f"f{number}"])
    stats = statistics_of(many)
    for options, call, expected in (
        ({}, "hotspots(stats)", range(13, 3, -1)),
        ({"limit": 3}, "hotspots(stats, limit=3)", range(13, 10, -1)),
        ({"limit": 0}, "hotspots(stats, limit=0)", range(0)),
    ):
        check.returns(
            [f"f{number}" for number in expected],
            lambda options=options: [spot[2] for spot in plain(hotspots(stats, **options), Spot)],
            f"the names in {call}, with 14 functions",
        )


@pytest.mark.task(2)
def test_short_times(check):
    """Times are not rounded: two milliseconds, all but a little."""

    def blink():
        CLOCK.now += 2.0**-9

    def wink():
        CLOCK.now += 2.0**-8
        blink()

    found = own_functions(plain(hotspots(statistics_of(wink)), Spot))
    call = "hotspots(stats) of a function of 1/256 s that calls one of 1/512 s"
    check.that(isinstance(found, list) and len(found) == 2, call, "two functions", found)
    times = [found[0][5], found[0][6], found[1][5], found[1][6]]
    for expected, got in zip((2.0**-8, 3 * 2.0**-9, 2.0**-9, 2.0**-9), times, strict=True):
        check.close(expected, got, f"a time in {call}", rel=1e-6)


@pytest.mark.task(2)
def test_statistics_stay(check):
    """An unknown order is a ValueError, and the statistics are not changed."""
    stats = statistics_of(tour)
    before = copy.deepcopy(stats.stats)
    for by in ("total", "", "calls"):
        check.raises(ValueError, lambda by=by: hotspots(stats, by), f"hotspots(stats, {by!r})")
    hotspots(stats)
    check.equal(before, stats.stats, "stats.stats after hotspots(stats)")


# --- 3. Who calls it --------------------------------------------------------------------------------------


def spot(function, name=None, line=None):
    """Return a spot of a function; what it cost does not matter here."""
    return Spot(HERE, line or line_of(function), name or function.__name__, 1, 1, 0.0, 0.0)


@pytest.mark.task(3)
def test_callers(check):
    """Each caller comes with its calls and what they cost, the most expensive first."""
    stats = statistics_of(brew)
    for function, expected in (
        (boil, [(HERE, line_of(brew), "brew", 3, 12.0), (HERE, line_of(pour), "pour", 1, 4.0)]),
        (pour, [(HERE, line_of(brew), "brew", 1, 4.75)]),
        (brew, []),
    ):
        check.returns(
            expected,
            lambda function=function: plain(callers(stats, spot(function)), Caller),
            f"callers(stats, the spot of {function.__name__})",
        )


@pytest.mark.task(3)
def test_callers_of_recursion(check):
    """A recursive function is one of its own callers, with all calls that it made."""
    stats = statistics_of(tour)
    entry = stats.stats[HERE, line_of(climb), "climb"][4]
    inner = entry[HERE, line_of(climb), "climb"][3]
    expected = [(HERE, line_of(tour), "tour", 2, 20.0), (HERE, line_of(climb), "climb", 8, inner)]
    check.returns(
        expected,
        lambda: plain(callers(stats, spot(climb)), Caller),
        "callers(stats, the spot of a recursive function)",
    )


@pytest.mark.task(3)
def test_callers_of_one_name(check):
    """Callers of the same name stay apart, and equal ones come in the order of file, line and name."""
    stats = statistics_of(twins)
    before = copy.deepcopy(stats.stats)
    first = line_of(twins) + 1
    expected = [
        (HERE, line_of(twins), "twins", 1, 3.0),
        (HERE, first, "twin", 1, 3.0),
        (HERE, first + 6, "twin", 1, 3.0),
    ]
    check.returns(
        expected,
        lambda: plain(callers(stats, spot(rest)), Caller),
        "callers(stats, the spot of rest), which twins and two functions named twin call",
    )
    for line in (first, first + 6):
        check.returns(
            [(HERE, line_of(twins), "twins", 1, 8.0 if line == first else 9.0)],
            lambda line=line: plain(callers(stats, spot(None, "twin", line)), Caller),
            f"callers(stats, the spot of the function twin in line {line})",
        )
    check.equal(before, stats.stats, "stats.stats after callers(stats, …)")


@pytest.mark.task(3)
def test_callers_of_the_unknown(check):
    """A function that is not in the statistics is a KeyError, even if one of its name is."""
    stats = statistics_of(brew)
    unknown = (
        ("nothing", line_of(brew), HERE),
        ("brew", line_of(brew) + 1, HERE),
        ("brew", line_of(brew), "elsewhere"),
    )
    for name, line, file in unknown:
        stranger = Spot(file, line, name, 1, 1, 0.0, 0.0)
        check.raises(KeyError, lambda one=stranger: callers(stats, one), f"callers(stats, {stranger})")


# --- 4. The script, cured ---------------------------------------------------------------------------------


class Catalogue:
    def __init__(self, prices):
        self.prices = prices
        self.asked = []

    def price(self, product):
        self.asked.append(str(product))
        return self.prices[product]


def expected_report(orders, prices):
    """Return the report by the README: slow and plain."""
    names = list(dict.fromkeys(customer for customer, _, _ in orders))
    spent = {name: sum(n * prices[p] for c, p, n in orders if c == name) for name in names}
    sold = {product: sum(n for _, p, n in orders if p == product) for _, product, _ in orders}
    total = sum(spent.values())
    ranked = sorted(names, key=lambda name: -spent[name])
    lines = [
        f"{place}. {name}: {spent[name] // 100:,}.{spent[name] % 100:02} ({100 * spent[name] // total} %)"
        for place, name in enumerate(ranked, 1)
    ]
    best = max(sold, key=lambda product: sold[product]) if sold else "nothing"
    return "\n".join([*lines, f"Total: {total // 100:,}.{total % 100:02}", f"Best seller: {best}"])


PRICES = {"pen": 120, "ink": 905, "desk": 123_456, "map": 40, "atlas": 120}


def reported(check, orders, shop, call):
    """Require the right report, and at most one question for each product."""
    handed = list(orders)
    shop.asked.clear()
    check.returns(expected_report(orders, shop.prices), lambda: report(handed, shop), call)
    check.equal(orders, handed, f"orders after {call}")
    products = sorted({str(product) for _, product, _ in orders})
    check.equal(products, sorted(shop.asked), f"the prices asked for, sorted, in {call}")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    "orders",
    [
        [("Eve", "pen", 2), ("Gus", "desk", 20), ("Eve", "ink", 1), ("Ira", "map", 3)],
        [("Eve", "map", 3), ("Gus", "pen", 1), ("Ira", "atlas", 1), ("Joy", "desk", 900)],
        [("Gus", "ink", 2), ("Eve", "pen", 2)],
    ],
    ids=["several", "equal amounts", "equal sales"],
)
def test_the_report(check, orders):
    """The report is the one that the given script makes, and the catalogue is asked once for each product."""
    reported(check, orders, Catalogue(PRICES), f"report({orders}, catalogue) with the prices {PRICES}")
    reported(check, [], Catalogue(PRICES), "report([], catalogue)")


@pytest.mark.task(4)
def test_prices_change(check):
    """Prices are asked for again in each report: they may have changed, and catalogues differ."""
    orders = [("Eve", "pen", 2), ("Gus", "ink", 1), ("Eve", "pen", 1)]
    shop = Catalogue({"pen": 100, "ink": 250})
    reported(check, orders, shop, f"report({orders}, shop)")
    shop.prices = {"pen": 300, "ink": 200}
    reported(check, orders, shop, f"report({orders}, shop) after the prices changed to {shop.prices}")
    reported(check, orders, Catalogue({"pen": 1, "ink": 2}), f"report({orders}, another shop)")


@pytest.mark.task(4)
@given(
    orders=st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.sampled_from(sorted(PRICES)), st.integers(1, 30)), max_size=12
    )
)
@settings(max_examples=40)
def test_any_report(check, orders):
    """The report is right for any orders, and the catalogue is asked once for each product."""
    call = f"report({orders}, catalogue) with the prices {PRICES}"
    reported(check, orders, Catalogue(PRICES), call)


class Operations:
    count = 0


class Text(str):
    """A name that counts how often it is compared."""

    __slots__ = ()

    def __eq__(self, other):
        Operations.count += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


class Amount(int):
    """An amount that counts how often it is added or compared."""

    def __add__(self, other):
        Operations.count += 1
        return Amount(int(self) + int(other))

    __radd__ = __add__

    def __mul__(self, other):
        return Amount(int(self) * int(other))

    __rmul__ = __mul__

    def __neg__(self):
        return Amount(-int(self))

    def __lt__(self, other):
        Operations.count += 1
        return int(self) < int(other)

    def __gt__(self, other):
        Operations.count += 1
        return int(self) > int(other)

    def __eq__(self, other):
        Operations.count += 1
        return int(self) == int(other)

    __hash__ = int.__hash__


def counted(action):
    """Run the action; count the lines of the hand-in that it executes, too."""
    files = {sales_report.__file__, module.__file__}

    def trace(frame, event, _):
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            Operations.count += 1
        return trace

    before = sys.gettrace()
    Operations.count = 0
    sys.settrace(trace)
    try:
        return action()
    finally:
        sys.settrace(before)


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("customers", "products"), [(200, 5), (5, 200), (200, 200)], ids=lambda number: str(number)
)
def test_operations(check, customers, products):
    """A report of 400 orders takes at most 60 operations an order."""
    numbers = [(number * 37 % customers, number * 53 % products, 1 + number % 3) for number in range(400)]
    orders = [(Text(f"customer {c}"), Text(f"product {p}"), Amount(n)) for c, p, n in numbers]
    prices = {f"product {p}": Amount(100 + 37 * p) for p in range(products)}
    call = f"report(400 orders of {customers} customers and {products} products, catalogue)"
    text = counted(lambda: report(orders, Catalogue(prices)))
    spent = Operations.count
    plain_orders = [(f"customer {c}", f"product {p}", n) for c, p, n in numbers]
    plain_prices = {product: int(price) for product, price in prices.items()}
    check.equal(expected_report(plain_orders, plain_prices), text, call)
    check.at_most(60 * 400, spent, f"operations in {call}")
