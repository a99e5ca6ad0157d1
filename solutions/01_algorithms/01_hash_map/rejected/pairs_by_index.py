"""A pair is read by index, so that what follows the second item is ignored.

A pair of three is a mistake of the caller. dict says so with ValueError.

Loses: 5
"""

import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping
from typing import Self

_FREE = -1  # never used since the last move: a search may stop here
_DELETED = -2  # its entry has gone, entries that were pushed past it have not: a search goes on
_FEWEST_SLOTS = 8


class _Entry:
    """A key with its value, and its hash, so that nobody has to ask the key again."""

    __slots__ = ("hashed", "key", "value")

    def __init__(self, hashed: int, key: Hashable, value: object) -> None:
        self.hashed = hashed
        self.key = key
        self.value = value


class HashMap(MutableMapping):
    """A mapping from hashable keys to values, as ``dict`` is, but made of lists."""

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        """Fill the map with what ``dict`` would take; keywords win."""
        self._entries: list[_Entry] = []
        self._slots = [_FREE] * _FEWEST_SLOTS
        self._marks = 0  # how many slots are _DELETED
        self._changes = 0  # how often a key came or went
        if hasattr(data, "keys"):
            self.update(data)
        else:
            for pair in data:
                pair = tuple(pair)
                if len(pair) < 2:
                    raise ValueError("a pair has two items")
                self[pair[0]] = pair[1]
        self.update(**keywords)

    def __getitem__(self, key: Hashable) -> object:
        """Return the value of ``key``; ``KeyError`` without one, ``TypeError`` without a hash."""
        _, entry = self._search(key, hash(key))
        if entry is None:
            raise KeyError(key)
        return entry.value

    def __setitem__(self, key: Hashable, value: object) -> None:
        """Give ``key`` the value; the key object that came first stays."""
        hashed = hash(key)
        slot, entry = self._search(key, hashed)
        if entry is not None:
            entry.value = value
            return
        # The last comparison has been made: from here on no code of the caller runs, so nothing is half done.
        if self._slots[slot] == _DELETED:
            self._marks -= 1
        self._slots[slot] = len(self._entries)
        self._entries.append(_Entry(hashed, key, value))
        self._changes += 1
        # Marks lengthen a search as much as keys do, so they count as load.
        if 3 * (len(self._entries) + self._marks) > 2 * len(self._slots):
            self._move()

    def __delitem__(self, key: Hashable) -> None:
        """Remove ``key``; ``KeyError`` if it is not there, ``TypeError`` without a hash."""
        slot, entry = self._search(key, hash(key))
        if entry is None:
            raise KeyError(key)
        index = self._slots[slot]
        self._slots[slot] = _DELETED
        self._marks += 1
        last = self._entries.pop()
        if last is not entry:  # the last entry moves into the gap, and its slot has to follow
            self._entries[index] = last
            self._slots[self._slot_of(len(self._entries), last.hashed)] = index
        self._changes += 1
        if len(self._slots) > _FEWEST_SLOTS and 8 * len(self._entries) < len(self._slots):
            self._move()

    def __iter__(self) -> Iterator[Hashable]:
        """Yield every key once; ``RuntimeError`` as soon as a key has come or gone meanwhile."""
        changes = self._changes
        for entry in self._entries:
            yield entry.key
            if self._changes != changes:
                raise RuntimeError("a key was added or removed during iteration")

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        """Tell whether ``other`` is a mapping with the same keys and equal values."""
        if not isinstance(other, Mapping):
            return NotImplemented
        if len(self) != len(other):
            return False
        # Keys come from the other side and are looked up on this one: unlike a defaultdict, this map
        # never answers for a key that it does not have.
        for key, value in other.items():
            _, entry = self._search(key, hash(key))
            if entry is None or not (entry.value is value or entry.value == value):
                return False
        return True

    def __repr__(self) -> str:
        """Return ``HashMap({'a': 1})`` and the like."""
        pairs = ", ".join(f"{entry.key!r}: {entry.value!r}" for entry in self._entries)
        return f"{type(self).__name__}({{{pairs}}})"

    def copy(self) -> Self:
        """Return a new map of the same class with the same keys and values."""
        twin = type(self)()
        twin._entries = [_Entry(entry.hashed, entry.key, entry.value) for entry in self._entries]
        twin._move()
        return twin

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> Self:
        """Return a map of this class in which each of ``keys`` has ``value``."""
        filled = cls()
        for key in keys:
            filled[key] = value
        return filled

    def _probe(self, hashed: int) -> Iterator[int]:
        """Yield the slots where a key of this hash may lie, in the order of the search, without end.

        Keys that meet in one slot part again, because the higher bits of their hashes come in step by step.
        When these are used up, ``5 * slot + 1`` visits every slot of a table whose size is a power of two.
        """
        last = len(self._slots) - 1
        rest = hashed & sys.maxsize  # without its sign: a negative number shifted right never becomes 0
        slot = rest & last
        while True:
            yield slot
            rest >>= 5
            slot = (5 * slot + rest + 1) & last

    def _search(self, key: Hashable, hashed: int) -> tuple[int, _Entry | None]:
        """Return the slot of ``key`` and its entry, or the slot where it would go and ``None``.

        A third of the slots is always free, so the search comes to an end.
        """
        reusable = None
        for slot in self._probe(hashed):
            index = self._slots[slot]
            if index == _FREE:
                break
            if index == _DELETED:
                reusable = slot if reusable is None else reusable
                continue
            entry = self._entries[index]
            if entry.hashed == hashed and (entry.key is key or entry.key == key):
                return slot, entry
        return slot if reusable is None else reusable, None

    def _slot_of(self, index: int, hashed: int) -> int:
        """Return the slot that holds ``index``; no key is asked."""
        return next(slot for slot in self._probe(hashed) if self._slots[slot] == index)

    def _move(self) -> None:
        """Lay out a table for the entries that are there, a sixth to a third full and without marks."""
        size = _FEWEST_SLOTS
        while size < 3 * len(self._entries):
            size *= 2
        self._slots = [_FREE] * size
        self._marks = 0
        for index, entry in enumerate(self._entries):
            self._slots[self._slot_of(_FREE, entry.hashed)] = index
