"""The table is a dict in disguise.

Every answer is right, and nothing is learned: how a key is found is what this exercise asks for.

Loses: 1, 2, 3, 4, 5
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping
from typing import Self


class HashMap(MutableMapping):
    """A mapping from hashable keys to values."""

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        self._table: dict[Hashable, object] = {}
        self._changes = 0
        self.update(data, **keywords)

    def __getitem__(self, key: Hashable) -> object:
        return self._table[key]

    def __setitem__(self, key: Hashable, value: object) -> None:
        before = len(self._table)
        self._table[key] = value
        self._changes += len(self._table) - before

    def __delitem__(self, key: Hashable) -> None:
        del self._table[key]
        self._changes += 1

    def __iter__(self) -> Iterator[Hashable]:
        changes = self._changes
        for key in list(self._table):
            yield key
            if self._changes != changes:
                raise RuntimeError("a key was added or removed during iteration")

    def __len__(self) -> int:
        return len(self._table)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._table == dict(other.items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._table!r})"

    def copy(self) -> Self:
        return type(self)(self._table)

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> Self:
        return cls(dict.fromkeys(keys, value))
