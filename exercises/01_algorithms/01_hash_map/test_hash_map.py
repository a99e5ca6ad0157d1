"""The suite of the hash map: for each task fixed examples, then properties, then scale."""

import ast
import collections
import collections.abc
import gc
import itertools
import operator
import random
import sys
import tracemalloc
import types
from collections.abc import Callable, Iterable, Mapping
from functools import partial

import hypothesis
import hypothesis.stateful
import pytest
from hash_map import HashMap
from hypothesis import strategies as st

WORDS = st.text("aäbcß ", min_size=1, max_size=4)  # a short alphabet: that of Unicode takes seconds to load
PLAIN_KEYS = st.integers(0, 10**6) | WORDS | st.tuples(st.integers(0, 9), WORDS)
PAIRS = st.lists(st.tuples(PLAIN_KEYS, st.none() | st.integers() | WORDS), max_size=30)

ITERATORS = {
    "iter(table)": iter,
    "iter(table.keys())": lambda table: iter(table.keys()),
    "iter(table.values())": lambda table: iter(table.values()),
    "iter(table.items())": lambda table: iter(table.items()),
}


class Key:
    """A key with a hash of our choice that equals every key of its name. ``watch`` hears what it is asked."""

    __slots__ = ("name", "number", "watch")

    def __init__(self, name: str, number: int, watch: Callable[[str], object] = lambda _: None) -> None:
        self.name = name
        self.number = number
        self.watch = watch

    def __hash__(self) -> int:
        self.watch("hash")
        return self.number

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        self.watch("==")
        return self.name == other.name

    def __repr__(self) -> str:
        self.watch("repr")
        return f"Key({self.name!r}, hash={self.number})"


class Stranger(Key):
    """A key that equals nothing, not even itself, as a NaN does."""

    __slots__ = ()
    __hash__ = Key.__hash__

    def __eq__(self, other: object) -> bool:
        return False


class Refusal(Exception):
    """What a key raises when it does not want to be compared."""


class Raised:
    """An exception as a value, so that a check can show it in place of a result."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"it raised {type(self.error).__name__}: {self.error}"


def outcome(action: Callable[..., object], *arguments: object) -> object:
    """Return what the action returns, or what it raised as a value; what was raised before stays that."""
    for argument in arguments:
        if type(argument) is Raised:
            return argument
    try:
        return action(*arguments)
    except Exception as error:
        return Raised(error)


def listed(source: Iterable[object], limit: int = 1000) -> object:
    """Return the items of ``source`` as a list, cut off at ``limit``: a wrong iterator may have no end."""
    return outcome(lambda: list(itertools.islice(iter(source), limit)))


def filled(pairs: Mapping[object, object]) -> HashMap:
    """Return a map with these pairs, set one by one."""
    table = HashMap()
    for key, value in pairs.items():
        table[key] = value
    return table


def spread(count: int, seed: int = 1, watch: Callable[[str], object] = lambda _: None) -> list[Key]:
    """Return keys with good hashes: 61 random bits and a sign, the same in every run."""
    numbers = random.Random(seed)
    return [Key(f"{seed}.{i}", numbers.getrandbits(61) - 2**60, watch) for i in range(count)]


def named(keys: Iterable[object]) -> set[object]:
    """Return the set of the keys, each ``Key`` replaced by its name: checks do not compare objects."""
    return {key.name if type(key) is Key else key for key in keys}


def holds(check, expected: Mapping[object, object], table: HashMap, story: str) -> None:
    """Require that ``table`` has exactly these pairs: by length, by iteration and by look-up."""
    check.equal(len(expected), outcome(len, table), f"len(table)  # {story}")
    keys = listed(table, len(expected) + 1)
    check.equal(len(expected), outcome(len, keys), f"len(list(table))  # {story}")
    check.equal(named(expected), outcome(named, keys), f"set(table)  # {story}")
    for key, value in expected.items():
        check.equal(value, outcome(operator.getitem, table, key), f"table[{key!r}]  # {story}")


def steps(action: Callable[[], object]) -> int:
    """Count the lines of Python that run during ``action``, without those of this file."""
    count = 0

    def trace(frame: types.FrameType, event: str, _: object) -> object:
        nonlocal count
        if frame.f_code.co_filename == steps.__code__.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def look_up(table: HashMap, present: Iterable[Key], absent: Iterable[Key]) -> None:
    """Look for every key."""
    for key in itertools.chain(present, absent):
        outcome(operator.contains, table, key)


def steps_of_look_up(table: HashMap, present: list[Key]) -> float:
    """Return the average number of lines for a look-up: twenty keys that are there, twenty that are not."""
    some = random.Random(5).sample(present, 20)
    return steps(partial(look_up, table, some, spread(20, seed=99))) / 40


def forbidden(key: Key, storeys: int = 6) -> list[str]:
    """Name the kinds of the sets and dicts through which ``key`` is reached, anywhere in this process.

    The search goes up from the key: who refers to it, who refers to those, and so on. It ends at the maps
    themselves. The attributes of an object may be a dict too: one with names for keys, and few of them.
    """
    ends = (types.FrameType, types.FunctionType, types.CellType, types.GeneratorType, types.ModuleType, type)
    layer: list[object] = [key]
    seen = {id(layer), id(key)}
    found: list[str] = []
    for _ in range(storeys):
        above = gc.get_referrers(*layer)
        seen.add(id(above))
        layer = [it for it in above if id(it) not in seen and not isinstance(it, (*ends, HashMap))]
        seen.update(id(it) for it in (layer, *layer))
        for it in layer:
            names = isinstance(it, dict) and len(it) < 50 and all(type(name) is str for name in it)
            if isinstance(it, dict | set | frozenset) and not names:
                found.append(f"a {type(it).__name__}")
    return found


class Witness:
    """Looks for sets and dicts that hold ``key`` whenever a key is asked for something, six times at most."""

    def __init__(self) -> None:
        self.key: Key | None = None
        self.looks = 0
        self.found: list[str] = []

    def __call__(self, question: str) -> None:
        if self.looks and not self.found:
            self.looks -= 1
            self.found = [f"{kind}, seen at a call of {question}" for kind in forbidden(self.key, 1)]

    def watch(self, action: Callable[[], object], key: Key) -> object:
        """Return the outcome of the action, and keep what is seen meanwhile."""
        self.key, self.looks = key, 6
        try:
            return outcome(action)
        finally:
            self.looks = 0


# 1. Look up, insert, delete


@pytest.mark.task(1)
def test_it_is_a_mutable_mapping(check):
    """HashMap is a MutableMapping, and a new one is empty."""
    table = HashMap()
    is_one = isinstance(table, collections.abc.MutableMapping)
    check.equal(True, is_one, "isinstance(HashMap(), MutableMapping)")
    check.equal(0, outcome(len, table), "len(HashMap())")
    check.equal([], listed(table), "list(HashMap())")


@pytest.mark.task(1)
def test_keys_are_found_with_their_values(check):
    """A key that was set is found again with its value."""
    pairs = {"mon": 1, "tue": [2], ("wed", 3): "three", 4: None}
    table = filled(pairs)
    story = f"table holds {pairs}"
    for key, value in pairs.items():
        check.identical(value, outcome(operator.getitem, table, key), f"table[{key!r}]  # {story}")
        check.equal(True, outcome(operator.contains, table, key), f"{key!r} in table  # {story}")
    holds(check, pairs, table, story)


@pytest.mark.task(1)
def test_setting_again_replaces_the_value_and_keeps_the_key(check):
    """Setting a key that is there replaces its value and keeps the key object that came first."""
    first, second = Key("k", 3), Key("k", 3)
    table = HashMap()
    table[first] = "old"
    table[second] = "new"
    story = "after table[first] = 'old'; table[second] = 'new', where first == second"
    check.equal("new", outcome(operator.getitem, table, first), f"table[first]  # {story}")
    keys = listed(table)
    check.equal(1, outcome(len, keys), f"len(list(table))  # {story}")
    check.identical(first, keys[0], f"list(table)[0]  # {story}")


@pytest.mark.task(1)
def test_deleted_keys_are_gone(check):
    """A deleted key is gone, the others stay, and it can be set again."""
    table = filled({1: "a", 2: "b", 3: "c"})
    outcome(operator.delitem, table, 2)
    story = "table held {1: 'a', 2: 'b', 3: 'c'}, then del table[2]"
    check.equal(False, outcome(operator.contains, table, 2), f"2 in table  # {story}")
    holds(check, {1: "a", 3: "c"}, table, story)
    table[2] = "d"
    holds(check, {1: "a", 2: "d", 3: "c"}, table, f"{story}; table[2] = 'd'")


@pytest.mark.task(1)
@pytest.mark.parametrize("key", [7, "seven", ("a", 7)], ids=["int", "str", "tuple"])
def test_a_missing_key_is_a_key_error(check, key):
    """Looking up, deleting or popping a missing key raises KeyError with that key as its only argument."""
    pairs = {1: "a", "one": "b"}
    table = filled(pairs)
    for call, action in {
        f"table[{key!r}]": partial(operator.getitem, table, key),
        f"del table[{key!r}]": partial(operator.delitem, table, key),
        f"table.pop({key!r})": lambda: table.pop(key),
    }.items():
        error = check.raises(KeyError, action, f"{call}  # table holds {pairs}")
        check.equal((key,), error.args, f"{call}  # the args of its KeyError")
    holds(check, pairs, table, f"table held {pairs} before the KeyErrors")


@pytest.mark.task(1)
@pytest.mark.parametrize("pairs", [{}, {1: "a", 2: "b"}], ids=["empty", "filled"])
def test_a_key_without_a_hash_is_a_type_error(check, pairs):
    """A key without a hash raises TypeError on set, get, delete, in and get(), also on an empty map."""
    table = filled(pairs)
    for key in ([1], (1, [2])):
        for call, action in {
            f"table[{key!r}] = 0": partial(operator.setitem, table, key, 0),
            f"table[{key!r}]": partial(operator.getitem, table, key),
            f"del table[{key!r}]": partial(operator.delitem, table, key),
            f"{key!r} in table": partial(operator.contains, table, key),
            f"table.get({key!r})": lambda key=key: table.get(key),
        }.items():
            check.raises(TypeError, action, f"{call}  # table holds {pairs}")
    holds(check, pairs, table, f"table held {pairs} before the TypeErrors")


@pytest.mark.task(1)
def test_none_is_a_key_and_a_value(check):
    """None is a key like any other and a value like any other."""
    table = HashMap()
    check.equal(False, outcome(operator.contains, table, None), "None in HashMap()")
    table[None] = "nothing"
    check.equal(
        "nothing", outcome(operator.getitem, table, None), "table[None]  # after table[None] = 'nothing'"
    )
    outcome(operator.delitem, table, None)
    check.equal(False, outcome(operator.contains, table, None), "None in table  # after del table[None]")
    table["empty"] = None
    story = "after table['empty'] = None"
    check.equal(None, outcome(operator.getitem, table, "empty"), f"table['empty']  # {story}")
    check.equal(True, outcome(operator.contains, table, "empty"), f"'empty' in table  # {story}")
    check.equal(
        None, outcome(lambda: table.setdefault("empty", 5)), f"table.setdefault('empty', 5)  # {story}"
    )


@pytest.mark.task(1)
def test_the_other_methods_answer_as_on_a_dict(check):
    """get, pop, setdefault, update and clear answer as they do on a dict."""
    table, model = filled({1: "a", 2: "b", 3: "c"}), {1: "a", 2: "b", 3: "c"}
    for name, arguments in (
        *(("get", (1,)), ("get", (7,)), ("get", (7, "no"))),
        *(("setdefault", (2, "x")), ("setdefault", (5, "e")), ("setdefault", (6,))),
        *(("pop", (2,)), ("pop", (2, "gone")), ("update", ({1: "A", 4: "d"},)), ("clear", ())),
    ):
        call = f"table.{name}{arguments!r}" if len(arguments) != 1 else f"table.{name}({arguments[0]!r})"
        before = dict(model)
        got = outcome(lambda name=name, arguments=arguments: getattr(table, name)(*arguments))
        check.equal(getattr(model, name)(*arguments), got, f"{call}  # table holds {before}")
        holds(check, model, table, f"table held {before}, then {call}")


@pytest.mark.task(1)
def test_popitem_removes_any_pair(check):
    """Each popitem removes and returns one pair, whichever; on an empty map it raises KeyError."""
    pairs = {1: "a", 2: "b", 3: "c"}
    table = filled(pairs)
    popped = [outcome(lambda: table.popitem()) for _ in pairs]
    call = f"{{table.popitem() for _ in range(3)}}  # table holds {pairs}"
    check.equal(set(pairs.items()), outcome(set, popped), call)
    check.equal(0, outcome(len, table), f"len(table)  # table held {pairs}, then three times table.popitem()")
    check.raises(KeyError, lambda: table.popitem(), "table.popitem()  # table is empty")


@pytest.mark.task(1)
def test_no_dict_or_set_stores_the_keys(check):
    """What the map holds is not in a dict or set."""
    keys = spread(60)
    table = filled(dict.fromkeys(keys, 0))
    check.equal(60, outcome(len, table), "len(table)  # after setting 60 keys")
    check.equal(
        [], forbidden(keys[30]), "what leads to a key, apart from lists and objects  # 60 keys in table"
    )


@pytest.mark.task(1)
@hypothesis.settings(max_examples=40)
@hypothesis.given(pairs=PAIRS)
def test_it_finds_what_a_dict_finds(check, pairs):
    """After any series of settings the map holds what a dict holds."""
    table = HashMap()
    for key, value in pairs:
        table[key] = value
    holds(check, dict(pairs), table, f"after table[key] = value for all of {pairs}")


# 2. Collisions


@pytest.mark.task(2)
def test_equal_hashes_are_not_equal_keys(check):
    """Keys with equal hashes that are not equal keep their own values."""
    holds(check, {-1: "a", -2: "b"}, filled({-1: "a", -2: "b"}), "after table[-1] = 'a'; table[-2] = 'b'")
    pairs = {Key(name, 5): name for name in "abcdefgh"}
    table = filled(pairs)
    story = "table holds eight keys of hash 5"
    holds(check, pairs, table, story)
    absent = Key("z", 5)
    check.equal(False, outcome(operator.contains, table, absent), f"{absent} in table  # {story}")
    check.raises(KeyError, lambda: table[absent], f"table[{absent}]  # {story}")
    check.raises(KeyError, partial(operator.delitem, table, absent), f"del table[{absent}]  # {story}")


@pytest.mark.task(2)
@pytest.mark.parametrize("number", [0, 6, -3, 2**40], ids="hash {}".format)
def test_deleting_keeps_the_keys_behind_reachable(check, number):
    """Deleting a key keeps the keys behind it reachable, whichever goes first."""
    for first, second in itertools.permutations(range(5), 2):
        keys = [Key(name, number) for name in "abcde"]
        table = filled(dict.fromkeys(keys, 0))
        outcome(operator.delitem, table, keys[first])
        outcome(operator.delitem, table, keys[second])
        rest = {key: 0 for key in keys if key not in (keys[first], keys[second])}
        one, two = keys[first].name, keys[second].name
        story = f"keys a to e of hash {number} were set, then {one} deleted, then {two}"
        holds(check, rest, table, story)
        check.equal(
            False, outcome(operator.contains, table, keys[first]), f"{keys[first]} in table  # {story}"
        )
        table[Key("e", number)] = 1
        table[keys[first]] = 2
        rest |= {keys[4]: 1} | {keys[first]: 2}
        holds(check, rest, table, f"{story}, then e set to 1 and {one} to 2")


@pytest.mark.task(2)
def test_numbers_that_are_equal_are_one_key(check):
    """The numbers 1, 1.0 and True are one key."""
    table = HashMap()
    for key in (1, 1.0, True):
        table[key] = repr(key)
    story = "after table[1] = '1'; table[1.0] = '1.0'; table[True] = 'True'"
    check.equal(1, outcome(len, table), f"len(table)  # {story}")
    for key in (1, 1.0, True):
        check.equal("True", outcome(operator.getitem, table, key), f"table[{key}]  # {story}")
    outcome(operator.delitem, table, True)
    check.equal(0, outcome(len, table), f"len(table)  # {story}; del table[True]")


@pytest.mark.task(2)
def test_a_nan_is_found_by_identity(check):
    """A NaN, or another key that does not equal itself, is found by the same object and by no other."""
    nan, other = float("nan"), float("nan")
    table = filled({nan: "mine"})
    check.equal("mine", outcome(operator.getitem, table, nan), "table[nan]  # after table[nan] = 'mine'")
    check.equal(False, outcome(operator.contains, table, other), "float('nan') in table  # another NaN is")
    keys = [Stranger(name, 9) for name in "abc"]
    table = filled({key: key.name for key in keys})
    story = "a, b and c were set; they have one hash and do not even equal themselves"
    for key in keys:
        check.equal(key.name, outcome(operator.getitem, table, key), f"table[{key.name}]  # {story}")
    outcome(operator.delitem, table, keys[1])
    check.equal(2, outcome(len, table), f"len(table)  # {story}; then del table[b]")
    check.equal("c", outcome(operator.getitem, table, keys[2]), f"table[c]  # {story}; then del table[b]")


@pytest.mark.task(2)
def test_identity_comes_before_equality(check):
    """An object that is itself the key is found without ==."""
    asked: list[str] = []
    key = Key("k", 4, asked.append)
    table = filled({key: "value"})
    outcome(operator.setitem, table, key, "new value")
    check.equal(
        "new value", outcome(operator.getitem, table, key), "table[key]  # set twice, the same object"
    )
    outcome(operator.delitem, table, key)
    check.equal(
        0, asked.count("=="), "key.__eq__ (calls)  # key was set twice, looked up and deleted: one object"
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("step", [1, 2**20, 3 * 5 * 7 * 11 * 13 * 17], ids="hashes of {}".format)
def test_equality_is_asked_of_equal_hashes_only(check, step):
    """== between keys is asked only when their hashes are equal."""
    asked: list[str] = []
    keys = [Key(f"{i}", i * step, asked.append) for i in range(120)]
    table = filled(dict.fromkeys(keys[:80], 0))
    for key in keys:
        outcome(operator.contains, table, key)
    for key in keys[:60]:
        outcome(operator.delitem, table, key)
    story = f"of 120 keys with hashes 0, {step}, {2 * step}, … 80 were set, all looked up, 60 deleted"
    check.equal(0, asked.count("=="), f"__eq__ of the keys (calls)  # {story}")


@pytest.mark.task(2)
def test_an_error_of_a_key_reaches_the_caller(check):
    """What a key's __eq__ raises reaches the caller, and the map stays as it was and usable."""

    def refuse(question: str) -> None:
        if question == "==" and armed:
            raise Refusal("I will not be compared")

    for size in range(1, 25):  # every size: one of them is about to move to another table
        armed = False
        pairs = {Key(f"{i}", i % 3, refuse): i for i in range(size)}
        table = filled(pairs)
        if size > 3:
            gone = next(iter(pairs))
            del pairs[gone]
            outcome(operator.delitem, table, gone)
        armed = True
        newcomer = Key("new", 1 if size > 1 else 0)
        for call, action in {
            "table[key] = 0": partial(operator.setitem, table, newcomer, 0),
            "table[key]": partial(operator.getitem, table, newcomer),
            "del table[key]": partial(operator.delitem, table, newcomer),
            "key in table": partial(operator.contains, table, newcomer),
        }.items():
            call += (
                f"  # {len(pairs)} keys, one of them with the hash of key and an __eq__ that raises Refusal"
            )
            check.raises(Refusal, action, call)
        armed = False
        holds(check, pairs, table, f"{len(pairs)} keys were there when an __eq__ raised")
        table[newcomer] = "in"
        holds(
            check, pairs | {newcomer: "in"}, table, f"{len(pairs)} keys, an error from __eq__, one more key"
        )


class AgainstDict(hypothesis.stateful.RuleBasedStateMachine):
    """Does the same to a map and to a dict, with keys of which many share a hash."""

    keys = st.builds(lambda name: Key(f"{name}", name % 3), st.integers(0, 11))

    def __init__(self, check) -> None:
        super().__init__()
        self.check = check
        self.table = HashMap()
        self.model: dict[Key, object] = {}

    def do(self, call: str, action: Callable[[object], object]) -> None:
        """Do one thing to both and compare what comes back."""
        expected, got = outcome(action, self.model), outcome(action, self.table)
        if type(expected) is Raised and type(got) is Raised:
            expected, got = type(expected.error).__name__, type(got.error).__name__
        self.check.equal(expected, got, call)

    @hypothesis.stateful.rule(key=keys, value=st.integers(0, 9))
    def set(self, key: Key, value: int) -> None:
        """Set a key."""
        self.do(f"table[{key}] = {value}", lambda it: operator.setitem(it, key, value))

    @hypothesis.stateful.rule(key=keys)
    def look_up(self, key: Key) -> None:
        """Look up a key."""
        self.do(f"table[{key}]", lambda it: it[key])

    @hypothesis.stateful.rule(key=keys)
    def delete(self, key: Key) -> None:
        """Delete a key."""
        self.do(f"del table[{key}]", lambda it: operator.delitem(it, key))

    @hypothesis.stateful.rule(key=keys)
    def pop(self, key: Key) -> None:
        """Take a key out."""
        self.do(f"table.pop({key}, None)", lambda it: it.pop(key, None))

    @hypothesis.stateful.rule(key=keys, value=st.integers(0, 9))
    def set_default(self, key: Key, value: int) -> None:
        """Set a key unless it is there."""
        self.do(f"table.setdefault({key}, {value})", lambda it: it.setdefault(key, value))

    @hypothesis.stateful.invariant()
    def same(self) -> None:
        """Both hold the same."""
        holds(self.check, self.model, self.table, "after the steps below")


@pytest.mark.task(2)
def test_it_does_what_a_dict_does(check):
    """Whatever is done to a map and to a dict, with many equal hashes, both hold the same."""
    hypothesis.stateful.run_state_machine_as_test(
        partial(AgainstDict, check),
        settings=hypothesis.settings(max_examples=25, stateful_step_count=25),
    )


@pytest.mark.task(2)
def test_hundreds_of_keys_may_have_one_hash(check):
    """Some hundred keys with one and the same hash are slow, and right."""
    keys = [Key(f"{i}", -7) for i in range(200)]
    table = filled({key: key.name for key in keys})
    for key in keys[::2]:
        outcome(operator.delitem, table, key)
    rest = {key: key.name for key in keys[1::2]}
    holds(check, rest, table, "200 keys of hash -7 were set, and every other one deleted")


@pytest.mark.task(2)
def test_no_dict_or_set_stores_keys_that_collide(check):
    """Keys with equal hashes are not in a dict or set either."""
    keys = [Key(f"{i}", i % 20) for i in range(60)]
    table = filled(dict.fromkeys(keys, 0))
    check.equal(60, outcome(len, table), "len(table)  # after setting 60 keys with 20 hashes")
    check.equal(
        [], forbidden(keys[30]), "what leads to a key, apart from lists and objects  # 60 keys in table"
    )


# 3. Grow and shrink


@pytest.mark.task(3)
def test_an_operation_asks_for_one_hash(check):
    """Each operation calls hash once on the key that it is given, and on no other key."""
    stored, given = [], []
    keys = [Key(f"{i}", i * 2**33 + i % 7, stored.append) for i in range(150)]
    others = [Key(key.name, key.number, given.append) for key in keys]
    table = HashMap()
    for key, same in zip(keys, others, strict=True):
        for call, argument, other, action in (
            ("table[key] = 1  # key is new", stored, given, partial(operator.setitem, table, key, 1)),
            ("table[key] = 2  # key is there", given, stored, partial(operator.setitem, table, same, 2)),
            ("table[key]  # key is there", given, stored, partial(operator.getitem, table, same)),
            ("key in table  # key is there", given, stored, partial(operator.contains, table, same)),
            ("table.get(key)  # key is there", given, stored, lambda same=same: table.get(same)),
        ):
            stored.clear()
            given.clear()
            outcome(action)
            check.equal(1, argument.count("hash"), f"{call}, among {key.name}: calls of hash(key)")
            check.equal(
                0, other.count("hash"), f"{call}, among {key.name}: calls of hash on other key objects"
            )
    for key in others:
        stored.clear()
        given.clear()
        outcome(operator.delitem, table, key)
        check.equal(1, given.count("hash"), "del table[key]  # calls of hash(key)")
        check.equal(0, stored.count("hash"), "del table[key]  # calls of hash on other key objects")


@pytest.mark.task(3)
def test_a_move_asks_no_key(check):
    """Moving to another table calls neither hash nor == on a key."""
    asked: list[str] = []
    here = [Key(f"{i}", i % 3, asked.append) for i in range(12)]
    table = filled(dict.fromkeys(here, 0))
    asked.clear()
    more = spread(2000)
    for key in more:
        table[key] = 0
    check.equal([], asked, "table[key] = 0 for 2,000 keys  # what the 12 keys were asked that were there")
    for key in more:
        outcome(operator.delitem, table, key)
    check.equal([], asked, "del table[key] for these 2,000 keys  # what the 12 keys were asked that stayed")


@pytest.mark.task(3)
def test_a_long_series_of_operations(check):
    """A long series of operations gives what a dict gives, with four comparisons an operation or fewer."""
    asked: list[str] = []
    keys = [spread(500, watch=asked.append) for _ in range(2)]  # equal keys, twice
    chance = random.Random(3)
    table, model = HashMap(), {}
    for turn in range(6000):
        key = chance.choice(keys[turn % 2])
        if chance.random() < (0.7 if turn // 1000 % 2 else 0.3):
            table[key] = model[key.name] = turn
        else:
            expected, got = model.pop(key.name, None), outcome(lambda key=key: table.pop(key, None))
            check.equal(expected, got, f"table.pop({key}, None)  # after {turn:,} operations on 500 keys")
    check.at_most(4 * 6000, asked.count("=="), "6,000 operations on up to 500 keys  # calls of __eq__")
    rest = {key: model[key.name] for key in keys[0] if key.name in model}
    holds(check, rest, table, "after 6,000 operations on 500 keys")


@pytest.mark.task(3)
def test_many_keys_cost_no_more_than_few(check):
    """Among thousands of keys an insertion or look-up takes at most five times the lines of one among 100."""
    keys = spread(40_000)
    table = HashMap()

    def insert(some: list[Key]) -> None:
        for key in some:
            table[key] = 0

    insertion = steps(partial(insert, keys[:100])) / 100
    look_up = steps_of_look_up(table, keys[:100])
    for size, larger in ((100, 500), (500, 2_000), (2_000, 40_000)):
        some = keys[size:larger]
        if larger < 40_000:
            call = f"table[key] = 0, key {size:,} to {larger:,}  # lines for one; up to 100: {insertion:.0f}"
            check.at_most(5 * insertion, steps(partial(insert, some)) / len(some), call)
        else:
            insert(some)  # too many to count
        call = f"key in table, among {larger:,} keys  # lines for one; among 100: {look_up:.0f}"
        check.at_most(5 * look_up, steps_of_look_up(table, keys[:larger]), call)
    check.equal(40_000, outcome(len, table), "len(table)  # after setting 40,000 keys")


@pytest.mark.task(3)
def test_one_key_in_and_out_does_not_move_the_table_each_time(check):
    """One key that goes in and out again and again does not move the whole table each time."""

    def cost(change: Callable[..., object], table: HashMap, *arguments: object) -> int:
        return steps(partial(outcome, change, table, *arguments))

    def cost_of_all(table: HashMap, keys: list[Key]) -> tuple[list[int], list[int]]:
        going_in = [cost(operator.setitem, table, key, 0) for key in keys]
        return going_in, [cost(operator.delitem, table, key) for key in reversed(keys)]

    keys = spread(400)
    going_in, going_out = cost_of_all(HashMap(), keys[:100])
    usual = sum(going_in + going_out) / 200
    going_in, going_out = cost_of_all(HashMap(), keys)
    grown, shrunk = going_in.index(max(going_in)), 399 - going_out.index(max(going_out))
    # To where one change cost most, on the way up and on the way down; there a single key comes and goes.
    for size, highest in ((grown, grown), (shrunk, 400)):
        table = filled(dict.fromkeys(keys[:highest], 0))
        for key in reversed(keys[size:highest]):
            outcome(operator.delitem, table, key)
        lines = sum(
            cost(operator.setitem, table, keys[size], 0) + cost(operator.delitem, table, keys[size])
            for _ in range(60)
        )
        call = f"table[key] = 0; del table[key], 60 times, beside {size} keys"
        call += f"  # lines for one of the two; on the way to 100 keys and back: {usual:.0f}"
        check.at_most(5 * usual, lines / 120, call)


@pytest.mark.task(3)
def test_a_map_that_has_seen_much_is_as_quick_as_a_new_one(check):
    """After thousands of deletions a look-up takes at most five times the lines of one in a new map."""
    new = spread(100, seed=2)
    fresh = steps_of_look_up(filled(dict.fromkeys(new, 0)), new)
    keys = spread(4_100)
    table = filled(dict.fromkeys(keys[:100], 0))
    samples = []
    for turn in range(4_000):
        outcome(operator.delitem, table, keys[turn])
        table[keys[turn + 100]] = 0
        if turn % 200 == 199:
            samples.append(steps_of_look_up(table, keys[turn + 1 : turn + 101]))
    used = sum(samples) / len(samples)
    call = f"key in table, among 100 keys, after 4,000 deletions  # lines for one; in a new map: {fresh:.0f}"
    check.at_most(5 * fresh, used, call)


@pytest.mark.task(3)
def test_a_map_that_was_large_grows_again_as_quickly(check):
    """After most keys have gone, an insertion takes at most five times the lines of one in a new map."""

    def insert(table: HashMap, some: list[Key]) -> None:
        for key in some:
            table[key] = 0

    fresh = steps(partial(insert, HashMap(), spread(100, seed=2))) / 100
    keys = spread(2_000)
    table = filled(dict.fromkeys(keys, 0))
    for key in keys[10:]:
        outcome(operator.delitem, table, key)
    used = steps(partial(insert, table, spread(400, seed=3))) / 400
    call = f"table[key] = 0, 400 keys after 1,990 deletions  # lines for one; in a new map: {fresh:.0f}"
    check.at_most(5 * fresh, used, call)


@pytest.mark.task(3)
def test_memory_follows_the_number_of_keys(check):
    """After growing to 2,000 keys and shrinking to 10 the map holds at most a fiftieth of its memory."""
    keys = spread(2_000)
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        empty = tracemalloc.get_traced_memory()[0]
        table = filled(dict.fromkeys(keys, 0))
        full = tracemalloc.get_traced_memory()[0] - empty
        for key in keys[10:]:
            outcome(operator.delitem, table, key)
        gc.collect()  # what CPython itself keeps for later goes, too
        small = tracemalloc.get_traced_memory()[0] - empty
    finally:
        if not tracing:
            tracemalloc.stop()
    check.equal(10, outcome(len, table), "len(table)  # after setting 2,000 keys and deleting 1,990")
    check.at_most(full / 50, small, f"bytes held by a map of 10 keys  # it had 2,000, and held {full:,}")


@pytest.mark.task(3)
def test_no_dict_or_set_stores_many_keys(check):
    """A map that has grown and shrunk has no dict or set either."""
    keys = spread(2_000)
    table = filled(dict.fromkeys(keys, 0))
    check.equal([], forbidden(keys[100]), "what leads to a key, apart from lists and objects  # 2,000 keys")
    for key in keys[300:]:
        outcome(operator.delitem, table, key)
    check.equal([], forbidden(keys[100]), "what leads to a key, apart from lists and objects  # 300 left")


# 4. Iterate, view, compare


@pytest.mark.task(4)
def test_iteration_gives_every_key_once(check):
    """Iteration gives every key once, and always in the same order; keys, values and items keep to it."""
    pairs = {name: name * 2 for name in "abcdefghijklmnopqrstuvwxyz"}
    table = filled(pairs)
    order = listed(table)
    story = "table holds the letters from a to z"
    check.equal(26, outcome(len, order), f"len(list(table))  # {story}")
    check.equal(set(pairs), outcome(set, order), f"set(table)  # {story}")
    for letter in pairs:
        outcome(operator.getitem, table, letter)
        outcome(operator.contains, table, letter.upper())
    check.equal(order, listed(table), f"list(table)  # once more, after look-ups; {story}")
    check.equal(order, listed(table.keys()), f"list(table.keys())  # against list(table); {story}")
    values, items = [pairs[key] for key in order], [(key, pairs[key]) for key in order]
    check.equal(
        values, listed(table.values()), f"list(table.values())  # in the order of list(table); {story}"
    )
    check.equal(items, listed(table.items()), f"list(table.items())  # in the order of list(table); {story}")


CHANGES = {
    "table[3] = 'd'": lambda table: operator.setitem(table, 3, "d"),
    "del table[1]": lambda table: operator.delitem(table, 1),
    "del table[1]; table[3] = 'd'": lambda table: (
        operator.delitem(table, 1),
        operator.setitem(table, 3, "d"),
    ),
}


@pytest.mark.task(4)
@pytest.mark.parametrize("change", CHANGES, ids=["added", "removed", "exchanged"])
def test_an_iterator_notices_a_change(check, change):
    """When a key came or went, or one came and one went, the next step of an iterator raises RuntimeError."""
    for kind, start in ITERATORS.items():
        for given in (1, 2, 3):
            table = filled({0: "a", 1: "b", 2: "c"})
            walk = outcome(start, table)
            for _ in range(given):
                outcome(next, walk)
            outcome(CHANGES[change], table)
            call = f"walk = {kind}; {given} times next(walk); {change}; next(walk)  # table held 0, 1 and 2"
            check.raises(RuntimeError, partial(next, walk), call)


@pytest.mark.task(4)
def test_replacing_a_value_does_not_disturb_an_iterator(check):
    """Replacing values during iteration is allowed, and so is a deletion that fails."""
    table = filled({0: "a", 1: "b", 2: "c"})

    def visit() -> list[object]:
        seen = []
        for key in itertools.islice(iter(table), 10):
            seen.append(key)
            table[key] = "new"
            table.pop("missing", None)
        return seen

    call = "for key in table: table[key] = 'new'; table.pop('missing', None)  # table holds 0, 1 and 2"
    check.equal({0, 1, 2}, outcome(lambda: set(visit())), call)
    holds(check, {0: "new", 1: "new", 2: "new"}, table, "after that loop")


@pytest.mark.task(4)
def test_views_show_later_changes(check):
    """keys, values and items are views: they show later changes, know their length and answer in."""
    table = filled({"a": 1, "b": 2})
    keys, values, items = table.keys(), table.values(), table.items()
    table["c"] = 3
    table["a"] = 0
    story = "made when table held {'a': 1, 'b': 2}; then table['c'] = 3; table['a'] = 0"
    for name, view, content, stranger in (
        ("keys", keys, {"a", "b", "c"}, "z"),
        ("values", values, {0, 2, 3}, 1),
        ("items", items, {("a", 0), ("b", 2), ("c", 3)}, ("a", 1)),
    ):
        check.equal(content, outcome(set, listed(view)), f"set({name})  # {story}")
        check.equal(3, outcome(len, view), f"len({name})  # {story}")
        for member in content:
            check.equal(True, outcome(operator.contains, view, member), f"{member!r} in {name}  # {story}")
        check.equal(False, outcome(operator.contains, view, stranger), f"{stranger!r} in {name}  # {story}")


@pytest.mark.task(4)
def test_views_of_keys_and_items_are_like_sets(check):
    """Views of keys and items compare with sets and support &, |, - and ^; these give a set."""
    pairs = {"a": 1, "b": 2}
    table = filled(pairs)
    for name, view, model, other in (
        ("keys", table.keys(), {"a", "b"}, {"b", "c"}),
        ("items", table.items(), {("a", 1), ("b", 2)}, {("b", 2), ("b", 3)}),
    ):
        for sign, combine in (
            *(("&", operator.and_), ("|", operator.or_), ("-", operator.sub), ("^", operator.xor)),
            *(("==", operator.eq), ("!=", operator.ne)),
        ):
            call = f"table.{name}() {sign} {other}  # table holds {pairs}"
            check.equal(combine(model, other), outcome(combine, view, other), call)
        check.equal(
            True, outcome(operator.eq, view, model), f"table.{name}() == {model}  # table holds {pairs}"
        )


@pytest.mark.task(4)
@pytest.mark.parametrize(
    "make",
    [
        dict,
        collections.UserDict,
        types.MappingProxyType,
        filled,
        lambda pairs: filled(dict([*pairs.items()][::-1])),
    ],
    ids=["dict", "UserDict", "MappingProxyType", "HashMap", "HashMap filled backwards"],
)
def test_it_equals_every_mapping_with_the_same_pairs(check, make):
    """A map equals any Mapping with the same keys and equal values, on either side, and no other Mapping."""
    pairs = {"a": 1, "b": None, "c": 3}
    table, twin = filled(pairs), make(pairs)
    kind, story = type(twin).__name__, f"table holds {pairs}"
    check.equal(True, outcome(operator.eq, table, twin), f"table == {kind}({pairs})  # {story}")
    check.equal(True, outcome(operator.eq, twin, table), f"{kind}({pairs}) == table  # {story}")
    check.equal(False, outcome(operator.ne, table, twin), f"table != {kind}({pairs})  # {story}")
    for other in ({}, {"a": 1, "b": None}, {"a": 1, "b": None, "c": 4}, {"a": 1, "d": None, "c": 3}):
        check.equal(False, outcome(operator.eq, table, make(other)), f"table == {kind}({other})  # {story}")
        check.equal(False, outcome(operator.eq, make(other), table), f"{kind}({other}) == table  # {story}")


@pytest.mark.task(4)
def test_it_equals_nothing_that_is_not_a_mapping(check):
    """A map equals nothing that is not a Mapping."""
    table = filled({"a": 1})
    for other in ([("a", 1)], (("a", 1),), {"a"}, "a", None, 1):
        check.equal(
            False, outcome(operator.eq, table, other), f"table == {other!r}  # table holds {{'a': 1}}"
        )
        check.equal(True, outcome(operator.ne, table, other), f"table != {other!r}  # table holds {{'a': 1}}")
    for other in ([], (), "", None, 0):
        check.equal(False, outcome(operator.eq, HashMap(), other), f"HashMap() == {other!r}")


@pytest.mark.task(4)
def test_comparing_is_not_fooled_by_default_values(check):
    """A mapping that has a default for missing keys is no exception, and stays as it was."""
    counter = collections.Counter({"b": 0})
    call = "table == Counter({'b': 0})  # table holds {'a': 0}"
    check.equal(False, outcome(operator.eq, filled({"a": 0}), counter), call)
    lists = collections.defaultdict(list, {"b": []})
    call = "table == defaultdict(list, {'b': []})  # table holds {'a': []}"
    check.equal(False, outcome(operator.eq, filled({"a": []}), lists), call)
    check.equal(["b"], list(lists), "list(the defaultdict)  # after the comparison")


@pytest.mark.task(4)
def test_values_are_compared_with_equality(check):
    """Values are equal when == says so; they need not be the same objects."""
    table = filled({"a": [1, 2]})
    for values, expected in (([1, 2], True), ([1, 3], False)):
        call = f'HashMap({{"a": [1, 2]}}) == {{"a": {values}}}'
        check.equal(expected, outcome(operator.eq, table, {"a": values}), call)


@pytest.mark.task(4)
def test_it_has_no_hash(check):
    """A map has no hash."""
    check.raises(TypeError, lambda: hash(HashMap()), "hash(HashMap())")


@pytest.mark.task(4)
def test_repr_shows_the_pairs(check):
    """Its repr looks like HashMap({'a': 1, 'b': 2}), in the order of iteration."""
    check.equal("HashMap({})", outcome(repr, HashMap()), "repr(HashMap())")
    check.equal(
        "HashMap({'k': [1]})", outcome(repr, filled({"k": [1]})), "repr(table)  # table holds {'k': [1]}"
    )
    table = filled({"x": None, 2: "two"})
    texts = ["HashMap({'x': None, 2: 'two'})", "HashMap({2: 'two', 'x': None})"]
    text = texts[listed(table) == [2, "x"]]
    check.equal(text, outcome(repr, table), f"repr(table)  # list(table) is {listed(table)}")


@pytest.mark.task(4)
def test_no_dict_or_set_helps_to_compare_and_print(check):
    """Comparing and printing make no dict or set, not even for a moment."""
    witness = Witness()
    keys = spread(3, watch=witness)
    table, twin = (filled(dict.fromkeys(keys, 0)) for _ in range(2))
    same = witness.watch(lambda: table == twin, keys[0])
    check.equal(True, same, "table == twin  # two maps of the same three keys")
    check.equal(
        [], witness.found, "table == twin  # what holds a key meanwhile, apart from lists and objects"
    )
    witness.watch(lambda: repr(table), keys[0])
    check.equal([], witness.found, "repr(table)  # what holds a key meanwhile, apart from lists and objects")


@pytest.mark.task(4)
@hypothesis.settings(max_examples=40)
@hypothesis.given(pairs=PAIRS)
def test_it_compares_and_prints_like_a_dict(check, pairs):
    """Any map equals the dict of the same pairs, and its repr shows that dict."""
    model = dict(pairs)
    table = filled(model)
    check.equal(True, outcome(operator.eq, table, model), f"table == {model}  # table holds the same")
    text = outcome(repr, table)
    inner = outcome(lambda: ast.literal_eval(text.removeprefix("HashMap(").removesuffix(")")))
    check.equal(model, inner, f"the dict in repr(table)  # which is {text}")


# 5. Initial data and copies


class Menu:
    """Not a Mapping, but it has keys: a mapping in the eyes of dict."""

    def keys(self) -> list[str]:
        return ["tea", "milk"]

    def __getitem__(self, key: str) -> int:
        return len(key)

    def __repr__(self) -> str:
        return "Menu()"


STARTS = {
    "nothing": ((), {}),
    "a dict": (({"x": 1, "y": 2},), {}),
    "pairs": (([("x", 1), ("y", 2), ("x", 3)],), {}),
    "no pairs": (([],), {}),
    "pairs of many kinds": ((["xy", ["z", 1], ("t", 2)],), {}),
    "keywords": ((), {"x": 1, "y": 2}),
    "a dict and keywords": (({"x": 1, "y": 2},), {"y": 3, "z": 4}),
    "pairs and keywords": (([("x", 1), ("y", 2)],), {"y": 3, "z": 4}),
    "keywords of any name": (({},), {"self": 1, "data": 2, "other": 3}),
    "a mapping": ((types.MappingProxyType({"x": None}),), {}),
    "an object with keys": ((Menu(),), {}),
}


@pytest.mark.task(5)
@pytest.mark.parametrize("start", STARTS)
def test_it_takes_what_dict_takes(check, start):
    """HashMap takes what dict takes: nothing, a mapping, an iterable of pairs, and keywords, which win."""
    data, keywords = STARTS[start]
    text = ", ".join([*map(repr, data), *(f"{name}={value}" for name, value in keywords.items())])
    table = outcome(lambda: HashMap(*data, **keywords))
    holds(check, dict(*data, **keywords), table, f"table = HashMap({text})")


@pytest.mark.task(5)
def test_it_reads_an_iterator_once(check):
    """Pairs may come from an iterator, and a pair may be an iterator too."""
    table = outcome(HashMap, (iter(pair) for pair in [("a", 1), ("b", 2)]))
    holds(check, {"a": 1, "b": 2}, table, "table = HashMap(iter(pair) for pair in [('a', 1), ('b', 2)])")
    table = outcome(HashMap, filled({"a": 1, "b": 2}))
    holds(check, {"a": 1, "b": 2}, table, "table = HashMap(other), where other is a HashMap")


@pytest.mark.task(5)
def test_a_pair_has_two_items(check):
    """A pair that has not exactly two items raises ValueError."""
    for pair in [("a", 1, 2), ("a",), (), "abc", ["a"]]:
        check.raises(ValueError, partial(HashMap, [("ok", 1), pair]), f"HashMap([('ok', 1), {pair!r}])")


@pytest.mark.task(5)
def test_the_data_stays_as_it_was(check):
    """The data are left as they were, and later changes to them do not reach the map."""
    source = {"a": 1, "b": 2}
    table = HashMap(source, c=3)
    check.equal({"a": 1, "b": 2}, source, "source  # after HashMap(source, c=3)")
    source["d"] = 4
    del source["a"]
    story = "table = HashMap(source, c=3), then source['d'] = 4; del source['a']"
    holds(check, {"a": 1, "b": 2, "c": 3}, table, story)


@pytest.mark.task(5)
def test_a_copy_has_the_same_pairs(check):
    """A copy is a new map of the same class that shares keys and values."""

    class Named(HashMap):
        pass

    for kind in (HashMap, Named):
        key, value = Key("k", 11), [1, 2]
        table = kind()
        table[key] = value
        twin = outcome(lambda table=table: table.copy())
        check.identical(kind, type(twin), f"type({kind.__name__}().copy())")
        check.equal(False, twin is table, "table.copy() is table")
        check.identical(key, next(iter(outcome(list, twin)), None), "next(iter(table.copy()))")
        check.identical(value, outcome(operator.getitem, twin, key), "table.copy()[key]")


@pytest.mark.task(5)
@pytest.mark.parametrize("size", [3, 40])
def test_a_copy_goes_its_own_way(check, size):
    """What happens to a map does not happen to its copy, nor the other way round."""
    pairs = dict.fromkeys(range(size), "old")
    for original_changes in (True, False):
        table = filled(pairs)
        twin = outcome(lambda table=table: table.copy())
        holds(check, pairs, twin, f"table = table_of_{size}_keys.copy()")
        changed, kept = (table, twin) if original_changes else (twin, table)
        walk = iter(kept)
        next(walk, None)
        changed[0] = "new"
        outcome(operator.delitem, changed, 1)
        changed[size] = "one more"
        side, other = ("its copy", "the map") if original_changes else ("a map", "its copy")
        story = f"table is {side}; {other} saw t[0] = 'new'; del t[1]; t[{size}] = 'one more'"
        holds(check, pairs, kept, story)
        rest = listed(walk)
        check.equal(size - 1, outcome(len, rest), f"len(list(iter(table))) after its first step  # {story}")
        expected = {key: value for key, value in pairs.items() if key != 1} | {0: "new", size: "one more"}
        holds(check, expected, changed, f"table is {other} that saw these changes")


@pytest.mark.task(5)
def test_a_copy_after_deletions(check):
    """A map that has seen deletions has right copies."""
    table = filled(dict.fromkeys(range(8), 0))
    for key in (0, 3, 6):
        outcome(operator.delitem, table, key)
    twin = outcome(lambda: table.copy())
    expected = dict.fromkeys((1, 2, 4, 5, 7), 0)
    story = "table is the copy of a map from which 0, 3 and 6 of range(8) were deleted"
    holds(check, expected, twin, story)
    twin[3] = 1
    holds(check, expected | {3: 1}, twin, f"{story}; then table[3] = 1")
    holds(check, {}, outcome(lambda: HashMap().copy()), "table = HashMap().copy()")


@pytest.mark.task(5)
def test_fromkeys_gives_all_keys_one_value(check):
    """A call of fromkeys makes a map of the class it is called on, in which each key has the value."""

    class Named(HashMap):
        pass

    value: list[int] = []
    table = outcome(lambda: HashMap.fromkeys(iter("abca"), value))
    expected = {"a": value, "b": value, "c": value}
    holds(check, expected, table, "table = HashMap.fromkeys(iter('abca'), value)")
    table = outcome(lambda: HashMap.fromkeys(["a", 1]))
    holds(check, {"a": None, 1: None}, table, "table = HashMap.fromkeys(['a', 1])")
    named = outcome(lambda: Named.fromkeys("a", 5))
    holds(check, {"a": 5}, named, "table = Named.fromkeys('a', 5), where class Named(HashMap)")
    check.identical(Named, type(named), "type(Named.fromkeys('a', 5))  # class Named(HashMap)")


@pytest.mark.task(5)
def test_no_dict_or_set_helps_to_fill_and_copy(check):
    """Neither filling a map nor copying it makes a dict or set, not even for a moment."""
    witness = Witness()
    keys = spread(3, watch=witness)
    pairs = [(key, 0) for key in keys]
    table = HashMap(pairs)
    for call, action in {
        "HashMap([(key, 0), …])": partial(HashMap, pairs),
        "table.copy()": lambda: table.copy(),
        "HashMap.fromkeys(keys)": lambda: HashMap.fromkeys(keys),
    }.items():
        made = witness.watch(action, keys[0])
        check.equal(3, outcome(len, made), f"len({call})  # of three keys")
        check.equal([], witness.found, f"{call}  # what holds a key meanwhile, apart from lists and objects")


@pytest.mark.task(5)
@hypothesis.settings(max_examples=40)
@hypothesis.given(pairs=PAIRS, keywords=st.dictionaries(st.sampled_from(["a", "b", "self"]), st.integers()))
def test_it_starts_like_a_dict(check, pairs, keywords):
    """From any pairs and keywords the map starts with what a dict starts with, and so does its copy."""
    model = dict(pairs, **keywords)
    table = outcome(lambda: HashMap(pairs, **keywords))
    story = f"HashMap({pairs}, **{keywords})"
    holds(check, model, table, f"table = {story}")
    holds(check, model, outcome(lambda: table.copy()), f"table = {story}.copy()")
