"""Five decorators for functions, methods, coroutine functions and generator functions, and their stacking."""

import logging
import time
from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class User(Protocol):
    """Somebody who may have roles."""

    roles: Collection[str]


class RateLimited(Exception):
    """Too many calls; ``retry_after`` is the number of seconds until one would be let through."""

    def __init__(self, retry_after: float) -> None:
        raise NotImplementedError("keep the number of seconds")


def logged(
    function: F | None = None,
    /,
    *,
    level: int = logging.DEBUG,
    logger: logging.Logger | None = None,
) -> Any:
    """Log each call and how it ends.

    Args:
        function: the function, in the bare form.
        level: of all records.
        logger: by default the one named after the function's module.

    """
    raise NotImplementedError("return a function that logs its calls, or a decorator that makes one")


def timed(
    function: F | None = None,
    /,
    *,
    clock: Callable[[], float] = time.perf_counter,
    report: Callable[[str, float], object] | None = None,
) -> Any:
    """Report how long each call takes.

    Args:
        function: the function, in the bare form.
        clock: returns the time in seconds.
        report: is given the function's name and the seconds; by default they are logged.

    """
    raise NotImplementedError("return a function that reports its times, or a decorator that makes one")


def retry(
    function: F | None = None,
    /,
    *,
    times: int = 3,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    delay: float = 0.0,
    sleep: Callable[[float], object] | None = None,
) -> Any:
    """Call again after a failure; the error of the last attempt reaches the caller.

    Args:
        function: the function, in the bare form.
        times: attempts in all.
        on: the exceptions that are worth another attempt.
        delay: seconds before the second attempt; doubled before each further one.
        sleep: waits; by default ``time.sleep``, and for a coroutine function ``asyncio.sleep``.

    Raises:
        TypeError: ``on`` is not made of subclasses of ``Exception``, or the function is a generator function.
        ValueError: ``times`` is less than 1, or ``delay`` negative.

    """
    raise NotImplementedError("return a function that tries again, or a decorator that makes one")


def requires_role(*roles: str, current_user: Callable[[], User | None]) -> Callable[[F], F]:
    """Let through only users who have at least one of the roles.

    Args:
        roles: one or more names of roles.
        current_user: is asked for the user at each call; ``None`` is nobody.

    Raises:
        TypeError: no role, or something that is not a ``str``, such as a function in the bare form.

    """
    raise NotImplementedError("return a decorator that asks for the user and compares the roles")


def rate_limited(
    calls: int,
    seconds: float,
    *,
    per_instance: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[F], F]:
    """Let through at most so many calls in any period of so many seconds.

    Args:
        calls: the number of calls.
        seconds: the length of the period.
        per_instance: for methods: each instance has a limit of its own.
        clock: returns the time in seconds.

    Raises:
        ValueError: ``calls`` is less than 1, or ``seconds`` is not positive.

    """
    raise NotImplementedError("return a decorator that remembers the calls of the period")


def stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator that does what the given ones do when written above a function in this order."""
    raise NotImplementedError("return a decorator that applies them all")
