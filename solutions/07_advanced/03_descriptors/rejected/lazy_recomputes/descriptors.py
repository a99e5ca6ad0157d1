"""Property in pure Python, typed fields, a lazy attribute, and who answers when an attribute is read."""

from collections.abc import Callable
from typing import Any, Self

Getter = Callable[[Any], Any]
Setter = Callable[[Any, Any], object]
Deleter = Callable[[Any], object]


class Property:
    """Does what the built-in property does."""

    fget: Getter | None = None
    fset: Setter | None = None
    fdel: Deleter | None = None
    _name: str | None = None
    _doc_of_getter = False

    def __init__(
        self,
        fget: Getter | None = None,
        fset: Setter | None = None,
        fdel: Deleter | None = None,
        doc: str | None = None,
    ) -> None:
        self.fget, self.fset, self.fdel = fget, fset, fdel
        if doc is None and fget is not None:
            doc = getattr(fget, "__doc__", None)
            self._doc_of_getter = doc is not None
        self.__doc__ = doc
        parts = (fget, fset, fdel)
        self.__isabstractmethod__ = any(getattr(part, "__isabstractmethod__", False) for part in parts)

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if self.fget is None:
            raise self._lacks("getter", instance)
        return self.fget(instance)

    def __set__(self, instance: Any, value: Any) -> None:
        if self.fset is None:
            raise self._lacks("setter", instance)
        self.fset(instance, value)

    def __delete__(self, instance: Any) -> None:
        if self.fdel is None:
            raise self._lacks("deleter", instance)
        self.fdel(instance)

    def getter(self, fget: Getter | None) -> Self:
        """Return a copy with another getter."""
        return self._copy(fget, self.fset, self.fdel, None if self._doc_of_getter else self.__doc__)

    def setter(self, fset: Setter | None) -> Self:
        """Return a copy with another setter."""
        return self._copy(self.fget, fset, self.fdel, None if self._doc_of_getter else self.__doc__)

    def deleter(self, fdel: Deleter | None) -> Self:
        """Return a copy with another deleter."""
        return self._copy(self.fget, self.fset, fdel, None if self._doc_of_getter else self.__doc__)

    def _copy(self, *parts: Any) -> Self:
        copy = type(self)(*parts)
        if isinstance(copy, Property):  # a subclass may have a __new__ that makes something else
            copy._name = self._name
        return copy

    def _lacks(self, what: str, instance: Any) -> AttributeError:
        named = "property" if self._name is None else f"property {self._name!r}"
        return AttributeError(f"{named} of {type(instance).__qualname__!r} object has no {what}")


class Field:
    """An attribute whose values are instances of one kind; each is kept in its own instance."""

    name: str

    def __init__(self, kind: type | tuple[type, ...]) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self._place = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            return getattr(instance, self._place)
        except AttributeError:
            raise self._unset(instance) from None

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, self._place, self.validate(value))

    def __delete__(self, instance: Any) -> None:
        try:
            delattr(instance, self._place)
        except AttributeError:
            raise self._unset(instance) from None

    def validate(self, value: Any) -> Any:
        """Return what is kept when ``value`` is assigned; subclasses extend this.

        Raises:
            TypeError: the value is not of the kind.

        """
        if not isinstance(value, self.kind):
            raise TypeError(
                f"{self.name} has to be of type {self.kind}, not {type(value).__name__}: {value!r}"
            )
        return value

    def _unset(self, instance: Any) -> AttributeError:
        return AttributeError(f"{self.name} of this {type(instance).__name__!r} object has no value")


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
        if not values.get(f"_{self._name}"):
            values[f"_{self._name}"] = self.function(instance)
        return values[f"_{self._name}"]


def explain(instance: object, name: str) -> tuple[str, type | None]:
    """Tell who answers when the attribute ``name`` of an instance is read, without reading it.

    Returns:
        One of "data descriptor", "instance", "non-data descriptor" and "class attribute", and the class
        that the attribute was found in, or ``None`` for the instance.

    Raises:
        AttributeError: nobody does.

    """
    owner = next((parent for parent in type(instance).__mro__ if name in vars(parent)), None)
    attribute = None if owner is None else vars(owner)[name]
    gets = _has(attribute, "__get__")
    if owner is not None and gets and (_has(attribute, "__set__") or _has(attribute, "__delete__")):
        return "data descriptor", owner
    if name in _own(instance):
        return "instance", None
    if owner is not None:
        return ("non-data descriptor" if gets else "class attribute"), owner
    raise AttributeError(f"nobody answers for {name!r} of a {type(instance).__name__!r} object")


def _has(attribute: object, method: str) -> bool:
    """Tell whether Python finds a special method: it looks in the type, not in the object."""
    return any(method in vars(parent) for parent in type(attribute).__mro__)


def _own(instance: object) -> dict[str, Any]:
    try:
        values: dict[str, Any] = object.__getattribute__(instance, "__dict__")
    except AttributeError:  # everything is in slots
        return {}
    return values
