"""Linear hashing: the table grows and shrinks by one bucket at a time.

There is no day on which everything moves. Each insertion splits at most one bucket, each deletion merges at
most two, so that every single operation is short, not only their average. The views are written by hand.
"""

from collections.abc import (
    Hashable,
    ItemsView,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    MutableMapping,
    ValuesView,
)
from typing import NamedTuple

FEWEST = 4
PER_BUCKET = 2


class Cell(NamedTuple):
    """A stored pair; the value sits in a list of one, so that it can be replaced."""

    number: int
    key: Hashable
    box: list


class HashMap(MutableMapping):
    """A mapping whose buckets come and go one by one."""

    __slots__ = ("_buckets", "_edition", "_length")

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        self._buckets: list[list[Cell]] = [[] for _ in range(FEWEST)]
        self._length = 0
        self._edition = 0
        self.update(data, **keywords)

    def _bucket(self, number: int) -> list[Cell]:
        """Return the bucket of a hash: by as many of its bits as the table has, or by one less."""
        bits = (len(self._buckets) - 1).bit_length()
        index = number & ((1 << bits) - 1)
        if index >= len(self._buckets):
            index &= (1 << (bits - 1)) - 1
        return self._buckets[index]

    def _cell(self, key: Hashable, number: int) -> Cell | None:
        for cell in self._bucket(number):
            if cell.number == number and (cell.key is key or cell.key == key):
                return cell
        return None

    def _split(self) -> None:
        """Add a bucket and share the contents of the one that stood in for it."""
        self._buckets.append([])
        newest = len(self._buckets) - 1
        source = newest & ~(1 << (newest.bit_length() - 1))
        cells, self._buckets[source] = self._buckets[source], []
        for cell in cells:
            self._bucket(cell.number).append(cell)

    def _merge(self) -> None:
        """Take the newest bucket away."""
        for cell in self._buckets.pop():
            self._bucket(cell.number).append(cell)

    def __getitem__(self, key: Hashable) -> object:
        cell = self._cell(key, hash(key))
        if cell is None:
            raise KeyError(key)
        return cell.box[0]

    def __setitem__(self, key: Hashable, value: object) -> None:
        number = hash(key)
        cell = self._cell(key, number)
        if cell is not None:
            cell.box[0] = value
            return
        self._bucket(number).append(Cell(number, key, [value]))
        self._length += 1
        self._edition += 1
        if self._length > PER_BUCKET * len(self._buckets):
            self._split()

    def __delitem__(self, key: Hashable) -> None:
        number = hash(key)
        cell = self._cell(key, number)
        if cell is None:
            raise KeyError(key)
        bucket = self._bucket(number)
        for index, candidate in enumerate(bucket):
            if candidate is cell:
                del bucket[index]
                break
        self._length -= 1
        self._edition += 1
        if len(self._buckets) > FEWEST and self._length < len(self._buckets):
            self._merge()

    def _cells(self) -> Iterator[Cell]:
        edition = self._edition
        for bucket in self._buckets:
            for cell in bucket:
                yield cell
                if edition != self._edition:
                    raise RuntimeError("keys came or went while they were visited")

    def __iter__(self) -> Iterator[Hashable]:
        return (cell.key for cell in self._cells())

    def __len__(self) -> int:
        return self._length

    def keys(self) -> KeysView:
        return KeysView(self)

    def values(self) -> ValuesView:
        return Values(self)

    def items(self) -> ItemsView:
        return Items(self)

    def popitem(self) -> tuple[Hashable, object]:
        for bucket in self._buckets:
            if bucket:
                key, value = bucket[-1].key, bucket[-1].box[0]
                del self[key]
                return key, value
        raise KeyError("the map is empty")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(self) == len(other) and all(pair in self.items() for pair in other.items())

    def __repr__(self) -> str:
        return "HashMap({" + ", ".join(f"{key!r}: {value!r}" for key, value in self.items()) + "})"

    def copy(self) -> "HashMap":
        return type(self)(self.items())

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> "HashMap":
        return cls([(key, value) for key in keys])


class Values(ValuesView):
    """Values without a look-up for each."""

    __slots__ = ()

    def __iter__(self) -> Iterator[object]:
        return (cell.box[0] for cell in self._mapping._cells())


class Items(ItemsView):
    """Pairs without a look-up for each."""

    __slots__ = ()

    def __iter__(self) -> Iterator[tuple[Hashable, object]]:
        return ((cell.key, cell.box[0]) for cell in self._mapping._cells())
