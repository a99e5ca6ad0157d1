"""What a storage is, said so that Python can check it, and two that keep to it."""

import functools
import inspect
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_ABSENT = object()
"""Stands for a member that no class of the chain has."""


class ContractError(TypeError):
    """A class that wants to be a storage does not keep to the contract."""

    def __init__(self, name: str, missing: Iterable[str], misfits: Iterable[str]) -> None:
        self.missing = tuple(sorted(missing))
        self.misfits = tuple(sorted(misfits))
        problems = [f"{member} is missing" for member in self.missing]
        problems += [f"{member} does not fit" for member in self.misfits]
        super().__init__(f"{name} is no storage: {', '.join(problems)}")


class Storage(ABC):
    """A place for bytes under text keys.

    A subclass supplies five members and inherits the other methods. One that is meant to be incomplete
    says so in its class statement: ``class Remote(Storage, abstract=True)``.
    """

    def __init_subclass__(cls, *, abstract: bool = False, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        # cls.__abstractmethods__ does not exist yet: ABCMeta computes it after this method.
        found = {name: _member(cls, name) for name in _MEMBERS}
        missing = {name for name in _REQUIRED if _is_missing(found[name])}
        misfits = {name for name in _MEMBERS if name not in missing and not _fits(name, found[name])}
        if misfits or (missing and not abstract):
            raise ContractError(cls.__name__, () if abstract else missing, misfits)

    @classmethod
    def __subclasshook__(cls, candidate: type) -> bool:
        # Subclasses inherit this hook, but looking like a Storage does not make a MemoryStorage.
        if cls is Storage and all(_member(candidate, name) not in (None, _ABSENT) for name in _REQUIRED):
            return True
        return NotImplemented  # no would end the search, also for children and registered classes

    @property
    @abstractmethod
    def location(self) -> str:
        """Where the data is."""

    @abstractmethod
    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""

    @abstractmethod
    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""

    @abstractmethod
    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""

    def exists(self, key: str) -> bool:
        """Tell whether there is such a key."""
        try:
            self.read(key)
        except KeyError:
            return False
        return True

    def rename(self, old: str, new: str) -> None:
        """Move the data from ``old`` to ``new``; raise ``KeyError`` if there is no ``old``."""
        data = self.read(old)
        if old != new:
            self.write(new, data)  # first, so that the data is somewhere at any time
            self.delete(old)

    def clear(self, prefix: str = "") -> int:
        """Delete the keys that begin with ``prefix``; return how many there were."""
        keys = self.keys(prefix)
        for key in keys:
            self.delete(key)
        return len(keys)

    def replace(self, items: Mapping[str, bytes]) -> None:
        """Hold exactly ``items``: ``clear`` once, then ``write`` for each item."""
        self.clear()
        for key, data in items.items():
            self.write(key, data)


_REQUIRED = ("location", "read", "write", "delete", "keys")
_MEMBERS = (*_REQUIRED, "exists", "rename", "clear", "replace")


def _member(cls: type, name: str) -> object:
    """Return what the first class along the ``__mro__`` has under ``name``, without binding it."""
    return next((vars(parent)[name] for parent in cls.__mro__ if name in vars(parent)), _ABSENT)


def _is_missing(member: object) -> bool:
    """Tell whether a subclass does not supply a member: what it finds is that of ``Storage``, or ``None``."""
    return member is None or getattr(member, "__isabstractmethod__", False)


def _fits(name: str, member: Any) -> bool:
    """Tell whether ``member`` can stand where ``Storage`` has the member of this name."""
    model = vars(Storage)[name]
    if isinstance(model, property):
        return not callable(member)
    return callable(member) and _accepts(member, model)


def _accepts(function: Callable[..., Any], model: Callable[..., Any]) -> bool:
    """Tell whether ``function`` accepts every call that ``model`` allows; none is made."""
    signature = inspect.signature(function)
    parameters = inspect.signature(model).parameters
    names = list(parameters)
    required = sum(parameter.default is parameter.empty for parameter in parameters.values())
    for given in range(required, len(names) + 1):
        for by_position in range(1, given + 1):  # self always is
            try:
                signature.bind(*names[:by_position], **dict.fromkeys(names[by_position:given]))
            except TypeError:
                return False
    return True


class Counted:
    """A storage by promise: hands everything on to another storage, and counts the calls in ``counts``."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.counts: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the storage; called only for names that this object does not have."""
        attribute = getattr(self._storage, name)
        if not callable(attribute):
            return attribute

        @functools.wraps(attribute)
        def counted(*args: object, **kwargs: object) -> object:
            self.counts[name] = self.counts.get(name, 0) + 1
            return attribute(*args, **kwargs)

        return counted


Storage.register(Counted)


class MemoryStorage(Storage):
    """Keeps its data in memory."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    @property
    def location(self) -> str:
        """The word ``memory``."""
        return "memory"

    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""
        return self._data[key]

    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""
        self._data[key] = data

    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""
        del self._data[key]

    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""
        return sorted(key for key in self._data if key.startswith(prefix))


class SqliteStorage(Storage):
    """Keeps its data in an SQLite database; ``close`` it at the end."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._connection = sqlite3.connect(self._path, timeout=0)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS items (key TEXT PRIMARY KEY, data BLOB NOT NULL)"
        )

    @property
    def location(self) -> str:
        """The path of the database, as text."""
        return self._path

    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""
        row = self._connection.execute("SELECT data FROM items WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return row[0]

    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""
        self._connection.execute("INSERT OR REPLACE INTO items VALUES (?, ?)", (key, data))

    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""
        if self._connection.execute("DELETE FROM items WHERE key = ?", (key,)).rowcount == 0:
            raise KeyError(key)

    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""
        # Compared as text, since LIKE has wildcards. SQLite sorts UTF-8 as Python sorts characters.
        query = "SELECT key FROM items WHERE substr(key, 1, ?) = ? ORDER BY key"
        return [key for (key,) in self._connection.execute(query, (len(prefix), prefix))]

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
