"""Properties whose missing functions raise; fields that hide their entries in ``__dict__``."""

import contextlib
import types
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Self

Getter = Callable[[Any], Any]
Setter = Callable[[Any, Any], object]
Deleter = Callable[[Any], object]


class Property:
    """Does what the built-in property does; a missing function is one that raises."""

    def __init__(
        self,
        fget: Getter | None = None,
        fset: Setter | None = None,
        fdel: Deleter | None = None,
        doc: str | None = None,
    ) -> None:
        def lacks(what: str) -> Callable[..., Any]:
            def fail(instance: Any, *_: Any) -> Any:
                raise AttributeError(f"{type(instance).__name__}.{self.label} has no {what}")

            return fail

        self.label = "unnamed"
        self.fget, self.fset, self.fdel = fget, fset, fdel
        self.read = lacks("getter") if fget is None else fget
        self.write = lacks("setter") if fset is None else fset
        self.erase = lacks("deleter") if fdel is None else fdel
        self.explicit = doc
        self.__doc__ = doc
        if doc is None:
            self.__doc__ = None if fget is None else fget.__doc__
        self.__isabstractmethod__ = False
        for function in (fget, fset, fdel):
            self.__isabstractmethod__ |= getattr(function, "__isabstractmethod__", False)

    def __set_name__(self, owner: type, name: str) -> None:
        self.label = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            return self.read(instance)
        return self

    def __set__(self, instance: Any, value: Any) -> None:
        self.write(instance, value)

    def __delete__(self, instance: Any) -> None:
        self.erase(instance)

    def getter(self, fget: Getter | None) -> Self:
        """Return a copy with another getter."""
        return self.labelled(type(self)(fget, self.fset, self.fdel, self.explicit))

    def setter(self, fset: Setter | None) -> Self:
        """Return a copy with another setter."""
        return self.labelled(type(self)(self.fget, fset, self.fdel, self.explicit))

    def deleter(self, fdel: Deleter | None) -> Self:
        """Return a copy with another deleter."""
        return self.labelled(type(self)(self.fget, self.fset, fdel, self.explicit))

    def labelled(self, copy: Self) -> Self:
        """Give the copy the name, until its class does."""
        copy.label = self.label
        return copy


class Field:
    """An attribute kept in the instance's ``__dict__`` under its own name, which a data descriptor hides."""

    name: str

    def __init__(self, kind: type | tuple[type, ...]) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        with self._speaking(instance) as place:
            return place[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        value = self.validate(value)
        with self._speaking(instance) as place:
            place[self.name] = value

    def __delete__(self, instance: Any) -> None:
        with self._speaking(instance) as place:
            del place[self.name]

    def validate(self, value: Any) -> Any:
        """Return what is kept: the value itself, if it is of the kind."""
        if not isinstance(value, self.kind):
            raise TypeError(f"a value of type {type(value).__name__} for {self.name}")
        return value

    @contextlib.contextmanager
    def _speaking(self, instance: Any) -> Iterator[MutableMapping[str, Any]]:
        try:
            yield instance.__dict__ if hasattr(instance, "__dict__") else Slots(instance)
        except KeyError:
            raise AttributeError(f"{self.name} was not set") from None


class Slots(MutableMapping[str, Any]):
    """The slots of an instance, by the names of the fields."""

    def __init__(self, instance: Any) -> None:
        self.instance = instance

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self.instance, "_" + name)
        except AttributeError:
            raise KeyError(name) from None

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self.instance, "_" + name, value)

    def __delitem__(self, name: str) -> None:
        try:
            delattr(self.instance, "_" + name)
        except AttributeError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


class Bounded(Field):
    """A field whose values lie between two bounds, which belong to it."""

    def __init__(self, kind: type | tuple[type, ...], low: Any, high: Any) -> None:
        super().__init__(kind)
        self.low, self.high = low, high

    def validate(self, value: Any) -> Any:
        """Return the value if it lies within the bounds.

        Raises:
            TypeError: the value is not of the kind.
            ValueError: it does not lie within the bounds; NaN never does.

        """
        value = super().validate(value)
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name} has to be between {self.low!r} and {self.high!r}, not {value!r}")
        return value


class Lazy:
    """An attribute that is computed when it is first read, and is an ordinary one from then on.

    There is no ``__set__``: the entry in the instance's ``__dict__`` hides the descriptor.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            values = vars(instance)
        except TypeError:
            message = f"{self._name} cannot be kept: a {type(instance).__name__!r} object has no __dict__"
            raise TypeError(message) from None
        value = values[self._name] = self.function(instance)
        return value


def explain(instance: object, name: str) -> tuple[str, type | None]:
    """Tell who answers, from the names that the type of the attribute and its parents define."""
    for owner in type(instance).__mro__:
        if name in vars(owner):
            break
    else:
        owner = None
    own = _values(instance)
    if owner is None:
        if name not in own:
            raise AttributeError(name)
        return "instance", None
    methods = {method for part in type(vars(owner)[name]).__mro__ for method in vars(part)}
    if "__get__" in methods and methods & {"__set__", "__delete__"}:
        return "data descriptor", owner
    if name in own:
        return "instance", None
    return "non-data descriptor" if "__get__" in methods else "class attribute", owner


def _values(instance: object) -> dict[str, Any]:
    for parent in type(instance).__mro__:
        slot = vars(parent).get("__dict__")
        if isinstance(slot, types.GetSetDescriptorType) and parent is not type:
            return slot.__get__(instance)
    return {}
