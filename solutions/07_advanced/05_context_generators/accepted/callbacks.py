"""Each step says at once how it is undone: an ExitStack and its callbacks take the place of every finally."""

import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ContextDecorator,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from functools import update_wrapper
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    """Set these environment variables while the block runs; None removes one."""
    with ExitStack() as undo:
        for name, value in changes.items():
            if name in os.environ:
                undo.callback(os.environ.__setitem__, name, os.environ[name])
            else:
                undo.callback(os.environ.pop, name, None)
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        yield


@contextmanager
def working_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Let the block run in another working directory, and give it that directory's absolute path."""
    with ExitStack() as undo:
        undo.callback(os.chdir, os.getcwd())  # noqa: PTH109 - the text that chdir takes
        os.chdir(path)
        yield Path.cwd()


@contextmanager
def redirected(file: TextIO) -> Iterator[TextIO]:
    """Let what the block prints go to this file, and give the file to the block."""
    with ExitStack() as undo:
        undo.callback(setattr, sys, "stdout", sys.stdout)
        sys.stdout = file
        yield file


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Keep what the block prints in the StringIO that the block is given."""
    with redirected(io.StringIO()) as text:
        assert isinstance(text, io.StringIO)
        yield text


@contextmanager
def translated(*kinds: type[BaseException], into: type[BaseException]) -> Iterator[None]:
    """Turn an exception of these kinds into one of the kind ``into``, with the first one as its cause."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, into) or not isinstance(error, kinds):
            raise
        replacement = into(str(error))
        replacement.__cause__ = error
        raise replacement  # noqa: B904 - the cause is set


@contextmanager
def ignored(*kinds: type[BaseException]) -> Iterator[None]:
    """End the block quietly when an exception of these kinds leaves it."""
    with ExitStack() as stack:
        stack.push(lambda _kind, error, _trace: isinstance(error, kinds))
        yield


@contextmanager
def opened(*makers: Callable[[], AbstractContextManager[Any]]) -> Iterator[list[Any]]:
    """Enter one manager after the other, give the block what they give, and leave them in reverse order."""
    things = []
    with ExitStack() as stack:
        for make in makers:
            manager = make()
            things.append(manager.__enter__())
            stack.push(manager)
        yield things


@asynccontextmanager
async def opened_async(*makers: Callable[[], AbstractAsyncContextManager[Any]]) -> AsyncIterator[list[Any]]:
    """Do the same with asynchronous managers."""
    things = []
    async with AsyncExitStack() as stack:
        for make in makers:
            manager = make()
            things.append(await manager.__aenter__())
            stack.push_async_exit(manager)
        yield things


def reusable(function: Callable[..., Iterator[Any]]) -> Callable[..., ContextDecorator]:
    """Make managers of a generator function, as contextmanager does, that can be entered again and again."""
    single = contextmanager(function)

    class Reusable(ContextDecorator):
        """A stack for each block that is open."""

        def __init__(self, *args: Any, **keywords: Any) -> None:
            self._arguments = args, keywords
            self._stacks: list[ExitStack] = []

        def __enter__(self) -> Any:
            args, keywords = self._arguments
            with ExitStack() as stack:
                given = stack.enter_context(single(*args, **keywords))
                self._stacks.append(stack.pop_all())
            return given

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> bool | None:
            return self._stacks.pop().__exit__(kind, error, trace)

    return update_wrapper(Reusable, function, updated=())
