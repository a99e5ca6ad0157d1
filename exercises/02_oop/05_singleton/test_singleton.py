"""The suite of "Singleton": two threads meet inside a constructor, if the hand-in lets them.

The first thread does not leave the constructor before the second has come in too, has come back, or waits
for a lock. That it waits is seen, not guessed from the time: the locks of the hand-in are watched.
"""

import _thread
import contextlib
import copy
import functools
import importlib.util
import pickle
import runpy
import sys
import threading
import weakref

import pytest
from legacy_checkout import Ledger

PATIENCE = 3.0
"""Seconds to wait for what right hand-ins bring about at once: a ceiling."""


class Signal:
    """An event that is made of nothing but a plain lock, which nobody watches."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def set(self):
        with contextlib.suppress(RuntimeError):  # it was set before
            self._lock.release()

    def wait(self):
        self._lock.acquire(timeout=PATIENCE)


WAITING = {}
"""For each thread that is watched, the signal to give when it has to wait."""


def about_to_wait():
    if (signal := WAITING.get(_thread.get_ident())) is not None:
        signal.set()


class WatchedLock:
    """A lock that gives the signal of a thread that has to wait for it.

    Whoever would wait for ever gets an exception, so that a deadlock ends with the case that shows it.
    """

    def __init__(self, lock):
        self._watched, self._stuck = lock, False

    def acquire(self, blocking=True, timeout=-1):
        if self._watched.acquire(False):
            return True
        about_to_wait()
        if not blocking or timeout >= 0:
            return self._watched.acquire(blocking, timeout)
        if self._stuck or not self._watched.acquire(True, PATIENCE):
            self._stuck = True
            raise RuntimeError("a lock that nobody releases would be waited for without end")
        return True

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exception):
        self._watched.release()

    def __getattr__(self, name):
        return getattr(self._watched, name)


LOCK, RLOCK, WAIT = threading.Lock, threading.RLock, threading.Condition.wait


def watched_wait(condition, timeout=None):
    about_to_wait()
    return WAIT(condition, timeout)


@contextlib.contextmanager
def watched_locks():
    """Replace the locks of ``threading`` by watched ones, for modules and classes that are made meanwhile."""
    threading.Lock = lambda: WatchedLock(LOCK())
    threading.RLock = lambda: WatchedLock(RLOCK())
    threading.Condition.wait = watched_wait
    try:
        yield
    finally:
        threading.Lock, threading.RLock, threading.Condition.wait = LOCK, RLOCK, WAIT


with watched_locks():
    from checkout import Checkout, FakeLedger
    from singleton import Singleton, SingletonMeta, singleton


@pytest.fixture(autouse=True)
def _watched_locks():
    with watched_locks():
        yield


@pytest.fixture(autouse=True)
def _no_ledger(monkeypatch):
    """Begin without the one ledger, and forget the one that a case makes."""
    monkeypatch.setattr(Ledger, "_only", None)


def answer(action):
    """Return what ``action`` returns, or the words for what it raises."""
    try:
        return action()
    except Exception as error:
        return f"it raised {type(error).__name__}: {error}"


def ask(check, expected, expression, note="", **names):
    """Evaluate an expression and compare what it returns, or raises, with what is expected."""
    call = f"{expression}, {note}" if note else expression
    if isinstance(expected, type) and issubclass(expected, Exception):
        check.raises(expected, lambda: eval(expression, names), call)
    else:
        check.returns(expected, lambda: eval(expression, names), call)


def run(check, statements, **names):
    """Execute statements and return the names afterwards; an exception is a failed check."""
    try:
        exec(statements, names)
    except Exception as error:
        check.that(False, statements, "it goes through", f"it raised {type(error).__name__}: {error}")
    return names


# 1. The module

BEGINNING = {"currency": "EUR", "language": "en"}


@pytest.fixture
def settings(hand_in, monkeypatch):
    """A new shared_settings, which statements can import."""
    spec = importlib.util.spec_from_file_location("shared_settings", hand_in / "shared_settings.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "shared_settings", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.task(1)
def test_settings_begin(check, settings):
    """In the beginning there are two values."""
    ask(check, BEGINNING, "shared_settings.values", shared_settings=settings)
    ask(check, "EUR", "shared_settings.get('currency')", shared_settings=settings)


@pytest.mark.task(1)
def test_settings_are_put_and_got(check, settings):
    """What one module puts, or writes into values, another one gets."""
    one = run(check, "import shared_settings\nshared_settings.put('paper', 'A4')")
    run(check, "from shared_settings import values\nvalues['language'] = 'de'; values['empty'] = None")
    other = run(check, "from shared_settings import get")
    for expected, call in (
        ("A4", "get('paper')"),
        ("de", "get('language', 'fr')"),
        (None, "get('empty', 'x')"),
        (None, "get('nothing')"),
        (7, "get('nothing', default=7)"),
    ):
        ask(check, expected, call, "after put('paper', 'A4') and changes in values by other modules", **other)
    expected = BEGINNING | {"paper": "A4", "language": "de", "empty": None}
    ask(check, expected, "shared_settings.values", "after the same", shared_settings=one["shared_settings"])


@pytest.mark.task(1)
def test_settings_are_reset(check, settings):
    """Resetting brings back the values of the beginning, each time."""
    for change in ("put('currency', 'CHF'); put('x', 1)", "values.clear()", "values['language'] = 'fr'"):
        statements = f"from shared_settings import put, reset, values\n{change}\nreset()"
        run(check, statements)
        ask(check, BEGINNING, "shared_settings.values", f"after {change}; reset()", shared_settings=settings)


@pytest.mark.task(1)
def test_settings_stay_the_same_dict(check, settings):
    """Whoever imported values sees every later change, by put and by reset."""
    names = run(check, "from shared_settings import get, put, reset, values\nput('x', 1)")
    ask(check, 1, "values['x']", "after from shared_settings import values; put('x', 1)", **names)
    run(check, "reset(); put('y', 2)", **names)
    expected = BEGINNING | {"y": 2}
    ask(check, expected, "values", "imported before reset(); put('y', 2)", **names)
    run(check, "values['z'] = 3", **names)
    ask(check, 3, "get('z')", "after values['z'] = 3, values being imported before reset()", **names)


# 2. to 4. The three classes


class Way:
    """One way to make a class of which there is one object."""

    def __init__(self, name, told, initialiser, build):
        self.name, self.told, self.initialiser, self._build = name, told, initialiser, build

    def make(self, check, initialise, bases=(), name="Made", **members):
        """Return a class that runs ``initialise(self, …)`` in the place where objects are initialised."""
        namespace = {"__module__": __name__, "__qualname__": name, self.initialiser: initialise} | members
        made = answer(lambda: self._build(name, bases, namespace))
        check.that(isinstance(made, type), self.told, "a class", made)
        return made


WAYS = [
    Way(
        "base_class",
        "class Made(Singleton)",
        "setup",
        lambda name, bases, body: type(name, bases or (Singleton,), body),
    ),
    Way(
        "metaclass",
        "class Made(metaclass=SingletonMeta)",
        "__init__",
        lambda name, bases, body: (
            SingletonMeta(name, bases, body) if not bases else type(bases[0])(name, bases, body)
        ),
    ),
    Way(
        "decorator",
        "@singleton class Made",
        "__init__",
        lambda name, bases, body: singleton(type(name, bases, body)),
    ),
]

every_way = pytest.mark.parametrize(
    "way", [pytest.param(way, id=way.name, marks=pytest.mark.task(task)) for task, way in enumerate(WAYS, 2)]
)
with_subclasses = pytest.mark.parametrize(
    "way",
    [pytest.param(way, id=way.name, marks=pytest.mark.task(task)) for task, way in enumerate(WAYS[:2], 2)],
)


def in_time(check, action, call):
    """Run ``action`` in a thread of its own and return its answer; one that never comes is a failed check."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(answer(action)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    check.that(bool(answers), call, "an answer", f"no answer within {PATIENCE:g} s: it waits for ever")
    return answers[0]


@every_way
def test_one_object(check, way):
    """All calls return one object, and only the first one initialises it, with its arguments."""
    given = []
    made = way.make(check, lambda self, *args, **kwargs: given.append((args, kwargs)))
    first = answer(lambda: made(1, two=2))
    check.that(isinstance(first, made), f"Made(1, two=2), after {way.told}", "an object of the class", first)
    for call in ("Made(1, two=2)", "Made(3)", "Made()", "Made(two=3)"):
        check.identical(
            first, answer(lambda call=call: eval(call, {"Made": made})), f"{call}, after Made(1, two=2)"
        )
    check.equal(
        [((1,), {"two": 2})], given, f"the arguments that {way.initialiser} got, after five calls of Made"
    )


@every_way
def test_a_failure_keeps_nothing(check, way):
    """If initialising raises, nothing is kept and the next call tries again."""
    tries = []

    def initialise(self, number):
        tries.append(number)
        if number < 3:
            raise LookupError(number)
        self.number = number

    made = way.make(check, initialise)
    for number in (1, 2):
        error = check.raises(LookupError, lambda number=number: made(number), f"Made({number}), which fails")
        check.equal((number,), error.args, f"the arguments of what Made({number}) raised")
    got = in_time(check, lambda: made(3).number, "Made(3), after two calls that failed")
    check.equal(3, got, "Made(3).number, after two calls that failed")
    check.returns(3, lambda: made(4).number, "Made(4).number, after Made(3)")
    check.equal([1, 2, 3], tries, f"the arguments that {way.initialiser} got")


@every_way
def test_an_object_may_call_for_others(check, way):
    """While it is initialised, an object may call for other singletons."""
    inner = way.make(check, lambda self: None, name="Inner")

    def initialise(self):
        self.inner = inner()

    outer = way.make(check, initialise, name="Outer")
    got = in_time(
        check, lambda: outer().inner is inner(), "Outer(), which calls Inner() while it is initialised"
    )
    check.equal(True, got, "Outer().inner is Inner()")


class Meeting:
    """A constructor in which the first thread stays until the second has come in, has come back, or waits."""

    def __init__(self, fails=False):
        self.calls, self.fails, self.news, self.second, self.got, self.complete = (
            0,
            fails,
            Signal(),
            None,
            None,
            None,
        )

    def initialise(self, made):
        """Is what the class does with a new object."""
        self.calls += 1
        if self.calls > 1:
            self.news.set()
        else:
            self.second = threading.Thread(target=self.come, daemon=True)
            self.second.start()
            self.news.wait()
            if self.fails:
                raise LookupError("the first try")
        made.complete = True

    def come(self):
        """Is what the second thread does."""
        WAITING[_thread.get_ident()] = self.news
        try:
            self.got = answer(self.made)
            self.complete = getattr(self.got, "complete", False)
        finally:
            del WAITING[_thread.get_ident()]
            self.news.set()

    def hold(self, check, way):
        """Let two threads call the class; return what the first one got."""
        self.made = way.make(check, lambda made: self.initialise(made))
        first = answer(self.made)
        if self.second is None:
            check.that(False, "Made()", f"{way.initialiser} is called", first)
        self.second.join(PATIENCE)
        waits = "no answer: it waits for ever"
        call = "Made() in a second thread, while the first is inside of the constructor"
        check.that(not self.second.is_alive(), call, "an answer, once the first has left it", waits)
        return first


@every_way
def test_two_threads_get_one_object(check, way):
    """If two threads call at the same time, one makes the object, and the other waits until it is made."""
    meeting = Meeting()
    first = meeting.hold(check, way)
    call = "two threads call Made() at the same time"
    check.equal(1, meeting.calls, f"the number of calls of {way.initialiser}, when {call}")
    check.identical(first, meeting.got, f"what the second thread got, when {call}")
    check.equal(
        True,
        meeting.complete,
        f"whether {way.initialiser} had ended when the second got its object, when {call}",
    )
    check.identical(first, answer(meeting.made), f"Made(), after {call}")


@every_way
def test_the_next_thread_tries_after_a_failure(check, way):
    """If the making fails, a thread that has waited for it tries next."""
    meeting = Meeting(fails=True)
    first = meeting.hold(check, way)
    call = "two threads call Made() at the same time and the first try fails"
    check.equal("it raised LookupError: the first try", first, f"what the first thread got, when {call}")
    check.equal(2, meeting.calls, f"the number of calls of {way.initialiser}, when {call}")
    check.that(
        isinstance(meeting.got, meeting.made), f"the second thread, when {call}", "an object", meeting.got
    )
    check.equal(
        True,
        meeting.complete,
        f"whether {way.initialiser} had ended when the second got its object, when {call}",
    )
    got = in_time(check, meeting.made, f"Made(), after {call}")
    check.identical(meeting.got, got, f"Made(), after {call}")


@every_way
def test_copies_are_the_object(check, way, monkeypatch):
    """Copying or unpickling gives the object itself."""
    calls = []
    made = way.make(check, lambda self, *args: calls.append(args))
    monkeypatch.setitem(globals(), "Made", made)
    one = answer(lambda: made(1))
    names = {"copy": copy, "pickle": pickle, "one": one}
    expressions = ["copy.copy(one)", "copy.deepcopy(one)", "copy.deepcopy([one])[0]"]
    expressions += [f"pickle.loads(pickle.dumps(one, {n}))" for n in range(pickle.HIGHEST_PROTOCOL + 1)]
    for expression in expressions:
        got = answer(lambda expression=expression: eval(expression, names))
        check.identical(one, got, f"{expression}, after one = Made(1)")
    check.identical(one, answer(made), "Made(), after copying and pickling")
    check.equal([(1,)], calls, f"the arguments that {way.initialiser} got")


@every_way
def test_copies_change_nothing(check, way, monkeypatch):
    """An old pickle brings no old attributes back, and a copy leaves the attributes alone."""

    def initialise(self):
        self.last, self.log = 1, ["begin"]

    made = way.make(check, initialise)
    monkeypatch.setitem(globals(), "Made", made)
    one = answer(made)
    check.that(isinstance(one, made), f"Made(), after {way.told}", "an object of the class", one)
    log = one.log
    pickles = [answer(lambda n=n: pickle.dumps(one, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
    one.last = 2
    log.append("more")
    for protocol, pickled in enumerate(pickles):
        check.that(type(pickled) is bytes, f"pickle.dumps(one, {protocol})", "bytes", pickled)
        check.identical(
            one, answer(lambda p=pickled: pickle.loads(p)), f"pickle.loads(an old pickle of {protocol})"
        )
        check.equal(
            2, one.last, f"one.last, which was 1 when pickled by protocol {protocol} and 2 when loaded"
        )
    check.identical(one, answer(lambda: copy.deepcopy(one)), "copy.deepcopy(one)")
    check.identical(log, one.log, "one.log, after copies and pickles were made")


@with_subclasses
def test_subclasses_have_their_own(check, way):
    """Each class has an object of its own class, whichever was called first."""
    for parent_first in (True, False):
        parent = way.make(check, lambda self: None, name="Parent")
        child = way.make(check, lambda self: None, (parent,), "Child")
        grandchild = way.make(check, lambda self: None, (child,), "Grandchild")
        classes = [parent, child, grandchild] if parent_first else [grandchild, child, parent]
        order = ", ".join(f"{each.__name__}()" for each in classes)
        objects = [answer(each) for each in classes]
        got = [type(each).__name__ for each in objects]
        check.equal([each.__name__ for each in classes], got, f"the classes of {order}, called in this order")
        for each, one in zip(classes, objects, strict=True):
            check.identical(one, answer(each), f"{each.__name__}() again, after {order}")


@pytest.mark.task(2)
def test_setup_may_be_left_out(check):
    """A subclass without setup is a singleton too, and setup may call that of the parent."""
    plain = type("Plain", (Singleton,), {"color": "red"})
    one = answer(lambda: plain(1, size=2))
    check.that(
        isinstance(one, plain), "Plain(1, size=2), class Plain(Singleton) having no setup", "an object", one
    )
    check.identical(one, answer(plain), "Plain(), after Plain(1, size=2)")

    class Polite(Singleton):
        def setup(self, name):
            super().setup(name)
            self.name = name

    ask(check, "Ann", "Polite('Ann').name", "its setup calling super().setup('Ann')", Polite=Polite)


class Greeter:
    """Says hello."""

    def greet(self):
        return f"hello {self.name}"


def loud():
    @singleton
    class Loud(Greeter):
        """Says it aloud."""

        limit = 3

        def __init__(self, name="all"):
            super().__init__()
            self.name = name

        def greet(self):
            return super().greet().upper()

        @staticmethod
        def twice(text):
            return text * 2

        @classmethod
        def called(cls):
            return cls.__name__

    return Loud


@pytest.mark.task(4)
def test_a_decorated_class_is_a_class(check):
    """What the decorator returns is a class, with all that the class had."""
    names = {"Loud": answer(loud), "Greeter": Greeter, "singleton": singleton}
    check.that(isinstance(names["Loud"], type), "@singleton class Loud(Greeter)", "a class", names["Loud"])
    for expected, expression in (
        (True, "isinstance(Loud(), Loud)"),
        (True, "isinstance(Loud(), Greeter)"),
        (True, "issubclass(Loud, Greeter)"),
        (False, "isinstance(Greeter(), Loud)"),
        (3, "Loud.limit"),
        ("hoho", "Loud.twice('ho')"),
        ("Loud", "Loud.called()"),
        ("HELLO ALL", "Loud().greet()"),
    ):
        ask(check, expected, expression, "after @singleton class Loud(Greeter)", **names)


@pytest.mark.task(4)
def test_a_decorated_class_keeps_its_names(check):
    """The decorated class goes by the names of the class, and has its docstring."""
    made = answer(loud)
    for expected, name in (
        ("Loud", "__name__"),
        ("loud.<locals>.Loud", "__qualname__"),
        (__name__, "__module__"),
        ("Says it aloud.", "__doc__"),
    ):
        ask(check, expected, f"Loud.{name}", "after @singleton class Loud", Loud=made)


@pytest.mark.task(4)
@pytest.mark.parametrize("parent_first", [True, False], ids=["parent_first", "child_first"])
def test_children_of_a_decorated_class(check, parent_first):
    """One may derive from a decorated class; the object of the child is not that of the parent."""
    parent = answer(loud)
    check.that(isinstance(parent, type), "@singleton class Loud", "a class", parent)

    def derived():
        class Louder(parent):
            def greet(self):
                return super().greet() + "!"

        return Louder

    names = {"Loud": parent, "Louder": answer(derived)}
    run(
        check, "one = Loud(); other = Louder()" if parent_first else "other = Louder(); one = Loud()", **names
    )
    for expected, expression in (
        (True, "isinstance(Louder(), Louder)"),
        (True, "isinstance(Louder(), Loud)"),
        (False, "isinstance(Loud(), Louder)"),
        (False, "Louder() is Loud()"),
        (True, "Loud() is Loud()"),
        ("HELLO ALL!", "Louder().greet()"),
        ("HELLO ALL", "Loud().greet()"),
    ):
        ask(check, expected, expression, "after class Louder(Loud), Loud being decorated", **names)


# 5. The client gets what it needs

CARTS = [
    ("Ann", [("tea", 250)], "Ann pays 2.50"),
    ("Bob", [("pen", 199), ("ink", 1006)], "Bob pays 12.05"),
    ("Ann", [("gift", 0)], "Ann pays 0.00"),
    ("Cyd", [("ring", 123_405)], "Cyd pays 1234.05"),
]


class Notebook:
    """A ledger of the suite's own: it is empty, and so it is false."""

    def __init__(self, trouble=None):
        self.number, self.calls, self.trouble = 700, [], trouble

    def __len__(self):
        return 0

    def next_number(self):
        self.number += 1
        self.calls.append("next_number")
        return self.number

    def enter(self, number, customer, cents):
        self.calls.append((number, customer, cents))
        if self.trouble:
            raise self.trouble


@pytest.mark.task(5)
def test_the_checkout_uses_what_it_is_given(check):
    """A checkout writes into the ledger that it was given, and the one ledger is not even made."""
    book = Notebook()
    till = answer(lambda: Checkout(book))
    for number, (customer, cart, told) in enumerate(CARTS, 701):
        call = f"till.pay({customer!r}, {cart})"
        ask(check, f"invoice {number}: {told}", call, "till = Checkout(an own ledger)", till=till)
        expected = ["next_number", (number, customer, sum(price for _, price in cart))]
        check.equal(expected, book.calls[-2:], f"the last calls of the own ledger, after {call}")
    check.equal(
        2 * len(CARTS), len(book.calls), f"the number of calls of the own ledger, after {len(CARTS)} carts"
    )
    check.that(
        Ledger._only is None, "Checkout(an own ledger).pay(…)", "nobody calls Ledger()", "somebody did"
    )


@pytest.mark.task(5)
def test_nothing_for_an_empty_cart(check):
    """An empty cart is a ValueError, and no number is lost."""
    book = Notebook()
    till = answer(lambda: Checkout(book))
    ask(check, ValueError, "till.pay('Ann', [])", "till = Checkout(an own ledger)", till=till)
    check.equal([], book.calls, "the calls of the own ledger, after an empty cart")
    trouble = OSError("no paper")
    till = answer(lambda: Checkout(Notebook(trouble)))
    error = check.raises(OSError, lambda: till.pay("Ann", [("tea", 1)]), "till.pay(…), enter raising OSError")
    check.identical(trouble, error, "what till.pay raised, while enter raises OSError")


@pytest.mark.task(5)
def test_without_a_ledger_it_is_the_one(check):
    """Without a ledger, a checkout takes the one that is there when it is made."""
    for which in ("first", "second"):
        names = {"till": answer(Checkout), "other": answer(Checkout), "Ledger": Ledger}
        note = f"both made by Checkout(), with the {which} shop ledger"
        for number, (customer, cart, told) in enumerate(CARTS, 1):
            ask(check, f"invoice {number}: {told}", f"till.pay({customer!r}, {cart})", note, **names)
        ask(check, "invoice 5: Eve pays 0.05", "other.pay('Eve', [('nut', 5)])", note, **names)
        entries = {1: ("Ann", 250), 2: ("Bob", 1205), 3: ("Ann", 0), 4: ("Cyd", 123_405), 5: ("Eve", 5)}
        ask(
            check,
            entries,
            "Ledger().entries",
            f"after five calls of pay, with the {which} shop ledger",
            **names,
        )
        Ledger._only = None


@pytest.mark.task(5)
def test_importing_makes_no_ledger(check, hand_in):
    """Importing the module makes no ledger."""
    spec = importlib.util.spec_from_file_location("another_checkout", hand_in / "checkout.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check.that(Ledger._only is None, "import checkout", "nobody calls Ledger()", "somebody did")
    book = Notebook()
    run(check, "checkout.Checkout(book).pay('Ann', [('tea', 1)])", checkout=module, book=book)
    check.equal(
        2, len(book.calls), "the number of calls of the own ledger, after Checkout(an own ledger).pay(…)"
    )


@pytest.mark.task(5)
def test_the_fake_keeps_the_rules(check):
    """The fake gives out numbers one by one, and refuses what the real ledger refuses."""
    for expression, first in (("FakeLedger()", 1), ("FakeLedger(first=40)", 40), ("FakeLedger(7)", 7)):
        book = answer(lambda expression=expression: eval(expression, {"FakeLedger": FakeLedger}))
        for expected, call in (
            (ValueError, f"book.enter({first}, 'Ann', 1)"),
            (first, "book.next_number()"),
            (first + 1, "book.next_number()"),
            (None, f"book.enter({first + 1}, 'Ann', 250)"),
            (ValueError, f"book.enter({first + 1}, 'Bob', 1)"),
            (ValueError, f"book.enter({first + 2}, 'Bob', 1)"),
            (ValueError, f"book.enter({first - 1}, 'Bob', 1)"),
            (None, f"book.enter({first}, 'Bob', 0)"),
            ({first + 1: ("Ann", 250), first: ("Bob", 0)}, "book.entries"),
        ):
            ask(check, expected, call, f"after book = {expression} and the calls before", book=book)


@pytest.mark.task(5)
def test_fakes_are_for_themselves(check):
    """Two fakes share nothing, and a checkout works with each."""
    names = {"Checkout": Checkout, "FakeLedger": FakeLedger}
    names = run(check, "one, other = FakeLedger(), FakeLedger(first=9)", **names)
    for expected, expression in (
        ("invoice 9: Ann pays 2.50", "Checkout(other).pay('Ann', [('tea', 250)])"),
        ({}, "one.entries"),
        ("invoice 1: Bob pays 0.10", "Checkout(one).pay('Bob', [('nut', 10)])"),
        ({9: ("Ann", 250)}, "other.entries"),
    ):
        ask(check, expected, expression, "after one, other = FakeLedger(), FakeLedger(first=9)", **names)
    check.that(Ledger._only is None, "Checkout(FakeLedger()).pay(…)", "nobody calls Ledger()", "somebody did")


# 6. Predictions


def usual():
    """Return the two classes of the README, each time new ones."""

    class Book:
        only = None

        def __new__(cls, *args):
            if cls.only is None:
                cls.only = super().__new__(cls)
            return cls.only

    objects = {}

    class Meta(type):
        def __call__(cls, *args):
            if cls not in objects:
                objects[cls] = super().__call__(*args)
            return objects[cls]

    return Book, Meta


def init_again(**_):
    class Book(usual()[0]):
        def __init__(self, name):
            self.name = name

    Book("a")
    return Book("b").name


def class_of_second(first, second):
    book = usual()[0]
    classes = {"Book": book, "Child": type("Child", (book,), {})}
    classes[first]()
    return type(classes[second]()).__name__


def copy_of_new(**_):
    book = usual()[0]()
    return copy.copy(book) is book


def copy_of_meta(**_):
    thing = usual()[1]("Thing", (), {})()
    return copy.copy(thing) is thing


def old_pickle(monkeypatch, **_):
    book = usual()[0]
    book.__qualname__ = "Made"
    monkeypatch.setitem(globals(), "Made", book)
    one = book()
    one.n = 1
    pickled = pickle.dumps(one)
    one.n = 2
    pickle.loads(pickled)
    return one.n


def function(**_):
    book = usual()[0]

    def wrapper():
        return book()

    try:
        return isinstance(wrapper(), wrapper)
    except TypeError:
        return "TypeError"


@contextlib.contextmanager
def modules(monkeypatch, tmp_path, **sources):
    """Write modules, make them importable, and forget them at the end."""
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    try:
        yield
    finally:
        for name in sources:
            sys.modules.pop(name, None)


SETTINGS = "values = {}\ndef put(name, value): values[name] = value\n"


def reloaded(question, monkeypatch, tmp_path):
    with modules(monkeypatch, tmp_path, m=SETTINGS):
        import m

        values, put = m.values, m.put
        importlib.reload(m)
        if question == "reloaded_values":
            return values is m.values
        put("x", 1)
        return "x" in m.values


COUNTS = (
    "import pathlib\nwith open(pathlib.Path(__file__).with_suffix('.runs'), 'a') as file: file.write('x')\n"
)


def import_twice(monkeypatch, tmp_path, **_):
    sources = {"counted": COUNTS, "one_user": "import counted", "other_user": "import counted"}
    with modules(monkeypatch, tmp_path, **sources):
        importlib.import_module("one_user")
        importlib.import_module("other_user")
    return len((tmp_path / "counted.runs").read_text(encoding="utf-8"))


def main_twice(monkeypatch, tmp_path, **_):
    with modules(monkeypatch, tmp_path, program=f"{COUNTS}import user", user="import program"):
        runpy.run_path(str(tmp_path / "program.py"), run_name="__main__")
    return len((tmp_path / "program.runs").read_text(encoding="utf-8"))


def cached(**_):
    runs = []

    @functools.cache
    def make():
        runs.append(1)
        if len(runs) == 1:
            second = threading.Thread(target=make, daemon=True)
            second.start()
            second.join(PATIENCE)
        return object()

    make()
    return len(runs)


def weak(**_):
    class Thing:
        pass

    made, objects = [], weakref.WeakValueDictionary()

    def call():
        thing = objects.get("only")
        if thing is None:
            made.append(1)
            objects["only"] = thing = Thing()
        return thing

    call()
    call()
    return len(made)


CHOICES = {
    "init_again": (init_again, ("a", "b")),
    "parent_first": (lambda **_: class_of_second("Book", "Child"), ("Book", "Child")),
    "child_first": (lambda **_: class_of_second("Child", "Book"), ("Book", "Child")),
    "copy_of_new": (copy_of_new, (True, False)),
    "copy_of_meta": (copy_of_meta, (True, False)),
    "old_pickle": (old_pickle, (1, 2)),
    "function": (function, (True, False, "TypeError")),
    "reloaded_values": (functools.partial(reloaded, "reloaded_values"), (True, False)),
    "reloaded_put": (functools.partial(reloaded, "reloaded_put"), (True, False)),
    "import_twice": (import_twice, (0, 1, 2)),
    "main_twice": (main_twice, (0, 1, 2)),
    "cached": (cached, (0, 1, 2)),
    "weak": (weak, (0, 1, 2)),
}


@pytest.mark.task(6)
@pytest.mark.parametrize("question", CHOICES)
def test_predictions(predictions, monkeypatch, tmp_path, question):
    """You predicted what the usual singletons do."""
    experiment, choices = CHOICES[question]
    truth = experiment(monkeypatch=monkeypatch, tmp_path=tmp_path)
    predictions.check(question, truth, choices)
