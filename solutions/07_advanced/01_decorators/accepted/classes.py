"""Each decorator is an object that keeps its options; each call is a context manager of its own class."""

import asyncio
import functools
import inspect
import logging
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class User(Protocol):
    roles: Collection[str]


class RateLimited(Exception):
    def __init__(self, retry_after: float) -> None:
        super().__init__(f"wait {retry_after} s")
        self.retry_after = retry_after


class _Call:
    """What happens around one call; the subclasses fill it in."""

    result: Any = None

    def __enter__(self) -> "_Call":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        pass


class _Decorator:
    """Wraps functions of three kinds so that each call runs inside of what ``prepare`` makes."""

    def __call__(self, function: Any) -> Any:
        if not callable(function):
            raise TypeError(f"cannot decorate {function!r}")
        open_call = self.prepare(function)
        if inspect.iscoroutinefunction(function):
            wrapper = self._coroutine(function, open_call)
        elif inspect.isgeneratorfunction(function):
            wrapper = self._generator(function, open_call)
        else:
            wrapper = self._plain(function, open_call)
        return functools.update_wrapper(wrapper, function)

    def prepare(self, function: Any) -> Callable[..., _Call]:
        raise NotImplementedError

    @staticmethod
    def _coroutine(function: Any, open_call: Any) -> Any:
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with open_call(args, kwargs) as call:
                call.result = await function(*args, **kwargs)
            return call.result

        return wrapper

    @staticmethod
    def _generator(function: Any, open_call: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Iterator[Any]:
            with open_call(args, kwargs) as call:
                call.result = yield from function(*args, **kwargs)
            return call.result

        return wrapper

    @staticmethod
    def _plain(function: Any, open_call: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with open_call(args, kwargs) as call:
                call.result = function(*args, **kwargs)
            return call.result

        return wrapper


class _LoggedCall(_Call):
    def __init__(self, write: Callable[[str], None], name: str, args: Any, kwargs: Any) -> None:
        self.write, self.name, self.args, self.kwargs = write, name, args, kwargs

    def __enter__(self) -> _Call:
        shown = ", ".join([repr(a) for a in self.args] + [f"{k}={v!r}" for k, v in self.kwargs.items()])
        self.write(f"call {self.name}({shown})")
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.write(f"return {self.name} -> {self.result!r}")
        elif isinstance(error, Exception):
            self.write(f"raise {self.name} -> {error!r}")


class _Logged(_Decorator):
    def __init__(self, level: int, logger: logging.Logger | None) -> None:
        self.level, self.logger = level, logger

    def prepare(self, function: Any) -> Callable[..., _Call]:
        def open_call(args: Any, kwargs: Any) -> _Call:
            logger = self.logger or logging.getLogger(function.__module__)
            if not logger.isEnabledFor(self.level):
                return _Call()
            return _LoggedCall(functools.partial(logger.log, self.level), function.__name__, args, kwargs)

        return open_call


def logged(
    function: F | None = None,
    /,
    *,
    level: int = logging.DEBUG,
    logger: logging.Logger | None = None,
) -> Any:
    decorator = _Logged(level, logger)
    return decorator if function is None else decorator(function)


class _TimedCall(_Call):
    def __init__(self, clock: Callable[[], float], report: Callable[[float], object]) -> None:
        self.clock, self.report = clock, report

    def __enter__(self) -> _Call:
        self.started = self.clock()
        return self

    def __exit__(self, *_: object) -> None:
        self.report(self.clock() - self.started)


class _Timed(_Decorator):
    def __init__(self, clock: Any, report: Any) -> None:
        self.clock, self.report = clock, report

    def prepare(self, function: Any) -> Callable[..., _Call]:
        def report(seconds: float) -> None:
            if self.report:
                self.report(function.__name__, seconds)
            else:
                logging.getLogger(function.__module__).info(f"{function.__name__}: {seconds} s")

        return lambda _args, _kwargs: _TimedCall(self.clock, report)


def timed(
    function: F | None = None,
    /,
    *,
    clock: Callable[[], float] = time.perf_counter,
    report: Any = None,
) -> Any:
    decorator = _Timed(clock, report)
    return decorator if function is None else decorator(function)


def retry(
    function: F | None = None,
    /,
    *,
    times: int = 3,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    delay: float = 0.0,
    sleep: Callable[[float], object] | None = None,
) -> Any:
    kinds = on if isinstance(on, tuple) else (on,)
    if any(not inspect.isclass(kind) or not issubclass(kind, Exception) for kind in kinds):
        raise TypeError("on must be one or more subclasses of Exception")
    if times < 1 or delay < 0:
        raise ValueError("times must be 1 or more, delay must not be negative")

    def again(attempt: int, error: Exception) -> bool:
        return attempt < times and isinstance(error, kinds)

    def decorator(function: Any) -> Any:
        if not callable(function) or inspect.isgeneratorfunction(function):
            raise TypeError(f"cannot retry {function!r}")

        async def in_time(*args: Any, **kwargs: Any) -> Any:
            attempt, pause = 1, delay
            while True:
                try:
                    return await function(*args, **kwargs)
                except Exception as error:
                    if not again(attempt, error):
                        raise
                await (sleep or asyncio.sleep)(pause)
                attempt, pause = attempt + 1, pause * 2

        def at_once(*args: Any, **kwargs: Any) -> Any:
            attempt, pause = 1, delay
            while True:
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    if not again(attempt, error):
                        raise
                (sleep or time.sleep)(pause)
                attempt, pause = attempt + 1, pause * 2

        return functools.wraps(function)(in_time if inspect.iscoroutinefunction(function) else at_once)

    return decorator if function is None else decorator(function)


class _RequiresRole(_Decorator):
    def __init__(self, roles: tuple[str, ...], current_user: Any) -> None:
        if not roles or {type(role) for role in roles} != {str}:
            raise TypeError(f"not the names of roles: {roles}")
        self.roles, self.current_user = set(roles), current_user

    def prepare(self, function: Any) -> Callable[..., _Call]:
        def open_call(_args: Any, _kwargs: Any) -> _Call:
            user = self.current_user()
            if user is None or not self.roles & set(user.roles):
                raise PermissionError(f"{function.__name__} is not for everybody")
            return _Call()

        return open_call


def requires_role(*roles: str, current_user: Callable[[], User | None]) -> Callable[[F], F]:
    return _RequiresRole(roles, current_user)


class _RateLimited(_Decorator):
    def __init__(self, calls: int, seconds: float, per_instance: bool, clock: Any) -> None:
        if calls < 1 or seconds <= 0:
            raise ValueError(f"{calls} calls in {seconds} s make no sense")
        self.calls, self.seconds, self.per_instance, self.clock = calls, seconds, per_instance, clock

    def prepare(self, _function: Any) -> Callable[..., _Call]:
        passed: dict[int, list[float]] = {}
        owners: dict[int, weakref.ref[Any]] = {}

        def forget(key: int) -> None:
            del passed[key], owners[key]

        def open_call(args: Any, _kwargs: Any) -> _Call:
            key = id(args[0]) if self.per_instance else 0
            if key and key not in owners:
                owners[key] = weakref.ref(args[0], lambda _: forget(key))
            now = self.clock()
            passed[key] = [then for then in passed.get(key, ()) if now - then < self.seconds]
            if len(passed[key]) == self.calls:
                raise RateLimited(passed[key][0] + self.seconds - now)
            passed[key].append(now)
            return _Call()

        return open_call


def rate_limited(
    calls: int,
    seconds: float,
    *,
    per_instance: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[F], F]:
    return _RateLimited(calls, seconds, per_instance, clock)


def stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        remaining = list(decorators)
        while remaining:
            function = remaining.pop()(function)
        return function

    return decorate
