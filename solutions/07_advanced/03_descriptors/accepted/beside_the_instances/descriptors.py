"""Fields that keep their values beside the instances, by identity; properties that know what was given."""

import weakref
from collections.abc import Callable
from typing import Any, Self

MISSING = object()


class Property:
    """Does what the built-in property does; a docstring that was given is kept apart."""

    def __init__(
        self,
        fget: Callable[[Any], Any] | None = None,
        fset: Callable[[Any, Any], object] | None = None,
        fdel: Callable[[Any], object] | None = None,
        doc: str | None = None,
    ) -> None:
        self.fget, self.fset, self.fdel, self._given = fget, fset, fdel, doc
        self._called = ""
        self.__doc__ = doc if doc is not None else getattr(fget, "__doc__", None) if fget else None

    @property
    def __isabstractmethod__(self) -> bool:
        return any(getattr(f, "__isabstractmethod__", False) for f in (self.fget, self.fset, self.fdel))

    def __set_name__(self, owner: type, name: str) -> None:
        self._called = name

    def _function(self, role: str) -> Callable[..., Any]:
        function = getattr(self, role)
        if function is None:
            raise AttributeError(f"no {role} for {self._called or 'a property without a name'}")
        return function

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self._function("fget")(instance)

    def __set__(self, instance: Any, value: Any) -> None:
        self._function("fset")(instance, value)

    def __delete__(self, instance: Any) -> None:
        self._function("fdel")(instance)

    def _with(self, **exchanged: Any) -> Self:
        parts = {"fget": self.fget, "fset": self.fset, "fdel": self.fdel} | exchanged
        other = self.__class__(*parts.values(), self._given)
        other.__set_name__(None, self._called)
        return other

    def getter(self, fget: Callable[[Any], Any] | None) -> Self:
        """Return a copy with another getter."""
        return self._with(fget=fget)

    def setter(self, fset: Callable[[Any, Any], object] | None) -> Self:
        """Return a copy with another setter."""
        return self._with(fset=fset)

    def deleter(self, fdel: Callable[[Any], object] | None) -> Self:
        """Return a copy with another deleter."""
        return self._with(fdel=fdel)


class Field:
    """An attribute with values of one kind. An entry is found by the id of the instance and goes with it."""

    name = "a field without a name"

    def __init__(self, kind: type | tuple[type, ...]) -> None:
        self.kind = kind
        self._values: dict[int, Any] = {}
        self._watched: dict[int, weakref.finalize] = {}

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def validate(self, value: Any) -> Any:
        """Return the value if it is of the kind, else raise TypeError."""
        if isinstance(value, self.kind):
            return value
        raise TypeError(f"{value!r} is not of the kind that {self.name} takes")

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = self._values.get(id(instance), MISSING)
        if value is MISSING:
            raise AttributeError(f"{self.name} has no value")
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        value = self.validate(value)
        key = id(instance)
        if key not in self._watched:
            self._watched[key] = weakref.finalize(instance, self._forget, key)
            self._watched[key].atexit = False
        self._values[key] = value

    def __delete__(self, instance: Any) -> None:
        if self._values.pop(id(instance), MISSING) is MISSING:
            raise AttributeError(f"{self.name} has no value to delete")

    def _forget(self, key: int) -> None:
        self._values.pop(key, None)
        self._watched.pop(key, None)


class Bounded(Field):
    """A field whose values lie between two bounds."""

    def __init__(self, kind: type | tuple[type, ...], low: Any, high: Any) -> None:
        Field.__init__(self, kind)
        self._bounds = low, high

    def validate(self, value: Any) -> Any:
        """Return the value if it is of the kind (TypeError) and within the bounds (ValueError)."""
        low, high = self._bounds
        checked = Field.validate(self, value)
        if checked >= low and checked <= high:
            return checked
        raise ValueError(f"{self.name}: {low!r} <= {value!r} <= {high!r} does not hold")


class Lazy:
    """Computed at the first read. It looks into the instance first, though Python did that too."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if not hasattr(instance, "__dict__"):
            raise TypeError(f"no __dict__ to keep {self._key} in")
        kept = instance.__dict__
        if self._key not in kept:
            kept[self._key] = self._function(instance)
        return kept[self._key]


RANKS = {(True, True): "data descriptor", (True, False): "non-data descriptor"}


def explain(instance: object, name: str) -> tuple[str, type | None]:
    """Gather who could answer, and return the first by rank."""
    own = getattr(instance, "__dict__", {})
    candidates: list[tuple[str, type | None]] = [("instance", None)] if name in own else []
    for cls in type(instance).__mro__:
        if name in cls.__dict__:
            kind = type(cls.__dict__[name])
            gets = hasattr(kind, "__get__")
            sets = hasattr(kind, "__set__") or hasattr(kind, "__delete__")
            candidates.append((RANKS.get((gets, sets), "class attribute"), cls))
            break
    order = ("data descriptor", "instance", "non-data descriptor", "class attribute")
    if not candidates:
        raise AttributeError(name)
    return min(candidates, key=lambda candidate: order.index(candidate[0]))
