"""A hash map from scratch: the tasks are in README.md, beside this file."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping
from typing import Self


class HashMap(MutableMapping):
    """A mapping from hashable keys to values, as ``dict`` is, without a ``dict`` or ``set`` inside.

    ``MutableMapping`` makes ``get``, ``in``, ``pop``, ``update``, ``keys`` and others from the methods below.
    """

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        """Fill the map with what ``dict`` would take; keywords win."""
        raise NotImplementedError("start an empty table, then fill it from data and keywords")

    def __getitem__(self, key: Hashable) -> object:
        """Return the value of ``key``; ``KeyError`` without one, ``TypeError`` without a hash."""
        raise NotImplementedError("return the value of key")

    def __setitem__(self, key: Hashable, value: object) -> None:
        """Give ``key`` the value; the key object that came first stays."""
        raise NotImplementedError("store value under key, or replace the value that is there")

    def __delitem__(self, key: Hashable) -> None:
        """Remove ``key``; ``KeyError`` if it is not there, ``TypeError`` without a hash."""
        raise NotImplementedError("remove key and its value")

    def __iter__(self) -> Iterator[Hashable]:
        """Yield every key once; ``RuntimeError`` as soon as a key has come or gone meanwhile."""
        raise NotImplementedError("yield every key once")

    def __len__(self) -> int:
        """Return the number of keys."""
        raise NotImplementedError("return the number of keys")

    def __eq__(self, other: object) -> bool:
        """Tell whether ``other`` is a mapping with the same keys and equal values."""
        raise NotImplementedError("compare keys and values with those of another mapping")

    def __repr__(self) -> str:
        """Return ``HashMap({'a': 1})`` and the like."""
        raise NotImplementedError("return the text HashMap({...})")

    def copy(self) -> Self:
        """Return a new map of the same class with the same keys and values."""
        raise NotImplementedError("return a new map with a table of its own")

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> Self:
        """Return a map of this class in which each of ``keys`` has ``value``."""
        raise NotImplementedError("return a new map that gives each of keys the same value")
