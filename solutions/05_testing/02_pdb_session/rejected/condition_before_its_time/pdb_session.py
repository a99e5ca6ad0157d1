"""A decorator that opens the debugger where an error happened."""

import functools
import pdb
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def debug_on_error(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that does the same, and starts pdb post mortem when an error leaves it.

    Args:
        function: what is called; its arguments and its result are passed on.

    """

    @functools.wraps(function)
    def debugged(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # an exit or an interrupt is no error, and passes
            pdb.post_mortem(error.__traceback__)
            raise

    return debugged
