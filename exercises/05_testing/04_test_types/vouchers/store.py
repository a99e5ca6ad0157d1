"""Vouchers in an SQLite database, and each payment that was made with them."""

import os
import sqlite3
from datetime import date

from vouchers import domain
from vouchers.domain import Voucher

SCHEMA = """
BEGIN;
CREATE TABLE IF NOT EXISTS vouchers (number INTEGER PRIMARY KEY, cents INTEGER, expires TEXT, note TEXT);
CREATE TABLE IF NOT EXISTS payments (id INTEGER PRIMARY KEY, number INTEGER, cents INTEGER);
COMMIT;
"""


class Store:
    """One open database."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(SCHEMA)

    def issue(self, cents: int, day: date, note: str = "") -> Voucher:
        """Keep a new voucher and return it."""
        expires = domain.last_day(day)
        values = (cents, expires.isoformat(), note)
        with self._connection as connection:
            row = connection.execute("INSERT INTO vouchers (cents, expires, note) VALUES (?, ?, ?)", values)
        return Voucher(domain.make_code(row.lastrowid or 0), cents, expires, note)

    def get(self, code: str) -> Voucher:
        """Return a voucher, or raise ``KeyError``."""
        number = int(code[:6]) if domain.is_code(code) else 0
        query = "SELECT cents, expires, note FROM vouchers WHERE number = ?"
        found = self._connection.execute(query, (number,)).fetchone()
        if found is None:
            raise KeyError(code)
        cents, expires, note = found
        return Voucher(code, cents, date.fromisoformat(expires), note)

    def redeem(self, code: str, cents: int, day: date) -> Voucher:
        """Pay with a voucher: ``KeyError`` or ``Refused``, and then nothing has changed."""
        before = self.get(code)
        number = int(code[:6])
        with self._connection as connection:
            connection.execute("INSERT INTO payments (number, cents) VALUES (?, ?)", (number, cents))
            left = domain.redeem(before, cents, day)
            connection.execute("UPDATE vouchers SET cents = ? WHERE number = ?", (left.cents, number))
        return left

    def payments(self, code: str) -> list[int]:
        """Return what was paid with a voucher, in order."""
        query = "SELECT cents FROM payments WHERE number = ? ORDER BY id"
        return [cents for (cents,) in self._connection.execute(query, (int(code[:6]),))]

    def outstanding(self, day: date) -> int:
        """Return what is left on all vouchers that can still be redeemed on a day."""
        query = "SELECT COALESCE(SUM(cents), 0) FROM vouchers WHERE expires >= ?"
        return self._connection.execute(query, (day.isoformat(),)).fetchone()[0]

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
