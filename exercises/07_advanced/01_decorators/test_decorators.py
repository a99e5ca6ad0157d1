"""The suite of decorators."""

import asyncio
import functools
import gc
import inspect
import logging
import weakref
from collections.abc import Iterator

import decorators
import pytest
from decorators import RateLimited, stack
from hypothesis import given, settings
from hypothesis import strategies as st


def usable(made, call):
    if not callable(made):
        raise AssertionError(f"called:   {call}\nexpected: something to call\ngot:      {made!r}")
    return made


def checked(name):
    """Return a decorator of the hand-in; what it makes, bare or called, has to be callable."""

    def make(*args, **options):
        made = usable(getattr(decorators, name)(*args, **options), f"{name}(…)")
        if args and callable(args[0]):
            return made
        return lambda function: usable(made(function), f"{name}(…)(function)")

    return make


logged = checked("logged")
timed = checked("timed")
retry = checked("retry")
requires_role = checked("requires_role")
rate_limited = checked("rate_limited")


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now=0.0):
        self.now = now

    def __call__(self):
        return self.now


class User:
    def __init__(self, *roles):
        self.roles = roles


class Journal(logging.Handler):
    """Keeps what is logged, as pairs of level and message."""

    def __init__(self):
        super().__init__()
        self.entries = []

    def emit(self, record):
        self.entries.append((record.levelname, record.getMessage()))

    @property
    def messages(self):
        return [message for _, message in self.entries]


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def logger(journal):
    logger = logging.Logger("shop", logging.DEBUG)
    logger.addHandler(journal)
    return logger


@pytest.fixture
def module_logger(journal):
    """The logger that is named after this module, heard by the journal."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(journal)
    logger.propagate = False
    yield logger
    logger.propagate = True
    logger.removeHandler(journal)
    logger.setLevel(logging.NOTSET)


class Shown:
    """Counts how often its repr is computed."""

    def __init__(self):
        self.times = 0

    def __repr__(self):
        self.times += 1
        return "<shown>"


def returns(check, expected, action, call):
    """Require that the action returns what is expected; what it raises instead is shown."""
    try:
        got = action()
    except Exception as error:
        check.that(
            isinstance(error, AssertionError), call, f"it returns {expected!r}", f"it raised {error!r}"
        )
        raise
    check.equal(expected, got, call)


def awaited(check, action, call, meanwhile=lambda: None):
    """Make something to await, do something meanwhile, and return what awaiting it gives."""
    coroutine = action()
    check.that(inspect.isawaitable(coroutine), call, "something to await", coroutine)

    async def main():
        return await coroutine

    try:
        meanwhile()
        result = asyncio.run(main())
    finally:
        closed(coroutine)
    closed(result)
    return result


def closed(coroutine):
    """Close what nobody is going to await."""
    if inspect.iscoroutine(coroutine):
        coroutine.close()


def made_or_error(action):
    """Return what the action makes, or what it raises, so that a check can show it."""
    try:
        return action()
    except Exception as error:
        return error


def items_of(check, action, call):
    """Call, and require something to iterate over."""
    items = action()
    check.that(isinstance(items, Iterator), call, "a generator", items)
    return items


# --- 1. Log the calls -------------------------------------------------------------------------------------


@pytest.mark.task(1)
def test_records_of_a_call(check, logger, journal):
    """A call and its result are logged, the arguments as they are given."""

    @logged(level=logging.INFO, logger=logger)
    def add(a, b=0, *more, **named):
        return a + b

    check.equal(5, add(2, b=3), "add(2, b=3)")
    check.equal("xy", add("x", "y", 7, z=[1]), 'add("x", "y", 7, z=[1])')
    expected = [
        ("INFO", "call add(2, b=3)"),
        ("INFO", "return add -> 5"),
        ("INFO", "call add('x', 'y', 7, z=[1])"),
        ("INFO", "return add -> 'xy'"),
    ]
    check.equal(expected, journal.entries, "the records of add(2, b=3) and add('x', 'y', 7, z=[1])")


@pytest.mark.task(1)
def test_records_of_a_failing_call(check, logger, journal):
    """An exception is logged and reaches the caller, the same object."""
    error = ValueError("no")

    @logged(level=logging.WARNING, logger=logger)
    def fail():
        raise error

    check.identical(error, check.raises(ValueError, fail, "fail()"), "the error of fail()")
    expected = [("WARNING", "call fail()"), ("WARNING", "raise fail -> ValueError('no')")]
    check.equal(expected, journal.entries, "the records of fail()")


@pytest.mark.task(1)
@pytest.mark.parametrize("form", ["@logged", "@logged()"])
def test_bare_and_called_logging(check, module_logger, journal, form):
    """Bare and called without options, the records go to the logger of the module, at level DEBUG."""

    def double(n):
        return 2 * n

    outer = logged(double) if form == "@logged" else logged()(double)
    returns(check, 8, lambda: outer(4), f"double(4), decorated by {form}")
    expected = [("DEBUG", "call double(4)"), ("DEBUG", "return double -> 8")]
    check.equal(expected, journal.entries, f"the records of double(4), decorated by {form}")


@pytest.mark.task(1)
def test_call_is_logged_before_the_body(check, logger, journal):
    """The beginning is logged before the body runs, with the arguments as they were."""

    @logged(logger=logger)
    def empty(basket):
        basket.clear()
        return len(journal.entries)

    check.equal(1, empty(["egg"]), "the number of records when the body of empty(['egg']) runs")
    check.equal(
        ["call empty(['egg'])", "return empty -> 1"], journal.messages, "the records of empty(['egg'])"
    )


@pytest.mark.task(1)
def test_logged_methods(check, logger, journal):
    """For a method the first argument is the instance."""

    class Till:
        @logged(logger=logger)
        def take(self, coins):
            return coins

        def __repr__(self):
            return "Till()"

    check.equal(3, Till().take(coins=3), "Till().take(coins=3)")
    check.equal(["call take(Till(), coins=3)", "return take -> 3"], journal.messages, "the records of it")


@pytest.mark.task(1)
def test_logged_coroutines(check, logger, journal):
    """A coroutine is logged when it runs, not when it is made, with what it returns or raises."""

    @logged(logger=logger)
    async def fetch(name, fails=False):
        await asyncio.sleep(0)
        if fails:
            raise OSError(name)
        return name.upper()

    def meanwhile():
        check.equal([], journal.messages, "the records when fetch('tea') is made and not yet awaited")

    got = awaited(check, lambda: fetch("tea"), "fetch('tea')", meanwhile)
    check.equal("TEA", got, "await fetch('tea')")
    call = "fetch('rum', fails=True)"
    check.raises(OSError, lambda: awaited(check, lambda: fetch("rum", fails=True), call), f"await {call}")
    expected = [
        "call fetch('tea')",
        "return fetch -> 'TEA'",
        "call fetch('rum', fails=True)",
        "raise fetch -> OSError('rum')",
    ]
    check.equal(expected, journal.messages, "the records of both")


@pytest.mark.task(1)
def test_logged_generators(check, logger, journal):
    """A generator is logged from its first item to its end, with the value of its return."""

    @logged(logger=logger)
    def letters(word):
        yield from word
        return len(word)

    items = items_of(check, lambda: letters("ab"), "letters('ab')")
    check.equal([], journal.messages, "the records when letters('ab') is made and no item asked for")
    check.equal("a", next(items, None), "next(letters('ab'))")
    check.equal(["call letters('ab')"], journal.messages, "the records after the first item")
    check.equal(["b"], list(items), "the other items of letters('ab')")
    expected = ["call letters('ab')", "return letters -> 2"]
    check.equal(expected, journal.messages, "the records at the end of letters('ab')")


@pytest.mark.task(1)
def test_no_repr_for_nobody(check, module_logger, journal):
    """Whether the logger is enabled is asked at each call; if it is not, no repr is computed."""

    @logged(level=logging.DEBUG, logger=module_logger)
    def same(thing, other=None):
        return thing

    thing = Shown()
    module_logger.setLevel(logging.INFO)
    check.identical(thing, same(thing, other=thing), "same(thing, other=thing)")
    check.equal(0, thing.times, "how often repr(thing) was computed while the logger was set to INFO")
    check.equal([], journal.messages, "the records of a DEBUG call while the logger was set to INFO")
    module_logger.setLevel(logging.DEBUG)
    same(thing)
    check.equal(["call same(<shown>)", "return same -> <shown>"], journal.messages, "the records at DEBUG")


@pytest.mark.task(1)
def test_logging_something_else(check):
    """A first argument that is not callable is a TypeError."""
    check.raises(TypeError, lambda: logged(logging.DEBUG), "logged(logging.DEBUG)")
    check.raises(TypeError, lambda: logged("shop"), 'logged("shop")')


# --- 2. Time the calls ------------------------------------------------------------------------------------


class Times:
    """Keeps what is reported, as pairs of name and seconds."""

    def __init__(self):
        self.reports = []

    def __call__(self, name, seconds):
        self.reports.append((name, seconds))


@pytest.mark.task(2)
def test_time_of_a_call(check):
    """The time from the beginning to the end of each call is reported once."""
    clock, times = Clock(1_000.0), Times()

    @timed(clock=clock, report=times)
    def work(seconds):
        clock.now += seconds
        return "done"

    clock.now += 50
    check.equal("done", work(3.0), "work(3.0)")
    clock.now += 50
    check.equal("done", work(seconds=0.25), "work(seconds=0.25)")
    check.equal([("work", 3.0), ("work", 0.25)], times.reports, "what was reported")


@pytest.mark.task(2)
def test_time_of_a_failing_call(check):
    """A call that raises is timed too, and its exception reaches the caller."""
    clock, times = Clock(), Times()
    error = LookupError("lost")

    @timed(clock=clock, report=times)
    def search():
        clock.now += 7.0
        raise error

    check.identical(error, check.raises(LookupError, search, "search()"), "the error of search()")
    check.equal([("search", 7.0)], times.reports, "what was reported")


@pytest.mark.task(2)
@pytest.mark.parametrize("form", ["@timed", "@timed()"])
def test_bare_and_called_timing(check, module_logger, journal, form):
    """Bare and called without options, the time is logged at level INFO, with the name of the function."""

    def double(n):
        return 2 * n

    outer = timed(double) if form == "@timed" else timed()(double)
    returns(check, 8, lambda: outer(4), f"double(4), decorated by {form}")
    check.equal(["INFO"], [level for level, _ in journal.entries], f"the levels of the records, by {form}")
    named = ["double" in message for message in journal.messages]
    check.that(named == [True], f"the message, by {form}", "one that holds 'double'", journal.messages)


@pytest.mark.task(2)
def test_time_of_a_coroutine(check):
    """A coroutine is timed while it runs: neither its making nor the time before it is awaited counts."""
    clock, times = Clock(), Times()

    @timed(clock=clock, report=times)
    async def fetch(fails=False):
        clock.now += 2.0
        await asyncio.sleep(0)
        clock.now += 3.0
        if fails:
            raise OSError("gone")
        return "tea"

    def meanwhile():
        check.equal([], times.reports, "what was reported when fetch() was made and not yet awaited")
        clock.now += 100

    check.equal("tea", awaited(check, fetch, "fetch()", meanwhile), "await fetch()")
    check.equal([("fetch", 5.0)], times.reports, "what was reported after await fetch()")
    times.reports.clear()
    call = "fetch(fails=True)"
    check.raises(OSError, lambda: awaited(check, lambda: fetch(fails=True), call, meanwhile), f"await {call}")
    check.equal([("fetch", 5.0)], times.reports, f"what was reported after await {call}")


@pytest.mark.task(2)
def test_time_of_a_generator(check):
    """A generator is timed from its first item to its end, also when it is closed early or raises."""
    clock, times = Clock(), Times()

    @timed(clock=clock, report=times)
    def count(n):
        for number in range(n):
            clock.now += 1.0
            yield number
        raise ValueError("too far")

    items = items_of(check, lambda: count(2), "count(2)")
    clock.now += 100
    check.equal([0, 1], [next(items, None), next(items, None)], "two items of count(2)")
    check.equal([], times.reports, "what was reported between the items of count(2)")
    clock.now += 10
    check.raises(ValueError, lambda: next(items), "a third item of count(2)")
    check.equal([("count", 12.0)], times.reports, "what was reported when count(2) raised")
    times.reports.clear()
    items = items_of(check, lambda: count(5), "count(5)")
    next(items)
    clock.now += 4
    items.close()
    check.equal([("count", 5.0)], times.reports, "what was reported when count(5) was closed after one item")


@pytest.mark.task(2)
def test_times_of_overlapping_calls(check):
    """Calls that overlap have each its own time: a function that calls itself, two generators."""
    clock, times = Clock(), Times()

    @timed(clock=clock, report=times)
    def descend(steps):
        clock.now += 1.0
        if steps:
            descend(steps - 1)

    descend(3)
    told = [seconds for _, seconds in times.reports]
    check.equal([1.0, 2.0, 3.0, 4.0], told, "the times of descend(3), which calls descend(2) and so on")
    times.reports.clear()

    @timed(clock=clock, report=times)
    def count(n):
        yield from range(n)

    first, second = (items_of(check, lambda: count(2), "count(2)") for _ in range(2))
    next(first)
    clock.now += 5
    next(second)
    clock.now += 2
    list(first)
    clock.now += 3
    list(second)
    check.equal(
        [("count", 7.0), ("count", 5.0)], times.reports, "the times of two generators under way together"
    )


@pytest.mark.task(2)
def test_times_of_coroutines_under_way(check):
    """Two coroutines of one function that are under way together have each its own time."""
    clock, times = Clock(), Times()

    @timed(clock=clock, report=times)
    async def wait(began, gate):
        began.set()
        await gate.wait()

    async def begin(gate):
        began = asyncio.Event()
        coroutine = wait(began, gate)
        check.that(inspect.isawaitable(coroutine), "wait(…)", "something to await", coroutine)
        task = asyncio.ensure_future(coroutine)
        either = {task, asyncio.ensure_future(began.wait())}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not began.is_set():
            closed(task.result())
        check.that(
            began.is_set(), "await wait(…)", "the body runs", "the call ended and the body had not run"
        )
        return task

    async def main():
        first, second = asyncio.Event(), asyncio.Event()
        first_task = await begin(first)
        clock.now += 5
        second_task = await begin(second)
        clock.now += 7
        first.set()
        await first_task
        clock.now += 2
        second.set()
        await second_task

    asyncio.run(main())
    expected = [("wait", 12.0), ("wait", 9.0)]
    check.equal(expected, times.reports, "the times of two coroutines, begun at 0 and 5, ended at 12 and 14")


@pytest.mark.task(2)
def test_timed_methods(check):
    """A method is timed under its name, and a first argument that is not callable is a TypeError."""
    clock, times = Clock(), Times()

    class Oven:
        heat = 3.0

        @timed(clock=clock, report=times)
        def bake(self):
            clock.now += self.heat
            return self

    oven = Oven()
    returns(check, oven, lambda: oven.bake(), "oven.bake(), which returns self")
    check.equal([("bake", 3.0)], times.reports, "what was reported")
    check.raises(TypeError, lambda: timed("report"), 'timed("report")')


# --- 3. Try again -----------------------------------------------------------------------------------------


class Script:
    """Raises or returns what is written, one item at each attempt, and keeps the arguments."""

    def __init__(self, *items):
        self.items = list(items)
        self.attempts = []

    def play(self, *args, **keywords):
        self.attempts.append((args, keywords))
        item = self.items.pop(0)
        if isinstance(item, BaseException):
            raise item
        return item


def scripted(script, **options):
    """Return a function that follows the script, decorated by retry(**options)."""

    @retry(**options)
    def play(*args, **keywords):
        return script.play(*args, **keywords)

    return play


def scripted_async(script, **options):
    """Return a coroutine function that follows the script, decorated by retry(**options)."""

    @retry(**options)
    async def play(*args, **keywords):
        await asyncio.sleep(0)
        return script.play(*args, **keywords)

    return play


@pytest.mark.task(3)
def test_until_it_succeeds(check):
    """A call is repeated with the same arguments until it succeeds."""
    script = Script(OSError(1), ValueError(2), "done", "again")
    play = scripted(script, times=5)
    returns(check, "done", lambda: play(1, key="x"), "play(1, key='x'), which fails twice, with times=5")
    check.equal([((1,), {"key": "x"})] * 3, script.attempts, "the arguments of its attempts")
    returns(check, "again", lambda: play(), "another play(), which succeeds at once")
    check.equal(4, len(script.attempts), "the attempts of both calls")


@pytest.mark.task(3)
def test_the_last_error(check):
    """After the last attempt its error reaches the caller, and each call has its attempts anew."""
    errors = [OSError(number) for number in range(4)]
    script = Script(*errors)
    play = scripted(script, times=2)
    for last in (errors[1], errors[3]):
        got = check.raises(OSError, play, "play(), which fails always, with times=2")
        check.identical(last, got, "the error of play(), which fails always, with times=2")
    check.equal(4, len(script.attempts), "the attempts of two such calls")
    script = Script(errors[0])
    check.raises(OSError, scripted(script, times=1), "play(), which fails, with times=1")
    check.equal(1, len(script.attempts), "its attempts")


@pytest.mark.task(3)
@pytest.mark.parametrize("form", ["@retry", "@retry()"])
def test_bare_and_called_retrying(check, form):
    """Bare and called without options, there are three attempts."""
    script = Script(OSError(1), KeyError(2), "third", OSError(4), OSError(5), OSError(6), "seventh")

    def play():
        return script.play()

    outer = retry(play) if form == "@retry" else retry()(play)
    returns(check, "third", lambda: outer(), f"play(), which fails twice, decorated by {form}")
    check.raises(OSError, outer, f"play(), which fails three times, decorated by {form}")
    check.equal(6, len(script.attempts), "the attempts of both calls")


@pytest.mark.task(3)
def test_errors_that_are_not_meant(check):
    """An error that is not of the kind asked for reaches the caller at once."""
    script = Script(ConnectionResetError(1), KeyError(2), "unreached")
    error = check.raises(KeyError, scripted(script, on=OSError), "play() with KeyError, on=OSError")
    check.equal((2,), error.args, "the arguments of that KeyError")
    check.equal(2, len(script.attempts), "the attempts: one for ConnectionResetError, one for KeyError")
    script = Script(OSError(1), KeyError(2), "reached")
    play = scripted(script, on=(OSError, LookupError))
    returns(check, "reached", lambda: play(), "play() with OSError and KeyError, on=(OSError, LookupError)")


@pytest.mark.task(3)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()], ids=repr)
def test_never_a_base_exception(check, error):
    """Exceptions that are not an Exception are never retried."""
    script = Script(error, "unreached")
    got = check.raises(type(error), scripted(script), f"play(), which raises {error!r}")
    check.identical(error, got, f"the error of play(), which raises {error!r}")
    check.equal(1, len(script.attempts), "its attempts")


@pytest.mark.task(3)
def test_cancelling(check):
    """A coroutine that is cancelled is not retried."""
    script = Script(asyncio.CancelledError(), "unreached")
    play = scripted_async(script)
    check.raises(asyncio.CancelledError, lambda: awaited(check, play, "play()"), "await play(), cancelled")
    check.equal(1, len(script.attempts), "its attempts")


@pytest.mark.task(3)
def test_pauses_double(check):
    """The pauses between the attempts double; there is none after the last."""
    pauses = []
    script = Script(*map(OSError, range(4)), "fifth")
    play = scripted(script, times=5, delay=0.5, sleep=pauses.append)
    returns(check, "fifth", lambda: play(), "play(), which fails four times, with times=5 and delay=0.5")
    check.equal([0.5, 1.0, 2.0, 4.0], pauses, "its pauses")
    pauses.clear()
    script = Script(*map(OSError, range(3)))
    check.raises(
        OSError, scripted(script, delay=10, sleep=pauses.append), "play(), which fails, with delay=10"
    )
    check.equal([10, 20], [int(pause) for pause in pauses], "the pauses of three attempts, with delay=10")


@pytest.mark.task(3)
def test_pauses_lie_between(check):
    """Each pause lies between two attempts; a call that succeeds at once has none."""
    script = Script(OSError(1), OSError(2), "third", "fourth")
    seen = []
    play = scripted(script, delay=1.0, sleep=lambda pause: seen.append(len(script.attempts)))
    returns(check, "third", lambda: play(), "play(), which fails twice, with delay=1.0")
    check.equal([1, 2], seen, "the number of attempts made when each pause began")
    returns(check, "fourth", lambda: play(), "play(), which succeeds at once")
    check.equal(2, len(seen), "the pauses of both calls")


@pytest.mark.task(3)
def test_retried_coroutines(check):
    """A coroutine function is awaited anew at each attempt, and its pauses are awaited."""
    slept = []

    async def sleep(seconds):
        await asyncio.sleep(0)
        slept.append(seconds)

    script = Script(OSError(1), OSError(2), "third")
    play = scripted_async(script, delay=2.0, sleep=sleep)
    call = "play('x', n=1)"
    returns(check, "third", lambda: awaited(check, lambda: play("x", n=1), call), f"await {call}")
    check.equal([(("x",), {"n": 1})] * 3, script.attempts, "the arguments of its attempts")
    check.equal([2.0, 4.0], slept, "the pauses that were awaited, with delay=2.0")
    errors = [OSError(number) for number in range(3)]
    play = scripted_async(Script(*errors))
    got = check.raises(OSError, lambda: awaited(check, play, "play()"), "await play(), which fails always")
    check.identical(errors[2], got, "the error of await play(), which fails always")


@pytest.mark.task(3)
def test_retried_methods(check):
    """A method is retried on its instance."""

    class Line:
        def __init__(self):
            self.dialled = 0

        @retry
        def dial(self):
            self.dialled += 1
            if self.dialled < 3:
                raise OSError("busy")
            return self

    line = Line()
    returns(check, line, lambda: line.dial(), "line.dial(), which returns self")
    check.equal(3, line.dialled, "the attempts")


@pytest.mark.task(3)
def test_what_cannot_be_retried(check):
    """A generator function, a kind that is not an Exception and options that make no sense are refused."""

    def letters():
        yield "a"

    check.raises(TypeError, lambda: retry(letters), "retry(generator function)")
    check.raises(TypeError, lambda: retry()(letters), "retry()(generator function)")
    check.raises(TypeError, lambda: retry(on=BaseException), "retry(on=BaseException)")
    for kinds in ((OSError, KeyboardInterrupt), (asyncio.CancelledError,)):
        told = ", ".join(kind.__name__ for kind in kinds)
        check.raises(TypeError, lambda kinds=kinds: retry(on=kinds), f"retry(on=({told},))")
    check.raises(TypeError, lambda: retry(on="OSError"), 'retry(on="OSError")')
    check.raises(TypeError, lambda: retry(3), "retry(3)")
    check.raises(ValueError, lambda: retry(times=0), "retry(times=0)")
    check.raises(ValueError, lambda: retry(delay=-1.0), "retry(delay=-1.0)")


# --- 4. Ask for a role ------------------------------------------------------------------------------------


class Door:
    """Somebody is there, or nobody; counts how often it is asked who."""

    def __init__(self, user=None):
        self.user = user
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return self.user


@pytest.mark.task(4)
def test_one_role_is_enough(check):
    """A user with one of the roles is let through, and nobody else."""
    door, ran = Door(), []

    @requires_role("admin", "editor", current_user=door)
    def publish(page, draft=False):
        ran.append(page)
        return page, draft

    for roles in (["editor"], ("reader", "admin"), {"admin", "editor"}, frozenset({"editor"})):
        door.user = User()
        door.user.roles = roles
        returns(
            check,
            ("home", True),
            lambda: publish("home", draft=True),
            f"publish('home', draft=True) by {roles}",
        )
    ran.clear()
    for roles in ([], ("reader",), {"administrator"}, ("admin editor",)):
        door.user = User()
        door.user.roles = roles
        check.raises(PermissionError, lambda: publish("home"), f"publish('home') by a user with {roles}")
    check.equal([], ran, "the calls that ran without the role")


@pytest.mark.task(4)
def test_nobody(check):
    """Nobody is refused, and what the provider raises reaches the caller."""
    ran = []

    @requires_role("admin", current_user=Door(None))
    def wipe():
        ran.append("wiped")

    check.raises(PermissionError, wipe, "wipe() by None")

    def broken():
        raise LookupError("session lost")

    action = functools.partial(requires_role, "admin", current_user=broken)
    call = "requires_role(…) with a current_user that raises LookupError"
    refused = usable(made_or_error(action), call)(lambda: ran.append("wiped"))
    check.raises(LookupError, refused, "a call when current_user raises LookupError")
    check.equal([], ran, "the calls that ran")


@pytest.mark.task(4)
def test_asked_at_each_call(check):
    """The user is asked for at each call, once, and not when the function is decorated."""
    door = Door(User("admin"))

    @requires_role("admin", current_user=door)
    def wipe():
        return "wiped"

    check.equal(0, door.asked, "how often current_user was asked before the first call")
    returns(check, "wiped", lambda: wipe(), "wipe() by an admin")
    check.equal(1, door.asked, "how often current_user was asked for one call")
    door.user = User("reader")
    check.raises(PermissionError, wipe, "wipe() when the admin has gone and a reader come")
    door.user = User("admin")
    returns(check, "wiped", lambda: wipe(), "wipe() when an admin is back")


@pytest.mark.task(4)
def test_a_forgotten_role(check):
    """Bare, without roles, or with a role that is not a str, it is a TypeError."""
    door = Door(User("admin"))

    def wipe():
        return "wiped"

    check.raises(TypeError, lambda: requires_role(wipe), "@requires_role, not called")
    check.raises(
        TypeError, lambda: requires_role(wipe, current_user=door), "requires_role(wipe, current_user=…)"
    )
    check.raises(TypeError, lambda: requires_role(current_user=door), "requires_role(current_user=…)")
    call = 'requires_role(["admin"], current_user=…)'
    check.raises(TypeError, lambda: requires_role(["admin"], current_user=door), call)
    call = 'requires_role("admin", None, current_user=…)'
    check.raises(TypeError, lambda: requires_role("admin", None, current_user=door), call)


@pytest.mark.task(4)
def test_roles_and_methods(check):
    """A method asks too, and runs on its instance."""
    door = Door(User("clerk"))

    class Till:
        @requires_role("clerk", current_user=door)
        def open(self):
            return self

    till = Till()
    returns(check, till, lambda: till.open(), "till.open() by a clerk, which returns self")
    door.user = User("guest")
    check.raises(PermissionError, till.open, "till.open() by a guest")


@pytest.mark.task(4)
def test_roles_and_coroutines(check):
    """A coroutine asks when it runs, not when it is made."""
    door, ran = Door(User("guest")), []

    @requires_role("clerk", current_user=door)
    async def count(coins):
        ran.append(coins)
        return coins

    check.raises(
        PermissionError, lambda: awaited(check, lambda: count(3), "count(3)"), "await count(3) by a guest"
    )
    check.equal([], ran, "the bodies that ran")

    def meanwhile():
        door.user = User("clerk")

    returns(
        check,
        4,
        lambda: awaited(
            check, lambda: made_or_error(lambda: count(4)), "count(4) by a guest, not yet awaited", meanwhile
        ),
        "await count(4), made by a guest and awaited by a clerk",
    )


@pytest.mark.task(4)
def test_roles_and_generators(check):
    """A generator asks when its first item is asked for, and runs on without asking again."""
    door = Door(User("guest"))

    @requires_role("clerk", current_user=door)
    def coins(n):
        yield from range(n)

    def made():
        return made_or_error(lambda: coins(3))

    items = items_of(check, made, "coins(3) by a guest, no item asked for")
    check.raises(PermissionError, lambda: next(items), "next(coins(3)) by a guest")
    items = items_of(check, made, "coins(3) by a guest, no item asked for")
    asked = door.asked
    door.user = User("clerk")
    call = "next(items) of coins(3), made by a guest and begun by a clerk"
    returns(check, 0, lambda: next(items, None), call)
    door.user = None
    check.equal([1, 2], list(items), "the other items")
    check.equal(asked + 1, door.asked, "how often current_user was asked, with one more generator")


# --- 5. Limit the rate ------------------------------------------------------------------------------------


def passes(call):
    """Tell whether a call is let through."""
    try:
        call()
    except RateLimited:
        return False
    return True


@pytest.mark.task(5)
def test_too_many_calls(check):
    """One call too many is refused without running, and told when to come back."""
    clock, ran = Clock(500.0), []

    @rate_limited(2, 30, clock=clock)
    def ring(name="bell"):
        ran.append(name)
        return name.upper()

    returns(check, "BELL", lambda: ring(), "ring(), the first of two in 30 s")
    clock.now += 10
    returns(check, "GONG", lambda: ring(name="gong"), "ring(name='gong'), 10 s later")
    clock.now += 5
    error = check.raises(RateLimited, ring, "ring(), another 5 s later")
    check.close(15, getattr(error, "retry_after", None), "retry_after of that refusal")
    check.equal(["bell", "gong"], ran, "the bodies that ran")


@pytest.mark.task(5)
def test_any_period(check):
    """The limit holds in any period, not only in those that begin at certain times."""
    clock = Clock()
    ring = rate_limited(2, 10, clock=clock)(lambda: None)
    got = []
    for now in (8.0, 9.0, 10.5, 17.0, 18.0, 18.5, 19.0, 19.5, 28.0):
        clock.now = now
        got.append(passes(ring))
    expected = [True, True, False, False, True, False, True, False, True]
    check.equal(expected, got, "passes at 8, 9, 10.5, 17, 18, 18.5, 19, 19.5, 28, with two calls in 10 s")


@pytest.mark.task(5)
def test_refused_calls_do_not_count(check):
    """A refused call does not count, however often it is tried."""
    clock = Clock()
    ring = rate_limited(1, 10, clock=clock)(lambda: None)
    got = []
    for now in range(0, 25, 2):
        clock.now = float(now)
        got.append(passes(ring))
    expected = [now % 10 == 0 for now in range(0, 25, 2)]
    check.equal(expected, got, "passes at 0, 2, 4, … 24, with one call in 10 s")


@pytest.mark.task(5)
def test_failing_calls_count(check):
    """A call whose body raises counts, and its error reaches the caller."""

    @rate_limited(1, 10, clock=Clock())
    def fail():
        raise OSError("broken")

    check.raises(OSError, fail, "fail(), the only one in 10 s")
    check.raises(RateLimited, fail, "fail(), a second time")


@pytest.mark.task(5)
@settings(max_examples=50)
@given(
    calls=st.integers(1, 3),
    seconds=st.integers(1, 8),
    gaps=st.lists(st.integers(0, 4), min_size=1, max_size=30),
)
def test_any_sequence_of_calls(check, calls, seconds, gaps):
    """A call passes if fewer than the limit have passed in the period before it, whatever the times."""
    clock = Clock()
    ring = rate_limited(calls, seconds, clock=clock)(lambda: None)
    passed = []
    for gap in gaps:
        clock.now += gap
        recent = [time for time in passed if clock.now - time < seconds]
        call = f"a call at {clock.now:g} after those at {passed}, limit {calls} in {seconds} s: let through?"
        check.equal(len(recent) < calls, passes(ring), call)
        if len(recent) < calls:
            passed.append(clock.now)


@pytest.mark.task(5)
def test_each_function_has_its_limit(check):
    """Each decorated function has a limit of its own, also by one decorator."""
    once = rate_limited(1, 60, clock=Clock())
    ring, knock = once(lambda: "ring"), once(lambda: "knock")
    call = "[ring(), knock()], both by one rate_limited(1, 60)"
    returns(check, ["ring", "knock"], lambda: [ring(), knock()], call)
    check.raises(RateLimited, ring, "ring() again")
    check.raises(RateLimited, knock, "knock() again")


class Equal:
    """Instances are equal to each other and have no hash."""

    def __eq__(self, other):
        return isinstance(other, Equal)


@pytest.mark.task(5)
def test_each_instance_has_its_limit(check):
    """With per_instance each instance has a limit of its own, even if they are equal."""
    clock = Clock()

    class Bell(Equal):
        @rate_limited(2, 60, per_instance=True, clock=clock)
        def ring(self):
            return self

    first, second = Bell(), Bell()
    for bell, name in ((first, "first"), (second, "second"), (first, "first"), (second, "second")):
        call = f"{name}.ring(), at most two in 60 s for each bell: let through?"
        returns(check, True, functools.partial(passes, bell.ring), call)
    for bell, name in ((first, "first"), (second, "second")):
        check.raises(RateLimited, bell.ring, f"{name}.ring(), for the third time")
    clock.now += 60
    returns(check, first, lambda: first.ring(), "first.ring() a minute later, which returns self")


@pytest.mark.task(5)
def test_instances_that_share(check):
    """Without per_instance all instances share the limit of the function."""

    class Bell:
        @rate_limited(1, 60, clock=Clock())
        def ring(self):
            return "ding"

    returns(check, "ding", lambda: Bell().ring(), "Bell().ring()")
    check.raises(RateLimited, Bell().ring, "Bell().ring() on another instance")


@pytest.mark.task(5)
def test_instances_come_and_go(check):
    """The limit keeps no instance alive, and a new instance starts afresh."""

    class Bell:
        @rate_limited(1, 60, per_instance=True, clock=Clock())
        def ring(self):
            return "ding"

    for number in range(50):
        bell = Bell()
        call = f"Bell().ring() on new instance {number + 1} of 50, at most one for each"
        check.that(passes(bell.ring), call, "it passes", "refused")
        alive = weakref.ref(bell)
        del bell
        if alive() is not None:
            gc.collect()
        check.that(alive() is None, "an instance that nobody needs, after its call", "gone", "kept alive")


@pytest.mark.task(5)
def test_limits_under_another_decorator(check, logger):
    """A limit for each instance works under another decorator too."""

    class Bell:
        @logged(logger=logger)
        @rate_limited(1, 60, per_instance=True, clock=Clock())
        def ring(self):
            return "ding"

    first, second = Bell(), Bell()
    got = [passes(bell.ring) for bell in (first, second, first, second)]
    check.equal([True, True, False, False], got, "passes of first, second, first, second .ring()")


@pytest.mark.task(5)
def test_limited_coroutines(check):
    """A coroutine counts when it runs; coroutines that are only made do not."""
    clock = Clock()

    @rate_limited(1, 60, clock=clock)
    async def ring(name):
        await asyncio.sleep(0)
        return name

    async def main():
        made = []
        try:
            for name in ("a", "b"):
                made.append(made_or_error(lambda name=name: ring(name)))
                check.that(inspect.isawaitable(made[-1]), f"ring({name!r})", "something to await", made[-1])
            outcomes = await asyncio.gather(*reversed(made), return_exceptions=True)
            made += outcomes
            return outcomes
        finally:
            for coroutine in made:
                closed(coroutine)

    got = [answer if isinstance(answer, str) else type(answer).__name__ for answer in asyncio.run(main())]
    check.equal(["b", "RateLimited"], got, "the outcomes of coroutines made as a, b and run as b, a")


@pytest.mark.task(5)
def test_limited_generators(check):
    """A generator counts when its first item is asked for."""
    clock = Clock()

    @rate_limited(1, 60, clock=clock)
    def peals():
        yield "ding"
        yield "dong"

    made = [items_of(check, lambda: made_or_error(peals), "peals(), not yet begun") for _ in range(2)]
    check.equal(["ding", "dong"], list(made[1]), "list(…) of the second of two peals()")
    check.raises(RateLimited, lambda: next(made[0]), "next(…) of the first of two peals()")


@pytest.mark.task(5)
def test_limits_that_make_no_sense(check):
    """Fewer than one call and periods that are not positive are a ValueError; bare is a TypeError."""
    for calls, seconds in ((0, 10), (-1, 10), (1, 0), (1, -2.5)):
        call = f"rate_limited({calls}, {seconds})"
        check.raises(ValueError, lambda calls=calls, seconds=seconds: rate_limited(calls, seconds), call)
    check.raises(TypeError, lambda: rate_limited(lambda: None), "@rate_limited, not called")


# --- 6. Not to be seen, and on top of each other ----------------------------------------------------------

QUIET = logging.Logger("quiet", logging.DEBUG)
QUIET.addHandler(logging.NullHandler())

DECORATORS = {
    "@logged(…)": lambda function: logged(logger=QUIET)(function),
    "@timed(…)": lambda function: timed(clock=Clock(), report=Times())(function),
    "@requires_role(…)": lambda function: requires_role("a", current_user=Door(User("a")))(function),
    "@rate_limited(…)": lambda function: rate_limited(9, 60, clock=Clock())(function),
    "@retry(…)": lambda function: retry(times=2)(function),
    "@logged": lambda function: logged(function),
    "@timed": lambda function: timed(function),
    "@retry": lambda function: retry(function),
}
each_decorator = pytest.mark.parametrize("name", DECORATORS)
each_for_generators = pytest.mark.parametrize("name", [name for name in DECORATORS if "retry" not in name])


def plain(a, b: int = 2, *rest: str, c, d=None, **others) -> list:
    """Return the first."""
    return a


async def coroutine(a, /, *, b: float = 0.5) -> int:
    """Return the first, in time."""
    return a


def generator(start: int, stop=3):
    """Answer what was sent, catch KeyError, and return the last number."""
    number = start
    while number < stop:
        try:
            sent = yield number
        except KeyError as error:
            yield f"caught {error.args[0]}"
        else:
            number += 1 if sent is None else sent
    return number


def kind_of(function):
    if inspect.iscoroutinefunction(function):
        return "coroutine function"
    return "generator function" if inspect.isgeneratorfunction(function) else "function"


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("name", "function"),
    [
        *((name, function) for name in DECORATORS for function in (plain, coroutine)),
        *((name, generator) for name in DECORATORS if "retry" not in name),
    ],
)
def test_nobody_sees_it(check, name, function):
    """A decorated function shows the names, docstring, attributes, signature and kind of the function."""
    function.route = ("/", function.__name__)
    try:
        outer = DECORATORS[name](function)
        for attribute in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "route"):
            expected, got = getattr(function, attribute), getattr(outer, attribute, None)
            check.equal(expected, got, f"{function.__name__}.{attribute}, decorated by {name}")
    finally:
        del function.route
    wrapped = getattr(outer, "__wrapped__", None)
    check.identical(function, wrapped, f"{function.__name__}.__wrapped__, decorated by {name}")
    signature = str(inspect.signature(outer))
    call = f"str(inspect.signature({function.__name__})), decorated by {name}"
    check.equal(str(inspect.signature(function)), signature, call)
    check.equal(kind_of(function), kind_of(outer), f"the kind of {function.__name__}, decorated by {name}")


@pytest.mark.task(6)
def test_one_decorator_at_a_time(check):
    """In a stack, `__wrapped__` leads down one decorator at a time."""
    layers = [plain]
    for name in ("@retry(…)", "@logged(…)", "@timed(…)"):
        layers.append(DECORATORS[name](layers[-1]))
    for outer, inner in zip(layers[1:], layers, strict=False):
        check.identical(inner, getattr(outer, "__wrapped__", None), "__wrapped__ of a layer of the stack")


@pytest.mark.task(6)
@each_decorator
def test_methods_bind(check, name):
    """Decorated methods bind, and stand below @staticmethod and @classmethod."""
    decorator = DECORATORS[name]

    class Till:
        @decorator
        def own(self, extra):
            return self, extra

        @classmethod
        @decorator
        def of_class(cls, extra):
            return cls, extra

        @staticmethod
        @decorator
        def of_nobody(extra):
            return extra

    till = Till()
    returns(check, (till, 1), lambda: till.own(1), f"till.own(1), decorated by {name}")
    check.equal((till, 1), Till.own(till, 1), f"Till.own(till, 1), decorated by {name}")
    returns(
        check, (Till, 2), lambda: till.of_class(2), f"till.of_class(2), a @classmethod decorated by {name}"
    )
    returns(check, 3, lambda: till.of_nobody(3), f"till.of_nobody(3), a @staticmethod decorated by {name}")


@pytest.mark.task(6)
@each_for_generators
def test_generators_do_all_they_did(check, name):
    """What is sent to, thrown into or returned by a generator passes through the decorators."""
    outer = DECORATORS[name](generator)

    def conversation():
        items = items_of(check, lambda: outer(0, stop=6), f"generator(0, stop=6), decorated by {name}")
        yield next(items)
        yield next(items)
        yield items.send(3)
        yield items.throw(KeyError("key"))
        yield next(items)
        yield next(items)
        try:
            next(items)
        except StopIteration as stop:
            yield f"returned {stop.value}"

    call = f"the answers to next, next, send(3), throw(KeyError), next, next, next, decorated by {name}"
    expected = [0, 1, 4, "caught key", 4, 5, "returned 6"]
    returns(check, expected, lambda: list(conversation()), call)


@pytest.mark.task(6)
@each_for_generators
def test_closing_reaches_the_body(check, name):
    """Closing a decorated generator reaches its body."""
    seen = []

    def lines():
        try:
            yield 1
            yield 2
        finally:
            seen.append("closed")

    items = items_of(check, DECORATORS[name](lines), f"a generator function, decorated by {name}")
    next(items)
    items.close()
    check.equal(["closed"], seen, f"what the body saw after items.close(), decorated by {name}")
    check.equal([], list(items), f"list(items) after items.close(), decorated by {name}")


@pytest.mark.task(6)
def test_the_order_of_logging_and_retrying(check, logger, journal):
    """@logged above @retry logs one call, below it each attempt."""

    def failing(count):
        script = Script(*map(OSError, range(count)), "done")

        def play():
            return script.play()

        return play

    above = logged(logger=logger)(retry(failing(2)))
    check.equal("done", above(), "play(), which fails twice, with @logged above @retry")
    check.equal(["call play()", "return play -> 'done'"], journal.messages, "the records of it")
    journal.entries.clear()
    below = retry(logged(logger=logger)(failing(1)))
    check.equal("done", below(), "play(), which fails once, with @retry above @logged")
    expected = ["call play()", "raise play -> OSError(0)", "call play()", "return play -> 'done'"]
    check.equal(expected, journal.messages, "the records of it")


@pytest.mark.task(6)
def test_the_order_of_roles_and_limits(check):
    """A limit below @requires_role does not count the calls without the role; one above it does."""
    guest, clerk = User("guest"), User("clerk")
    for order, expected in (("above", True), ("below", False)):
        door = Door(guest)
        role = requires_role("clerk", current_user=door)
        limit = rate_limited(1, 60, clock=Clock())
        ring = role(limit(lambda: None)) if order == "above" else limit(role(lambda: None))
        check.raises(PermissionError, ring, f"ring() by a guest, @requires_role {order} @rate_limited")
        door.user = clerk
        call = f"ring() by a clerk afterwards, @requires_role {order} @rate_limited(1, 60): let through?"
        returns(check, expected, functools.partial(passes, ring), call)


@pytest.mark.task(6)
def test_all_five_on_a_coroutine(check, logger, journal):
    """All five in one stack work on a coroutine method, each in its place."""
    clock, times, slept = Clock(), Times(), []

    async def sleep(seconds):
        slept.append(seconds)
        clock.now += seconds

    class Shop:
        failures = 2

        @logged(logger=logger)
        @requires_role("clerk", current_user=Door(User("clerk")))
        @timed(clock=clock, report=times)
        @retry(delay=1.0, sleep=sleep)
        @rate_limited(3, 60, per_instance=True, clock=clock)
        async def order(self, item):
            self.failures -= 1
            if self.failures >= 0:
                raise OSError("line is busy")
            return f"{item} ordered"

        def __repr__(self):
            return "Shop()"

    shop = Shop()
    returns(
        check,
        "tea ordered",
        lambda: awaited(check, lambda: shop.order("tea"), "shop.order('tea')"),
        "await shop.order('tea'), which fails twice",
    )
    check.equal([1.0, 2.0], slept, "the pauses")
    check.equal([("order", 3.0)], times.reports, "the times, of the call and not of its attempts")
    expected = ["call order(Shop(), 'tea')", "return order -> 'tea ordered'"]
    check.equal(expected, journal.messages, "the records")
    call = "await shop.order('rum'), the fourth attempt in 60 s"
    check.raises(RateLimited, lambda: awaited(check, lambda: shop.order("rum"), "shop.order('rum')"), call)


@pytest.mark.task(6)
def test_a_stack(check):
    """A stack applies its decorators as if they were written above the function in this order."""

    def marked(mark):
        return lambda function: lambda *args: f"{mark}{function(*args)}{mark}"

    shout = stack(marked("1"), marked("2"), marked("3"))
    usable(shout, "stack(first, second, third)")
    got = usable(shout(lambda word: word), "stack(first, second, third)(function)")("hey")
    check.equal("123hey321", got, "a call through stack(first, second, third)")
    got = usable(shout(lambda: "you"), "stack(first, second, third)(another)")()
    check.equal("123you321", got, "a call of another function through the same stack")
    check.identical(plain, stack()(plain), "stack()(function)")
