"""Separate chaining: each slot is the head of a chain of nodes.

A deletion unhooks one node, so there are no marks to keep in mind. Iteration walks over the slots with an
iterator class, which notes the state of the map when it is made.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping

SMALLEST = 4


class Node:
    """One link of a chain."""

    __slots__ = ("key", "key_hash", "next", "value")

    def __init__(self, key_hash, key, value, successor):
        self.key_hash = key_hash
        self.key = key
        self.value = value
        self.next = successor


class KeyIterator:
    """Walks over all chains; refuses to go on when the set of keys has changed."""

    def __init__(self, owner):
        self.owner = owner
        self.version = owner.version
        self.slot = -1
        self.node = None

    def __iter__(self):
        return self

    def __next__(self):
        if self.version != self.owner.version:
            raise RuntimeError("the map changed under its iterator")
        if self.node is not None:
            self.node = self.node.next
        while self.node is None:
            self.slot += 1
            if self.slot >= len(self.owner.heads):
                raise StopIteration
            self.node = self.owner.heads[self.slot]
        return self.node.key


class HashMap(MutableMapping):
    """A mapping made of chains."""

    def __init__(self, data: Mapping | Iterable[tuple[Hashable, object]] = (), /, **keywords: object) -> None:
        self.heads = [None] * SMALLEST
        self.size = 0
        self.version = 0
        if hasattr(data, "keys"):
            for key in data.keys():  # noqa: SIM118 - all that is known of data is that it has keys
                self[key] = data[key]
        else:
            for pair in data:
                key, value = pair
                self[key] = value
        for key, value in keywords.items():
            self[key] = value

    def find(self, key):
        key_hash = hash(key)
        node = self.heads[key_hash % len(self.heads)]
        while node is not None:
            if node.key is key or (node.key_hash == key_hash and node.key == key):
                break
            node = node.next
        return key_hash, node

    def __getitem__(self, key: Hashable) -> object:
        node = self.find(key)[1]
        if node is None:
            raise KeyError(key)
        return node.value

    def __contains__(self, key: object) -> bool:
        return self.find(key)[1] is not None

    def get(self, key, default=None):
        node = self.find(key)[1]
        return default if node is None else node.value

    def __setitem__(self, key: Hashable, value: object) -> None:
        key_hash, node = self.find(key)
        if node is not None:
            node.value = value
            return
        if self.size >= len(self.heads):
            self.resize(2 * len(self.heads))
        slot = key_hash % len(self.heads)
        self.heads[slot] = Node(key_hash, key, value, self.heads[slot])
        self.size += 1
        self.version += 1

    def __delitem__(self, key: Hashable) -> None:
        key_hash, node = self.find(key)
        if node is None:
            raise KeyError(key)
        slot = key_hash % len(self.heads)
        before = self.heads[slot]
        if before is node:
            self.heads[slot] = node.next
        else:
            while before.next is not node:
                before = before.next
            before.next = node.next
        self.size -= 1
        self.version += 1
        if SMALLEST < len(self.heads) > 4 * self.size:
            self.resize(len(self.heads) // 2)

    def resize(self, count):
        old, self.heads = self.heads, [None] * count
        for node in old:
            while node is not None:
                following = node.next
                slot = node.key_hash % count
                node.next = self.heads[slot]
                self.heads[slot] = node
                node = following

    def __iter__(self) -> Iterator[Hashable]:
        return KeyIterator(self)

    def __len__(self) -> int:
        return self.size

    def clear(self):
        if self.size:
            self.heads = [None] * SMALLEST
            self.size = 0
            self.version += 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return False
        return len(self) == len(other) and all(key in other and other[key] == self[key] for key in self)

    __hash__ = None

    def __repr__(self) -> str:
        return "HashMap({" + ", ".join(f"{key!r}: {self[key]!r}" for key in self) + "})"

    def copy(self) -> "HashMap":
        return self.__class__(self)

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: object = None) -> "HashMap":
        return cls((key, value) for key in keys)
