"""What `contextmanager` makes holds one generator: when that has ended, the manager is worn out.

Loses: 6
"""

import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ContextDecorator,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from functools import partial, wraps
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    """Set these environment variables while the block runs; None removes one."""
    before = {name: os.environ.get(name) for name in changes}
    try:
        _change(changes)
        yield
    finally:
        _change(before)


def _change(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def working_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Let the block run in another working directory, and give it that directory's absolute path."""
    before = Path.cwd()
    os.chdir(path)
    try:
        yield Path.cwd()
    finally:
        os.chdir(before)


@contextmanager
def redirected(file: TextIO) -> Iterator[TextIO]:
    """Let what the block prints go to this file, and give the file to the block."""
    before = sys.stdout
    sys.stdout = file
    try:
        yield file
    finally:
        sys.stdout = before


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Keep what the block prints in the StringIO that the block is given."""
    text = io.StringIO()
    with redirected(text):
        yield text


@contextmanager
def translated(*kinds: type[BaseException], into: type[BaseException]) -> Iterator[None]:
    """Turn an exception of these kinds into one of the kind ``into``, with the first one as its cause."""
    try:
        yield
    except into:
        raise
    except kinds as error:
        raise into(str(error)) from error


@contextmanager
def ignored(*kinds: type[BaseException]) -> Iterator[None]:
    """End the block quietly when an exception of these kinds leaves it."""
    try:  # noqa: SIM105 - this is what suppress does
        yield
    except kinds:
        pass


@contextmanager
def opened(*makers: Callable[[], AbstractContextManager[Any]]) -> Iterator[list[Any]]:
    """Enter one manager after the other, give the block what they give, and leave them in reverse order."""
    with ExitStack() as stack:
        yield [stack.enter_context(make()) for make in makers]


@asynccontextmanager
async def opened_async(*makers: Callable[[], AbstractAsyncContextManager[Any]]) -> AsyncIterator[list[Any]]:
    """Do the same with asynchronous managers."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(make()) for make in makers]


def reusable(function: Callable[..., Iterator[Any]]) -> Callable[..., ContextDecorator]:
    """Make managers of a generator function, as contextmanager does, that can be entered again and again."""
    make_once = contextmanager(function)

    @wraps(function)
    def make(*args: Any, **keywords: Any) -> ContextDecorator:
        return _Reusable(partial(make_once, *args, **keywords))

    return wraps(function)(make_once)


class _Reusable(ContextDecorator):
    """Enters a new manager each time, and leaves the one that was entered last."""

    def __init__(self, make: Callable[[], AbstractContextManager[Any]]) -> None:
        self._make = make
        self._open: list[AbstractContextManager[Any]] = []

    def __enter__(self) -> Any:
        manager = self._make()
        given = manager.__enter__()
        self._open.append(manager)
        return given

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._open.pop().__exit__(kind, error, trace)
