"""The suite of "Abstract base classes": it makes classes, and asks the hand-in what it thinks of them."""

import abc
import contextlib
import types

import pytest
from abstract_base_classes import ContractError, Counted, MemoryStorage, SqliteStorage, Storage
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

FIVE = ("delete", "keys", "location", "read", "write")
"""The members that a storage has to supply."""


class Shelf:
    """Has the shape of a storage, is no child of it, and writes down what it is asked for."""

    def __init__(self, items=()):
        self.items, self.calls = dict(items), []

    @property
    def location(self):
        return "a shelf"

    def read(self, key):
        self.calls.append(("read", key))
        return self.items[key]

    def write(self, key, data):
        self.calls.append(("write", key))
        self.items[key] = data

    def delete(self, key):
        self.calls.append(("delete", key))
        del self.items[key]

    def keys(self, prefix=""):
        self.calls.append(("keys", prefix))
        return sorted(key for key in self.items if key.startswith(prefix))


PARTS = {name: vars(Shelf)[name] for name in ("__init__", *FIVE)}


def without(*names):
    return {name: part for name, part in PARTS.items() if name not in names}


def define(bases, body, **keywords):
    """Run a class statement."""
    return types.new_class("Made", bases, keywords, lambda namespace: namespace.update(body))


def defined(check, bases, body, **keywords):
    """Run a class statement that is all right; a refusal is a failed check."""
    call = statement(bases, body, **keywords)
    try:
        return define(bases, body, **keywords)
    except Exception as error:
        check.that(False, call, "a class", f"it raised {type(error).__name__}: {error}")


def statement(bases, body, **keywords):
    given = [base.__name__ for base in bases] + [f"{name}={value!r}" for name, value in keywords.items()]
    has = ", ".join(name for name in body if not name.startswith("__"))
    return f"class Made({', '.join(given)}), which defines {has or 'nothing'}"


def stored(check, items=(), bases=(Storage,), **changed):
    """Return an object of a complete child of Storage, made by the suite."""
    made = defined(check, bases, PARTS | changed)
    check.that(isinstance(answer(lambda: made(items)), made), "Made(), a complete child", "an object", made)
    return made(items)


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


# 1. The interface


@pytest.mark.task(1)
def test_storage_is_abstract(check):
    """Nobody can make a Storage that is no particular storage."""
    check.raises(TypeError, Storage, "Storage()")
    stored(check)


@pytest.mark.task(1)
def test_each_member_is_abstract(check):
    """A class that is meant to be incomplete, and is, cannot be called; its complete child can."""
    for name in FIVE:
        partial = defined(check, (Storage,), without(name), abstract=True)
        check.raises(TypeError, partial, f"Made(), a child of Storage with abstract=True and without {name}")
        made = stored(check, {"a": b"1"}, bases=(partial,))
        ask(check, b"1", 'made.read("a")', f"made by a complete child of the class without {name}", made=made)
    made = stored(check, location="on the left")
    ask(check, "on the left", "made.location", "the class having location = 'on the left'", made=made)


# 2. What every storage can do


@pytest.mark.task(2)
def test_exists(check):
    """A key exists if it can be read."""
    made = stored(check, {"a": b"", "b": b"2"})
    for key, expected in (("a", True), ("b", True), ("c", False), ("", False)):
        ask(check, expected, f"made.exists({key!r})", "the keys being 'a' and 'b'", made=made)


@pytest.mark.task(2)
def test_exists_hides_no_trouble(check):
    """Trouble other than a missing key reaches the caller of exists."""

    def read(self, key):
        raise OSError("the disk is on fire")

    def keys(self, prefix=""):
        raise OSError("the disk is on fire")

    made = stored(check, {"a": b"1"}, read=read, keys=keys)
    ask(check, OSError, 'made.exists("a")', "while read and keys raise OSError", made=made)


@pytest.mark.task(2)
def test_rename(check):
    """Renaming moves the data, also onto a key that is there."""
    before = {"a": b"1", "b": b"2"}
    for expression, after in (
        ("made.rename('a', 'z')", {"b": b"2", "z": b"1"}),
        ("made.rename('a', 'b')", {"b": b"1"}),
        ("made.rename('a', 'a')", before),
    ):
        made = stored(check, before)
        ask(check, None, expression, f"the items being {before}", made=made)
        check.equal(after, made.items, f"the items after {expression}, which were {before}")


@pytest.mark.task(2)
def test_renaming_what_is_not_there(check):
    """Renaming a key that is not there is a KeyError and changes nothing."""
    made = stored(check, {"a": b"1"})
    for new in ("a", "y", "x"):
        ask(check, KeyError, f"made.rename('x', {new!r})", "the only key being 'a'", made=made)
        check.equal({"a": b"1"}, made.items, f"the items after made.rename('x', {new!r})")


@pytest.mark.task(2)
def test_renaming_loses_nothing(check):
    """When writing fails in rename, the data is still where it was."""

    def full(self, key, data):
        raise OSError("no space left")

    made = stored(check, {"a": b"1"}, write=full)
    ask(check, OSError, 'made.rename("a", "b")', "while write raises OSError", made=made)
    check.equal({"a": b"1"}, made.items, 'the items after made.rename("a", "b"), while write raises OSError')


@pytest.mark.task(2)
def test_clear(check):
    """Clearing deletes the keys with a prefix, or all of them, and counts them."""
    items = {"a": b"1", "a/1": b"", "b": b"2", "ba": b"3"}
    for prefix, gone in (("'a'", 2), ("'b'", 2), ("prefix='ba'", 1), ("'x'", 0), ("''", 4), ("", 4)):
        made = stored(check, items)
        ask(check, gone, f"made.clear({prefix})", f"the keys being {list(items)}", made=made)
        check.equal(len(items) - gone, len(made.items), f"the number of items after made.clear({prefix})")
    made = stored(check, items)
    ask(check, 2, "made.clear('b')", f"the keys being {list(items)}", made=made)
    check.equal({"a": b"1", "a/1": b""}, made.items, "the items after made.clear('b')")


@pytest.mark.task(2)
def test_replace(check):
    """After replace there is exactly what was given."""
    made = stored(check, {"a": b"1", "b": b"2"})
    for items in ({"b": b"3", "c": b"4"}, {}, {"a": b"5"}):
        given = dict(items)
        ask(check, None, "made.replace(items)", f"the items being {items}", made=made, items=given)
        check.equal(items, made.items, f"the items after made.replace({items})")
        check.equal(items, given, f"the dict that was given, after made.replace({items})")


@pytest.mark.task(2)
def test_replace_calls_the_steps_of_the_object(check):
    """Replace calls clear of the object once, and write of the object for each item."""

    def quick(self, prefix=""):
        self.calls.append(("clear", prefix))
        self.items.clear()
        return 0

    made, call = stored(check, {"a": b"1", "b": b"2"}, clear=quick), "made.replace({'x': b'', 'y': b'9'})"
    ask(check, None, call, "the class having a clear of its own", made=made)
    check.equal({"x": b"", "y": b"9"}, made.items, f"the items after {call}")
    steps = [step for step in made.calls if step[0] in ("clear", "delete", "write")]
    expected = [("clear", ""), ("write", "x"), ("write", "y")]
    check.equal(expected, steps, f"what {call} called, the class having a clear of its own")


@pytest.mark.task(2)
def test_defaults_can_be_extended(check):
    """A subclass may override each of the four and call the one it overrides."""

    def noted(self, result):
        self.calls.append("extended")
        return result

    overriding = {
        "exists": lambda self, key: noted(self, Storage.exists(self, key)),
        "rename": lambda self, old, new: noted(self, Storage.rename(self, old, new)),
        "clear": lambda self, prefix="": noted(self, Storage.clear(self, prefix)),
        "replace": lambda self, items: noted(self, Storage.replace(self, items)),
    }
    for name, call, expected in (
        ("exists", "made.exists('a')", True),
        ("rename", "made.rename('a', 'b')", None),
        ("clear", "made.clear('a')", 1),
        ("replace", "made.replace({})", None),
    ):
        made = stored(check, {"a": b"1"}, **{name: overriding[name]})
        ask(check, expected, call, f"overridden by a method that calls Storage.{name}", made=made)
        check.equal(1, made.calls.count("extended"), f"calls of the method that overrides {name}")


# 3. Checked when the class is made


def refused(check, bases, body, call, missing=(), misfits=(), **keywords):
    error = check.raises(ContractError, lambda: define(bases, body, **keywords), call)
    got = answer(lambda: (error.missing, error.misfits))
    check.equal((missing, misfits), got, f"(error.missing, error.misfits) after {call}")
    for name in (*missing, *misfits):
        check.that(name in str(error), f"str(error) after {call}", f"a text with {name}", str(error))


@pytest.mark.task(3)
def test_a_missing_member(check):
    """A class statement that lacks one of the five is refused, with the name."""
    for name in FIVE:
        refused(check, (Storage,), without(name), f"class Made(Storage), without {name}", (name,))
        body = without(name) | {name: None}
        refused(check, (Storage,), body, f"class Made(Storage), with {name} = None", (name,))
    defined(check, (Storage,), PARTS)


@pytest.mark.task(3)
def test_all_that_is_wrong_at_once(check):
    """All that is missing and all that does not fit is named at once, in order."""
    refused(check, (Storage,), {}, "class Made(Storage): pass", missing=FIVE)
    wrong = "\ndef read(self):\ndef keys(self, prefix):\ndef clear(self):\n"
    body = without("write", "delete") | {name: method for name, _, method in methods(wrong)}
    call = (
        "class Made(Storage), without write and delete, with read(self), keys(self, prefix) and clear(self)"
    )
    refused(check, (Storage,), body, call, ("delete", "write"), ("clear", "keys", "read"))


@pytest.mark.task(3)
def test_incomplete_on_purpose(check):
    """A class that says abstract=True may be incomplete; its children may not, unless they say so too."""
    first = defined(check, (Storage,), without("read", "write"), abstract=True)
    second = defined(check, (first,), {"read": PARTS["read"]}, abstract=True)
    refused(
        check, (first,), {"read": PARTS["read"]}, "class Made(an incomplete class), without write", ("write",)
    )
    refused(check, (second,), {}, "class Made(a child of an incomplete class), without write", ("write",))
    defined(check, (second,), {"write": PARTS["write"]})


@pytest.mark.task(3)
def test_members_may_be_inherited(check):
    """A member may come from a parent, or from a mixin that is no storage."""
    complete = defined(check, (Storage,), PARTS)
    defined(check, (complete,), {})
    defined(check, (complete,), {"read": PARTS["read"]})
    defined(check, (Shelf, Storage), {})
    defined(check, (defined(check, (Shelf,), {}), Storage), {"write": PARTS["write"]})
    half = type("Half", (), {"read": PARTS["read"], "location": "here"})
    defined(check, (half, Storage), without("read", "location"))
    call = "class Made(Half, Storage), Half having read and location, Made having keys and delete"
    refused(check, (half, Storage), {n: PARTS[n] for n in ("keys", "delete")}, call, ("write",))
    wrong = type("Wrong", (), {"read": lambda self: b""})
    call = "class Made(Wrong, Storage), Wrong having read(self), Made having the other four"
    refused(check, (wrong, Storage), without("read"), call, (), ("read",))
    call = "class Made(a complete storage), with read = None"
    refused(check, (complete,), {"read": None}, call, ("read",))


FITTING = """
def read(self, key):
def read(this, key, *more):
def read(self, key, default=None, *, silent=False):
def write(self, *args, **kwargs):
def write(self, key, *args, **kwargs):
def write(self, key, data, **options):
def delete(self, key='', missing_ok=False):
def keys(self, prefix=None):
def keys(self, prefix='', *suffixes):
def exists(self, key, *, follow=True):
def rename(self, old, new, overwrite=True):
def clear(self, prefix='x', limit=None):
def replace(self, items, quick=True):
"""

MISFITS = """
def read(self):
def read(self, name):
def read(self, key, default):
def read(self, *, key):
def write(self, key, data, /):
def write(self, key, data, mode):
def write(self, key, data, *, mode):
def write(self, data, key):
def write(self, *args):
def delete(self, **kwargs):
def keys(self):
def keys(self, prefix):
def keys(self, **kwargs):
def exists(self):
def rename(self, new, old):
def clear(self, prefix):
def replace(self, **items):
"""


def methods(sources):
    """Yield (name, source, function) of each line."""
    for source in sources.split("\n")[1:-1]:
        namespace = {}
        exec(f"{source} return None", namespace)
        name = source[4 : source.index("(")]
        yield name, source, namespace[name]


@pytest.mark.task(3)
def test_what_fits(check):
    """A method that accepts every call that the one of Storage allows fits, even if it accepts more."""
    for name, source, method in methods(FITTING):
        made = answer(lambda n=name, m=method: define((Storage,), PARTS | {n: m}))
        check.that(isinstance(made, type), f"class Made(Storage), with {source} ...", "a class", made)
    check.raises(ContractError, lambda: define((Storage,), {}), "class Made(Storage): pass")


@pytest.mark.task(3)
def test_what_does_not_fit(check):
    """A method that does not accept one of the calls that the one of Storage allows is refused."""
    for name, source, method in methods(MISFITS):
        call = f"class Made(Storage), with {source} ..."
        refused(check, (Storage,), PARTS | {name: method}, call, (), (name,))
        call = f"class Made(Storage, abstract=True), with {source} ..."
        refused(check, (Storage,), {name: method}, call, (), (name,), abstract=True)


@pytest.mark.task(3)
def test_properties_and_methods_are_not_the_same(check):
    """A method is no location, and a property is no method."""
    call = "class Made(Storage), with def location(self): ..."
    body = PARTS | {"location": lambda self: "here"}
    refused(check, (Storage,), body, call, (), ("location",))
    call = "class Made(Storage), where read is a property"
    refused(check, (Storage,), PARTS | {"read": property(lambda self: b"")}, call, (), ("read",))


@pytest.mark.task(3)
def test_other_keywords_go_on(check):
    """Other keywords of a class statement reach the parent that takes them."""
    seen = []

    class Tagged:
        def __init_subclass__(cls, tag=None, **keywords):
            super().__init_subclass__(**keywords)
            seen.append(tag)

    defined(check, (Storage, Tagged), PARTS, tag="blue")
    defined(check, (Storage, Tagged), {}, tag="red", abstract=True)
    check.equal(["blue", "red"], seen, "the tags that arrived: class Made(Storage, Tagged, tag=…), twice")


# 4. By shape and by promise


def is_storage(check, expected, some_class, told, of=Storage):
    """Ask whether a class that is told about, and an object of it, is one of ``of``."""
    name, note = of.__name__ if of in (Storage, MemoryStorage, SqliteStorage) else "Parent", f"Made {told}"
    names = {name: of, "Made": some_class, "made": object.__new__(some_class)}
    ask(check, expected, f"issubclass(Made, {name})", note, **names)
    ask(check, expected, f"isinstance(made, {name})", note, **names)


@pytest.mark.task(4)
def test_the_right_shape(check):
    """A class with all five members is a storage, wherever it has them from."""
    is_storage(check, True, type("Made", (), dict(PARTS)), "having all five")
    is_storage(check, True, type("Made", (Shelf,), {}), "inheriting all five")
    half = type("Half", (), without("read", "keys"))
    other = type("Other", (), {name: PARTS[name] for name in ("read", "keys")})
    is_storage(check, True, type("Made", (half, other), {}), "inheriting all five from two parents")


@pytest.mark.task(4)
def test_a_partial_shape(check):
    """A class that lacks one of the five, or has None there, is no storage."""
    is_storage(check, True, type("Made", (), dict(PARTS)), "having all five")
    for name in FIVE:
        is_storage(check, False, type("Made", (), without(name)), f"lacking {name}")
        is_storage(
            check, False, type("Made", (Shelf,), {name: None}), f"inheriting all five, but {name} = None"
        )


@pytest.mark.task(4)
def test_what_is_registered(check):
    """A class that was registered is a storage, whatever it lacks, and so are its children."""
    for body, told in (
        ({}, "having nothing"),
        (without("read"), "lacking read"),
        ({"read": None}, "read = None"),
    ):
        made = type("Made", (), dict(body))
        is_storage(check, False, made, told)
        ask(check, made, "Storage.register(Made)", f"Made {told}", Storage=Storage, Made=made)
        is_storage(check, True, made, f"{told}, but registered")
        is_storage(check, True, type("Made", (made,), {}), f"being the child of a registered class {told}")


@pytest.mark.task(4)
def test_a_shape_is_no_child_of_everything(check):
    """Looking like a storage does not make an object of every subclass of Storage."""
    parent = defined(check, (Storage,), PARTS)
    for some_class, told in (
        (Shelf, "having all five"),
        (defined(check, (Storage,), PARTS), "being another child"),
    ):
        is_storage(check, True, some_class, told)
        for of in (MemoryStorage, SqliteStorage, parent):
            is_storage(check, False, some_class, told, of)
    names = {"Parent": parent, "MemoryStorage": MemoryStorage, "memory": answer(MemoryStorage)}
    ask(check, False, "issubclass(MemoryStorage, Parent)", "Parent being a child of Storage", **names)
    ask(check, False, "isinstance(memory, Parent)", "memory being a MemoryStorage", **names)


@pytest.mark.task(4)
def test_children_stay_children(check):
    """What inherits from a class, or was registered with it, remains a subclass of it."""
    parent = defined(check, (Storage,), PARTS)
    child = defined(check, (parent,), {name: PARTS[name] for name in FIVE})
    promised = type("Made", (), {})
    ask(
        check,
        promised,
        "Parent.register(Made)",
        "Parent being a child of Storage",
        Parent=parent,
        Made=promised,
    )
    for of in (Storage, parent):
        is_storage(check, True, parent, "being Parent, a child of Storage", of)
        is_storage(check, True, child, "being a child of Parent", of)
        is_storage(check, True, promised, "registered with Parent", of)
    is_storage(check, False, promised, "registered with Parent", MemoryStorage)
    partial = defined(check, (Storage,), {}, abstract=True)
    ask(
        check,
        True,
        "issubclass(Made, Storage)",
        "after class Made(Storage, abstract=True)",
        Made=partial,
        Storage=Storage,
    )


@pytest.mark.task(4)
def test_counted_is_a_storage_by_promise(check):
    """Counted is a storage, and no child of Storage."""
    names = {
        "Storage": Storage,
        "Counted": Counted,
        "counted": Counted(Shelf()),
        "MemoryStorage": MemoryStorage,
    }
    ask(check, True, "isinstance(counted, Storage)", **names)
    ask(check, True, "issubclass(Counted, Storage)", **names)
    ask(check, False, "Storage in Counted.__mro__", **names)
    ask(check, False, "isinstance(counted, MemoryStorage)", **names)


@pytest.mark.task(4)
def test_counted_counts(check):
    """Counted hands every call on, with its result or exception, and counts it by name."""
    shelf = Shelf({"a": b"1"})
    names = {"counted": Counted(shelf), "shelf": shelf, "Counted": Counted}
    for expected, expression in (
        ({}, "dict(counted.counts)"),
        (b"1", "counted.read('a')"),
        (None, "counted.write(key='b', data=b'2')"),
        (KeyError, "counted.read('x')"),
        (b"2", "[counted.read, counted.delete][0]('b')"),
        (["a", "b"], "counted.keys()"),
        ("a shelf", "counted.location"),
        ({"read": 3, "write": 1, "keys": 1}, "dict(counted.counts)"),
        ({"a": b"1", "b": b"2"}, "shelf.items"),
        ({}, "dict(Counted(shelf).counts)"),
    ):
        ask(check, expected, expression, "after counted = Counted(shelf) and all the calls before", **names)


@pytest.mark.task(4)
def test_counted_has_what_the_storage_has(check):
    """Counted has what its storage has: versions of its own, and what no interface names."""

    def quick(self, prefix=""):
        self.items.clear()
        return 77

    more = {"clear": quick, "color": "blue", "paint": lambda self, color: f"painted {color}"}
    counted = Counted(stored(check, {"a": b"1"}, **more))
    for expected, expression in (
        (True, "counted.exists('a')"),
        (77, "counted.clear()"),
        ("blue", "counted.color"),
        ("painted red", "counted.paint('red')"),
        (AttributeError, "counted.nonsense"),
        ({"exists": 1, "clear": 1, "paint": 1}, "dict(counted.counts)"),
    ):
        ask(check, expected, expression, "the storage having its own clear, color and paint", counted=counted)


# 5. Two backends


@contextlib.contextmanager
def opened(check, kind, *arguments):
    """Make a backend, and close it at the end if it can be closed."""
    storage = answer(lambda: kind(*arguments))
    check.that(isinstance(storage, kind), f"{kind.__name__}{arguments}", "a storage", storage)
    try:
        yield storage
    finally:
        with contextlib.suppress(Exception):
            getattr(storage, "close", lambda: None)()


backends = pytest.mark.parametrize(
    ("kind", "arguments"), [(MemoryStorage, ()), (SqliteStorage, (":memory:",))], ids=["memory", "sqlite"]
)


@pytest.mark.task(5)
@backends
def test_write_read_delete(check, kind, arguments):
    """What was written is read, until it is replaced or deleted; a missing key is a KeyError."""
    with opened(check, kind, *arguments) as storage:
        note, names = f"storage being a {kind.__name__}", {"storage": storage}
        for data in (b"one", b"", bytes(range(256)), b"'; --"):
            ask(check, None, f"storage.write('k', {data})", note, **names)
            ask(check, data, "storage.read('k')", f"after storage.write('k', {data}), {note}", **names)
        ask(check, ["k"], "storage.keys()", note, **names)
        ask(check, None, "storage.delete('k')", note, **names)
        for expected, expression in (
            (KeyError, "storage.read('k')"),
            (KeyError, "storage.delete('k')"),
            ([], "storage.keys()"),
        ):
            ask(check, expected, expression, f"after storage.delete('k'), {note}", **names)
        check.equal(True, Storage in kind.__mro__, f"Storage in {kind.__name__}.__mro__")


@pytest.mark.task(5)
@backends
def test_prefixes(check, kind, arguments):
    """A prefix is compared character by character; the keys come sorted, in a list of their own."""
    keys = ["a", "A", "ab", "a_c", "a%", "a*", "", "é", "z", "ab/c", "10", "9", "\U0001f600", "\uffee", "a'b"]
    with opened(check, kind, *arguments) as storage:
        note = f"storage being a {kind.__name__} with the keys {keys}"
        for key in keys:
            ask(
                check,
                None,
                f"storage.write({key!r}, b'')",
                f"storage being a {kind.__name__}",
                storage=storage,
            )
        for prefix in ("", "a", "A", "a_", "a%", "%", "_", "a*", "b", "é", "\U0001f600", "a'", "ab/"):
            expected = sorted(key for key in keys if key.startswith(prefix))
            ask(check, expected, f"storage.keys({prefix!r})", note, storage=storage)
        storage.keys().clear()
        ask(
            check,
            sorted(keys),
            "storage.keys()",
            f"an earlier list having been emptied, {note}",
            storage=storage,
        )
        ask(check, 7, "storage.clear('a')", note, storage=storage)


@pytest.mark.task(5)
@backends
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["read", "write", "delete", "keys", "exists", "rename", "clear"]),
            st.sampled_from(["", "a", "b", "ab", "B"]),
            st.sampled_from(["c", "d"]),
        ),
        max_size=25,
    )
)
@settings(max_examples=30)
def test_any_history(check, kind, arguments, steps):
    """Whatever is done in whatever order, a backend answers as a dict would."""
    with opened(check, kind, *arguments) as storage:
        items, history = {}, []
        for number, (name, key, other) in enumerate(steps):
            data = str(number).encode()
            given = {"write": f"{key!r}, {data}", "rename": f"{key!r}, {other!r}"}.get(name, repr(key))
            expected = expected_of(items, name, key, other, data)
            note = f"storage being a {kind.__name__}, after {'; '.join(history) or 'nothing'}"
            ask(check, expected, f"storage.{name}({given})", note, storage=storage)
            history.append(f"{name}({given})")


def expected_of(items, name, key, other, data):
    """Do to a dict what the storage is asked to do; return the answer, or the exception's class."""
    if name == "write":
        items[key] = data
        return None
    if name == "exists":
        return key in items
    if name in ("keys", "clear"):
        found = sorted(each for each in items if each.startswith(key))
        for each in found if name == "clear" else ():
            del items[each]
        return found if name == "keys" else len(found)
    if key not in items:
        return KeyError
    if name == "read":
        return items[key]
    old = items.pop(key)
    if name == "rename":
        items[other] = old
    return None


@pytest.mark.task(5)
def test_memories_are_separate(check):
    """Each MemoryStorage has its own data."""
    names = {"one": MemoryStorage(), "other": MemoryStorage()}
    ask(check, None, "one.write('k', b'1')", **names)
    ask(check, [], "other.keys()", "after one.write('k', b'1'), both being a MemoryStorage", **names)
    ask(check, "memory", "one.location", "one being a MemoryStorage", **names)


@pytest.mark.task(5)
def test_sqlite_keeps_its_data(check, tmp_path):
    """What was changed in a file is there for others at once, and for those who open it later."""
    path = tmp_path / "items.db"
    with opened(check, SqliteStorage, path) as one, opened(check, SqliteStorage, str(path)) as other:
        for expected, expression in (
            (str(path), "one.location"),
            (None, "one.write('k', b'1')"),
            (b"1", "other.read('k')"),
            (None, "one.replace({'a': b'2', 'b': b'3'})"),
            (["a", "b"], "other.keys()"),
            (None, "other.delete('a')"),
            (["b"], "one.keys()"),
            (None, "one.rename('b', 'c')"),
        ):
            note = "one and other being SqliteStorages of one path, after all the calls before"
            ask(check, expected, expression, note, one=one, other=other)
    with opened(check, SqliteStorage, path) as later:
        ask(check, b"3", "later.read('c')", "the SqliteStorages of before being closed", later=later)
        ask(check, ["c"], "later.keys()", "the SqliteStorages of before being closed", later=later)


# 6. Predictions


class Base(abc.ABC):
    @abc.abstractmethod
    def read(self):
        return "the body"


def no_abc():
    plain = type("Base", (), {"read": vars(Base)["read"]})
    return type("Child", (plain,), {})


def assigned_later():
    child = type(Base)("Child", (Base,), {})
    child.read = lambda self: b""
    return child


CHILDREN = {
    "incomplete": lambda: abc.ABCMeta("Child", (Base,), {}),
    "no_abc": no_abc,
    "exception": lambda: abc.ABCMeta("Child", (Base, Exception), {}),
    "assigned_later": assigned_later,
    "plain_attribute": lambda: abc.ABCMeta("Child", (Base,), {"read": 3}),
}


@pytest.mark.task(6)
@pytest.mark.parametrize("question", CHILDREN)
def test_predicted_refusals(predictions, question):
    """You predicted when an abstract class is refused."""
    truth = "never"
    try:
        child = CHILDREN[question]()
        try:
            child()
        except TypeError:
            truth = "at the call"
    except TypeError:
        truth = "at the class statement"
    predictions.check(question, truth, ("at the class statement", "at the call", "never"))


def abstract_body():
    class Child(Base):
        def read(self):
            return super().read()

    return Child().read() == "the body"


def known_early():
    seen = []

    class Early(abc.ABC):
        def __init_subclass__(cls):
            seen.append(hasattr(cls, "__abstractmethods__"))

        @abc.abstractmethod
        def read(self): ...

    abc.ABCMeta("Child", (Early,), {})
    return seen[0]


def registered():
    """Return a base class and a class that was registered with it."""
    base = abc.ABCMeta("Base", (Base,), {"twice": lambda self: 2})
    return base, base.register(type("Other", (), {}))


def registered_case():
    base, other = registered()
    match other():
        case base():
            return True
        case _:
            return False


def registered_except():
    class Failure(Exception, metaclass=abc.ABCMeta):
        pass

    Failure.register(ValueError)
    try:
        raise ValueError
    except Failure:
        return True
    except ValueError:
        return False


def with_hook(result):
    """Return a base class whose hook returns ``result``, and the list of its calls."""
    calls = []

    def hook(cls, other):
        calls.append(other)
        return result

    return abc.ABCMeta("Base", (Base,), {"__subclasshook__": classmethod(hook)}), calls


def veto():
    base, _ = with_hook(False)
    return issubclass(base.register(type("Other", (), {})), base)


def veto_child():
    base, _ = with_hook(False)
    return issubclass(type(base)("Child", (base,), {}), base)


EXPERIMENTS = {
    "abstract_body": abstract_body,
    "known_early": known_early,
    "registered_mro": lambda: Base in registered()[1].__mro__,
    "registered_method": lambda: hasattr(registered()[1], "twice"),
    "registered_case": registered_case,
    "registered_except": registered_except,
    "veto": veto,
    "veto_child": veto_child,
}


@pytest.mark.task(6)
@pytest.mark.parametrize("question", EXPERIMENTS)
def test_predicted_truths(predictions, question):
    """You predicted what abstract base classes and registered classes have to do with each other."""
    predictions.check(question, EXPERIMENTS[question](), (True, False))


@pytest.mark.task(6)
def test_predicted_hook_calls(check, predictions):
    """You predicted how often the hook is asked."""
    base, calls = with_hook(True)
    other = type("Other", (), {})
    asked = [issubclass(other, base) for _ in range(2)]
    check.equal([True, True], asked, "issubclass(Other, Base), twice, where the hook says yes")
    predictions.check("hook_calls", len(calls), (0, 1, 2))
