"""Classes of which there is one object each, made in three ways: base class, metaclass, decorator."""

import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar

T = TypeVar("T")

_objects: dict[type, Any] = {}
"""The one object of each class. Only complete objects get in here."""

_making = threading.RLock()
"""Held while an object is being made. Reentrant, since its constructor may call for other singletons."""


def _only(cls: type, make: Callable[[], Any]) -> Any:
    """Return the one object of ``cls``; ``make`` is called if there is none yet."""
    if cls not in _objects:  # without the lock, so that the usual case costs next to nothing
        with _making:
            if cls not in _objects:  # again: another thread may have made it while this one waited
                _objects[cls] = make()
    return _objects[cls]


def _by_calling(self: object) -> tuple[type, tuple[()]]:
    """Tell ``copy`` and ``pickle`` to call the class, and to leave the attributes alone (``__reduce__``)."""
    return type(self), ()


class Singleton:
    """A base class: the calls of a subclass return one object, which ``setup`` has initialised once."""

    _plain = threading.Lock()

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        def make() -> Self:
            made = super(Singleton, cls).__new__(cls)
            made.setup(*args, **kwargs)
            return made

        if cls not in _objects:
            with Singleton._plain:
                if cls not in _objects:
                    _objects[cls] = make()
        return _objects[cls]

    def setup(self, *args: Any, **kwargs: Any) -> None:
        """Initialise the object; a subclass overrides this."""

    __reduce__ = _by_calling


class SingletonMeta(type):
    """A metaclass: the calls of its classes return one object, which ``__init__`` has initialised once."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any) -> Any:
        return super().__new__(mcs, name, bases, {"__reduce__": _by_calling} | namespace, **keywords)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _only(cls, lambda: super(SingletonMeta, cls).__call__(*args, **kwargs))


def singleton(cls: type[T]) -> type[T]:
    """Return a class like ``cls`` whose calls return one object.

    It is a subclass that takes the place of ``cls``. A copy of the class body would break ``super()`` in
    its methods, which remember the class that they were written in.
    """
    told = {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}
    return SingletonMeta(cls.__name__, (cls,), told)
