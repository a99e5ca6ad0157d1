"""Classes of which there is one object each, made in three ways: base class, metaclass, decorator."""

from typing import Any, Self, TypeVar

T = TypeVar("T")


class Singleton:
    """A base class: the calls of a subclass return one object, which ``setup`` has initialised once."""

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        raise NotImplementedError("return the one object of this class")

    def setup(self, *args: Any, **kwargs: Any) -> None:
        """Initialise the object; a subclass overrides this."""
        raise NotImplementedError("take any arguments and do nothing")


class SingletonMeta(type):
    """A metaclass: the calls of its classes return one object, which ``__init__`` has initialised once."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("return the one object of this class")


def singleton(cls: type[T]) -> type[T]:
    """Return a class like ``cls`` whose calls return one object."""
    raise NotImplementedError("return a class, not a function")
