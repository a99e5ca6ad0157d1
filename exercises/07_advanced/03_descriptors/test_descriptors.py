"""The suite of "Descriptors"."""

import abc
import functools
import gc
import weakref

import pytest
from descriptors import Bounded, Field, Lazy, Property, explain
from hypothesis import given, settings
from hypothesis import strategies as st


class Thing:
    """Has attributes of any name, and takes weak references."""


class Equal:
    """Equal to all of its kind, and so without a hash."""

    def __eq__(self, other):
        return type(other) is type(self)

    __hash__ = None


class Untrue:
    def __bool__(self):
        return False


class Empty:
    def __len__(self):
        return 0


class Slotted:
    __slots__ = ("__weakref__", "_name", "_price")


KINDS = {
    "ordinary": Thing,
    "equal, without a hash": Equal,
    "false": Untrue,
    "empty": Empty,
    "with __slots__": Slotted,
}


def names(check, error, name, call):
    """Require that the message of an exception contains the name, and not with an underscore in front."""
    told = str(error)
    wanted = f"a message that contains {name!r}"
    check.that(name in told and f"_{name}" not in told, call, wanted, f"{type(error).__name__}: {told}")


def gone(reference):
    """Tell whether an object is gone; the collector runs only if it has to."""
    if reference() is not None:
        gc.collect()
    return reference() is None


def keeps(thing, kind):
    """Tell whether an object refers to one of the kind, by itself or in its ``__dict__``."""
    near = gc.get_referents(thing)
    far = [other for one in near if type(one) is dict for other in gc.get_referents(one)]
    return any(isinstance(one, kind) for one in near + far)


# --- 1. A property: read, write, delete -------------------------------------------------------------------


def stored(name):
    """Return a getter, a setter and a deleter that keep the value in the instance under another name."""

    def compute(instance):
        return vars(instance)[name]

    def accept(instance, value):
        vars(instance)[name] = value

    def forget(instance):
        del vars(instance)[name]

    return compute, accept, forget


def account_class():
    class Account:
        allowance = Property(*stored("secret"))

    return Account


@pytest.mark.task(1)
def test_the_three_functions(check):
    """Reading, assigning and deleting call the getter, the setter and the deleter, each with its instance."""
    kind = account_class()
    mine, yours = kind(), kind()
    mine.allowance = 5
    yours.allowance = 8
    check.equal({"secret": 5}, vars(mine), "vars(mine), after mine.allowance = 5")
    check.returns(5, lambda: mine.allowance, "mine.allowance")
    check.returns(8, lambda: yours.allowance, "yours.allowance")
    del mine.allowance
    check.equal({}, vars(mine), "vars(mine), after del mine.allowance")
    check.returns(8, lambda: yours.allowance, "yours.allowance, after del mine.allowance")


@pytest.mark.task(1)
def test_the_functions_are_found(check):
    """The functions are in `fget`, `fset` and `fdel`, however they were passed; the others are None."""
    one, two, three = stored("x")
    for call, made, expected in (
        ("Property(one, two, three)", Property(one, two, three), (one, two, three)),
        ("Property(fdel=one)", Property(fdel=one), (None, None, one)),
        ("Property(fset=one, fget=two)", Property(fset=one, fget=two), (two, one, None)),
        ("Property()", Property(), (None, None, None)),
    ):
        got = tuple(getattr(made, name, "nothing") for name in ("fget", "fset", "fdel"))
        check.equal(expected, got, f"fget, fset and fdel of {call}")


ACTIONS = {
    "read": lambda thing: thing.allowance,
    "assigned to": lambda thing: setattr(thing, "allowance", 5),
    "deleted": lambda thing: delattr(thing, "allowance"),
}
"""What can be done with an attribute, in the order of the three functions."""


@pytest.mark.task(1)
@pytest.mark.parametrize("place", [0, 1, 2], ids=list(ACTIONS))
def test_what_is_missing_is_an_attribute_error(check, place):
    """Without the function that is needed it is an AttributeError, and the message names the attribute."""
    functions = list(stored("secret"))
    functions[place] = None
    action = list(ACTIONS.values())[place]

    class Box:
        allowance = Property(*functions)

    class Late:
        pass

    Late.allowance = Property(*functions)
    call = f"box.allowance {list(ACTIONS)[place]}, without the function for it"
    names(check, check.raises(AttributeError, lambda: action(Box()), call), "allowance", call)
    call = f"late.allowance {list(ACTIONS)[place]}, of a property that was put into the class later"
    check.raises(AttributeError, lambda: action(Late()), call)


@pytest.mark.task(1)
def test_a_property_put_in_later(check):
    """A property that was put into a class after it was made works."""

    class Late:
        pass

    Late.allowance = Property(*stored("secret"))
    late = Late()
    late.allowance = "much"
    check.returns("much", lambda: late.allowance, "late.allowance, after late.allowance = 'much'")
    del late.allowance
    check.equal({}, vars(late), "vars(late), after del late.allowance")


@pytest.mark.task(1)
def test_what_the_functions_raise(check):
    """What the three functions raise reaches the caller, also if it is an AttributeError."""
    for kind in (ZeroDivisionError, AttributeError):
        error = kind("in the function")

        def fail(*_, error=error):
            raise error

        class Box:
            allowance = Property(fail, fail, fail)

        for word, action in ACTIONS.items():
            call = f"box.allowance {word}, where the function raises {kind.__name__}"
            got = check.raises(kind, functools.partial(action, Box()), call)
            check.identical(error, got, call)


@pytest.mark.task(1)
def test_read_from_the_class(check):
    """Read from the class or a subclass, the attribute is the property itself, also without a getter."""
    kind = account_class()

    class Child(kind):
        mute = Property(None, lambda instance, value: None)

    check.returns(vars(kind)["allowance"], lambda: kind.allowance, "Account.allowance")
    check.returns(vars(kind)["allowance"], lambda: Child.allowance, "Child.allowance, of the parent")
    check.returns(vars(Child)["mute"], lambda: Child.mute, "Child.mute, without a getter")


@pytest.mark.task(1)
@pytest.mark.parametrize("kind", [Untrue, Empty], ids=["false", "empty"])
def test_false_instances(check, kind):
    """An instance that is false or empty is an instance all the same."""

    class Box(kind):
        allowance = Property(lambda _: "read")

    check.returns("read", lambda: Box().allowance, "box.allowance, where bool(box) is False")


@pytest.mark.task(1)
def test_no_entry_hides_it(check):
    """An entry in the instance's __dict__ is not seen, and none is made if there is no setter."""

    class Box:
        allowance = Property(lambda _: "of the getter")

    box = Box()
    vars(box)["allowance"] = "of the instance"
    call = 'box.allowance, with vars(box)["allowance"] and without a setter'
    check.returns("of the getter", lambda: box.allowance, call)
    check.raises(AttributeError, lambda: setattr(box, "allowance", 1), "box.allowance = 1, without a setter")
    check.raises(AttributeError, lambda: delattr(box, "allowance"), "del box.allowance, without a deleter")
    check.equal({"allowance": "of the instance"}, vars(box), "vars(box) afterwards")


@pytest.mark.task(1)
def test_from_scratch(check):
    """Property is no subclass of property and keeps none inside."""
    check.equal(False, issubclass(Property, property), "issubclass(Property, property)")
    check.equal(False, keeps(Property(*stored("x")), property), "a property inside of a Property?")


# --- 2. A property: copies, docs and abstract parts -------------------------------------------------------


def documented(doc):
    """Return a function that can be any of the three and has the docstring."""

    def function(instance, value=None):
        return value

    function.__doc__ = doc
    return function


def copied(check, original, method, function):
    """Call one of the three methods for copies, and require a property that is not the old one."""
    call = f"prop.{method}(…)"
    copy = getattr(original, method)(function)
    check.that(isinstance(copy, Property) and copy is not original, call, "a new property", copy)
    return copy


@pytest.mark.task(2)
def test_one_function_exchanged(check):
    """Each of the three methods returns a new property with this one function exchanged."""
    functions = [documented(None) for _ in range(3)]
    other = documented(None)
    for place, method in enumerate(("getter", "setter", "deleter")):
        original = Property(*functions)
        copy = copied(check, original, method, other)
        expected = (*functions[:place], other, *functions[place + 1 :])
        got = (copy.fget, copy.fset, copy.fdel)
        check.equal(expected, got, f"fget, fset and fdel of Property(get, set, delete).{method}(other)")
        got = (original.fget, original.fset, original.fdel)
        check.equal(tuple(functions), got, f"fget, fset and fdel of the old one, after {method}(other)")


@pytest.mark.task(2)
def test_a_subclass_exchanges_a_function(check):
    """A subclass can exchange one function of its parent's property, and the parent keeps its own."""
    kind = account_class()

    class Savings(kind):
        allowance = copied(check, kind.allowance, "getter", lambda _: "a secret")

    parent, child = kind(), Savings()
    parent.allowance, child.allowance = 3, 4
    check.returns("a secret", lambda: child.allowance, "child.allowance, with a getter of its own")
    check.equal({"secret": 4}, vars(child), "vars(child), after child.allowance = 4, by the parent's setter")
    check.returns(3, lambda: parent.allowance, "parent.allowance, after the child exchanged the getter")


@pytest.mark.task(2)
def test_copies_are_of_the_same_class(check):
    """A copy is made by calling the class of the old property with four positional arguments."""
    made = []

    class Special(Property):
        def __init__(self, *parts, **named):
            made.append((parts, named))
            super().__init__(*parts, **named)

    one, two, three, other = (documented(None) for _ in range(4))
    original = Special(one, two, three, "given")
    for method, expected in (
        ("getter", (other, two, three, "given")),
        ("setter", (one, other, three, "given")),
        ("deleter", (one, two, other, "given")),
    ):
        made.clear()
        copy = copied(check, original, method, other)
        check.identical(Special, type(copy), f"the class of special.{method}(other)")
        check.equal([(expected, {})], made, f"the arguments of Special(…) in special.{method}(other)")


@pytest.mark.task(2)
def test_the_name_of_a_copy(check):
    """A copy has the name of the old property until it is told its own."""

    class Box:
        allowance = Property()
        pension = allowance.getter(None)

    for name in ("pension", "allowance"):
        call = f"box.{name}, where pension is a copy of allowance and both lack a getter"
        names(check, check.raises(AttributeError, lambda name=name: getattr(Box(), name), call), name, call)
    Box.allowance = Box.allowance.setter(lambda instance, value: None)
    call = "box.allowance, after Box.allowance = Box.allowance.setter(…)"
    names(check, check.raises(AttributeError, lambda: Box().allowance, call), "allowance", call)


@pytest.mark.task(2)
def test_where_the_docstring_is_from(check):
    """The docstring is the given one, else that of the getter; setters and deleters never count."""
    spoken, mute, noise = documented("of the getter"), documented(None), documented("noise")
    for call, made, expected in (
        ('Property(get, doc="given")', Property(spoken, doc="given"), "given"),
        ('Property(doc="given")', Property(doc="given"), "given"),
        ("Property(get)", Property(spoken, noise, noise), "of the getter"),
        ("Property(get), get without a docstring", Property(mute, noise, noise), None),
        ("Property(None, set, delete)", Property(None, noise, noise), None),
        ("Property()", Property(), None),
    ):
        check.equal(expected, made.__doc__, f"the __doc__ of {call}")


@pytest.mark.task(2)
def test_the_docstring_of_a_copy(check):
    """A given docstring goes along to copies; one from a getter is replaced by that of the new getter."""
    old, new, mute, noise = map(documented, ("old", "new", None, "noise"))
    both = [("setter", noise), ("getter", new)]
    for call, original, steps, expected in (
        ("Property(old).setter(noise)", Property(old), [("setter", noise)], "old"),
        ("Property(old).deleter(noise)", Property(old), [("deleter", noise)], "old"),
        ("Property(old).getter(new)", Property(old), [("getter", new)], "new"),
        ("Property(old).getter(mute)", Property(old), [("getter", mute)], None),
        ("Property(old).setter(noise).getter(new)", Property(old), both, "new"),
        ("Property().setter(noise).getter(new)", Property(), both, "new"),
        ('Property(old, doc="given").getter(new)', Property(old, doc="given"), [("getter", new)], "given"),
        ('Property(doc="given").setter(noise).getter(new)', Property(doc="given"), both, "given"),
    ):
        copy = original
        for method, function in steps:
            copy = copied(check, copy, method, function)
        check.equal(expected, copy.__doc__, f"the __doc__ of {call}")
    check.equal("old", Property(old).__doc__, "the __doc__ of Property(old)")


@pytest.mark.task(2)
def test_abstract_parts(check):
    """A class with an abstract property cannot be instantiated while one of the three parts is abstract."""
    abstract, concrete = abc.abstractmethod(documented(None)), documented(None)
    for place, method in enumerate(("getter", "setter", "deleter")):
        functions = [concrete] * 3
        functions[place] = abstract

        base = abc.ABCMeta("Base", (), {"allowance": Property(*functions)})
        call = f"an abstract {method} and two concrete functions"
        check.raises(TypeError, base, f"Base(), with a property of {call}")
        other = "deleter" if method == "getter" else "getter"

        class Half(base):
            allowance = copied(check, base.allowance, other, concrete)

        check.raises(TypeError, Half, f"Half(), a subclass that exchanged the {other}; there is {call}")

        class Whole(base):
            allowance = copied(check, base.allowance, method, concrete)

        got = check_made(check, Whole, f"Whole(), a subclass that exchanged the {method}")
        check.identical(Whole, type(got), "the class of Whole()")


def check_made(check, kind, call):
    """Make an object, and show an exception as what came back."""
    try:
        return kind()
    except Exception as error:
        check.that(False, call, "an object", f"it raised {type(error).__name__}: {error}")


# --- 3. Typed fields --------------------------------------------------------------------------------------


def priced(kind):
    """Return a class of the kind with two fields."""
    space = {"price": Field(int), "name": Field((str, bytes))}
    if kind is Slotted:
        space["__slots__"] = ()
    return type("Priced", (kind,), space)


each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@pytest.mark.task(3)
@each_kind
def test_each_instance_has_its_own_values(check, kind):
    """Each instance has its own values, whether it is equal to others, false, empty or has slots."""
    item = priced(kind)
    pen, cup, pot = item(), item(), item()
    pen.price, cup.price = 3, 12
    pen.name, cup.name = "pen", b"cup"
    pen.price = 4
    for call, expected, action in (
        ("pen.price, after 3 and then 4 were assigned", 4, lambda: pen.price),
        ("cup.price, of another instance", 12, lambda: cup.price),
        ("pen.name, of another field", "pen", lambda: pen.name),
        ("cup.name", b"cup", lambda: cup.name),
    ):
        check.returns(expected, action, call)
    check.raises(AttributeError, lambda: pot.price, "pot.price, of an instance without values")
    del pen.price
    check.raises(AttributeError, lambda: pen.price, "pen.price, after del pen.price")
    check.returns(12, lambda: cup.price, "cup.price, after del pen.price")
    check.returns("pen", lambda: pen.name, "pen.name, after del pen.price")


@pytest.mark.task(3)
def test_instances_of_the_kind_are_kept(check):
    """Instances of the kind, of its subclasses or of one of several kinds are kept, the very same objects."""

    class Fine(Thing):
        pass

    class Box:
        content = Field(Thing)
        number = Field((int, float))

    box = Box()
    for value in (Thing(), Fine()):
        box.content = value
        check.identical(value, box.content, f"box.content, after a {type(value).__name__} was assigned")
    for value in (7, 7.5, True):
        box.number = value
        check.returns(value, lambda: box.number, f"box.number, after box.number = {value}")


@pytest.mark.task(3)
def test_anything_else_is_a_type_error(check):
    """Anything else is a TypeError that names the attribute, and the old value stays."""
    item = priced(Thing)
    pen = item()
    for value in ("3", 3.0, None):
        call = f"pen.price = {value!r}, a Field(int)"
        error = check.raises(TypeError, lambda value=value: setattr(pen, "price", value), call)
        names(check, error, "price", call)
    check.raises(AttributeError, lambda: pen.price, "pen.price, after nothing but wrong values")
    pen.price = 3
    check.raises(TypeError, lambda: setattr(pen, "price", [4]), "pen.price = [4], a Field(int)")
    check.returns(3, lambda: pen.price, "pen.price, after a wrong value; it was 3 before")


@pytest.mark.task(3)
@pytest.mark.parametrize("kind", [Thing, Slotted], ids=["ordinary", "with __slots__"])
def test_no_value_is_an_attribute_error(check, kind):
    """Reading or deleting what has no value is an AttributeError that names the attribute."""
    pen = priced(kind)()
    for word in ("at first", "after it was deleted"):
        call = f"pen.price, {word}"
        names(check, check.raises(AttributeError, lambda: pen.price, call), "price", call)
        call = f"del pen.price, {word}"
        names(check, check.raises(AttributeError, lambda: delattr(pen, "price"), call), "price", call)
        pen.price = 3
        del pen.price


@pytest.mark.task(3)
def test_the_field_in_its_class(check):
    """Read from the class or a subclass, the attribute is the field, which knows its name."""
    item = priced(Thing)
    child = type("Child", (item,), {})
    for name in ("price", "name"):
        check.returns(vars(item)[name], lambda name=name: getattr(item, name), f"Item.{name}")
        check.returns(vars(item)[name], lambda name=name: getattr(child, name), f"Child.{name}")
        check.equal(name, getattr(vars(item)[name], "name", None), f"Item.{name}.name")


@pytest.mark.task(3)
@each_kind
def test_nothing_is_kept_alive(check, kind):
    """A field keeps neither instances nor values alive: not those of the dead, and no old ones."""

    class Item(kind):
        price = Field(Thing)
        if kind is Slotted:
            __slots__ = ()

    item, first, second, third = Item(), Thing(), Thing(), Thing()
    owner, values = weakref.ref(item), [weakref.ref(value) for value in (first, second, third)]
    item.price = first
    item.price = second
    del first
    check.that(gone(values[0]), "a value, after another one was assigned", "it is gone", "it is kept")
    del item.price, second
    check.that(gone(values[1]), "a value, after del item.price", "it is gone", "it is kept")
    item.price = third
    del item, third
    check.that(gone(owner), "an instance that nobody refers to", "it is gone", "it is kept")
    check.that(gone(values[2]), "the value of an instance that is gone", "it is gone", "it is kept")


# --- 4. Validated fields ----------------------------------------------------------------------------------


def labelled(refusal=None):
    """Return a class whose label is text without what is around it, and the list of what validate saw."""
    seen = []

    class Stripped(Field):
        def validate(self, value):
            seen.append(value)
            value = super().validate(value).strip()
            if not value:
                raise refusal
            return value

    class Box:
        label = Stripped(str)

    return Box, seen


@pytest.mark.task(4)
def test_what_validate_returns_is_kept(check):
    """Each assignment goes through `validate`, which a subclass extends, and what it returns is kept."""
    kind, seen = labelled()
    box = kind()
    box.label = "  tea "
    check.returns("tea", lambda: box.label, "box.label, after '  tea ' and a validate that strips")
    check.raises(TypeError, lambda: setattr(box, "label", 5), "box.label = 5, by the validate of the parent")
    box.label = "rum"
    check.returns("rum", lambda: box.label, "box.label, after box.label = 'rum'")
    check.equal(["  tea ", 5, "rum"], seen, "what validate saw, after three assignments")


@pytest.mark.task(4)
def test_what_validate_raises(check):
    """What `validate` raises reaches the caller, and the old value stays."""
    refusal = LookupError("nothing left")
    box = labelled(refusal)[0]()
    box.label = "tea"
    call = "box.label = '  ', where validate raises a LookupError"
    error = check.raises(LookupError, lambda: setattr(box, "label", "  "), call)
    check.identical(refusal, error, call)
    check.returns("tea", lambda: box.label, "box.label afterwards")


@pytest.mark.task(4)
def test_the_validate_of_a_field(check):
    """`validate` of a field returns what is of its kind, and refuses the rest with a TypeError."""

    class Box:
        label = Field(str)

    check.returns("tea", lambda: Box.label.validate("tea"), "Box.label.validate('tea')")
    call = "Box.label.validate(5)"
    names(check, check.raises(TypeError, lambda: Box.label.validate(5), call), "label", call)


def new_oven():
    class Oven:
        heat = Bounded((int, float), 50, 250)
        mode = Bounded(str, "a", "f")

    return Oven()


@pytest.mark.task(4)
def test_within_the_bounds(check):
    """Both bounds and what lies between them are allowed, for any kind that has an order."""
    oven = new_oven()
    for value in (50, 250, 180.5):
        oven.heat = value
        check.returns(
            value, lambda: oven.heat, f"oven.heat, after oven.heat = {value}, a Bounded(…, 50, 250)"
        )
    oven.mode = "c"
    check.returns("c", lambda: oven.mode, 'oven.mode, after oven.mode = "c", a Bounded(str, "a", "f")')


@pytest.mark.task(4)
def test_outside_the_bounds(check):
    """Anything outside of the bounds is a ValueError that names the attribute; NaN lies nowhere."""
    oven = new_oven()
    oven.heat = 99
    for value in (49.5, 251, float("nan"), float("inf")):
        call = f"oven.heat = {value}, a Bounded(…, 50, 250)"
        error = check.raises(ValueError, lambda value=value: setattr(oven, "heat", value), call)
        names(check, error, "heat", call)
    check.returns(99, lambda: oven.heat, "oven.heat afterwards; it was 99 before")


@pytest.mark.task(4)
def test_the_kind_of_a_bounded_field(check):
    """Bounded is a subclass of Field: what is not of the kind is a TypeError that names the attribute."""
    check.equal(True, issubclass(Bounded, Field), "issubclass(Bounded, Field)")
    oven = new_oven()
    for name, value in (("heat", "99"), ("heat", None), ("mode", 3)):
        call = f"oven.{name} = {value!r}"
        error = check.raises(TypeError, functools.partial(setattr, oven, name, value), call)
        names(check, error, name, call)


@pytest.mark.task(4)
def test_a_subclass_of_bounded(check):
    """A subclass of Bounded extends its `validate` further."""

    class Even(Bounded):
        def validate(self, value):
            return super().validate(value) // 2 * 2

    class Box:
        size = Even(int, 1, 9)

    box = Box()
    box.size = 7
    check.returns(6, lambda: box.size, "box.size, after 7 and a validate that makes it even")
    check.raises(ValueError, lambda: setattr(box, "size", 10), "box.size = 10, by the bounds of the parent")


# --- 5. A lazy attribute ----------------------------------------------------------------------------------


def lazy_class(results, base=object, **more):
    """Return a class with the lazy attribute ``total``, and the list of instances it was computed for."""
    calls = []

    def compute(instance):
        """Return the next result."""
        calls.append(id(instance))
        result = results[min(len(calls), len(results)) - 1]
        if isinstance(result, Exception):
            raise result
        return result

    return type("Lazily", (base,), {"total": Lazy(compute), **more}), calls


@pytest.mark.task(5)
@pytest.mark.parametrize("value", [[1], None, 0, ""], ids=repr)
def test_computed_once(check, value):
    """The first read computes the value, whatever it is; later reads return it and compute nothing."""
    kind, calls = lazy_class([value, "computed again"])
    thing = kind()
    check.equal([], calls, "the computations before the first read")
    for word in ("first", "second", "third"):
        check.identical(value, thing.total, f"the {word} thing.total")
    check.equal([id(thing)], calls, "the instances that total was computed for, after three reads")


@pytest.mark.task(5)
@pytest.mark.parametrize("kind", [Thing, Equal, Untrue, Empty], ids=["ordinary", "equal", "false", "empty"])
def test_lazy_for_each_instance(check, kind):
    """Each instance has its own value, in its __dict__, under the name of the attribute in the class."""
    lazily, _ = lazy_class(["one", "two"], kind)
    first, second = lazily(), lazily()
    check.returns(["one", "two"], lambda: [first.total, second.total], "[first.total, second.total]")
    check.equal(
        {"total": "one"}, vars(first), "vars(first), after first.total; the function is called compute"
    )
    check.returns("one", lambda: first.total, "first.total, once more")


@pytest.mark.task(5)
def test_assigned_and_deleted(check):
    """It can be assigned to, before the first read too; after del, the next read computes anew."""
    lazily, calls = lazy_class(["one", "two"])
    thing = lazily()
    thing.total = "given"
    check.returns("given", lambda: thing.total, "thing.total, after thing.total = 'given' and no read before")
    check.equal([], calls, "the computations so far")
    del thing.total
    check.returns("one", lambda: thing.total, "thing.total, after del thing.total")
    thing.total = "given again"
    check.returns("given again", lambda: thing.total, "thing.total, after thing.total = 'given again'")
    del thing.total
    check.returns("two", lambda: thing.total, "thing.total, after another del thing.total")


@pytest.mark.task(5)
def test_a_failure_is_not_kept(check):
    """What the function raises reaches the caller, and the next read tries again."""
    error = ConnectionError("closed")
    lazily, calls = lazy_class([error, error, "open"])
    thing = lazily()
    for word in ("first", "second"):
        call = f"the {word} thing.total, where the function raises"
        check.identical(error, check.raises(ConnectionError, lambda: thing.total, call), call)
    check.returns(["open", "open"], lambda: [thing.total, thing.total], "the next two reads")
    check.equal(3, len(calls), "the number of computations")


@pytest.mark.task(5)
def test_a_subclass_overrides(check):
    """A subclass may override it and ask for super().total: each runs once, the subclass's value counts."""
    runs = []

    class Basket:
        @Lazy
        def total(self):
            runs.append("parent")
            return 10

    class Heavy(Basket):
        @Lazy
        def total(self):
            runs.append("child")
            return super().total + 5

    class Full(Basket):
        total = "full"

    heavy = Heavy()
    check.returns([15, 15], lambda: [heavy.total, heavy.total], "[heavy.total, heavy.total]")
    check.equal(["child", "parent"], runs, "the functions that ran")
    check.equal({"total": 15}, vars(heavy), "vars(heavy)")
    check.returns(10, lambda: Basket().total, "basket.total, of the parent")
    check.returns("full", lambda: Full().total, "full.total, where the subclass has a plain total")


@pytest.mark.task(5)
def test_lazy_in_its_class(check):
    """Read from the class, the attribute is the Lazy, with the docstring of the function."""
    lazily, calls = lazy_class(["one"])
    check.returns(vars(lazily)["total"], lambda: lazily.total, "Lazily.total")
    check.equal("Return the next result.", vars(lazily)["total"].__doc__, "Lazily.total.__doc__")
    check.equal([], calls, "the computations")
    check.equal(False, issubclass(Lazy, functools.cached_property), "issubclass(Lazy, cached_property)")
    inside = keeps(vars(lazily)["total"], functools.cached_property)
    check.equal(False, inside, "a cached_property inside of a Lazy?")


@pytest.mark.task(5)
def test_lazy_without_a_dict(check):
    """An instance without a __dict__ is a TypeError that names the attribute."""
    lazily, _ = lazy_class(["one"], __slots__=())
    call = "thing.total, where thing has __slots__ and no __dict__"
    names(check, check.raises(TypeError, lambda: lazily().total, call), "total", call)


# --- 6. Who answers? --------------------------------------------------------------------------------------


class Plain:
    """No descriptor, whatever its instances pretend to be."""


class NonData:
    def __get__(self, instance, owner=None):
        return self, "descriptor"


class SetOnly:
    def __set__(self, instance, value):
        pass


class Data(NonData, SetOnly):
    pass


class GetAndDelete(NonData):
    def __delete__(self, instance):
        pass


KIND_OF = {
    Plain: "class attribute",
    SetOnly: "class attribute",
    NonData: "non-data descriptor",
    Data: "data descriptor",
    GetAndDelete: "data descriptor",
}


def thing_with(own=None, **attributes):
    """Return a class with the attributes, and an instance with the entries in its ``__dict__``."""
    kind = type("Kind", (), attributes)
    thing = kind()
    vars(thing).update(own or {})
    return kind, thing


@pytest.mark.task(6)
@pytest.mark.parametrize("attribute", KIND_OF, ids=lambda kind: kind.__name__)
def test_in_the_class_and_in_the_instance(check, attribute):
    """Data descriptors go before the instance; everything else in a class comes after it."""
    kind, bare = thing_with(x=attribute())
    call = f"explain(thing, 'x'), where x is a {attribute.__name__}()"
    check.returns((KIND_OF[attribute], kind), lambda: explain(bare, "x"), f"{call} in the class")
    kind, thing = thing_with({"x": "mine"}, x=attribute())
    expected = (KIND_OF[attribute], kind) if KIND_OF[attribute] == "data descriptor" else ("instance", None)
    check.returns(expected, lambda: explain(thing, "x"), f"{call} in the class, with vars(thing)['x']")


@pytest.mark.task(6)
def test_alone_or_nowhere(check):
    """What only the instance has is its own, even a descriptor; what nobody has is an AttributeError."""
    _, thing = thing_with({"x": "mine", "y": Data()})
    check.returns(
        ("instance", None), lambda: explain(thing, "x"), "explain(thing, 'x'), only in the instance"
    )
    call = "explain(thing, 'y'), where vars(thing)['y'] is a Data()"
    check.returns(("instance", None), lambda: explain(thing, "y"), call)
    check.raises(AttributeError, lambda: explain(thing, "z"), "explain(thing, 'z'), which nobody has")
    check.raises(
        AttributeError, lambda: explain(thing, "mro"), "explain(thing, 'mro'), which its class shows"
    )


@pytest.mark.task(6)
def test_methods_properties_and_slots(check):
    """Functions are non-data descriptors; properties and slots are data descriptors, also in parents."""

    class Parent:
        __slots__ = ("x",)

        def method(self):
            pass

        @property
        def read_only(self):
            pass

    class Child(Parent):
        __slots__ = ()

    child = Child()
    check.returns(("data descriptor", Parent), lambda: explain(child, "x"), "explain(child, 'x'), a slot")
    expected = ("non-data descriptor", Parent)
    check.returns(
        expected, lambda: explain(child, "method"), "explain(child, 'method'), of a class with slots"
    )
    call = "explain(child, 'read_only'), a property without a setter"
    check.returns(("data descriptor", Parent), lambda: explain(child, "read_only"), call)
    check.raises(AttributeError, lambda: explain(child, "y"), "explain(child, 'y'), of a class with slots")
    call = "explain(child, '__hash__'), of object"
    check.returns(("non-data descriptor", object), lambda: explain(child, "__hash__"), call)


@pytest.mark.task(6)
def test_special_methods_are_those_of_the_type(check):
    """An object with a __get__ of its own is no descriptor, nor is a class that has one for its instances."""
    pretender = Plain()
    pretender.__get__ = pretender.__set__ = lambda *_: "called"
    kind, thing = thing_with(x=pretender, y=Data)
    for name, what in (("x", "an object with a __get__ in its __dict__"), ("y", "the class Data itself")):
        call = f"explain(thing, {name!r}), where {name} is {what}"
        check.returns(("class attribute", kind), functools.partial(explain, thing, name), call)
    vars(thing)["y"] = "mine"
    check.returns(
        ("instance", None), lambda: explain(thing, "y"), "explain(thing, 'y'), with vars(thing)['y']"
    )


@pytest.mark.task(6)
def test_nothing_is_read(check):
    """No __get__ is called, and neither __getattribute__ nor __getattr__ with this name."""
    calls = []

    class Trap:
        def __get__(self, instance, owner=None):
            calls.append("__get__")

    class Loud:
        x = Trap()

        def __getattribute__(self, name):
            if name in ("x", "y"):
                calls.append("__getattribute__")
            return super().__getattribute__(name)

        def __getattr__(self, name):
            if name in ("x", "y"):
                calls.append("__getattr__")
                return "made up"
            raise AttributeError(name)

    loud = Loud()
    check.returns(("non-data descriptor", Loud), lambda: explain(loud, "x"), "explain(loud, 'x')")
    call = "explain(loud, 'y'), which only __getattr__ makes up"
    check.raises(AttributeError, lambda: explain(loud, "y"), call)
    check.equal([], calls, "the methods that were called meanwhile")


@pytest.mark.task(6)
@settings(max_examples=60)
@given(st.lists(st.sampled_from([None, *KIND_OF]), min_size=4, max_size=4), st.booleans())
def test_as_python_does(check, parts, own):
    """In a family of classes, it is the one that this interpreter asks."""
    space = [{} if part is None else {"x": part()} for part in parts]
    top = type("Top", (), space[0])
    left, right = type("Left", (top,), space[1]), type("Right", (top,), space[2])
    bottom = type("Bottom", (left, right), space[3])
    thing = bottom()
    if own:
        vars(thing)["x"] = "mine"
    family = (top, left, right, bottom)
    places = [f"{one.__name__} ({type(vars(one)['x']).__name__})" for one in family if "x" in vars(one)]
    places += ["the instance"] if own else []
    call = f"explain(thing, 'x'), class Bottom(Left, Right), both subclasses of Top; x is in {places}"
    answer = getattr(thing, "x", None)
    if answer is None:
        check.raises(AttributeError, lambda: explain(thing, "x"), call)
        return
    if answer == "mine":
        expected = ("instance", None)
    else:
        found = answer[0] if isinstance(answer, tuple) else answer
        owner = next(one for one in family if vars(one).get("x") is found)
        expected = (KIND_OF[type(found)], owner)
    check.returns(expected, lambda: explain(thing, "x"), call)


# --- 7. Predictions ---------------------------------------------------------------------------------------

ANSWERS = ("descriptor", "instance", "class", "fallback", "object", "AttributeError")


def outcome(action):
    """Return what came back, as one of the answers."""
    try:
        got = action()
    except AttributeError:
        return "AttributeError"
    if isinstance(got, tuple):
        return got[1]
    return got if isinstance(got, str) else "object"


def with_an_entry(attribute):
    _, thing = thing_with({"x": "instance"}, x=attribute)
    return outcome(lambda: thing.x)


def alone(attribute):
    _, thing = thing_with(x=attribute)
    return outcome(lambda: thing.x)


def delete_only():
    _, thing = thing_with(x=GetAndDelete())

    def assign_and_read():
        thing.x = "instance"
        return thing.x

    return outcome(assign_and_read)


def child():
    kind, _ = thing_with(x=Data())
    return outcome(lambda: type("Child", (kind,), {"x": "class"})().x)


def class_assigned():
    kind, thing = thing_with(x=Data())
    kind.x = "class"
    return outcome(lambda: thing.x)


def in_the_instance():
    _, thing = thing_with()
    thing.y = Data()
    return outcome(lambda: thing.y)


def in_the_metaclass(attribute):
    kind = type("Meta", (type,), {"x": attribute})("Kind", (), {"x": "class"})
    return outcome(lambda: kind.x)


def meta_below():
    kind = type("Meta", (type,), {"y": Data()})("Kind", (), {})
    return outcome(lambda: kind().y)


def getter_fails():
    def fail(_):
        raise AttributeError

    _, thing = thing_with(x=property(fail), __getattr__=lambda *_: "fallback")
    return outcome(lambda: thing.x)


EXPERIMENTS = {
    "non_data": lambda: with_an_entry(NonData()),
    "data": lambda: with_an_entry(Data()),
    "no_setter": lambda: with_an_entry(property(lambda _: "descriptor")),
    "set_only": lambda: with_an_entry(SetOnly()),
    "set_only_alone": lambda: alone(SetOnly()),
    "delete_only": delete_only,
    "child": child,
    "class_assigned": class_assigned,
    "in_the_instance": in_the_instance,
    "meta_data": lambda: in_the_metaclass(Data()),
    "meta_non_data": lambda: in_the_metaclass(NonData()),
    "meta_below": meta_below,
    "getter_fails": getter_fails,
}


@pytest.mark.task(7)
@pytest.mark.parametrize("question", EXPERIMENTS)
def test_predicted_answers(predictions, question):
    """You predicted what comes back when an attribute is read."""
    predictions.check(question, EXPERIMENTS[question](), ANSWERS)


@pytest.mark.task(7)
def test_predicted_length(predictions):
    """You predicted where Python looks up special methods."""
    _, thing = thing_with(__len__=lambda _: 1)
    thing.__len__ = lambda: 2
    predictions.check("length", len(thing), (1, 2))


@pytest.mark.task(7)
def test_predicted_names(predictions):
    """You predicted when a descriptor is told its name."""
    told = []

    class Named(Data):
        def __set_name__(self, owner, name):
            told.append(name)

    kind, _ = thing_with()
    kind.x = Named()
    predictions.check("named_late", len(told), (0, 1))
