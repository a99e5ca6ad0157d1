"""Each field enters itself into `owner._fields`, which is found in the parent: the parent gets the fields of its children.

Loses: 3, 5
"""

import abc
import functools
import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class Field:
    """One field of a model: its name, the kind of its values, and a default, where ``...`` means none."""

    name: str
    kind: type

    def __init__(self, kind: type | None = None, *, default: Any = ...) -> None:
        self._given = kind
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.kind = self._given or inspect.get_annotations(owner).get(name, object)
        if not hasattr(owner, "_fields"):
            owner._fields = {}
        owner._fields[name] = self


class _Body(dict[str, Any]):
    """The namespace of a class body, in which a field has its name for itself."""

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self and (isinstance(value, Field) or isinstance(self[name], Field)):
            raise TypeError(f"{name} is bound twice, and is a field")
        super().__setitem__(name, value)


class ModelMeta(abc.ABCMeta):
    """The metaclass of models. It derives from ABCMeta so that models can have abstract methods."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **options: Any) -> dict[str, Any]:
        return _Body(super().__prepare__(name, bases, **options))

    @property
    def fields(cls) -> Mapping[str, Field]:
        """The fields by their names: those of the parents first, an overriding one in the old place.

        They are collected when they are asked for, so that they are complete in ``__init_subclass__``,
        which runs before ``type.__new__`` returns. Each class adds what is its own, from the end of the
        MRO on: so what counts is what attribute lookup finds.
        """
        return MappingProxyType(getattr(cls, "_fields", {}))

    def __call__(cls, /, *args: Any, **values: Any) -> Any:
        instance = super().__call__(*args, **values)
        if isinstance(instance, cls):  # __new__ may return anything
            for name, field in type(instance).fields.items():
                value = getattr(instance, name, field)
                if value is field:
                    raise TypeError(f"{name} has no value")
                if not isinstance(value, field.kind):
                    raise TypeError(f"{name} has to be of type {field.kind.__name__}, not {value!r}")
            instance.validate()
        return instance


class Model(metaclass=ModelMeta):
    """The parent of all models."""

    def __init__(self, /, **values: Any) -> None:
        fields = type(self).fields
        if unknown := values.keys() - fields.keys():
            raise TypeError(f"{type(self).__name__} has no fields {sorted(unknown)}")
        for name, field in fields.items():
            if (value := values.get(name, field.default)) is not ...:
                setattr(self, name, value)

    def validate(self) -> None:
        """Raise if the values do not fit together; subclasses override this."""


@functools.cache
def _derived(*metaclasses: type) -> type:
    return type("".join(one.__name__ for one in metaclasses), metaclasses, {})


def metaclass_for(*bases: type) -> type:
    """Return a metaclass for a class with these bases; a new one only if none of theirs will do."""
    all_of_them = dict.fromkeys(map(type, bases))
    needed = [
        one
        for one in all_of_them
        if not any(issubclass(other, one) for other in all_of_them if other is not one)
    ]
    if not needed:
        return type
    return needed[0] if len(needed) == 1 else _derived(*needed)


def _enter(cls: type, key: str) -> None:
    """Put a plugin under its key into the family of each of its roots, or into none."""
    if inspect.isabstract(cls):  # knows how to tell this inside __init_subclass__ too
        return
    families = [vars(parent)["_family"] for parent in cls.__mro__ if "_family" in vars(parent)]
    for family in families:
        if key in family:
            raise ValueError(f"{key!r} is taken by {family[key].__qualname__}")
    for family in families:
        family[key] = cls


class PluginMeta(abc.ABCMeta):
    """The metaclass of plugins: it enters each class that is made."""

    def __new__(
        metacls, name: str, bases: tuple[type, ...], /, *rest: Any, key: str = "", **options: Any
    ) -> Any:
        cls = super().__new__(metacls, name, bases, *rest, **options)
        if not bases:  # MetaPlugin itself
            return cls
        if MetaPlugin in bases:
            cls._family = {}
        else:
            _enter(cls, key or name)
        return cls


class MetaPlugin(metaclass=PluginMeta):
    """Each direct subclass starts a family of plugins, registered by the metaclass."""

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return the plugins of this family by their keys, in the order of their definitions."""
        return dict(vars(cls)["_family"])


class HookPlugin:
    """Each direct subclass starts a family of plugins, registered by ``__init_subclass__``."""

    def __init_subclass__(cls, /, *, key: str = "", **options: Any) -> None:
        super().__init_subclass__(**options)
        if HookPlugin in cls.__bases__:
            cls._family: dict[str, type] = {}
        else:
            _enter(cls, key or cls.__name__)

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return the plugins of this family by their keys, in the order of their definitions."""
        return dict(vars(cls)["_family"])
