"""The suite of "Metaclasses"."""

import abc
import copy
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metaclasses import Field, HookPlugin, MetaPlugin, Model, metaclass_for


def fields_of(check, model, call):
    """Return the fields of a model as a dict of names and fields."""
    fields = getattr(model, "fields", None)
    wanted = "a mapping from names to fields"
    check.that(isinstance(fields, Mapping), f"{call}.fields", wanted, fields)
    found = dict(fields)
    check.that(all(isinstance(one, Field) for one in found.values()), f"{call}.fields", wanted, found)
    return found


def has_fields(check, expected, model, call):
    """Require the names and kinds of a model's fields, in order."""
    got = [(name, getattr(one, "kind", None)) for name, one in fields_of(check, model, call).items()]
    check.equal(expected, got, f"the names and kinds in {call}.fields")


def made(check, action, call):
    """Return what the action makes; show an exception as what came back."""
    try:
        return action()
    except Exception as error:
        check.that(False, call, "a class or an object", f"it raised {type(error).__name__}: {error}")


# --- 1. Fields in order -----------------------------------------------------------------------------------


def ticket_class():
    class Ticket(Model):
        zone: int = Field()
        holder = Field(str)
        age: int = Field(object, default=None)
        note: str
        limit: int = 10
        bonus = Field(default="no")

    return Ticket


@pytest.mark.task(1)
def test_fields_in_the_order_of_the_body(check):
    """The fields are in the order of the class body; annotations without a field are none."""
    expected = [("zone", int), ("holder", str), ("age", object), ("bonus", object)]
    has_fields(check, expected, ticket_class(), "Ticket")


@pytest.mark.task(1)
def test_what_a_field_knows(check):
    """A field knows its name, its default, and its kind: as given, else as annotated, else object."""
    ticket = ticket_class()
    for name, default in (("zone", ...), ("holder", ...), ("age", None), ("bonus", "no")):
        field = fields_of(check, ticket, "Ticket").get(name)
        got = (getattr(field, "name", None), getattr(field, "default", "nothing"))
        check.equal((name, default), got, f"name and default of Ticket.fields[{name!r}]")
        check.returns(field, lambda name=name: getattr(ticket, name), f"Ticket.{name}")


@pytest.mark.task(1)
def test_the_annotation_of_the_same_body(check):
    """The kind comes from the annotation in the body of the field, not from one of a parent."""

    class First(Model):
        x: int

    class Second(First):
        x = Field()
        y = Field()
        y: str  # noqa: PIE794

    has_fields(check, [("x", object), ("y", str)], Second, "Second, where only the parent has x: int")


@pytest.mark.task(1)
def test_fields_belong_to_the_class(check):
    """The mapping cannot be written into, and instances do not have it."""
    ticket = ticket_class()
    fields_of(check, ticket, "Ticket")

    def write():
        ticket.fields["zone"] = Field(str)

    check.raises(TypeError, write, 'Ticket.fields["zone"] = Field(str)')
    made_one = made(check, lambda: ticket(zone=1, holder="Ann"), 'Ticket(zone=1, holder="Ann")')
    check.equal(False, hasattr(made_one, "fields"), 'hasattr(ticket, "fields")')


@pytest.mark.task(1)
def test_attributes_of_an_instance(check):
    """Making an object sets an attribute for each field that is given or has a default."""
    ticket = ticket_class()
    first = made(check, lambda: ticket(holder="Ann", zone=3), 'Ticket(holder="Ann", zone=3)')
    second = made(check, lambda: ticket(zone=1, holder="", age=8, bonus=0), "Ticket(zone=1, …, bonus=0)")
    expected = {"zone": 3, "holder": "Ann", "age": None, "bonus": "no"}
    check.equal(expected, vars(first), 'vars(Ticket(holder="Ann", zone=3))')
    expected = {"zone": 1, "holder": "", "age": 8, "bonus": 0}
    check.equal(expected, vars(second), 'vars(Ticket(zone=1, holder="", age=8, bonus=0))')


@pytest.mark.task(1)
def test_what_was_there_before(check):
    """`Model.__init__` sets what is given, and the defaults too, whatever the attributes were before."""
    ticket = ticket_class()
    call = 'Ticket(holder="Ann", zone=3)'
    got = made(check, lambda: ticket(holder="Ann", zone=3), call)
    got.age = 9
    made(check, lambda: got.__init__(holder="Bo", zone=4, bonus=0), "ticket.__init__(…, zone=4, bonus=0)")
    expected = {"zone": 4, "holder": "Bo", "age": None, "bonus": 0}
    check.equal(expected, vars(got), f'vars of {call}, after age = 9, __init__(holder="Bo", zone=4, bonus=0)')


@pytest.mark.task(1)
def test_wrong_arguments(check):
    """Unknown names, positional arguments and a missing value are a TypeError."""
    ticket = ticket_class()
    for call, action in (
        ('Ticket(zone=1, holder="Ann", seat=5)', lambda: ticket(zone=1, holder="Ann", seat=5)),
        ('Ticket(zone=1, holder="Ann", limit=5)', lambda: ticket(zone=1, holder="Ann", limit=5)),
        ('Ticket(1, "Ann")', lambda: ticket(1, "Ann")),
        ('Ticket(1, zone=1, holder="Ann")', lambda: ticket(1, zone=1, holder="Ann")),
        ("Ticket(zone=1)", lambda: ticket(zone=1)),
        ("Ticket()", ticket),
    ):
        check.raises(TypeError, action, call)

    class Anything(Model):
        value = Field(object)

    check.raises(TypeError, Anything, "Anything(), whose only field takes an object of any kind")
    made(check, lambda: Anything(value=None), "Anything(value=None)")


@pytest.mark.task(1)
def test_models_are_separate(check):
    """Each model has its own fields, and a field may have a name that other code uses for its arguments."""

    class Odd(Model):
        self = Field(int)
        cls = Field(int)
        name: int = Field()
        args: int = Field(default=4)

    ticket_class()
    has_fields(check, [(name, int) for name in ("self", "cls", "name", "args")], Odd, "Odd")
    odd = made(check, lambda: Odd(self=1, cls=2, name=3), "Odd(self=1, cls=2, name=3)")
    check.equal({"self": 1, "cls": 2, "name": 3, "args": 4}, vars(odd), "vars(Odd(self=1, cls=2, name=3))")
    has_fields(check, [], Model, "Model")


# --- 2. No name twice -------------------------------------------------------------------------------------

BINDINGS = {
    "a field": lambda: Field(int),
    "a number": lambda: 5,
    "None": lambda: None,
    "a function": lambda: lambda self: 5,
}


@pytest.mark.task(2)
@pytest.mark.parametrize("other", BINDINGS)
@pytest.mark.parametrize("first", ["field first", "field second"])
def test_a_name_bound_twice(check, first, other):
    """A name that is or becomes a field is not bound twice: a TypeError, raised at that line."""
    values = [Field(str), BINDINGS[other]()]
    if first == "field second":
        values.reverse()
    lines = []

    def statement():
        class Twice(Model):
            x = values[0]
            lines.append("between")
            x = values[1]  # noqa: PIE794
            lines.append("after")

    what = ["a field", other] if first == "field first" else [other, "a field"]
    call = f"class Twice(Model): x = {what[0]}; x = {what[1]}"
    check.raises(TypeError, statement, call)
    check.equal(["between"], lines, f"the lines of the body that ran, of {call}")


@pytest.mark.task(2)
def test_functions_and_fields(check):
    """A method does not take the name of a field either."""

    def statement():
        class Twice(Model):
            total = Field(int)

            def total(self):  # noqa: F811
                return 5

    check.raises(TypeError, statement, "class Twice(Model): total = Field(int); def total(self): …")


@pytest.mark.task(2)
def test_other_names_may_be_bound_again(check):
    """Names without a field may be bound again, as those of a property."""

    def statement():
        class Square(Model):
            side = Field(int)
            factor = 1
            factor = factor + 1

            @property
            def double(self):
                return self.side * self.factor

            @double.setter
            def double(self, value):
                self.side = value // self.factor

        return Square

    kind = made(check, statement, "class Square(Model): …, with a property of two functions")
    square = made(check, lambda: kind(side=3), "Square(side=3)")
    square.double = 10
    check.equal(
        (5, 10), (square.side, square.double), "(square.side, square.double), after square.double = 10"
    )


@pytest.mark.task(2)
def test_names_of_others(check):
    """Other bodies have names of their own, and an annotation by itself binds nothing."""

    def statement():
        class First(Model):
            x = Field(int)

        class Second(Model):
            x: int
            x = Field(int)  # noqa: PIE794
            x: str  # noqa: PIE794

        class Third(First):
            x = Field(float)

        return Third

    has_fields(check, [("x", float)], made(check, statement, "class Third(First): x = Field(float)"), "Third")


# --- 3. Inherited and overridden --------------------------------------------------------------------------


@pytest.mark.task(3)
def test_inherited_fields_come_first(check):
    """A model has its parents' fields before its own, and the parents do not get those of the child."""
    ticket = ticket_class()

    class Season(ticket):
        months: int = Field(default=12)
        area = Field(str)

    class Group(ticket):
        size = Field(int)

    inherited = [("zone", int), ("holder", str), ("age", object), ("bonus", object)]
    has_fields(check, [*inherited, ("months", int), ("area", str)], Season, "Season")
    has_fields(check, [*inherited, ("size", int)], Group, "Group")
    has_fields(check, inherited, ticket, "Ticket")
    same = fields_of(check, Season, "Season")["zone"]
    check.identical(fields_of(check, ticket, "Ticket")["zone"], same, 'Season.fields["zone"]')
    season = made(check, lambda: Season(zone=1, holder="Ann", area="N"), 'Season(zone=1, holder="Ann", …)')
    expected = {"zone": 1, "holder": "Ann", "age": None, "bonus": "no", "months": 12, "area": "N"}
    check.equal(expected, vars(season), 'vars(Season(zone=1, holder="Ann", area="N"))')
    call = 'Ticket(zone=1, holder="Ann", months=3), where only a subclass has months'
    check.raises(TypeError, lambda: ticket(zone=1, holder="Ann", months=3), call)


@pytest.mark.task(3)
def test_an_overriding_field_keeps_the_place(check):
    """An overriding field stays where the overridden one was, and the parent keeps its own."""
    ticket = ticket_class()

    class Night(ticket):
        hour: int = Field(default=0)
        zone: float = Field(default=1.5)

    expected = [("zone", float), ("holder", str), ("age", object), ("bonus", object), ("hour", int)]
    has_fields(check, expected, Night, "Night")
    field = fields_of(check, ticket, "Ticket")["zone"]
    check.equal((int, ...), (field.kind, field.default), 'kind and default of Ticket.fields["zone"]')
    night = made(check, lambda: Night(holder="Ann"), 'Night(holder="Ann")')
    check.equal(1.5, getattr(night, "zone", None), 'Night(holder="Ann").zone')


@pytest.mark.task(3)
def test_something_else_takes_the_name(check):
    """A subclass that binds the name to something else has no such field; an annotation binds nothing."""
    ticket = ticket_class()

    class Fixed(ticket):
        zone = 7
        holder: bytes
        age = None

        def bonus(self):
            return "a method"

    class Below(Fixed):
        seat = Field(int, default=0)

    has_fields(check, [("holder", str)], Fixed, "Fixed")
    has_fields(check, [("holder", str), ("seat", int)], Below, "Below")
    fixed = made(check, lambda: Fixed(holder="Ann"), 'Fixed(holder="Ann")')
    check.equal({"holder": "Ann"}, vars(fixed), 'vars(Fixed(holder="Ann"))')
    check.raises(TypeError, lambda: Fixed(holder="Ann", zone=1), 'Fixed(holder="Ann", zone=1), zone = 7')


@pytest.mark.task(3)
def test_a_diamond(check):
    """In a diamond, the field of the nearer class counts, though another parent inherits an older one."""

    class Base(Model):
        a = Field(int)
        b = Field(int)

    class Left(Base):
        c = Field(int)
        a = Field(float)

    class Right(Base):
        d = Field(int)
        b = Field(str)

    class Both(Left, Right):
        e = Field(int)

    expected = [("a", float), ("b", str), ("d", int), ("c", int), ("e", int)]
    has_fields(check, expected, Both, "Both(Left, Right)")


@pytest.mark.task(3)
@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=4), min_size=5, max_size=5
    ),
    st.sampled_from([None, "a", "b"]),
)
def test_the_walk_along_the_mro(check, bodies, removed):
    """In a family with a diamond, fields and order are what the walk along the MRO gives."""
    spaces = [{name: Field(int) for name in names} for names in bodies]
    if removed is not None:
        spaces[4][removed] = "no field"
    top = type(Model)("Top", (Model,), spaces[0])
    left, right = type(Model)("Left", (top,), spaces[1]), type(Model)("Right", (top,), spaces[2])
    side = type(Model)("Side", (Model,), spaces[3])
    bottom = type(Model)("Bottom", (left, right, side), spaces[4])
    names = ("Top", "Left", "Right", "Side", "Bottom")
    told = "; ".join(f"{name}: {' '.join(space)}" for name, space in zip(names, spaces, strict=True))
    call = f"Bottom.fields, Bottom(Left, Right, Side), Left(Top), Right(Top), with the names {told}"
    call += f", where {removed} is no field in Bottom" if removed else ""
    order = list(
        dict.fromkeys(name for parent in reversed(bottom.__mro__) for name in vars(parent) if name in "abcd")
    )
    expected = [(name, getattr(bottom, name)) for name in order if isinstance(getattr(bottom, name), Field)]
    check.returns(expected, lambda: list(bottom.fields.items()), call)


# --- 4. A good neighbour ----------------------------------------------------------------------------------


@pytest.mark.task(4)
def test_super_and_class(check):
    """In methods of models, `super()` and `__class__` work."""

    class Base(Model):
        x = Field(int, default=1)

        def area(self):
            return [self.x]

    def statement():
        class Child(Base):
            def area(self):
                return [*super().area(), __class__.__name__]

            @classmethod
            def own(cls):
                return __class__

        return Child

    child = made(check, statement, "class Child(Base), with super() and __class__ in its methods")
    check.returns([1, "Child"], lambda: child().area(), "Child().area()")
    check.returns(child, lambda: child.own(), "Child.own(), which returns __class__")


@pytest.mark.task(4)
def test_keywords_of_the_class_statement(check):
    """Keywords go to `__init_subclass__`, in which the fields are complete; nobody's are a TypeError."""
    seen = []

    def base():
        class Table(Model):
            number: int = Field(default=0)

            def __init_subclass__(cls, /, *, table=None, **options):
                super().__init_subclass__(**options)
                kinds = [(name, getattr(one, "kind", None)) for name, one in dict(cls.fields).items()]
                seen.append((cls.__name__, table, kinds))

        return Table

    table = made(check, base, "class Table(Model), with an __init_subclass__")

    def statement():
        class Bill(table, table="bills"):
            name: str = Field()

        class Draft(Bill):
            name = Field(object)

        return Draft

    made(check, statement, 'class Bill(Table, table="bills"), class Draft(Bill)')
    expected = [
        ("Bill", "bills", [("number", int), ("name", str)]),
        ("Draft", None, [("number", int), ("name", object)]),
    ]
    check.equal(expected, seen, "name, keyword and fields of the classes, as __init_subclass__ saw them")

    def refused():
        class Bill(table, colour="red"):
            pass

    check.raises(TypeError, refused, 'class Bill(Table, colour="red"), where nobody takes colour')


@pytest.mark.task(4)
def test_a_call_of_the_metaclass(check):
    """A model can be made by a call of its metaclass."""
    space = {"number": Field(int), "name": Field(str, default="none"), "limit": 5}
    bill = made(check, lambda: type(Model)("Bill", (Model,), space), 'type(Model)("Bill", (Model,), {…})')
    has_fields(check, [("number", int), ("name", str)], bill, "Bill")
    got = made(check, lambda: bill(number=4), "Bill(number=4)")
    check.equal({"number": 4, "name": "none"}, vars(got), "vars(Bill(number=4))")


@pytest.mark.task(4)
def test_abstract_models(check):
    """Models and abc.ABC go together; a model with abstract methods cannot be instantiated."""

    def statements():
        class Front(Model, abc.ABC):
            @abc.abstractmethod
            def area(self):
                """Return the area."""

        class Back(abc.ABC, Model):
            @abc.abstractmethod
            def area(self):
                """Return the area."""

        class Without(Model):
            @abc.abstractmethod
            def area(self):
                """Return the area."""

        return Front, Back, Without

    for parent in made(check, statements, "class Front(Model, abc.ABC), class Back(abc.ABC, Model)"):
        name = parent.__name__
        check.raises(TypeError, parent, f"{name}(), with an abstract method")

        class Whole(parent):
            side = Field(int)

            def area(self):
                return self.side**2

        check.returns(
            9, lambda whole=Whole: whole(side=3).area(), f"Whole(side=3).area(), class Whole({name})"
        )


def loud_metaclass():
    """Return a metaclass that tells what it is asked, and the list of what it told."""
    told = []

    class Loud(type):
        @classmethod
        def __prepare__(cls, name, bases, /, **options):
            space = super().__prepare__(name, bases, **options)
            space["helper"] = f"for {name}"
            told.append("prepare")
            return space

        def __new__(cls, *args, **options):
            told.append("new")
            return super().__new__(cls, *args, **options)

        def __init__(cls, *args, **options):
            told.append("init")
            super().__init__(*args, **options)

        def __call__(cls, /, *args, **options):
            told.append("call")
            return super().__call__(*args, **options)

    return Loud, told


@pytest.mark.task(4)
@pytest.mark.parametrize("model_first", [True, False], ids=["Model, Other", "Other, Model"])
def test_beside_another_metaclass(check, model_first):
    """With the metaclass of another class beside it, what both of them do is done, each once."""
    loud, told = loud_metaclass()
    other = loud("Other", (), {})
    bases = (Model, other) if model_first else (other, Model)
    call = f"class Both({', '.join(base.__name__ for base in bases)}, metaclass=metaclass_for(…))"
    told.clear()

    def statement():
        class Both(*bases, metaclass=metaclass_for(*bases)):
            size = Field(int)
            text = helper  # noqa: F821

        return Both

    both = made(check, statement, call)
    check.equal(["prepare", "new", "init"], told, f"the methods of Other's metaclass that ran for {call}")
    check.equal(
        "for Both", getattr(both, "text", None), "a name that Other's __prepare__ put into the namespace"
    )
    told.clear()
    has_fields(check, [("size", int)], both, "Both")
    got = made(check, lambda: both(size=4), "Both(size=4)")
    check.equal({"size": 4}, vars(got), "vars(Both(size=4))")
    check.equal(["call"], told, "the methods of Other's metaclass that ran for Both(size=4)")
    check.raises(TypeError, lambda: both(size="4"), 'Both(size="4"), where size is of kind int')

    def twice():
        class Twice(*bases, metaclass=metaclass_for(*bases)):
            size = Field(int)
            size = Field(str)  # noqa: PIE794

    check.raises(
        TypeError, twice, "class Twice(…, metaclass=metaclass_for(…)): size = Field(int); size = Field(str)"
    )


@pytest.mark.task(4)
def test_metaclass_for(check):
    """`metaclass_for` takes a metaclass that is there if it will do, and derives the same one each time."""

    class Base(type):
        pass

    class Fine(Base):
        pass

    class Other(type):
        pass

    plain, base, fine, other = (meta("One", (), {}) for meta in (type, Base, Fine, Other))
    for call, bases, expected in (
        ("metaclass_for()", (), type),
        ("metaclass_for(plain)", (plain,), type),
        ("metaclass_for(plain, base)", (plain, base), Base),
        ("metaclass_for(base, fine), Fine derives from Base", (base, fine), Fine),
        ("metaclass_for(fine, plain, base)", (fine, plain, base), Fine),
        ("metaclass_for(Model, plain)", (Model, plain), type(Model)),
    ):
        check.returns(expected, lambda bases=bases: metaclass_for(*bases), call)
    for call, bases, expected in (
        ("metaclass_for(base, other)", (base, other), (Base, Other)),
        ("metaclass_for(other, base)", (other, base), (Other, Base)),
        ("metaclass_for(plain, base, other, fine)", (plain, base, other, fine), (Other, Fine)),
    ):
        got = made(check, lambda bases=bases: metaclass_for(*bases), call)
        check.equal(expected, getattr(got, "__bases__", None), f"the __bases__ of {call}")
        check.returns(got, lambda bases=bases: metaclass_for(*bases), f"{call}, asked again")
    got = made(check, lambda: metaclass_for(fine, other), "metaclass_for(fine, other)")
    call = "metaclass_for(base, plain, fine, other, fine), where the parents are the same"
    check.returns(got, lambda: metaclass_for(base, plain, fine, other, fine), call)


# --- 5. Whole objects -------------------------------------------------------------------------------------


def order_class():
    """Return a model whose `validate` keeps what it saw."""

    class Order(Model):
        count: int = Field()
        price: float = Field(default=1.0)
        seen = None

        def validate(self):
            type(self).seen = [*(type(self).seen or ()), dict(vars(self))]
            if self.count > 9:
                raise LookupError("too many")

    return Order


@pytest.mark.task(5)
def test_kinds_are_checked(check):
    """Each value has to be an instance of its field's kind, a default too; otherwise it is a TypeError."""
    order = order_class()

    class Strange(order):
        colour: str = Field(default=None)

    for call, action in (
        ('Order(count="3")', lambda: order(count="3")),
        ("Order(count=None)", lambda: order(count=None)),
        ("Order(count=3, price=2)", lambda: order(count=3, price=2)),
        ("Strange(count=3), where the default of colour is no str", lambda: Strange(count=3)),
    ):
        check.raises(TypeError, action, call)
    check.equal((None, None), (order.seen, Strange.seen), "what validate saw meanwhile")
    got = made(check, lambda: order(count=True, price=2.5), "Order(count=True, price=2.5)")
    check.equal({"count": True, "price": 2.5}, vars(got), "vars(Order(count=True, price=2.5))")


@pytest.mark.task(5)
def test_validate_is_called_once(check):
    """`validate` is called once, when all values are there; what it raises reaches the caller."""
    order = order_class()
    made(check, lambda: order(count=3), "Order(count=3)")
    check.equal([{"count": 3, "price": 1.0}], order.seen, "vars of the object, each time validate was called")
    check.raises(LookupError, lambda: order(count=10), "Order(count=10), where validate raises LookupError")


@pytest.mark.task(5)
def test_after_the_outermost_init(check):
    """The checks come after the outermost `__init__`, which may set fields after or before the inner one."""
    order = order_class()

    def statements():
        class Express(order):
            hours: int = Field()

            def __init__(self, days, **values):
                self.early = True
                super().__init__(**values)
                self.hours = days * 24
                self.count += 1

        class Urgent(Express):
            stamp: str = Field()

            def __init__(self, **values):
                self.stamp = "!"
                super().__init__(2, **values)
                self.price = 9.5

        return Express, Urgent

    express, urgent = made(check, statements, "class Express(Order), class Urgent(Express), with super()")
    got = made(check, lambda: urgent(count=3), "Urgent(count=3)")
    expected = {"stamp": "!", "early": True, "count": 4, "price": 9.5, "hours": 48}
    check.equal(expected, vars(got), "vars(Urgent(count=3))")
    check.equal([expected], urgent.seen, "vars of the object, each time validate was called")
    call = "Express(1.5, count=3), where hours becomes a float"
    check.raises(TypeError, lambda: express(1.5, count=3), call)
    check.raises(LookupError, lambda: express(1, count=9), "Express(1, count=9), where count becomes 10")


@pytest.mark.task(5)
def test_an_init_that_forgets(check):
    """An `__init__` that does not call that of Model has to set all fields itself."""

    class Pair(Model):
        left = Field(int)
        right = Field(int, default=2)

        def __init__(self, *values):
            for name, value in zip(("left", "right"), values, strict=False):
                setattr(self, name, value)

    got = made(check, lambda: Pair(1, 5), "Pair(1, 5)")
    check.equal({"left": 1, "right": 5}, vars(got), "vars(Pair(1, 5))")
    check.raises(TypeError, lambda: Pair(1), "Pair(1), whose __init__ does not set right")
    check.raises(TypeError, Pair, "Pair(), whose __init__ sets nothing")


@pytest.mark.task(5)
def test_what_new_returns(check):
    """If `__new__` returns an object of another class, the call returns that object unchecked."""
    other = [1]

    def statement():
        class Odd(Model):
            x = Field(int)

            def __new__(cls, **values):
                return other if values["x"] < 0 else super().__new__(cls)

            def validate(self):
                if self.x == 0:
                    raise LookupError("zero")

        return Odd

    odd = made(check, statement, "class Odd(Model), with a __new__ and super()")
    check.returns(other, lambda: odd(x=-1), "Odd(x=-1), where __new__ returns a list")
    check.raises(LookupError, lambda: odd(x=0), "Odd(x=0), where __new__ returns an Odd and validate raises")


@pytest.mark.task(5)
def test_what_new_returns_of_another_model(check):
    """An object of another model is not checked either: it is no instance of the class that was called."""
    order = order_class()
    ready = made(check, lambda: order(count=3), "Order(count=3)")
    ready.count = "three"

    def statement():
        class Odd(Model):
            x = Field(int)

            def __new__(cls, **values):
                return ready

        return Odd

    odd = made(check, statement, "class Odd(Model), with a __new__ that returns an Order")
    call = "Odd(x=1), where __new__ returns an Order"
    check.identical(ready, made(check, lambda: odd(x=1), call), call)
    check.equal({"count": "three", "price": 1.0}, vars(ready), f"vars of the Order, after {call}")
    check.equal(1, len(order.seen or ()), f"the number of calls of Order.validate, after {call}")


@pytest.mark.task(5)
def test_only_calls_check(check):
    """Copies, assignments and a call of `__init__` are not checked."""
    order = order_class()
    blank = made(check, lambda: order.__new__(order), "Order.__new__(Order)")
    made(check, lambda: blank.__init__(price=2.0), "order.__init__(price=2.0), without a count")
    check.equal({"price": 2.0}, vars(blank), "vars(order), after order.__init__(price=2.0)")
    got = made(check, lambda: order(count=3), "Order(count=3)")
    got.count = 10
    twin = made(check, lambda: copy.copy(got), "copy.copy(order), where order.count is 10")
    check.equal({"count": 10, "price": 1.0}, vars(twin), "vars(copy.copy(order))")
    made(check, lambda: got.__init__(count="eleven"), 'order.__init__(count="eleven")')
    check.equal(
        {"count": "eleven", "price": 1.0}, vars(got), 'vars(order), after order.__init__(count="eleven")'
    )
    check.equal(1, len(order.seen or ()), "the number of calls of validate")


# --- 6 and 7. Plugins, by a metaclass and without ---------------------------------------------------------

each_way = pytest.mark.parametrize(
    "plugin",
    [
        pytest.param(MetaPlugin, id="MetaPlugin", marks=pytest.mark.task(6)),
        pytest.param(HookPlugin, id="HookPlugin", marks=pytest.mark.task(7)),
    ],
)


def registered(check, expected, root, call):
    """Require the plugins of a root, in order."""
    got = made(check, root.plugins, call)
    check.that(type(got) is dict, call, "a dict", got)
    check.equal(list(expected.items()), list(got.items()), f"the items of {call}")


def family(check, plugin):
    """Return a root with an abstract method and two plugins, one below the other."""

    def statements():
        class Exporter(plugin, abc.ABC):
            @abc.abstractmethod
            def export(self):
                """Return the text."""

        class Zip(Exporter, key="zip"):
            def export(self):
                return "PK"

        class Arc(Zip):
            def export(self):
                return "A" + super().export()

        return Exporter, Zip, Arc

    call = f'class Exporter({plugin.__name__}, abc.ABC), class Zip(Exporter, key="zip"), class Arc(Zip)'
    return made(check, statements, call)


@each_way
def test_plugins_by_their_keys(check, plugin):
    """Subclasses of a root are registered by key or name, at any depth, in the order of their definitions."""
    exporter, zipped, arc = family(check, plugin)
    registered(check, {"zip": zipped, "Arc": arc}, exporter, "Exporter.plugins()")
    check.returns("APK", lambda: exporter.plugins()["Arc"]().export(), 'Exporter.plugins()["Arc"]().export()')
    exporter.plugins().clear()
    registered(check, {"zip": zipped, "Arc": arc}, exporter, "Exporter.plugins(), after the dict was cleared")


@each_way
def test_by_whom_it_is_done(check, plugin):
    """MetaPlugin has a metaclass and no `__init_subclass__`, HookPlugin has no metaclass but type."""
    exporter, zipped, arc = family(check, plugin)
    registered(check, {"zip": zipped, "Arc": arc}, exporter, "Exporter.plugins()")
    call = f"type({plugin.__name__}) is type"
    check.equal(plugin is HookPlugin, type(plugin) is type, call)
    call = f'"__init_subclass__" in vars({plugin.__name__})'
    check.equal(plugin is HookPlugin, "__init_subclass__" in vars(plugin), call)


@each_way
def test_a_concrete_root(check, plugin):
    """A root is not its own plugin, even if it is concrete."""

    def statements():
        class Reader(plugin):
            pass

        class Fast(Reader):
            pass

        return Reader, Fast

    reader, fast = made(check, statements, f"class Reader({plugin.__name__}), class Fast(Reader)")
    registered(check, {"Fast": fast}, reader, "Reader.plugins()")


@each_way
def test_abstract_classes_are_no_plugins(check, plugin):
    """A class that is still abstract is not registered, and takes no key."""
    exporter, zipped, arc = family(check, plugin)

    class Text(exporter, key="text"):
        @abc.abstractmethod
        def lines(self):
            """Return the lines."""

    class Half(Text, key="half"):
        def export(self):
            return "half"

    def taken():
        class Dull(exporter, key="zip"):
            """Its key means nothing."""

    made(check, taken, 'class Dull(Exporter, key="zip"), which is abstract, and Zip has this key')
    registered(check, {"zip": zipped, "Arc": arc}, exporter, "Exporter.plugins(), after abstract classes")

    def statement():
        class Whole(Half, key="text"):
            def lines(self):
                return []

        return Whole

    whole = made(check, statement, 'class Whole(Half, key="text"), with all methods; Text is abstract')
    registered(check, {"zip": zipped, "Arc": arc, "text": whole}, exporter, "Exporter.plugins() then")


@each_way
def test_an_abstract_class_below_a_concrete_root(check, plugin):
    """It is the class itself that is abstract, wherever abc.ABC comes in."""

    def statements():
        class Reader(plugin):
            pass

        class Slow(Reader, abc.ABC):
            @abc.abstractmethod
            def wait(self):
                """Wait."""

        class Snail(Slow):
            def wait(self):
                return "long"

        class Growing(abc.ABC):
            @abc.abstractmethod
            def grow(self):
                """Grow."""

        class Plant(Reader, Growing):
            """It does not grow."""

        class Moss(Plant):
            def grow(self):
                return "a little"

        return Reader, Snail, Moss

    call = "class Reader(…), class Slow(Reader, abc.ABC), class Snail(Slow), class Plant(Reader, Growing), …"
    reader, snail, moss = made(check, statements, call)
    call = "Reader.plugins(), where Slow and Plant are abstract, and Snail and Moss are not"
    registered(check, {"Snail": snail, "Moss": moss}, reader, call)


@each_way
def test_families_are_separate(check, plugin):
    """Each family has its own keys, and a class with two roots is a plugin of both."""
    exporter, zipped, arc = family(check, plugin)

    def statements():
        class Importer(plugin):
            pass

        class Unzip(Importer, key="zip"):
            pass

        class Both(Arc, Importer, key="both"):
            pass

        return Importer, Unzip, Both

    Arc = arc  # noqa: N806
    call = f'class Importer({plugin.__name__}), class Unzip(Importer, key="zip"), class Both(Arc, Importer)'
    importer, unzip, both = made(check, statements, call)
    registered(check, {"zip": zipped, "Arc": arc, "both": both}, exporter, "Exporter.plugins()")
    registered(check, {"zip": unzip, "both": both}, importer, "Importer.plugins()")


@each_way
def test_a_key_that_is_taken(check, plugin):
    """A key that is taken in one of the families is a ValueError, and the class is in none of them."""
    exporter, zipped, arc = family(check, plugin)

    def again():
        class Other(exporter, key="zip"):
            def export(self):
                return ""

    check.raises(ValueError, again, 'class Other(Exporter, key="zip"), where Zip has this key')

    class Importer(plugin):
        pass

    class Unarc(Importer, key="Arc"):
        pass

    def by_name():
        return type(exporter)("Arc", (Importer, exporter), {"export": lambda self: ""})

    def in_one():
        class Both(Importer, zipped, key="Arc"):
            pass

    def in_the_other():
        class Both(Importer, zipped, key="zip"):
            pass

    check.raises(ValueError, by_name, "class Arc(Importer, Exporter), where both have an Arc")
    check.raises(ValueError, in_one, 'class Both(Importer, Zip, key="Arc"), where both families have an Arc')
    check.raises(ValueError, in_the_other, 'class Both(Importer, Zip, key="zip"), where Zip has this key')
    registered(check, {"zip": zipped, "Arc": arc}, exporter, "Exporter.plugins() after these failures")
    registered(check, {"Arc": Unarc}, Importer, "Importer.plugins() after these failures")


@each_way
def test_other_keywords(check, plugin):
    """Other keywords go to the parents; if nobody takes them it is a TypeError, and nothing is registered."""
    seen = []

    def statements():
        class Coloured:
            def __init_subclass__(cls, /, colour=None, **options):
                super().__init_subclass__(**options)
                seen.append((cls.__name__, colour))

        class Painter(plugin, Coloured):
            pass

        class Brush(Painter, key="brush", colour="red"):
            pass

        return Painter, Brush

    call = 'class Brush(Painter, key="brush", colour="red"), where a parent takes colour'
    painter, brush = made(check, statements, call)
    check.equal([("Painter", None), ("Brush", "red")], seen, "what the parent's __init_subclass__ saw")

    def refused():
        class Roller(painter, key="roller", size=5):
            pass

    check.raises(TypeError, refused, 'class Roller(Painter, key="roller", size=5), where nobody takes size')
    registered(check, {"brush": brush}, painter, "Painter.plugins() afterwards")


def refusing(*args, **options):
    """Refuse to do what is asked."""
    raise LookupError("no")


def root_and_refusal(check, plugin, refuse):
    """Return a root with a plugin, below which one more class statement has failed."""

    def statements():
        class Painter(plugin):
            pass

        class Brush(Painter):
            pass

        return Painter, Brush

    painter, brush = made(check, statements, f"class Painter({plugin.__name__}), class Brush(Painter)")
    try:
        refuse(painter)
    except (LookupError, RuntimeError):  # Python 3.11 wraps what __set_name__ raises
        return painter, brush
    return check.that(False, "class Roller(Painter, …), where somebody refuses", "the error", "none")


@pytest.mark.parametrize("who", ["a parent", "an attribute"])
@each_way
def test_a_class_that_could_not_be_made(check, plugin, who):
    """A class that a parent or an attribute refuses is in no registry, and its key stays free."""

    class Strict:
        __init_subclass__ = classmethod(refusing)

    class Shy:
        __set_name__ = refusing

    def refuse(painter):
        if who == "a parent":
            type(painter)("Roller", (painter, Strict), {})
        else:
            type(painter)("Roller", (painter,), {"shy": Shy()})

    painter, brush = root_and_refusal(check, plugin, refuse)
    call = f"Painter.plugins(), after class Roller(Painter, …), which {who} refused"
    registered(check, {"Brush": brush}, painter, call)
    roller = made(check, lambda: type(painter)("Roller", (painter,), {}), "class Roller(Painter)")
    registered(check, {"Brush": brush, "Roller": roller}, painter, "Painter.plugins(), after another Roller")


@pytest.mark.task(6)
def test_a_class_that_is_refused_at_the_end(check):
    """A class that a plugin's `__init_subclass__` refuses, after `super()`, is in no registry."""

    def refuse(painter):
        class Wide(painter):
            def __init_subclass__(cls, /, **options):
                super().__init_subclass__(**options)
                raise LookupError("no")

        class Roller(Wide):
            pass

    painter, _ = root_and_refusal(check, MetaPlugin, refuse)
    got = [name for name in made(check, painter.plugins, "Painter.plugins()") if name != "Wide"]
    check.equal(
        ["Brush"], got, "the keys of Painter.plugins() but for Wide, which refused its subclass Roller"
    )
