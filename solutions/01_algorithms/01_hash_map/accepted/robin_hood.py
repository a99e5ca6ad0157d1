"""Robin Hood hashing in three parallel lists, with deletion by shifting back.

Keys that are far from home push out keys that are near to theirs, so that no search is much longer than the
others. A deletion pulls the following keys one slot back: nothing has to be marked as deleted.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping

VACANT = object()


class HashMap(MutableMapping):
    """A mapping in which all keys are about equally far from home."""

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        self._count = 0
        self._generation = 0
        self._allocate(8)
        self.update(data)
        self.update(keywords)

    def _allocate(self, slots):
        self._hashes = [0] * slots
        self._keys = [VACANT] * slots
        self._values = [None] * slots

    def _home(self, key_hash):
        # Multiplicative hashing: the high bits of the product depend on all bits of the hash.
        return (key_hash * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 20

    def _distance(self, slot):
        return (slot - self._home(self._hashes[slot])) % len(self._keys)

    def _locate(self, key, key_hash):
        """Return the slot of the key, or None."""
        slots = len(self._keys)
        slot = self._home(key_hash) % slots
        for distance in range(slots):
            if self._keys[slot] is VACANT or self._distance(slot) < distance:
                return None
            if self._keys[slot] is key or (self._hashes[slot] == key_hash and self._keys[slot] == key):
                return slot
            slot = (slot + 1) % slots
        return None

    def _insert(self, key_hash, key, value):
        """Insert a key that is not there."""
        slots = len(self._keys)
        slot = self._home(key_hash) % slots
        distance = 0
        while self._keys[slot] is not VACANT:
            here = self._distance(slot)
            if here < distance:
                self._hashes[slot], key_hash = key_hash, self._hashes[slot]
                self._keys[slot], key = key, self._keys[slot]
                self._values[slot], value = value, self._values[slot]
                distance = here
            slot = (slot + 1) % slots
            distance += 1
        self._hashes[slot], self._keys[slot], self._values[slot] = key_hash, key, value

    def _resize(self, slots):
        old = list(zip(self._hashes, self._keys, self._values, strict=True))
        self._allocate(slots)
        for key_hash, key, value in old:
            if key is not VACANT:
                self._insert(key_hash, key, value)

    def __getitem__(self, key: Hashable) -> object:
        slot = self._locate(key, hash(key))
        if slot is None:
            raise KeyError(key)
        return self._values[slot]

    def __setitem__(self, key: Hashable, value: object) -> None:
        key_hash = hash(key)
        slot = self._locate(key, key_hash)
        if slot is not None:
            self._values[slot] = value
            return
        if 10 * (self._count + 1) > 8 * len(self._keys):
            self._resize(2 * len(self._keys))
        self._insert(key_hash, key, value)
        self._count += 1
        self._generation += 1

    def __delitem__(self, key: Hashable) -> None:
        slot = self._locate(key, hash(key))
        if slot is None:
            raise KeyError(key)
        following = (slot + 1) % len(self._keys)
        while self._keys[following] is not VACANT and self._distance(following) > 0:
            self._hashes[slot] = self._hashes[following]
            self._keys[slot] = self._keys[following]
            self._values[slot] = self._values[following]
            slot, following = following, (following + 1) % len(self._keys)
        self._keys[slot], self._values[slot] = VACANT, None
        self._count -= 1
        self._generation += 1
        if len(self._keys) > 8 and 5 * self._count < len(self._keys):
            self._resize(len(self._keys) // 2)

    def __iter__(self) -> Iterator[Hashable]:
        generation = self._generation
        for key in self._keys:
            if self._generation != generation:
                raise RuntimeError("the keys are others now")
            if key is not VACANT:
                yield key
        if self._generation != generation:
            raise RuntimeError("the keys are others now")

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping) and len(other) == len(self):
            missing = object()
            return all(
                value is mine or value == mine
                for key, value in other.items()
                for mine in [self.get(key, missing)]
            )
        return NotImplemented

    def __repr__(self) -> str:
        return f"HashMap({{{', '.join(f'{key!r}: {value!r}' for key, value in self.items())}}})"

    def copy(self) -> "HashMap":
        other = self.__class__.__new__(self.__class__)
        other._count, other._generation = self._count, 0
        other._hashes, other._keys, other._values = self._hashes[:], self._keys[:], self._values[:]
        return other

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> "HashMap":
        made = cls()
        made.update((key, value) for key in keys)
        return made
