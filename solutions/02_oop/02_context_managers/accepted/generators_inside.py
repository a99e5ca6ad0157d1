"""Two generators do the work, in the order in which it happens; the classes keep one for each open block."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any


@contextlib.contextmanager
def _whole(path: str | os.PathLike[str], mode: str, options: dict[str, Any]) -> Iterator[IO[Any]]:
    target = Path(path).resolve()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as private:  # nobody else looks into it
        unfinished = Path(private, "content")
        file = unfinished.open(mode, **options)
        try:
            yield file
        except BaseException:
            with contextlib.suppress(OSError):
                file.close()
            raise
        file.close()
        if target.exists():
            shutil.copymode(target, unfinished)
        descriptor = os.open(unfinished, os.O_RDWR) if os.access(unfinished, os.R_OK | os.W_OK) else None
        if descriptor is None:  # the bits of the old file forbid it to ourselves
            bits = unfinished.stat().st_mode
            unfinished.chmod(0o600)
            descriptor = os.open(unfinished, os.O_RDWR)
            unfinished.chmod(bits)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.replace(target)


@contextlib.contextmanager
def _together(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    if connection.in_transaction:
        begin, keep, undo = "SAVEPOINT inner", "RELEASE inner", ["ROLLBACK TO inner", "RELEASE inner"]
    else:
        begin, keep, undo = "BEGIN IMMEDIATE", "COMMIT", ["ROLLBACK"]
    connection.execute(begin)
    try:
        yield connection
        connection.execute(keep)
    except BaseException:
        if connection.in_transaction:
            for statement in undo:
                connection.execute(statement)
        raise


class AtomicFile:
    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: str = "w",
        *,
        encoding: str = "utf-8",
        newline: str | None = None,
    ) -> None:
        if mode not in {"w", "wb"}:
            raise ValueError("text or bytes, but for writing")
        options = {"encoding": encoding, "newline": newline} if mode == "w" else {}
        self._arguments = (path, mode, options)
        self._block: contextlib.AbstractContextManager[IO[Any]] | None = None

    def __enter__(self) -> IO[Any]:
        if self._block is not None:
            raise RuntimeError("it is open already")
        block = _whole(*self._arguments)
        file = block.__enter__()
        self._block = block
        return file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        block, self._block = self._block, None
        assert block is not None
        block.__exit__(kind, error, trace)


class Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._blocks: list[contextlib.AbstractContextManager[sqlite3.Connection]] = []

    def __enter__(self) -> sqlite3.Connection:
        block = _together(self._connection)
        connection = block.__enter__()
        self._blocks.append(block)
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blocks.pop().__exit__(kind, error, trace)
