"""What a storage is, said so that Python can check it, and two that keep to it."""

import os
from collections.abc import Iterable, Mapping


class ContractError(TypeError):
    """A class that wants to be a storage does not keep to the contract. This error is complete."""

    def __init__(self, name: str, missing: Iterable[str], misfits: Iterable[str]) -> None:
        self.missing = tuple(sorted(missing))
        self.misfits = tuple(sorted(misfits))
        problems = [f"{member} is missing" for member in self.missing]
        problems += [f"{member} does not fit" for member in self.misfits]
        super().__init__(f"{name} is no storage: {', '.join(problems)}")


class Storage:
    """A place for bytes under text keys; an abstract base class.

    Make the five members abstract, check subclasses in ``__init_subclass__``, and recognise other classes
    by their shape in ``__subclasshook__``.
    """

    @property
    def location(self) -> str:
        """Where the data is."""
        raise NotImplementedError("make it abstract")

    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("make it abstract")

    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""
        raise NotImplementedError("make it abstract")

    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("make it abstract")

    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""
        raise NotImplementedError("make it abstract")

    def exists(self, key: str) -> bool:
        """Tell whether there is such a key."""
        raise NotImplementedError("find out with the help of the five")

    def rename(self, old: str, new: str) -> None:
        """Move the data from ``old`` to ``new``; raise ``KeyError`` if there is no ``old``."""
        raise NotImplementedError("move the data, so that it is never nowhere")

    def clear(self, prefix: str = "") -> int:
        """Delete the keys that begin with ``prefix``; return how many there were."""
        raise NotImplementedError("delete the keys and count them")

    def replace(self, items: Mapping[str, bytes]) -> None:
        """Hold exactly ``items``: ``clear`` once, then ``write`` for each item."""
        raise NotImplementedError("clear, then write each item")


class Counted:
    """A storage by promise: hands everything on to another storage, and counts the calls in ``counts``."""

    def __init__(self, storage: Storage) -> None:
        raise NotImplementedError("keep the storage and begin to count; __getattr__ hands on the rest")


class MemoryStorage(Storage):
    """Keeps its data in memory."""

    def __init__(self) -> None:
        raise NotImplementedError("begin without any data")

    @property
    def location(self) -> str:
        """The word ``memory``."""
        raise NotImplementedError("say where the data is")

    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("return the data")

    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""
        raise NotImplementedError("keep the data")

    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("remove the key")

    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""
        raise NotImplementedError("return the keys")


class SqliteStorage(Storage):
    """Keeps its data in an SQLite database; ``close`` it at the end."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        raise NotImplementedError("open the database, and make the table if it is not there")

    @property
    def location(self) -> str:
        """The path of the database, as text."""
        raise NotImplementedError("say where the data is")

    def read(self, key: str) -> bytes:
        """Return the data under ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("select the data")

    def write(self, key: str, data: bytes) -> None:
        """Put ``data`` under ``key``, in place of what was there."""
        raise NotImplementedError("insert the data or replace it")

    def delete(self, key: str) -> None:
        """Remove ``key``; raise ``KeyError`` if there is no such key."""
        raise NotImplementedError("delete the row, and find out whether there was one")

    def keys(self, prefix: str = "") -> list[str]:
        """Return a new, sorted list of the keys that begin with ``prefix``."""
        raise NotImplementedError("select the keys")

    def close(self) -> None:
        """Close the database."""
        raise NotImplementedError("close the connection")
