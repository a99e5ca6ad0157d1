"""``tempfile.mkstemp`` and the bits at the end; savepoints alone, the outermost of which is a transaction."""

import itertools
import os
import sqlite3
import tempfile
from types import TracebackType
from typing import IO, Any


class AtomicFile:
    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: str = "w",
        *,
        encoding: str = "utf-8",
        newline: str | None = None,
    ) -> None:
        if mode == "w":
            self._options: dict[str, Any] = {"mode": "w", "encoding": encoding, "newline": newline}
        elif mode == "wb":
            self._options = {"mode": "wb"}
        else:
            raise ValueError(mode)
        self._path = path
        self._is_open = False

    def __enter__(self) -> IO[Any]:
        if self._is_open:
            raise RuntimeError("entered twice")
        self._target = os.path.realpath(self._path)
        number, self._name = tempfile.mkstemp(dir=os.path.dirname(self._target))  # noqa: PTH120
        os.close(number)
        try:
            self._file: IO[Any] = open(self._name, **self._options)  # noqa: PTH123
        except BaseException:
            os.unlink(self._name)  # noqa: PTH108
            raise
        self._is_open = True
        return self._file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        try:
            try:
                self._file.close()
                if error is None:
                    self._finish()
                    return
            except OSError:
                if error is None:
                    raise
            os.unlink(self._name)  # noqa: PTH108
        except BaseException:
            if os.path.lexists(self._name):
                os.unlink(self._name)  # noqa: PTH108
            raise

    def _finish(self) -> None:
        with open(self._name, "rb+") as again:  # noqa: PTH123
            os.fsync(again)
        try:
            bits = os.stat(self._target).st_mode & 0o777  # noqa: PTH116
        except FileNotFoundError:
            umask = os.umask(0o077)
            os.umask(umask)
            bits = 0o666 & ~umask
        os.chmod(self._name, bits)  # noqa: PTH101
        os.replace(self._name, self._target)  # noqa: PTH105


class Transaction:
    _numbers = itertools.count(1)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._savepoints: list[str] = []

    def __enter__(self) -> sqlite3.Connection:
        name = f"transaction_{next(self._numbers)}"
        self._connection.execute(f"SAVEPOINT {name}")
        self._savepoints.append(name)
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        name = self._savepoints.pop()
        if error is None:
            try:
                self._connection.execute(f"RELEASE {name}")
            except sqlite3.Error:
                self._undo(name)
                raise
        else:
            try:
                self._undo(name)
            except sqlite3.OperationalError:
                if self._connection.in_transaction:
                    raise

    def _undo(self, name: str) -> None:
        self._connection.execute(f"ROLLBACK TO {name}")
        self._connection.execute(f"RELEASE {name}")
