"""A decorator that opens the debugger where an error happened."""

import functools
import pdb
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def debug_on_error(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that does the same, and starts pdb post mortem when an error leaves it."""

    @functools.wraps(function)
    def debugged(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception:
            pdb.post_mortem(sys.exc_info()[2])
            raise

    return debugged
