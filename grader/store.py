"""What is kept between runs, by content: results, cases of suites, untouched stubs, what noticed a mutant.

One SQLite file under ``.kata/``. Everything in it can be made again, so it may be deleted at any time, and
it is never trusted for marks that matter to others.
"""

import json
import sqlite3
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = ".kata"
SCHEMA = "CREATE TABLE IF NOT EXISTS kept (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
FIND = "SELECT value FROM kept WHERE kind = ? AND key = ?"
KEEP = "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)"

RESULT = "result"
CASES = "cases"
STUB = "stub"
HINT = "hint"
MUTANT = "mutant"
BREAKER = "breaker"


class Store:
    """A small map from (kind, key) to JSON; safe to use from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._lock = threading.Lock()
        self._database = _connect(root / FOLDER)

    def find(self, kind: str, key: str) -> Any:
        """Return what was kept, or ``None``."""
        with self._lock:
            row = self._database.execute(FIND, (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep(self, kind: str, key: str, value: Any) -> None:
        """Keep a value that JSON can hold; a later one replaces it."""
        with self._lock, self._database:
            self._database.execute(KEEP, (kind, key, json.dumps(value)))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connect(folder: Path) -> sqlite3.Connection:
    """Open the file, or memory where the repository cannot be written (a read-only container)."""
    try:
        folder.mkdir(exist_ok=True)
        database = _open(str(folder / "results.sqlite3"))
    except (OSError, sqlite3.DatabaseError):
        return _open(":memory:")
    return database


def _open(name: str) -> sqlite3.Connection:
    database = sqlite3.connect(name, timeout=10, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(SCHEMA)
        database.commit()
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
