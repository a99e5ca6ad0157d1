"""Calls ``os.fsync`` while the content is still in Python's buffer: nothing is there to sync yet.

Loses: 3
"""

import contextlib
import os
import sqlite3
import uuid
from pathlib import Path
from types import TracebackType
from typing import IO, Any

SAVEPOINT = "block"
"""The name of every savepoint. SQLite keeps them on a stack and finds the latest of a name first."""


class AtomicFile:
    """Writes a file so that readers see the old content or the new one, and nothing in between.

    ``with AtomicFile(path) as file:`` gives a file to write to. If the block ends well, its content takes
    the place of ``path``; if an exception leaves the block, ``path`` stays as it was.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: str = "w",
        *,
        encoding: str = "utf-8",
        newline: str | None = None,
    ) -> None:
        """Remember what to write; nothing is touched before the block begins.

        Args:
            path: the file to make or to replace.
            mode: ``"w"`` for text, ``"wb"`` for bytes.
            encoding: as for ``open``; of no meaning for bytes.
            newline: as for ``open``; of no meaning for bytes.

        Raises:
            ValueError: any other mode.

        """
        if mode not in ("w", "wb"):
            raise ValueError(f"the mode is 'w' or 'wb', not {mode!r}")
        self._path = path
        self._mode = mode
        self._options = {"encoding": encoding, "newline": newline} if mode == "w" else {}
        self._file: IO[Any] | None = None

    def __enter__(self) -> IO[Any]:
        """Return a new file in the folder of the old one, open for writing.

        Raises:
            RuntimeError: the block of this object is open already.

        """
        if self._file is not None:
            raise RuntimeError("the block of this AtomicFile is open already")
        self._target = Path(os.path.realpath(self._path))
        self._unfinished = self._target.with_name(f".{uuid.uuid4().hex}.part")
        bits = _permission_bits(self._target)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._descriptor = os.open(self._unfinished, flags, 0o666 if bits is None else 0o600)
        try:
            if bits is not None:
                os.fchmod(self._descriptor, bits)
            # The descriptor stays ours, so that it can be synced even if the block closes the file.
            self._file = open(self._descriptor, self._mode, closefd=False, **self._options)
        except BaseException:
            self._clean_up()
            raise
        return self._file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the new file into the place of the old one, or throw it away."""
        file, self._file = self._file, None
        assert file is not None
        try:
            if kind is None:
                os.fsync(self._descriptor)
                file.close()
                self._unfinished.replace(self._target)
            else:
                with contextlib.suppress(OSError):  # it may find the disk full: nobody needs the content
                    file.close()
        finally:
            self._clean_up()

    def _clean_up(self) -> None:
        self._unfinished.unlink(missing_ok=True)  # missing: it has become the target
        os.close(self._descriptor)


def _permission_bits(path: Path) -> int | None:
    """Return who may do what with a file; ``None`` if there is no such file."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return None


class Transaction:
    """A block of SQL statements that happens as a whole or not at all; blocks may be nested."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Remember the connection, which stays the caller's: it is never closed here."""
        self._connection = connection
        self._nested: list[bool] = []  # for each open block of this object, the innermost one last

    def __enter__(self) -> sqlite3.Connection:
        """Begin a transaction, or a savepoint within one, and return the connection."""
        nested = self._connection.in_transaction
        self._connection.execute(f"SAVEPOINT {SAVEPOINT}" if nested else "BEGIN")
        self._nested.append(nested)
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what the block did, or undo it."""
        nested = self._nested.pop()
        if kind is not None:
            self._roll_back(nested)
            return
        try:
            self._connection.execute(f"RELEASE {SAVEPOINT}" if nested else "COMMIT")
        except BaseException:
            self._roll_back(nested)
            raise

    def _roll_back(self, nested: bool) -> None:
        if not self._connection.in_transaction:  # SQLite has ended it by itself
            return
        if nested:
            self._connection.execute(f"ROLLBACK TO {SAVEPOINT}")
            self._connection.execute(f"RELEASE {SAVEPOINT}")  # ROLLBACK TO keeps the savepoint
        else:
            self._connection.execute("ROLLBACK")
