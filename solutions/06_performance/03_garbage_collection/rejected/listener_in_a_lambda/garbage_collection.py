"""A leak finder, three classes that do not leak, and a watch on the collector."""

import gc
import itertools
import time
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any


def find_leaks(func: Callable[[], object], kind: type = object, *, collect: bool = True) -> list[object]:
    """Call ``func`` and return the objects of class ``kind`` that it has left behind.

    Args:
        func: called once, without arguments; what it returns is dropped.
        kind: the class whose instances count, those of its subclasses included.
        collect: run the collector before looking, so that cyclic garbage is not in the list.

    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        # The list keeps the old objects alive: no new object can take the address of one of them.
        before = gc.get_objects()
        known = {id(item) for item in before}
        known |= {id(before), id(known)}
        func()
        if collect:
            gc.collect()
        after = gc.get_objects()
        # type(), not isinstance(): an isinstance() asks the object, and a weak proxy may have nobody to ask.
        return [item for item in after if id(item) not in known and issubclass(type(item), kind)]
    finally:
        if was_enabled:
            gc.enable()


class Signal:
    """Calls those who have connected; it does not keep an object alive whose method is connected."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._links: dict[int, Callable[[], Callable[..., object] | None]] = {}

    def connect(self, callback: Callable[..., object]) -> None:
        """Let every later ``emit`` call ``callback``."""
        link = lambda: callback
        self._links[next(self._numbers)] = link

    def disconnect(self, callback: Callable[..., object]) -> None:
        """Undo ``connect``.

        Raises:
            ValueError: ``callback`` is not connected.

        """
        for number, link in self._links.items():
            if link() == callback:  # two methods are equal if their objects are identical
                del self._links[number]
                return
        raise ValueError(f"{callback!r} is not connected")

    def emit(self, *arguments: object) -> None:
        """Call those who are connected, in the order of connecting."""
        for number in list(self._links):
            link = self._links.get(number)
            if link is None:  # disconnected by one that was called before
                continue
            callback = link()
            if callback is None:
                del self._links[number]
            else:
                callback(*arguments)

    def __len__(self) -> int:
        """Return how many are connected and alive."""
        return sum(link() is not None for link in self._links.values())


class IdentityCache:
    """Computes something for each object once, for as long as the object lives."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        self._compute = compute
        self._entries: dict[int, tuple[weakref.ref[Any], Any]] = {}

    def get(self, item: Any) -> Any:
        """Return the result for this very object."""
        key = id(item)
        if key not in self._entries:
            result = self._compute(item)
            self._entries[key] = (weakref.ref(item, _forgetting(self, key)), result)
        return self._entries[key][1]

    def __len__(self) -> int:
        """Return the number of results that are kept."""
        return len(self._entries)


def _forgetting(cache: IdentityCache, key: int) -> Callable[[weakref.ref[Any]], None]:
    """Return what removes an entry; it knows the cache weakly, for the cache knows it."""
    weak = weakref.ref(cache)

    def forget(_: weakref.ref[Any]) -> None:
        cache = weak()
        if cache is not None:
            del cache._entries[key]

    return forget


class Lease:
    """Something that has to be given back exactly once."""

    def __init__(self, handle: object, release: Callable[[Any], object]) -> None:
        self.handle = handle
        # It may refer to the handle, but not to the lease, not even by way of a method of it.
        self._finalizer = weakref.finalize(self, release, handle)

    @property
    def closed(self) -> bool:
        """Whether the handle was given back, or is being given back."""
        return not self._finalizer.alive

    def close(self) -> None:
        """Call ``release(handle)``, unless that was done before."""
        self._finalizer()


class CollectorWatch:
    """Counts and times the runs of the collector within a ``with`` block."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.collections = [0, 0, 0]
        self.collected = 0
        self.seconds = 0.0
        self._clock = clock
        self._started = 0.0

    def __enter__(self) -> "CollectorWatch":
        """Begin to watch."""
        gc.callbacks.append(self._notice)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        gc.callbacks.remove(self._notice)

    def _notice(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._started = self._clock()
        else:
            self.seconds += self._clock() - self._started
            self.collections[info["generation"]] += 1
            self.collected += info["collected"]
