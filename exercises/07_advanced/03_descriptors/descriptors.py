"""Property in pure Python, typed fields, a lazy attribute, and who answers when an attribute is read."""

from collections.abc import Callable
from typing import Any, Self

Getter = Callable[[Any], Any]
Setter = Callable[[Any, Any], object]
Deleter = Callable[[Any], object]


class Property:
    """Does what the built-in property does."""

    fget: Getter | None
    fset: Setter | None
    fdel: Deleter | None

    def __init__(
        self,
        fget: Getter | None = None,
        fset: Setter | None = None,
        fdel: Deleter | None = None,
        doc: str | None = None,
    ) -> None:
        raise NotImplementedError("keep the functions, and find the docstring")

    def __set_name__(self, owner: type, name: str) -> None:
        raise NotImplementedError("remember the name")

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise NotImplementedError("return what the getter returns, or the property for a class")

    def __set__(self, instance: Any, value: Any) -> None:
        raise NotImplementedError("call the setter")

    def __delete__(self, instance: Any) -> None:
        raise NotImplementedError("call the deleter")

    def getter(self, fget: Getter | None) -> Self:
        """Return a copy with another getter."""
        raise NotImplementedError("return a copy with another getter")

    def setter(self, fset: Setter | None) -> Self:
        """Return a copy with another setter."""
        raise NotImplementedError("return a copy with another setter")

    def deleter(self, fdel: Deleter | None) -> Self:
        """Return a copy with another deleter."""
        raise NotImplementedError("return a copy with another deleter")


class Field:
    """An attribute whose values are instances of one kind; each is kept in its own instance."""

    name: str

    def __init__(self, kind: type | tuple[type, ...]) -> None:
        raise NotImplementedError("keep the kind")

    def __set_name__(self, owner: type, name: str) -> None:
        raise NotImplementedError("remember the name")

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise NotImplementedError("return the value of the instance, or the field for a class")

    def __set__(self, instance: Any, value: Any) -> None:
        raise NotImplementedError("validate the value, and keep it for the instance")

    def __delete__(self, instance: Any) -> None:
        raise NotImplementedError("forget the value of the instance")

    def validate(self, value: Any) -> Any:
        """Return what is kept when ``value`` is assigned; subclasses extend this.

        Raises:
            TypeError: the value is not of the kind.

        """
        raise NotImplementedError("return the value if it is of the kind")


class Bounded(Field):
    """A field whose values lie between two bounds, which belong to it."""

    def __init__(self, kind: type | tuple[type, ...], low: Any, high: Any) -> None:
        raise NotImplementedError("keep the kind and the bounds")

    def validate(self, value: Any) -> Any:
        """Return the value if it lies within the bounds.

        Raises:
            TypeError: the value is not of the kind.
            ValueError: it does not lie within the bounds; NaN never does.

        """
        raise NotImplementedError("return the value if it is of the kind and within the bounds")


class Lazy:
    """An attribute that is computed when it is first read, and is an ordinary one from then on."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        raise NotImplementedError("keep the function and its docstring")

    def __set_name__(self, owner: type, name: str) -> None:
        raise NotImplementedError("remember the name")

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise NotImplementedError("compute the value and leave it where it is found next time")


def explain(instance: object, name: str) -> tuple[str, type | None]:
    """Tell who answers when the attribute ``name`` of an instance is read, without reading it.

    Returns:
        One of "data descriptor", "instance", "non-data descriptor" and "class attribute", and the class
        that the attribute was found in, or ``None`` for the instance.

    Raises:
        AttributeError: nobody does.

    """
    raise NotImplementedError("search in the order of Python, and say where the search ends")
