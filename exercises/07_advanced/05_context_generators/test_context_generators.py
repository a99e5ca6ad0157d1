"""The suite of "Before and after": blocks of every ending, and a look at what is left when they are over."""

import asyncio
import contextlib
import io
import itertools
import os
import sys
from functools import partial
from pathlib import Path

import pytest
from context_generators import (
    captured,
    environment,
    ignored,
    opened,
    opened_async,
    redirected,
    reusable,
    translated,
    working_folder,
)

ENDINGS = [None, ValueError, OSError, StopIteration, KeyboardInterrupt, SystemExit, GeneratorExit]
"""How a block may end: well, or by an exception of one of these classes."""

CAUGHT = (Exception, KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


class AppError(Exception):
    """What errors are translated into."""


class SpecialError(AppError):
    """An error that needs no translation."""


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """Give each case variables, a folder and an output of its own, and take them back."""
    monkeypatch.setattr(os, "environ", os.environ)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KATA_SET", "old")
    monkeypatch.setenv("KATA_EMPTY", "")
    monkeypatch.setenv("KATA_OTHER", "other")
    for name in ("KATA_UNSET", "KATA_NEW"):  # set and deleted: so that they are removed in the end
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def ended(make, block=lambda given: None):
    """Return how ``with make() as given: block(given)`` ended: the exception that came out of it, or None."""
    try:
        with make() as given:
            block(given)
    except AssertionError:  # a check
        raise
    except CAUGHT as error:
        return error
    return None


def ended_by(ending, make, block=lambda given: None):
    """Do the same with a block that raises ``ending`` at its end; return the exception and what came out."""
    error = None if ending is None else ending("the end of the block")

    def whole(given):
        block(given)
        if error is not None:
            raise error

    return error, ended(make, whole)


def told(ending):
    return "pass" if ending is None else f"raise {ending.__name__}"


def say(text):
    print(text)  # noqa: T201 - this is what is redirected


def variables(*names):
    return {name: os.environ.get(name, "not set") for name in names}


def text_of(check, call, output):
    """Read what a StringIO holds."""
    check.that(type(output) is io.StringIO and not output.closed, call, "an open io.StringIO", output)
    return output.getvalue()


# 1. The surroundings


@pytest.mark.task(1)
def test_variables_are_changed_while_the_block_runs(check):
    """In the block the variables have the given values, and None means not set."""
    call = 'in "with environment(KATA_SET=None, KATA_UNSET=None, KATA_EMPTY="full", KATA_NEW="")"'
    names = ("KATA_SET", "KATA_UNSET", "KATA_EMPTY", "KATA_NEW", "KATA_OTHER")
    seen = []
    changes = {"KATA_SET": None, "KATA_UNSET": None, "KATA_EMPTY": "full", "KATA_NEW": ""}
    check.equal(None, ended(lambda: environment(**changes), lambda _: seen.append(variables(*names))), call)
    wanted = {"KATA_SET": "not set", "KATA_UNSET": "not set", "KATA_EMPTY": "full", "KATA_NEW": ""}
    check.equal([wanted | {"KATA_OTHER": "other"}], seen, f"the variables {call}")


@pytest.mark.task(1)
def test_variables_are_as_before_whatever_happens(check):
    """Afterwards each variable has its old value or is not set, and the exception reaches the caller."""
    changes = {"KATA_SET": "a", "KATA_EMPTY": "b", "KATA_NEW": "c", "KATA_UNSET": None}
    before, mapping = dict(os.environ), os.environ
    for ending in ENDINGS:
        call = (
            f'with environment(KATA_SET="a", KATA_EMPTY="b", KATA_NEW="c", KATA_UNSET=None): {told(ending)}'
        )
        seen = []
        look = partial(lambda seen, _: seen.append(variables(*changes)), seen)
        error, got = ended_by(ending, lambda: environment(**changes), look)
        check.equal([{**changes, "KATA_UNSET": "not set"}], seen, f"os.environ in: {call}")
        check.identical(error, got, f"what came out of: {call}")
        wanted = {"KATA_SET": "old", "KATA_EMPTY": "", "KATA_NEW": "not set", "KATA_UNSET": "not set"}
        check.equal(wanted, variables(*wanted), f"os.environ after: {call}")
        check.identical(mapping, os.environ, f"the object os.environ after: {call}")
        check.that(before == dict(os.environ), call, "os.environ is as before", "something else is different")


@pytest.mark.task(1)
def test_what_the_block_does_to_the_variables(check):
    """What the block does to a given variable is undone, and what it does to another one stays."""

    def block(_):
        os.environ["KATA_SET"] = os.environ["KATA_UNSET"] = "by the block"
        del os.environ["KATA_NEW"]
        os.environ["KATA_OTHER"] = "changed"

    got = ended(lambda: environment(KATA_SET="a", KATA_UNSET=None, KATA_NEW="c"), block)
    call = 'with environment(KATA_SET="a", KATA_UNSET=None, KATA_NEW="c"): …  # the block changes all'
    check.equal(None, got, call)
    wanted = {"KATA_SET": "old", "KATA_UNSET": "not set", "KATA_NEW": "not set", "KATA_OTHER": "changed"}
    check.equal(wanted, variables(*wanted), f"os.environ after: {call}")


@pytest.mark.task(1)
def test_a_value_that_cannot_be_set(check):
    """When a value cannot be set, the error comes as the block is entered, and nothing has changed."""
    values = {"KATA_SET": "a", "KATA_BAD": 2, "KATA_NEW": "c"}
    for names in itertools.permutations(values):
        changes = {name: values[name] for name in names}
        call = f"with environment({', '.join(f'{name}={value!r}' for name, value in changes.items())}): …"
        ran = []
        got = ended(lambda changes=changes: environment(**changes), ran.append)
        check.equal("TypeError", type(got).__name__, call)
        check.equal([], ran, f"what the block of this got: {call}")
        wanted = {"KATA_SET": "old", "KATA_BAD": "not set", "KATA_NEW": "not set"}
        check.equal(wanted, variables(*wanted), f"os.environ after: {call}")


@pytest.mark.task(1)
def test_before_means_when_the_block_is_entered(check, tmp_path):
    """A manager looks at the surroundings when its block is entered, not when it is made."""
    other = tmp_path / "other"
    other.mkdir()
    seen = []

    def both():
        values, folder = environment(KATA_SET="a"), working_folder(tmp_path)
        os.environ["KATA_SET"] = "newer"
        os.chdir(other)
        stack = contextlib.ExitStack()
        stack.enter_context(values)
        stack.enter_context(folder)
        return stack

    check.equal(
        None, ended(both, lambda _: seen.append(Path.cwd().name)), "with environment(…), working_folder(…): …"
    )
    check.equal([tmp_path.resolve().name], seen, "the working directory in: with working_folder(tmp_path): …")
    check.equal("newer", os.environ.get("KATA_SET"), 'KATA_SET, which was "newer" when the block was entered')
    check.equal(
        other.resolve(), Path.cwd(), "the working directory, which was other when the block was entered"
    )


@pytest.mark.task(1)
def test_the_working_folder(check, tmp_path):
    """The block runs in the folder and is given its path; afterwards the old one is back whatever happens."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    here = Path.cwd()
    for ending in ENDINGS:
        call = f'with working_folder("a") as folder: …; {told(ending)}'
        seen = []

        def block(given, seen=seen):
            seen.append((Path.cwd(), given))
            os.chdir("b")

        error, got = ended_by(ending, lambda: working_folder("a"), block)
        check.identical(error, got, f"what came out of: {call}")
        check.equal([(here / "a", here / "a")], seen, f"Path.cwd() and folder in: {call}")
        check.equal(here, Path.cwd(), f"Path.cwd() after: {call}")


@pytest.mark.task(1)
def test_a_folder_that_is_not_there(check):
    """A folder that is not there is a FileNotFoundError, and the working directory stays."""
    here, ran = Path.cwd(), []
    got = ended(lambda: working_folder("missing"), lambda _: ran.append("the block"))
    check.equal(FileNotFoundError, type(got), 'with working_folder("missing"): …')
    check.equal(
        ([], here), (ran, Path.cwd()), 'what ran, and Path.cwd() after: with working_folder("missing"): …'
    )


@pytest.mark.task(1)
def test_folders_nest(check, tmp_path):
    """Blocks in different folders may be nested; a relative path starts from where the block is entered."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    here, seen = Path.cwd(), []

    def block(_):
        seen.append(ended(lambda: working_folder("b"), lambda given: seen.append((Path.cwd(), given))))
        seen.append(Path.cwd())

    check.equal(None, ended(lambda: working_folder(Path("a")), block), 'with working_folder("a"): …')
    call = 'the folders in: with working_folder("a"): with working_folder("b") as folder: …'
    check.equal([(here / "a" / "b", here / "a" / "b"), None, here / "a"], seen, call)
    check.equal(here, Path.cwd(), f"Path.cwd() after {call.removeprefix('the folders in')}")


# 2. What is printed


@pytest.mark.task(2)
def test_redirected_output(check):
    """What is printed goes to the file; afterwards sys.stdout is the old object, and the file is open."""
    for ending in ENDINGS:
        call = f"with redirected(file) as given: …; {told(ending)}"
        outer, file, seen = io.StringIO(), io.StringIO(), []
        sys.stdout = outer

        def block(given, seen=seen):
            say("inside")
            seen.append(given)

        error, got = ended_by(ending, lambda file=file: redirected(file), block)
        check.identical(outer, sys.stdout, f"sys.stdout after: {call}")
        check.identical(error, got, f"what came out of: {call}")
        check.identical(file, seen and seen[0], f"given in: {call}")
        check.equal(False, file.closed, f"file.closed after: {call}")
        check.equal(
            ("inside\n", ""), (file.getvalue(), outer.getvalue()), f"the texts in file and outside: {call}"
        )


@pytest.mark.task(2)
def test_captured_output(check):
    """What is printed can be read in the block and afterwards, and goes nowhere else."""
    for ending in ENDINGS:
        call = f"with captured() as output: …; {told(ending)}"
        outer, seen = io.StringIO(), []
        sys.stdout = outer

        def block(given, seen=seen):
            say("one")
            seen.append(given)
            seen.append(given.getvalue() if isinstance(given, io.StringIO) else "no StringIO")
            say("two")

        error, got = ended_by(ending, captured, block)
        check.identical(outer, sys.stdout, f"sys.stdout after: {call}")
        check.identical(error, got, f"what came out of: {call}")
        check.equal(
            (2, ""), (len(seen), outer.getvalue()), f"the steps of the block, and the text outside: {call}"
        )
        check.equal("one\n", seen[1], f"output.getvalue() in the middle of: {call}")
        check.equal("one\ntwo\n", text_of(check, call, seen[0]), f"output.getvalue() after: {call}")


@pytest.mark.task(2)
def test_redirections_nest(check):
    """Redirections may be nested: each block prints to its own place, and each new capture starts empty."""
    outer, file, outputs = io.StringIO(), io.StringIO(), []
    sys.stdout = outer

    def inner(given):
        outputs.append(given)
        say("deep")

    def block(_):
        say("first")
        outputs.append(ended(captured, inner))
        say("second")
        outputs.append(ended(captured, inner))
        say("third")

    got = ended(lambda: redirected(file), block)
    sys.stdout = outer
    call = "with redirected(file): with captured() as output: …  # twice"
    check.equal(None, got, call)
    check.equal([None, None], outputs[1::2], f"what came out of the inner blocks of: {call}")
    texts = [text_of(check, f"output of: {call}", output) for output in outputs[::2]]
    check.equal(["deep\n", "deep\n"], texts, f"the captured texts of: {call}")
    check.equal(
        ("first\nsecond\nthird\n", ""), (file.getvalue(), outer.getvalue()), f"in file and outside: {call}"
    )


@pytest.mark.task(2)
def test_output_before_means_at_the_entry(check):
    """The output of before is the one at the moment when the block is entered."""
    early, late, file = io.StringIO(), io.StringIO(), io.StringIO()
    sys.stdout = early

    def make():
        manager = redirected(file)
        sys.stdout = late
        return manager

    check.equal(None, ended(make), "with redirected(file): …")
    check.identical(late, sys.stdout, "sys.stdout, which was replaced before the block was entered")


# 3. Errors


def raising(error):
    raise error


def names(kinds):
    return ", ".join(kind.__name__ for kind in kinds)


@pytest.mark.task(3)
def test_a_translated_error(check):
    """An exception of one of the kinds becomes the other one, with its text, and with it as the cause."""
    for kinds, error in [
        ((ValueError,), ValueError("no number")),
        ((KeyError, ValueError), UnicodeError("a subclass")),
        ((LookupError,), KeyError("port")),
        ((Exception,), StopIteration("the end")),
        ((KeyboardInterrupt,), KeyboardInterrupt("ctrl-c")),
    ]:
        call = f"with translated({names(kinds)}, into=AppError): raise {error!r}"
        got = ended(lambda kinds=kinds: translated(*kinds, into=AppError), lambda _, e=error: raising(e))
        check.equal("AppError", type(got).__name__, f"the class of what came out of: {call}")
        check.equal((str(error),), got.args, f"its args, after: {call}")
        check.identical(error, got.__cause__, f"its __cause__, after: {call}")


@pytest.mark.task(3)
def test_errors_that_are_not_translated(check):
    """Other exceptions pass, and so does one that is of the wanted class already."""
    for kinds, error in [
        ((), ValueError("no kinds")),
        ((ValueError, OSError), TypeError("another kind")),
        ((Exception,), KeyboardInterrupt()),
        ((Exception,), AppError("already translated")),
        ((Exception,), SpecialError("already special")),
        ((OSError,), StopIteration("another kind")),
    ]:
        call = f"with translated({names(kinds)}, into=AppError): raise {error!r}"
        got = ended(lambda kinds=kinds: translated(*kinds, into=AppError), lambda _, e=error: raising(e))
        check.identical(error, got, f"what came out of: {call}")
        check.equal(None, error.__cause__, f"its __cause__, after: {call}")


@pytest.mark.task(3)
def test_nothing_to_translate_or_to_ignore(check):
    """A block that ends well is left alone by translated and by ignored."""
    ran = []
    check.equal(
        None, ended(lambda: translated(Exception, into=AppError), ran.append), "with translated(…): pass"
    )
    check.equal(None, ended(lambda: ignored(Exception), ran.append), "with ignored(Exception): pass")
    check.equal(2, len(ran), "the number of blocks that ran")


@pytest.mark.task(3)
def test_an_ignored_error(check):
    """An exception of one of the kinds ends the block; the program goes on behind it, nothing runs twice."""
    for kinds, error in [
        ((ValueError,), ValueError()),
        ((OSError, LookupError), FileNotFoundError("a subclass")),
        ((OSError, LookupError), IndexError()),
        ((StopIteration,), StopIteration()),
        ((BaseException,), KeyboardInterrupt()),
    ]:
        call = f"with ignored({names(kinds)}): raise {error!r}"
        ran = []

        def block(given, error=error, ran=ran):
            ran.append("before the error")
            raise error

        check.equal(None, ended(lambda kinds=kinds: ignored(*kinds), block), f"what came out of: {call}")
        check.equal(["before the error"], ran, f"what ran in: {call}")


@pytest.mark.task(3)
def test_errors_that_are_not_ignored(check):
    """Every other exception passes, the same object."""
    for kinds, error in [
        ((), ValueError("no kinds")),
        ((ValueError, OSError), LookupError("another kind")),
        ((FileNotFoundError,), OSError("a base class")),
        ((Exception,), KeyboardInterrupt()),
        ((Exception,), SystemExit()),
        ((ValueError,), StopIteration()),
    ]:
        call = f"with ignored({names(kinds)}): raise {error!r}"
        got = ended(lambda kinds=kinds: ignored(*kinds), lambda _, e=error: raising(e))
        check.identical(error, got, f"what came out of: {call}")


# 4. and 5. Many at once


class Trouble(Exception):
    """What resources raise."""


class Plan:
    """Resources with a fate each, and a log of what happens to them.

    A fate is "well", or where the resource fails: "make", "enter", "leave"; or "swallow".
    """

    def __init__(self, *fates, ending=None):
        self.fates = fates
        self.ending = ending
        self.log = []
        self.raised = {None: None}

    def told(self, function="opened"):
        return f"with {function}(…) as things: {told(self.ending)}  # fates: {', '.join(self.fates)}"

    def makers(self, kind):
        return [partial(self._made, kind, index, fate) for index, fate in enumerate(self.fates)]

    def _made(self, kind, index, fate):
        self.log.append(f"make {index}")
        self.fail(fate == "make", f"{index} cannot be made")
        return kind(self, index, fate)

    def fail(self, wrong, label, kind=Trouble):
        if wrong:
            self.raised[label] = kind(label)
            raise self.raised[label]

    def block(self, things):
        self.log.append(("block", list(things) if isinstance(things, list) else things))
        if self.ending is not None:
            self.fail(True, "the block", self.ending)

    def label(self, error):
        """Say which of the exceptions of this plan it is."""
        labels = [label for label, raised in self.raised.items() if raised is error]
        return labels[0] if labels else f"a foreign {error!r}"

    def outcome(self, error):
        return [*self.log, ("out came", self.label(error))]


class Resource:
    """A context manager that writes down what is done to it."""

    def __init__(self, plan, index, fate):
        self.plan, self.index, self.fate = plan, index, fate

    def __enter__(self):
        self._enter()
        return self._entered()

    def __exit__(self, kind, error, trace):
        self._leave(error)
        return self._left()

    def _enter(self):
        self.plan.log.append(f"enter {self.index}")

    def _entered(self):
        self.plan.fail(self.fate == "enter", f"{self.index} cannot be entered")
        self.plan.log.append(f"{self.index} is open")
        return f"thing {self.index}"

    def _leave(self, error):
        self.plan.log.append(f"leave {self.index}, told of {self.plan.label(error)}")

    def _left(self):
        self.plan.log.append(f"{self.index} is closed")
        self.plan.fail(self.fate == "leave", f"{self.index} cannot be closed")
        return self.fate == "swallow"


class AsyncResource(Resource):
    """The same for ``async with``; others may run while it is entered and left."""

    __enter__ = __exit__ = None

    async def __aenter__(self):
        self._enter()
        await asyncio.sleep(0)
        return self._entered()

    async def __aexit__(self, kind, error, trace):
        self._leave(error)
        await asyncio.sleep(0)
        return self._left()


def nested(makers, things=()):
    """Return a manager that does with ``with`` statements what is asked for."""

    @contextlib.contextmanager
    def manager():
        if len(things) == len(makers):
            yield list(things)
        else:
            with makers[len(things)]() as thing, nested(makers, (*things, thing)) as all_things:
                yield all_things

    return manager()


def expected_of(fates, ending):
    plan = Plan(*fates, ending=ending)
    return plan.outcome(ended(lambda: nested(plan.makers(Resource)), plan.block))


def require(check, *fates, ending=None):
    """Compare ``opened`` with nested ``with`` statements."""
    plan = Plan(*fates, ending=ending)
    error = ended(lambda: opened(*plan.makers(Resource)), plan.block)
    check.equal(expected_of(fates, ending), plan.outcome(error), f"what happens in: {plan.told()}")


def require_async(check, *plans):
    """Compare ``opened_async`` with nested ``with`` statements, for plans of (fates, ending)."""
    for fates, ending in plans:
        plan = Plan(*fates, ending=ending)
        error = asyncio.run(
            ended_async(lambda plan=plan: opened_async(*plan.makers(AsyncResource)), plan.block)
        )
        expected = expected_of(fates, ending)
        call = f"what happens in: async {plan.told('opened_async')}"
        check.equal(expected, plan.outcome(error), call)


async def ended_async(make, block):
    try:
        async with make() as given:
            block(given)
    except AssertionError:
        raise
    except CAUGHT as error:
        return error
    return None


def sensible(fates):
    """Tell whether nothing swallows the exception of a later resource that cannot be opened: out of scope."""
    first = fates.index("swallow") if "swallow" in fates else len(fates)
    return not {"make", "enter"} & set(fates[first:])


@pytest.mark.task(4)
def test_all_are_opened_and_closed(check):
    """Each one is made and entered before the next is made, and they are left in reverse order."""
    for count in (0, 1, 4):
        require(check, *["well"] * count)


@pytest.mark.task(4)
def test_a_failure_while_opening(check):
    """When one cannot be made or entered, those before it are left, the last one first, and no block runs."""
    for place, fate in itertools.product(range(4), ("make", "enter")):
        fates = ["well"] * 4
        fates[place] = fate
        require(check, *fates)


@pytest.mark.task(4)
def test_a_failure_in_the_block(check):
    """Every exception of the block reaches each manager and then the caller."""
    for ending in ENDINGS:
        require(check, "well", "well", "well", ending=ending)


@pytest.mark.task(4)
def test_every_combination_is_as_nested_statements_would_be(check):
    """Whatever fails, raises or swallows at any place, it ends as it does with nested with statements."""
    for fates in itertools.product(("well", "make", "enter", "leave", "swallow"), repeat=3):
        if sensible(fates):
            require(check, *fates)
            require(check, *fates, ending=ValueError)


@pytest.mark.task(4)
@pytest.mark.parametrize("missing", [0, 9, None])
def test_real_files(check, tmp_path, missing):
    """Of ten files one may be missing: then all that were opened are closed, and no block runs."""
    paths = [tmp_path / f"{number}.txt" for number in range(10)]
    for number, path in enumerate(paths):
        if number != missing:
            path.write_text(str(number))
    files, seen = [], []

    def maker(path):
        files.append(path.open())
        return files[-1]

    error = ended(lambda: opened(*[partial(maker, path) for path in paths]), seen.append)
    call = f"with opened(*ten_makers) as files: …  # missing: {missing}"
    count = len(paths) if missing is None else missing
    closed = [file.closed for file in files]
    for file in files:
        file.close()
    check.equal(None if missing is None else FileNotFoundError, error and type(error), call)
    check.equal([True] * count, closed, f"which files are closed after: {call}")
    check.that(
        seen == ([files] if missing is None else []),
        f"the blocks that ran in: {call}",
        "as many as opened",
        seen,
    )


@pytest.mark.task(5)
def test_all_are_opened_and_closed_asynchronously(check):
    """Each step is finished before the next one begins."""
    require_async(check, ([], None), (["well"], None), (["well"] * 3, None))


@pytest.mark.task(5)
def test_an_asynchronous_block_that_fails(check):
    """Every exception of the block reaches each manager and then the caller, that of cancelling too."""
    require_async(check, *[(["well"] * 3, ending) for ending in (*ENDINGS[1:3], asyncio.CancelledError)])


@pytest.mark.task(5)
def test_asynchronous_failures_at_every_place(check):
    """Whatever fails, raises or swallows at any place, it ends as nested statements would."""
    fates = itertools.product(("well", "make", "enter", "leave", "swallow"), repeat=2)
    plans = [(pair, ending) for pair in fates if sensible(pair) for ending in (None, ValueError)]
    require_async(check, (["well", "well", "make"], None), (["well", "well", "enter"], None), *plans)


# 6. Again and again


def numbered(log):
    """Return a generator function whose n-th run writes down its number and its arguments."""
    numbers = itertools.count()

    def note(*words, **options):
        """Write it down."""
        number = next(numbers)
        log.append((number, "enter", *words, *options.items()))
        try:
            yield number
        except LookupError as error:
            log.append((number, "ignores", str(error)))
        finally:
            log.append((number, "leave"))

    return note


@pytest.mark.task(6)
def test_a_manager_is_entered_again(check):
    """A reusable manager may be entered again and again, each time with the same arguments."""
    log, given = [], []

    def three_times():
        manager = reusable(numbered(log))("a", b="c")
        stack = contextlib.ExitStack()
        for _ in range(3):
            with manager as number:
                given.append(number)
        return stack

    check.equal(None, ended(three_times), 'manager = make("a", b="c"); with manager: …  # three times')
    check.equal([0, 1, 2], given, 'what the blocks of manager = make("a", b="c") get')
    wanted = [entry for n in range(3) for entry in ((n, "enter", "a", ("b", "c")), (n, "leave"))]
    check.equal(wanted, log, 'what the generators did for three blocks of make("a", b="c")')


@pytest.mark.task(6)
def test_a_manager_is_entered_inside_its_own_block(check):
    """Inside its own block the same manager is a new one: the one entered last is left first."""
    log, given = [], []

    def nest():
        manager = reusable(numbered(log))()
        with manager as one:
            given.append(one)
            with manager as two, manager as three:
                given.extend((two, three))
            with manager as four:
                given.append(four)
        return contextlib.nullcontext()

    call = "with manager: (with manager, manager: …); (with manager: …)"
    check.equal(None, ended(nest), call)
    check.equal([0, 1, 2, 3], given, f"what the blocks get in: {call}")
    steps = [(0, "enter"), (1, "enter"), (2, "enter"), (2, "leave"), (1, "leave")]
    check.equal(
        [*steps, (3, "enter"), (3, "leave"), (0, "leave")], log, f"what the generators did in: {call}"
    )


@pytest.mark.task(6)
def test_a_reusable_manager_learns_how_the_block_ends(check):
    """The exception comes out of the yield of its own generator, which may ignore it or let it pass."""
    log, managers = [], []

    def make():
        managers.extend([reusable(numbered(log))()] * (not managers))
        return managers[0]

    for number, ending in enumerate([*ENDINGS, KeyError]):
        call = f"with manager: {told(ending)}"
        error, got = ended_by(ending, make)
        ignores = [(number, "ignores", str(error))] if ending is KeyError else []
        check.identical(None if ignores else error, got, f"what came out of: {call}")
        wanted = [(number, "enter"), *ignores, (number, "leave")]
        check.equal(wanted, log[-len(wanted) :], f"what the generator did in: {call}")


@pytest.mark.task(6)
def test_a_reusable_manager_is_a_decorator(check):
    """Each call of a decorated function is a block; it may call itself, and keeps its name and docstring."""
    log = []

    def factorial(n, *, start=1):
        """Multiply."""
        log.append(n)
        return start if n == 0 else n * decorated(n - 1, start=start)

    def other():
        log.append("other")

    def decorate():
        manager = reusable(numbered(log))("x")
        return manager(factorial), manager(other)

    decorated, second = returned(check, 2, decorate, "manager(factorial), manager(other)")
    check.returns(20, lambda: decorated(2, start=10), "factorial(2, start=10), decorated with a manager")
    check.returns(None, second, "other(), decorated with the same manager")
    check.returns(5, lambda: decorated(0, start=5), "factorial(0, start=5), decorated with a manager")
    names = [entry[:2] if isinstance(entry, tuple) else entry for entry in log]
    first = [(0, "enter"), 2, (1, "enter"), 1, (2, "enter"), 0, (2, "leave"), (1, "leave"), (0, "leave")]
    rest = [(3, "enter"), "other", (3, "leave"), (4, "enter"), 0, (4, "leave")]
    check.equal(first + rest, names, "what happened in the calls of factorial and other")
    kept = [getattr(decorated, name, None) for name in ("__name__", "__doc__")]
    check.equal(["factorial", "Multiply."], kept, "__name__ and __doc__ of the decorated factorial")


def returned(check, count, action, call):
    """Return the ``count`` callables that an action has to return."""
    try:
        got = action()
    except Exception as error:
        got = error
    right = type(got) is tuple and len(got) == count and all(map(callable, got))
    check.that(right, call, f"{count} functions", got)
    return got


@pytest.mark.task(6)
def test_a_reusable_function_keeps_its_name(check):
    """What reusable returns has the name and the docstring of the generator function."""
    (make,) = returned(check, 1, lambda: (reusable(numbered([])),), "reusable(note)")
    kept = [getattr(make, name, None) for name in ("__name__", "__doc__")]
    check.equal(["note", "Write it down."], kept, "__name__ and __doc__ of reusable(note)")


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("name", "make", "inside"),
    [
        ("environment", lambda: environment(KATA_SET="a"), {"KATA_SET": "a"}),
        ("working_folder", lambda: working_folder("there"), {"folder": "there"}),
        ("redirected", lambda: redirected(io.StringIO()), {"output": "redirected"}),
        ("captured", captured, {"output": "redirected"}),
        ("translated", lambda: translated(ValueError, into=AppError), {}),
        ("ignored", lambda: ignored(OSError), {}),
        (
            "opened",
            lambda: opened(partial(environment, KATA_SET="a"), captured),
            {"KATA_SET": "a", "output": "redirected"},
        ),
    ],
)
def test_the_other_managers_are_decorators(check, tmp_path, name, make, inside):
    """A function may be decorated with a manager of tasks 1 to 4, and each call is a block of its own."""
    for folder in ("there", "elsewhere", "elsewhere/there"):
        (tmp_path / folder).mkdir()

    def look(error=None):
        if error is not None:
            raise error
        output = "as before" if sys.stdout is outer else "redirected"
        return {"KATA_SET": os.environ.get("KATA_SET"), "folder": Path.cwd().name, "output": output}

    (decorated,) = returned(check, 1, lambda: (make()(look),), f"{name}(…)(look)")
    check.equal("look", getattr(decorated, "__name__", None), f"the name of {name}(…)(look)")
    for folder in (tmp_path, tmp_path / "elsewhere"):
        os.chdir(folder)
        os.environ["KATA_SET"] = folder.name
        sys.stdout = outer = io.StringIO()
        before = look()
        call = f"look(), decorated with {name}(…), in the folder {folder.name}"
        check.returns(before | inside, decorated, call)
        if name == "translated":
            error = ended(contextlib.nullcontext, lambda _: decorated(ValueError()))
            check.equal("AppError", type(error).__name__, f"what becomes of a ValueError in {call}")
        check.returns(before, look, f"the surroundings after {call}")
