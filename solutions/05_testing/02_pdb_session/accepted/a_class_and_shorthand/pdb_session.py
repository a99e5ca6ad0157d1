"""A decorator that opens the debugger where an error happened."""

import functools
import pdb
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Debugging:
    """A block in which errors are debugged, and then go on."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            pdb.post_mortem(trace)


def debug_on_error(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that does the same, and starts pdb post mortem when an error leaves it."""

    def debugged(*args: P.args, **kwargs: P.kwargs) -> R:
        with _Debugging():
            return function(*args, **kwargs)

    return functools.update_wrapper(debugged, function)
