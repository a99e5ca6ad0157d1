"""The order from the names, the fields from static lookup; a body that is no dict; all classes entered."""

import abc
import collections
import inspect
import itertools
import types
import weakref


class Field:
    """A field. It does not know its owner: the metaclass tells it all."""

    def __init__(self, kind=None, *, default=...):
        self.default = default
        if kind is not None:
            self.kind = kind

    def __set_name__(self, owner, name):
        self.name = name
        if not hasattr(self, "kind"):
            self.kind = inspect.get_annotations(owner).get(name, object)


class Body(collections.UserDict):
    """A namespace that counts the fields among its names."""

    def __setitem__(self, name, value):
        clash = name in self.data and Field in (type(value), type(self.data[name]))
        if clash:
            raise TypeError(f"second {name}")
        self.data[name] = value


class ModelMeta(abc.ABCMeta):
    """Turns a Body into a dict, and calls __new__ and __init__ by itself."""

    @classmethod
    def __prepare__(cls, *args, **options):
        return Body(dict(super().__prepare__(*args, **options)))

    def __new__(cls, name, bases, namespace, **options):
        return super().__new__(cls, name, bases, dict(namespace), **options)

    def __getattr__(cls, name):
        if name != "fields":
            raise AttributeError(name)
        names = dict.fromkeys(itertools.chain.from_iterable(map(vars, reversed(cls.__mro__))))
        found = {one: inspect.getattr_static(cls, one) for one in names}
        return types.MappingProxyType(
            {one: field for one, field in found.items() if isinstance(field, Field)}
        )

    def __call__(cls, /, *args, **values):
        whole = super().__call__(*args, **values)
        if cls in type(whole).__mro__:
            cls.inspected(whole)
        return whole

    def inspected(cls, whole):
        """Check an object."""
        for name, field in cls.fields.items():
            if name not in vars(whole) or not isinstance(vars(whole)[name], field.kind):
                raise TypeError(name)
        whole.validate()


class Model(metaclass=ModelMeta):
    """The parent of all models."""

    def __init__(self, /, **values):
        for name, field in type(self).fields.items():
            value = values.pop(name, field.default)
            if value is not ...:
                vars(self)[name] = value
        if values:
            raise TypeError(f"too much: {values}")

    def validate(self):
        """Accept everything."""


MADE = {}


def metaclass_for(*bases):
    """Try each metaclass, then make one."""
    metas = tuple(dict.fromkeys([type(base) for base in bases] or [type]))
    for meta in metas:
        if all(issubclass(meta, other) for other in metas):
            return meta
    parents = tuple(m for m in metas if sum(issubclass(other, m) for other in metas) == 1)
    if parents not in MADE:
        MADE[parents] = type("Joined", parents, {})
    return MADE[parents]


ENTRIES = weakref.WeakKeyDictionary()
"""For each root, the pairs of key and class, abstract ones included."""


def concrete(root):
    """Return the plugins of a root that can be called."""
    return {key: cls for key, cls in ENTRIES[root] if not inspect.isabstract(cls)}


def enter(cls, key):
    """Enter a class for each of its roots."""
    roots = [parent for parent in cls.__mro__ if parent in ENTRIES]
    if not inspect.isabstract(cls) and any(key in concrete(root) for root in roots):
        raise ValueError(key)
    for root in roots:
        ENTRIES[root].append((key, cls))


class PluginMeta(abc.ABCMeta):
    """Enters a class when it has been initialised."""

    def __new__(cls, name, bases, namespace, **options):
        options.pop("key", None)
        return super().__new__(cls, name, bases, namespace, **options)

    def __init__(cls, name, bases, namespace, key=None, **options):
        super().__init__(name, bases, namespace, **options)
        if bases and MetaPlugin in bases:
            ENTRIES[cls] = []
        elif bases:
            enter(cls, name if key is None else key)


class MetaPlugin(metaclass=PluginMeta):
    """Plugins by a metaclass."""

    @classmethod
    def plugins(cls):
        """Return the registry of a root."""
        return concrete(cls)


class HookPlugin:
    """Plugins by a hook."""

    def __init_subclass__(cls, /, key=None, **options):
        super().__init_subclass__(**options)
        if HookPlugin in cls.__bases__:
            ENTRIES[cls] = []
        else:
            enter(cls, cls.__name__ if key is None else key)

    @classmethod
    def plugins(cls):
        """Return the registry of a root."""
        return concrete(cls)
