"""The fields are a view that looks them up; the body reserves names; abstractness is found out by hand."""

import abc
from collections.abc import Mapping
from inspect import get_annotations
from typing import Any


class Field:
    """A field; its owner tells it the name."""

    def __init__(self, kind: type | None = None, *, default: Any = ...) -> None:
        self.kind, self.default, self.name = kind, default, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        if self.kind is None:
            self.kind = get_annotations(owner).get(name, object)


class Fields(Mapping[str, Field]):
    """The fields of a class, looked up when they are needed."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    def __getitem__(self, name: str) -> Field:
        for parent in self.cls.__mro__:
            if name in vars(parent):
                found = vars(parent)[name]
                if isinstance(found, Field):
                    return found
                break
        raise KeyError(name)

    def __iter__(self):
        seen = set()
        for parent in self.cls.__mro__[::-1]:
            for name in vars(parent):
                if name not in seen and name in self:
                    seen.add(name)
                    yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Namespace(dict):
    """Keeps in mind which names are fields."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self.reserved: set[str] = set()

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self.reserved:
            raise TypeError(f"{name} is a field already")
        if isinstance(value, Field):
            if name in self:
                raise TypeError(f"{name} is something else already")
            self.reserved.add(name)
        dict.__setitem__(self, name, value)


class ModelMeta(abc.ABCMeta):
    """Reserves names in the body, and checks what a call has made."""

    @classmethod
    def __prepare__(cls, name, bases, /, **options):
        return Namespace(super().__prepare__(name, bases, **options))

    @property
    def fields(cls) -> Fields:
        """The fields, as a view."""
        return Fields(cls)

    def __call__(cls, /, *args: Any, **values: Any) -> Any:
        made = super().__call__(*args, **values)
        if not isinstance(made, cls):
            return made
        for name, field in cls.fields.items():
            value = made.__dict__.get(name, cls)
            if value is cls or not isinstance(value, field.kind):
                raise TypeError(f"{name}: {value!r}")
        made.validate()
        return made


class Model(metaclass=ModelMeta):
    """The parent of all models."""

    def __init__(self, /, **values: Any) -> None:
        known = type(self).fields
        for name in values:
            if name not in known:
                raise TypeError(f"no field {name}")
        defaults = {name: field.default for name, field in known.items() if field.default is not ...}
        self.__dict__.update({**defaults, **values})

    def validate(self) -> None:
        """Do nothing."""


_joined: dict[tuple[type, ...], type] = {}


def metaclass_for(*bases: type) -> type:
    """Drop each metaclass that another one derives from; join what is left."""
    left: list[type] = []
    for meta in [type(base) for base in bases] or [type]:
        if any(issubclass(other, meta) for other in left):
            continue
        left = [other for other in left if not issubclass(meta, other)] + [meta]
    if len(left) == 1:
        return left[0]
    return _joined.setdefault(tuple(left), type("Joined", tuple(left), {}))


def still_abstract(cls: type) -> bool:
    """Find out by hand, since ABCMeta does so too late for __init_subclass__."""
    if not isinstance(cls, abc.ABCMeta):
        return False
    names = {name for parent in cls.__mro__ for name in getattr(parent, "__abstractmethods__", ())}
    names.update(vars(cls))
    return any(getattr(getattr(cls, name, None), "__isabstractmethod__", False) for name in names)


class Registry:
    """The plugins of one root."""

    def __init__(self) -> None:
        self.classes: dict[str, type] = {}


def register(cls: type, base: type, key: str | None) -> None:
    """Make a class a root, or a plugin of its roots."""
    if base in cls.__bases__:
        cls.registry = Registry()
    elif not still_abstract(cls):
        key = key or cls.__name__
        registries = [vars(parent)["registry"] for parent in cls.__mro__ if "registry" in vars(parent)]
        if any(key in registry.classes for registry in registries):
            raise ValueError(key)
        for registry in registries:
            registry.classes[key] = cls


class PluginMeta(abc.ABCMeta):
    """Registers a class after everything else."""

    def __new__(cls, name, bases, namespace, *, key=None, **options):
        made = super().__new__(cls, name, bases, namespace, **options)
        if bases:
            register(made, MetaPlugin, key)
        return made


class MetaPlugin(metaclass=PluginMeta):
    """Plugins by a metaclass."""

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return a copy of the registry."""
        return cls.registry.classes.copy()


class HookPlugin:
    """Plugins by a hook."""

    def __init_subclass__(cls, /, key: str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        register(cls, HookPlugin, key)

    @classmethod
    def plugins(cls) -> dict[str, type]:
        """Return a copy of the registry."""
        return cls.registry.classes.copy()
