"""A leak finder, three classes that do not leak, and a watch on the collector."""

import time
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
    raise NotImplementedError("call func and find the objects that are new")


class Signal:
    """Calls those who have connected; it does not keep an object alive whose method is connected."""

    def __init__(self) -> None:
        raise NotImplementedError("prepare to remember who is connected")

    def connect(self, callback: Callable[..., object]) -> None:
        """Let every later ``emit`` call ``callback``."""
        raise NotImplementedError("remember the callback, a bound method without keeping its object alive")

    def disconnect(self, callback: Callable[..., object]) -> None:
        """Undo ``connect``.

        Raises:
            ValueError: ``callback`` is not connected.

        """
        raise NotImplementedError("forget the callback")

    def emit(self, *arguments: object) -> None:
        """Call those who are connected, in the order of connecting."""
        raise NotImplementedError("call those who are connected and alive")

    def __len__(self) -> int:
        """Return how many are connected and alive."""
        raise NotImplementedError("count those who are connected and alive")


class IdentityCache:
    """Computes something for each object once, for as long as the object lives."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        raise NotImplementedError("keep the function and prepare to keep results")

    def get(self, item: Any) -> Any:
        """Return the result for this very object."""
        raise NotImplementedError("return the result for this very object, computed once")

    def __len__(self) -> int:
        """Return the number of results that are kept."""
        raise NotImplementedError("count the results that are kept")


class Lease:
    """Something that has to be given back exactly once."""

    def __init__(self, handle: object, release: Callable[[Any], object]) -> None:
        raise NotImplementedError("keep the handle, and make sure that it is given back")

    @property
    def closed(self) -> bool:
        """Whether the handle was given back, or is being given back."""
        raise NotImplementedError("tell whether the handle was given back")

    def close(self) -> None:
        """Call ``release(handle)``, unless that was done before."""
        raise NotImplementedError("give the handle back, once")


class CollectorWatch:
    """Counts and times the runs of the collector within a ``with`` block."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        raise NotImplementedError("set collections, collected and seconds to nothing yet")

    def __enter__(self) -> "CollectorWatch":
        """Begin to watch."""
        raise NotImplementedError("ask the collector to report to you")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        raise NotImplementedError("take back what __enter__ asked for")
