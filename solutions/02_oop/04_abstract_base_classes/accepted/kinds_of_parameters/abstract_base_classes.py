"""Signatures are compared parameter by parameter, by name and kind; nothing is bound on trial."""

import abc
import inspect
import os
import pathlib
import sqlite3
from inspect import Parameter


class ContractError(TypeError):
    def __init__(self, name, missing, misfits):
        self.missing = tuple(sorted(missing))
        self.misfits = tuple(sorted(misfits))
        super().__init__(f"{name} lacks {', '.join(self.missing)}; misfits: {', '.join(self.misfits)}")


BOTH = Parameter.POSITIONAL_OR_KEYWORD


def accepts(method, model):
    """Walk along the parameters of the model; what is left over on the other side has to be optional."""
    theirs = list(inspect.signature(method).parameters.values())
    wanted = list(inspect.signature(model).parameters.values())
    kinds = {parameter.kind for parameter in theirs}
    catches_all = Parameter.VAR_POSITIONAL in kinds and Parameter.VAR_KEYWORD in kinds
    plain = [p for p in theirs if p.kind in (Parameter.POSITIONAL_ONLY, BOTH)]
    for place, want in enumerate(wanted):
        if place < len(plain):
            found = plain[place]
            by_name = place == 0 or (found.kind is BOTH and found.name == want.name)
            optional = found.default is not Parameter.empty or want.default is Parameter.empty
            if not (by_name and optional):
                return False
        elif not catches_all:
            return False
    surplus = plain[len(wanted) :] + [p for p in theirs if p.kind is Parameter.KEYWORD_ONLY]
    return all(p.default is not Parameter.empty for p in surplus)


class Storage(abc.ABC):
    def __init_subclass__(cls, abstract=False, **keywords):
        super().__init_subclass__(**keywords)
        missing, misfits = [], []
        for name in ("location", "read", "write", "delete", "keys", "exists", "rename", "clear", "replace"):
            member = inspect.getattr_static(cls, name)
            if name in REQUIRED and (member is None or getattr(member, "__isabstractmethod__", False)):
                missing.append(name)
            elif name == "location":
                misfits += [name] * inspect.isroutine(member)
            elif not inspect.isfunction(member) or not accepts(member, inspect.getattr_static(Storage, name)):
                misfits.append(name)
        if abstract:
            missing = []
        if missing + misfits:
            raise ContractError(cls.__qualname__, missing, misfits)

    @classmethod
    def __subclasshook__(cls, other):
        if cls is not Storage:
            return NotImplemented
        names = {}
        for parent in reversed(other.__mro__):
            names.update(vars(parent))
        return True if all(names.get(name) is not None for name in REQUIRED) else NotImplemented

    @property
    @abc.abstractmethod
    def location(self):
        """Where the data is."""

    @abc.abstractmethod
    def read(self, key):
        """Return the data."""

    @abc.abstractmethod
    def write(self, key, data):
        """Put the data."""

    @abc.abstractmethod
    def delete(self, key):
        """Remove the key."""

    @abc.abstractmethod
    def keys(self, prefix=""):
        """Return the keys."""

    def exists(self, key):
        try:
            return self.read(key) is not None
        except KeyError:
            return False

    def rename(self, old, new):
        data = self.read(old)
        self.write(new, data)
        if new != old:
            self.delete(old)

    def clear(self, prefix=""):
        count = 0
        for count, key in enumerate(self.keys(prefix), 1):  # noqa: B007
            self.delete(key)
        return count

    def replace(self, items):
        self.clear()
        for key, data in items.items():
            self.write(key=key, data=data)


REQUIRED = {"location", "read", "write", "delete", "keys"}


class Counted:
    """Makes its counting methods when it is made, and hands on what it does not know then."""

    def __init__(self, storage):
        self.counts = {}
        self._storage = storage
        for name in dir(storage):
            if not name.startswith("_") and callable(getattr(storage, name)):
                setattr(self, name, self._counting(name, getattr(storage, name)))

    def _counting(self, name, method):
        def counting(*args, **kwargs):
            self.counts[name] = self.counts.get(name, 0) + 1
            return method(*args, **kwargs)

        return counting

    def __getattr__(self, name):
        return getattr(self._storage, name)


Storage.register(Counted)


class MemoryStorage(Storage, dict):
    """Is a dict inside, behind other names."""

    location = "memory"

    def read(self, key):
        return self[key]

    def write(self, key, data):
        self[key] = data

    def delete(self, key):
        self.pop(key)

    def keys(self, prefix=""):
        return sorted(key for key in self if key.startswith(prefix))


class SqliteStorage(Storage):
    def __init__(self, path):
        self._path = pathlib.Path(path)
        self._connection = sqlite3.connect(os.fspath(path))
        self._run(
            "CREATE TABLE IF NOT EXISTS pairs (k TEXT NOT NULL PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID"
        )

    def _run(self, statement, *values):
        try:
            return self._connection.execute(statement, values).fetchall()
        finally:
            self._connection.commit()

    location = property(lambda self: str(self._path))

    def read(self, key):
        found = self._run("SELECT v FROM pairs WHERE k = ?", key)
        if not found:
            raise KeyError(key)
        return found[0][0]

    def write(self, key, data):
        self._run("INSERT INTO pairs VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v", key, data)

    def delete(self, key):
        if not self.exists(key):
            raise KeyError(key)
        self._run("DELETE FROM pairs WHERE k = ?", key)

    def keys(self, prefix=""):
        return [key for (key,) in self._run("SELECT k FROM pairs ORDER BY k") if key.startswith(prefix)]

    def close(self):
        self._connection.close()
