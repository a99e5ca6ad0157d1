"""Two context managers: a file that is written whole or not at all, and a transaction."""

import os
import sqlite3
from types import TracebackType
from typing import IO, Any


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
        raise NotImplementedError("check the mode and keep what the block will need")

    def __enter__(self) -> IO[Any]:
        """Return a new file in the folder of the old one, open for writing.

        Raises:
            RuntimeError: the block of this object is open already.

        """
        raise NotImplementedError("open a file under a name that is free")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the new file into the place of the old one, or throw it away."""
        raise NotImplementedError("close the file; sync and replace, or clean up")


class Transaction:
    """A block of SQL statements that happens as a whole or not at all; blocks may be nested."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Remember the connection, which stays the caller's: it is never closed here."""
        raise NotImplementedError("keep the connection")

    def __enter__(self) -> sqlite3.Connection:
        """Begin a transaction, or a savepoint within one, and return the connection."""
        raise NotImplementedError("begin a transaction or set a savepoint")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what the block did, or undo it."""
        raise NotImplementedError("commit, release or roll back")
