"""No options are taken for the bare form: in `@logged()` there is no function yet, and `None` is decorated.

Loses: 1
"""

import asyncio
import collections
import contextlib
import functools
import inspect
import logging
import time
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_Tell = Callable[[object], None]
_Around = Callable[[tuple[Any, ...], Mapping[str, Any]], contextlib.AbstractContextManager[_Tell]]
"""Given the arguments, what happens around one call. It yields what wants to be told the result."""


class User(Protocol):
    """Somebody who may have roles."""

    roles: Collection[str]


class RateLimited(Exception):
    """Too many calls; ``retry_after`` is the number of seconds until one would be let through."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many calls; try again in {retry_after:g} s")
        self.retry_after = retry_after


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

    def decorate(function: F) -> F:
        name = function.__name__
        log = logging.getLogger(function.__module__) if logger is None else logger

        @contextlib.contextmanager
        def around(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Iterator[_Tell]:
            if not log.isEnabledFor(level):  # then nobody wants to see the arguments
                yield _ignore
                return
            shown = [*map(repr, args), *(f"{key}={value!r}" for key, value in keywords.items())]
            log.log(level, "call %s(%s)", name, ", ".join(shown))
            try:
                yield lambda result: log.log(level, "return %s -> %r", name, result)
            except Exception as error:
                log.log(level, "raise %s -> %r", name, error)
                raise

        return _wrapped(function, around)

    if level == logging.DEBUG and logger is None:
        return decorate(function)  # type: ignore[arg-type]
    return decorate


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

    def decorate(function: F) -> F:
        name = function.__name__
        log = logging.getLogger(function.__module__)

        def log_seconds(name: str, seconds: float) -> None:
            log.info("%s took %.6f s", name, seconds)

        tell = log_seconds if report is None else report

        @contextlib.contextmanager
        def around(_args: tuple[Any, ...], _keywords: Mapping[str, Any]) -> Iterator[_Tell]:
            started = clock()
            try:
                yield _ignore
            finally:
                tell(name, clock() - started)

        return _wrapped(function, around)

    return _bare_or_called(decorate, function)


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
    errors = on if isinstance(on, tuple) else (on,)
    if not all(isinstance(error, type) and issubclass(error, Exception) for error in errors):
        raise TypeError(f"only subclasses of Exception can be retried, not {on!r}")
    if times < 1 or delay < 0:
        raise ValueError(f"at least one attempt and no negative delay, please; got {times} and {delay}")

    def pauses() -> Iterator[float]:
        return (delay * 2**attempt for attempt in range(times - 1))

    def decorate(function: F) -> F:
        if inspect.isgeneratorfunction(function):
            raise TypeError(
                f"{function.__name__} cannot be retried: the items it has given cannot be taken back"
            )
        default: Any = asyncio.sleep if inspect.iscoroutinefunction(function) else time.sleep
        wait = default if sleep is None else sleep
        if inspect.iscoroutinefunction(function):

            async def wrapper(*args: Any, **keywords: Any) -> Any:
                for pause in pauses():
                    try:
                        return await function(*args, **keywords)
                    except errors:
                        await wait(pause)
                return await function(*args, **keywords)  # the last error is nobody's to catch here

        else:

            def wrapper(*args: Any, **keywords: Any) -> Any:
                for pause in pauses():
                    try:
                        return function(*args, **keywords)
                    except errors:
                        wait(pause)
                return function(*args, **keywords)

        return functools.wraps(function)(wrapper)  # type: ignore[return-value]

    return _bare_or_called(decorate, function)


def requires_role(*roles: str, current_user: Callable[[], User | None]) -> Callable[[F], F]:
    """Let through only users who have at least one of the roles.

    Args:
        roles: one or more names of roles.
        current_user: is asked for the user at each call; ``None`` is nobody.

    Raises:
        TypeError: no role, or something that is not a ``str``, such as a function in the bare form.

    """
    if not roles or not all(isinstance(role, str) for role in roles):
        raise TypeError(f"the names of one or more roles are needed, not {roles!r}")
    wanted = frozenset(roles)

    @contextlib.contextmanager
    def around(_args: tuple[Any, ...], _keywords: Mapping[str, Any]) -> Iterator[_Tell]:
        user = current_user()
        if user is None or wanted.isdisjoint(user.roles):
            raise PermissionError(f"one of these roles is needed: {', '.join(roles)}")
        yield _ignore

    return lambda function: _wrapped(function, around)


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
    if calls < 1 or seconds <= 0:
        raise ValueError(f"at least one call and a positive period, please; got {calls} and {seconds}")

    def admit(times: collections.deque[float]) -> None:
        now = clock()
        while times and now - times[0] >= seconds:
            times.popleft()
        if len(times) >= calls:
            raise RateLimited(times[0] + seconds - now)
        times.append(now)

    def decorate(function: F) -> F:
        shared: collections.deque[float] = collections.deque()
        # By identity: instances may be equal to each other, or have no hash. The entry goes with its
        # instance, before another one can be given the same id.
        own: dict[int, collections.deque[float]] = {}

        def times_of(instance: object) -> collections.deque[float]:
            if id(instance) not in own:
                own[id(instance)] = collections.deque()
                weakref.finalize(instance, own.pop, id(instance)).atexit = False
            return own[id(instance)]

        @contextlib.contextmanager
        def around(args: tuple[Any, ...], _keywords: Mapping[str, Any]) -> Iterator[_Tell]:
            admit(times_of(args[0]) if per_instance else shared)
            yield _ignore

        return _wrapped(function, around)

    return decorate


def stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator that does what the given ones do when written above a function in this order."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _bare_or_called(decorate: Callable[[F], F], function: F | None) -> Any:
    """Decorate now in the bare form (``@logged``); in the called one (``@logged()``) leave it to Python."""
    if function is None:
        return decorate
    if not callable(function):
        raise TypeError(f"a function was expected, not {function!r}; options are given by keyword")
    return decorate(function)


def _wrapped(function: F, around: _Around) -> F:
    """Return a function of the same kind whose body runs inside of ``around``."""
    wrapper: Callable[..., Any]
    if inspect.iscoroutinefunction(function):

        async def wrapper(*args: Any, **keywords: Any) -> Any:
            with around(args, keywords) as tell:
                result = await function(*args, **keywords)
                tell(result)
            return result

    elif inspect.isgeneratorfunction(function):

        def wrapper(*args: Any, **keywords: Any) -> Any:
            with around(args, keywords) as tell:
                result = yield from function(*args, **keywords)
                tell(result)
            return result

    else:

        def wrapper(*args: Any, **keywords: Any) -> Any:
            with around(args, keywords) as tell:
                result = function(*args, **keywords)
                tell(result)
            return result

    return functools.wraps(function)(wrapper)  # type: ignore[return-value]


def _ignore(_result: object) -> None:
    """Be told a result and do nothing."""
