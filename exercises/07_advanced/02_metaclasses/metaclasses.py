"""Declarative models by a metaclass, metaclasses side by side, and a plugin registry made in two ways."""

from collections.abc import Mapping
from typing import Any


class Field:
    """One field of a model: its name, the kind of its values, and a default, where ``...`` means none."""

    name: str
    kind: type
    default: Any

    def __init__(self, kind: type | None = None, *, default: Any = ...) -> None:
        raise NotImplementedError("keep what is given")


class ModelMeta(type):
    """The metaclass of models. What it needs besides these two is up to you, and so is its parent."""

    @property
    def fields(cls) -> Mapping[str, Field]:
        """The fields by their names: those of the parents first, an overriding one in the old place."""
        raise NotImplementedError("collect the fields")

    def __call__(cls, /, *args: Any, **values: Any) -> Any:
        raise NotImplementedError("make an object and check it when it is whole")


class Model(metaclass=ModelMeta):
    """The parent of all models."""

    def __init__(self, /, **values: Any) -> None:
        raise NotImplementedError("set an attribute for each field that has a value")

    def validate(self) -> None:
        """Raise if the values do not fit together; subclasses override this."""


def metaclass_for(*bases: type) -> type:
    """Return a metaclass for a class with these bases; a new one only if none of theirs will do."""
    raise NotImplementedError("find the metaclass that derives from all of theirs, or make one")


class PluginMeta(type):
    """The metaclass of plugins: it enters each class that is made."""


class MetaPlugin(metaclass=PluginMeta):
    """Each direct subclass starts a family of plugins, registered by the metaclass."""

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return the plugins of this family by their keys, in the order of their definitions."""
        raise NotImplementedError("return the registry of the family, as a new dict")


class HookPlugin:
    """Each direct subclass starts a family of plugins, registered by ``__init_subclass__``."""

    def __init_subclass__(cls, /, *, key: str = "", **options: Any) -> None:
        raise NotImplementedError("start a family, or enter the class")

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return the plugins of this family by their keys, in the order of their definitions."""
        raise NotImplementedError("return the registry of the family, as a new dict")
