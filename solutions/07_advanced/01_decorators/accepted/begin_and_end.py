"""What begins a call returns what ends it; the calls of an instance are kept in the instance itself."""

import asyncio
import collections
import functools
import inspect
import logging
import time
from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class User(Protocol):
    roles: Collection[str]


class RateLimited(Exception):
    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def _observe(function: Callable[..., Any], begin: Callable[..., Any]) -> Any:
    """Call ``begin`` with the arguments of each call, and its result with ``(ended, value)`` at the end.

    ``ended`` is "returned", "raised", or "closed" for generators and coroutines that were given up.
    """

    def failed(end: Callable[..., Any], error: BaseException) -> None:
        end("raised" if isinstance(error, Exception) else "closed", error)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def observed(*args: Any, **kwargs: Any) -> Any:
            end = begin(*args, **kwargs)
            try:
                value = await function(*args, **kwargs)
            except BaseException as error:
                failed(end, error)
                raise
            end("returned", value)
            return value

    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def observed(*args: Any, **kwargs: Any) -> Any:
            end = begin(*args, **kwargs)
            try:
                value = yield from function(*args, **kwargs)
            except BaseException as error:
                failed(end, error)
                raise
            end("returned", value)
            return value

    else:

        @functools.wraps(function)
        def observed(*args: Any, **kwargs: Any) -> Any:
            end = begin(*args, **kwargs)
            try:
                value = function(*args, **kwargs)
            except BaseException as error:
                failed(end, error)
                raise
            end("returned", value)
            return value

    return observed


def _nothing(_ended: str, _value: object) -> None:
    pass


def _with_options(decorate: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``decorate(function, **options)`` usable bare and called: a decorator for decorators."""

    @functools.wraps(decorate)
    def decorator(function: Any = None, /, **options: Any) -> Any:
        if function is None:
            decorate(_nothing, **options)  # wrong options are found now
            return functools.partial(decorate, **options)
        if not callable(function):
            raise TypeError(f"not a function: {function!r}")
        return decorate(function, **options)

    return decorator


@_with_options
def logged(
    function: Any = None, /, *, level: int = logging.DEBUG, logger: logging.Logger | None = None
) -> Any:
    name = function.__name__
    to = logger if logger is not None else logging.getLogger(function.__module__)

    def begin(*args: Any, **kwargs: Any) -> Any:
        if not to.isEnabledFor(level):
            return _nothing
        arguments = [repr(arg) for arg in args] + [f"{key}={arg!r}" for key, arg in kwargs.items()]
        to.log(level, f"call {name}({', '.join(arguments)})")

        def end(ended: str, value: object) -> None:
            verb = {"returned": "return", "raised": "raise", "closed": "close"}[ended]
            to.log(level, f"{verb} {name} -> {value!r}")

        return end

    return _observe(function, begin)


@_with_options
def timed(
    function: Any = None,
    /,
    *,
    clock: Callable[[], float] = time.perf_counter,
    report: Callable[[str, float], object] | None = None,
) -> Any:
    def begin(*_args: Any, **_kwargs: Any) -> Any:
        start = clock()

        def end(_ended: str, _value: object) -> None:
            seconds = clock() - start
            if report is None:
                logging.getLogger(function.__module__).info("%.3g s in %s", seconds, function.__name__)
            else:
                report(function.__name__, seconds)

        return end

    return _observe(function, begin)


@_with_options
def retry(
    function: Any = None,
    /,
    *,
    times: int = 3,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    delay: float = 0.0,
    sleep: Callable[[float], Any] | None = None,
) -> Any:
    wanted = (on,) if not isinstance(on, tuple) else on
    for kind in wanted:
        if not (isinstance(kind, type) and Exception in kind.__mro__):
            raise TypeError(f"{kind!r} cannot be retried")
    if times <= 0 or delay < 0.0:
        raise ValueError("times and delay must not be less than 1 and 0")
    if inspect.isgeneratorfunction(function):
        raise TypeError("generator functions cannot be retried")

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def again(*args: Any, **kwargs: Any) -> Any:
            attempt = 1
            while True:
                try:
                    return await function(*args, **kwargs)
                except wanted:
                    if attempt == times:
                        raise
                if delay:
                    await (sleep or asyncio.sleep)(delay * 2 ** (attempt - 1))
                attempt += 1

    else:

        @functools.wraps(function)
        def again(*args: Any, **kwargs: Any) -> Any:
            attempt = 1
            while True:
                try:
                    return function(*args, **kwargs)
                except wanted:
                    if attempt == times:
                        raise
                if delay:
                    (sleep or time.sleep)(delay * 2 ** (attempt - 1))
                attempt += 1

    return again


def requires_role(*roles: str, current_user: Callable[[], User | None]) -> Callable[[F], F]:
    if len(roles) == 0:
        raise TypeError("which role?")
    for role in roles:
        if not isinstance(role, str):
            raise TypeError(f"a role is a str, not {role!r}")

    def begin(*_args: Any, **_kwargs: Any) -> Any:
        user = current_user()
        if user is not None and any(role in roles for role in user.roles):
            return _nothing
        raise PermissionError(f"needs {' or '.join(roles)}")

    return lambda function: _observe(function, begin)


def rate_limited(
    calls: int,
    seconds: float,
    *,
    per_instance: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[F], F]:
    if not calls >= 1:
        raise ValueError("calls must be 1 or more")
    if not seconds > 0:
        raise ValueError("seconds must be more than 0")

    def decorate(function: F) -> F:
        key = f"__calls_of_{function.__qualname__}_{id(decorate)}"
        of_function: dict[str, Any] = {}

        def begin(*args: Any, **_kwargs: Any) -> Any:
            place = vars(args[0]) if per_instance else of_function
            times = place.setdefault(key, collections.deque(maxlen=calls))
            now = clock()
            if len(times) == calls and now - times[0] < seconds:
                raise RateLimited(seconds - (now - times[0]))
            times.append(now)  # a full deque drops the oldest
            return _nothing

        return _observe(function, begin)

    return decorate


def stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    return lambda function: functools.reduce(lambda inner, outer: outer(inner), decorators[::-1], function)
