"""A list and a deque that count their steps: one for each operation, and one for each item that moves."""

import collections
from collections.abc import Iterable
from typing import Any


class CountedList:
    """The items lie side by side, so whoever takes one out moves all that come after it."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._items = list(items)
        self.steps = 0

    def __len__(self) -> int:
        return len(self._items)

    def append(self, item: Any) -> None:
        """Add an item at the end."""
        self.steps += 1
        self._items.append(item)

    def pop(self, index: int = -1) -> Any:
        """Take out the item at ``index``; those behind it move up by one place."""
        behind = len(self) - 1 - range(len(self))[index]
        self.steps += 1 + behind
        return self._items.pop(index)


class CountedDeque:
    """The items lie in blocks that know their neighbours, so both ends are free to grow and shrink."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._items = collections.deque(items)
        self.steps = 0

    def __len__(self) -> int:
        return len(self._items)

    def append(self, item: Any) -> None:
        """Add an item at the end."""
        self.steps += 1
        self._items.append(item)

    def pop(self) -> Any:
        """Take the last item."""
        self.steps += 1
        return self._items.pop()

    def popleft(self) -> Any:
        """Take the first item."""
        self.steps += 1
        return self._items.popleft()
