"""A metaclass checks the finished class and answers issubclass; the backends share a mixin for keys."""

import abc
import inspect
import sqlite3

FIVE = frozenset({"location", "read", "write", "delete", "keys"})
CALLS = {
    "read": [((0,), {}), ((), {"key": 0})],
    "write": [((0, 0), {}), ((0,), {"data": 0}), ((), {"key": 0, "data": 0})],
    "delete": [((0,), {}), ((), {"key": 0})],
    "keys": [((), {}), ((0,), {}), ((), {"prefix": 0})],
    "exists": [((0,), {}), ((), {"key": 0})],
    "rename": [((0, 0), {}), ((0,), {"new": 0}), ((), {"old": 0, "new": 0})],
    "clear": [((), {}), ((0,), {}), ((), {"prefix": 0})],
    "replace": [((0,), {}), ((), {"items": 0})],
}
"""Every call that a storage allows, written out."""


class ContractError(TypeError):
    def __init__(self, name, missing, misfits):
        self.missing = tuple(sorted(missing))
        self.misfits = tuple(sorted(misfits))
        super().__init__(f"{name}: missing {self.missing}, does not fit {self.misfits}")


def fits(method, name):
    if not callable(method):
        return False
    for arguments, keywords in CALLS[name]:
        try:
            inspect.signature(method).bind(None, *arguments, **keywords)
        except TypeError:
            return False
    return True


class Contract(abc.ABCMeta):
    def __new__(mcs, name, bases, namespace, abstract=False, **keywords):  # noqa: ARG004
        return super().__new__(mcs, name, bases, namespace, **keywords)

    def __init__(cls, name, bases, namespace, abstract=False, **keywords):
        super().__init__(name, bases, namespace, **keywords)
        if not any(isinstance(base, Contract) for base in bases):
            return  # Storage itself
        missing = {each for each in FIVE if each in cls.__abstractmethods__ or getattr(cls, each) is None}
        members = {
            each: inspect.getattr_static(cls, each) for each in FIVE | CALLS.keys() if each not in missing
        }
        misfits = {each for each, member in members.items() if each in CALLS and not fits(member, each)}
        if callable(members.get("location")):
            misfits.add("location")
        if misfits or (missing and not abstract):
            raise ContractError(name, set() if abstract else missing, misfits)

    def __subclasscheck__(cls, other):
        if super().__subclasscheck__(other):
            return True
        return cls is Storage and all(getattr(other, name, None) is not None for name in FIVE)

    def __instancecheck__(cls, thing):
        return cls.__subclasscheck__(type(thing))


class Storage(metaclass=Contract):
    @property
    @abc.abstractmethod
    def location(self): ...

    @abc.abstractmethod
    def read(self, key): ...

    @abc.abstractmethod
    def write(self, key, data): ...

    @abc.abstractmethod
    def delete(self, key): ...

    @abc.abstractmethod
    def keys(self, prefix=""): ...

    def exists(self, key):
        return key in self.keys(key)

    def rename(self, old, new):
        data = self.read(old)
        if new == old:
            return
        self.write(new, data)
        self.delete(old)

    def clear(self, prefix=""):
        return sum(self.delete(key) is None for key in self.keys(prefix))

    def replace(self, items):
        self.clear()
        for key in items:
            self.write(key, items[key])


@Storage.register
class Counted:
    def __init__(self, storage):
        vars(self).update(counts={}, _storage=storage)

    def __getattr__(self, name):
        found = getattr(self._storage, name)
        return Tally(self.counts, name, found) if callable(found) else found


class Tally:
    def __init__(self, counts, name, method):
        self.counts, self.name, self.method = counts, name, method

    def __call__(self, *args, **kwargs):
        self.counts.setdefault(self.name, 0)
        self.counts[self.name] += 1
        return self.method(*args, **kwargs)


class SortedKeys:
    def keys(self, prefix=""):
        return sorted(filter(lambda key: key.startswith(prefix), self._all()))


class MemoryStorage(SortedKeys, Storage):
    location = "memory"

    def __init__(self):
        self._items = []

    def _all(self):
        return [key for key, _ in self._items]

    def read(self, key):
        return dict(self._items)[key]

    def write(self, key, data):
        self._items = [*(item for item in self._items if item[0] != key), (key, data)]

    def delete(self, key):
        self._items.remove((key, self.read(key)))


class SqliteStorage(SortedKeys, Storage):
    def __init__(self, path):
        self._database = sqlite3.connect(path)
        self.path = path
        with self._database:
            self._database.execute("CREATE TABLE IF NOT EXISTS storage (name TEXT UNIQUE, content BLOB)")

    @property
    def location(self):
        return str(self.path)

    def _all(self):
        return (row[0] for row in self._database.execute("SELECT name FROM storage"))

    def read(self, key):
        for (content,) in self._database.execute("SELECT content FROM storage WHERE name = ?", [key]):
            return content
        raise KeyError(key)

    def write(self, key, data):
        with self._database:
            self._database.execute("DELETE FROM storage WHERE name = ?", [key])
            self._database.execute("INSERT INTO storage VALUES (?, ?)", [key, data])

    def delete(self, key):
        self.read(key)
        with self._database:
            self._database.execute("DELETE FROM storage WHERE name = ?", [key])

    def close(self):
        self._database.close()
