"""One table of movements: what is left on a voucher is their sum."""

import contextlib
import os
import sqlite3
from datetime import date

from vouchers.domain import Voucher, check_digit, is_code, last_day, make_code, redeem


class Store:
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        tables = {name for (name,) in self._database.execute("SELECT name FROM sqlite_master")}
        if "movements" not in tables:
            self._database.execute("CREATE TABLE cards (last_day INTEGER, note TEXT)")
            self._database.execute("CREATE TABLE movements (card INTEGER, amount INTEGER)")

    def issue(self, cents: int, day: date, note: str = "") -> Voucher:
        with self._all_or_nothing():
            values = (last_day(day).toordinal(), note)
            card = self._database.execute("INSERT INTO cards VALUES (?, ?)", values).lastrowid
            self._database.execute("INSERT INTO movements VALUES (?, ?)", (card, cents))
        return self.get(make_code(card or 0))

    def get(self, code: str) -> Voucher:
        card = int(code.split("-")[0]) if is_code(code) else -1
        query = "SELECT last_day, note FROM cards WHERE rowid = ?"
        for ordinal, note in self._database.execute(query, (card,)).fetchall():
            return Voucher(code, sum(self._movements(card)), date.fromordinal(ordinal), note)
        raise KeyError(f"{code} (digit {check_digit(max(card, 0))})")

    def redeem(self, code: str, cents: int, day: date) -> Voucher:
        with self._all_or_nothing():
            left = redeem(self.get(code), cents, day)
            values = (int(code.split("-")[0]), -cents)
            self._database.execute("INSERT INTO movements VALUES (?, ?)", values)
        return left

    def payments(self, code: str) -> list[int]:
        return [-amount for amount in self._movements(int(code.split("-")[0]))[1:]]

    def outstanding(self, day: date) -> int:
        query = "SELECT rowid FROM cards WHERE last_day >= ?"
        cards = [card for (card,) in self._database.execute(query, (day.toordinal(),))]
        return sum(sum(self._movements(card)) for card in cards)

    def close(self) -> None:
        self._database.close()

    def _movements(self, card: int) -> list[int]:
        query = "SELECT amount FROM movements WHERE card = ? ORDER BY rowid"
        return [amount for (amount,) in self._database.execute(query, (card,))]

    @contextlib.contextmanager
    def _all_or_nothing(self):
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
