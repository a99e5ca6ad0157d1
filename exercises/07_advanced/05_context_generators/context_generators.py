"""Context managers from generators: one function around a block, with a yield where the block goes."""

import io
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ContextDecorator,
    asynccontextmanager,
    contextmanager,
)
from pathlib import Path
from typing import Any, TextIO


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    """Set these environment variables while the block runs; None removes one."""
    raise NotImplementedError("change os.environ, yield, and put it back whatever happens")


@contextmanager
def working_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Let the block run in another working directory, and give it that directory's absolute path."""
    raise NotImplementedError("change the directory, yield, and go back whatever happens")


@contextmanager
def redirected(file: TextIO) -> Iterator[TextIO]:
    """Let what the block prints go to this file, and give the file to the block."""
    raise NotImplementedError("replace sys.stdout, yield, and put it back whatever happens")


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Keep what the block prints in the StringIO that the block is given."""
    raise NotImplementedError("redirect to a new StringIO")


@contextmanager
def translated(*kinds: type[BaseException], into: type[BaseException]) -> Iterator[None]:
    """Turn an exception of these kinds into one of the kind ``into``, with the first one as its cause."""
    raise NotImplementedError("catch what comes out of the yield, and raise another exception from it")


@contextmanager
def ignored(*kinds: type[BaseException]) -> Iterator[None]:
    """End the block quietly when an exception of these kinds leaves it."""
    raise NotImplementedError("catch what comes out of the yield, and let nothing follow")


@contextmanager
def opened(*makers: Callable[[], AbstractContextManager[Any]]) -> Iterator[list[Any]]:
    """Enter one manager after the other, give the block what they give, and leave them in reverse order."""
    raise NotImplementedError("enter each manager into an ExitStack")


@asynccontextmanager
async def opened_async(*makers: Callable[[], AbstractAsyncContextManager[Any]]) -> AsyncIterator[list[Any]]:
    """Do the same with asynchronous managers."""
    raise NotImplementedError("enter each manager into an AsyncExitStack")


def reusable(function: Callable[..., Iterator[Any]]) -> Callable[..., ContextDecorator]:
    """Make managers of a generator function, as contextmanager does, that can be entered again and again."""
    raise NotImplementedError("start a new generator each time that the manager is entered")
