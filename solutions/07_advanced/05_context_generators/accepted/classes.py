"""Classes with __enter__ and __exit__ in place of generators, and loops in place of the stacks."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ContextDecorator, contextmanager
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

Kind = type[BaseException] | None
Error = BaseException | None
Trace = TracebackType | None


class environment(ContextDecorator):  # noqa: N801
    """Set these environment variables while the block runs; None removes one."""

    def __init__(self, **changes: str | None) -> None:
        self._changes = changes
        self._before: list[dict[str, str | None]] = []

    def __enter__(self) -> None:
        before = {name: os.environ.get(name) for name in self._changes}
        try:
            self._put(self._changes)
        except BaseException:
            self._put(before)
            raise
        self._before.append(before)

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> None:
        self._put(self._before.pop())

    def _put(self, variables: dict[str, str | None]) -> None:
        for name, value in variables.items():
            if value is not None:
                os.environ[name] = value
            elif name in os.environ:
                del os.environ[name]


class working_folder(ContextDecorator):  # noqa: N801
    """Let the block run in another working directory, and give it that directory's absolute path."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._before: list[Path] = []

    def __enter__(self) -> Path:
        before = Path.cwd()
        os.chdir(self._path)
        self._before.append(before)
        return Path.cwd()

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> None:
        os.chdir(self._before.pop())


class redirected(ContextDecorator):  # noqa: N801
    """Let what the block prints go to this file, and give the file to the block."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._before: list[TextIO] = []

    def __enter__(self) -> TextIO:
        self._before.append(sys.stdout)
        sys.stdout = self._file
        return self._file

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> None:
        sys.stdout = self._before.pop()


class captured(ContextDecorator):  # noqa: N801
    """Keep what the block prints in the StringIO that the block is given."""

    def __init__(self) -> None:
        self._open: list[redirected] = []

    def __enter__(self) -> io.StringIO:
        text = io.StringIO()
        self._open.append(redirected(text))
        self._open[-1].__enter__()
        return text

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> None:
        self._open.pop().__exit__(kind, error, trace)


class translated(ContextDecorator):  # noqa: N801
    """Turn an exception of these kinds into one of the kind ``into``, with the first one as its cause."""

    def __init__(self, *kinds: type[BaseException], into: type[BaseException]) -> None:
        self._kinds = kinds
        self._into = into

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> None:
        if isinstance(error, self._kinds) and not isinstance(error, self._into):
            raise self._into(str(error)) from error


class ignored(ContextDecorator):  # noqa: N801
    """End the block quietly when an exception of these kinds leaves it."""

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> bool:
        return kind is not None and issubclass(kind, self._kinds)


class opened(ContextDecorator):  # noqa: N801
    """Enter one manager after the other, give the block what they give, and leave them in reverse order."""

    def __init__(self, *makers: Callable[[], AbstractContextManager[Any]]) -> None:
        self._makers = makers
        self._blocks: list[list[AbstractContextManager[Any]]] = []

    def __enter__(self) -> list[Any]:
        managers: list[AbstractContextManager[Any]] = []
        things = []
        for make in self._makers:
            try:
                manager = make()
                things.append(manager.__enter__())
            except BaseException as error:
                if _leave(managers, error):
                    raise RuntimeError("a manager swallowed the failure of a later one") from error
                raise
            managers.append(manager)
        self._blocks.append(managers)
        return things

    def __exit__(self, kind: Kind, error: Error, trace: Trace) -> bool:
        return _leave(self._blocks.pop(), error)


def _leave(managers: list[AbstractContextManager[Any]], error: Error) -> bool:
    """Leave all; return whether an exception was swallowed, and raise the one that took its place."""
    pending = error
    while managers:
        told = (type(pending), pending, pending.__traceback__) if pending else (None, None, None)
        try:
            if managers.pop().__exit__(*told):
                pending = None
        except BaseException as raised:
            pending = raised
    if pending is not None and pending is not error:
        raise pending
    return error is not None and pending is None


class opened_async:  # noqa: N801
    """Do the same with asynchronous managers."""

    def __init__(self, *makers: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self._makers = makers
        self._open: list[AbstractAsyncContextManager[Any]] = []

    async def __aenter__(self) -> list[Any]:
        things = []
        for make in self._makers:
            try:
                manager = make()
                things.append(await manager.__aenter__())
            except BaseException as error:
                if await self._leave(error):
                    raise RuntimeError("a manager swallowed the failure of a later one") from error
                raise
            self._open.append(manager)
        return things

    async def __aexit__(self, kind: Kind, error: Error, trace: Trace) -> bool:
        return await self._leave(error)

    async def _leave(self, error: Error) -> bool:
        """Leave all; return whether an exception was swallowed, and raise the one that took its place."""
        pending = error
        while self._open:
            told = (type(pending), pending, pending.__traceback__) if pending else (None, None, None)
            try:
                if await self._open.pop().__aexit__(*told):
                    pending = None
            except BaseException as raised:
                pending = raised
        if pending is not None and pending is not error:
            raise pending
        return error is not None and pending is None


def reusable(function: Callable[..., Iterator[Any]]) -> Callable[..., ContextDecorator]:
    """Make managers of a generator function, as contextmanager does, that can be entered again and again."""

    class Reusable(ContextDecorator):
        """The managers of the blocks that are open, the one entered last at the end."""

        def __init__(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
            self._arguments = args, keywords
            self._managers: list[AbstractContextManager[Any]] = []

        def __enter__(self) -> Any:
            args, keywords = self._arguments
            manager = contextmanager(function)(*args, **keywords)
            given = manager.__enter__()
            self._managers.append(manager)
            return given

        def __exit__(self, kind: Kind, error: Error, trace: Trace) -> bool | None:
            return self._managers.pop().__exit__(kind, error, trace)

    @wraps(function)
    def make(*args: Any, **keywords: Any) -> ContextDecorator:
        return Reusable(args, keywords)

    return make
