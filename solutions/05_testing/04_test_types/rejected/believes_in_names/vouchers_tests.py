"""Tests of the voucher desk: many small ones, some on a real file, few on the running program."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from vouchers.domain import Refused, Voucher, check_digit, is_code, last_day, make_code, redeem
from vouchers.store import Store

DAY = date(2031, 5, 6)
LAST = date(2034, 12, 31)


# --- unit -------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize(("number", "digit"), [(1, 7), (55, 0), (123456, 5)])
def test_the_check_digit_completes_the_weighted_sum(number: int, digit: int) -> None:
    assert check_digit(number) == digit


@pytest.mark.unit
def test_a_code_has_six_digits_a_dash_and_the_check_digit() -> None:
    assert make_code(1) == "000001-7"
    assert make_code(55) == "000055-0"


@pytest.mark.unit
@pytest.mark.parametrize("text", ["000001-7", "123456-5"])
def test_what_was_made_is_a_code(text: str) -> None:
    assert is_code(text)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["000001-8", "123465-5", "1-7", "000001", "0000017", " 000001-7"])
def test_what_was_mistyped_is_none(text: str) -> None:
    assert not is_code(text)


@pytest.mark.unit
@pytest.mark.parametrize("issued", [date(2031, 1, 1), date(2031, 12, 31)])
def test_a_voucher_lasts_to_the_end_of_the_third_year(issued: date) -> None:
    assert last_day(issued) == LAST


@pytest.mark.unit
@pytest.mark.parametrize("cents", [1, 300])
def test_a_payment_leaves_the_rest_and_all_else(cents: int) -> None:
    voucher = Voucher("000001-7", 300, LAST, "for Zoë")
    assert redeem(voucher, cents, LAST) == Voucher("000001-7", 300 - cents, LAST, "for Zoë")


@pytest.mark.unit
@pytest.mark.parametrize(("cents", "day"), [(0, DAY), (301, DAY), (1, date(2035, 1, 1))])
def test_a_payment_that_is_not_covered_is_refused(cents: int, day: date) -> None:
    with pytest.raises(Refused):
        redeem(Voucher("000001-7", 300, LAST), cents, day)


# --- integration ------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


@pytest.mark.integration
def test_a_voucher_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with _opened(tmp_path / "desk.db") as store:
        voucher = store.issue(500, DAY, "for O'Brien")
    with _opened(tmp_path / "desk.db") as store:
        assert store.get(voucher.code) == Voucher(voucher.code, 500, LAST, "for O'Brien")


@pytest.mark.integration
def test_a_payment_is_kept_and_touches_no_other_voucher(tmp_path: Path) -> None:
    with _opened(tmp_path / "desk.db") as store:
        paid, other = store.issue(500, DAY).code, store.issue(500, DAY).code
        store.redeem(paid, 120, DAY)
        store.redeem(paid, 30, DAY)
    with _opened(tmp_path / "desk.db") as store:
        assert (store.get(paid).cents, store.get(other).cents) == (350, 500)
        assert (store.payments(paid), store.payments(other)) == ([120, 30], [])


@pytest.mark.integration
def test_a_refused_payment_leaves_no_trace(tmp_path: Path) -> None:
    with _opened(tmp_path / "desk.db") as store:
        code = store.issue(500, DAY).code
        with pytest.raises(Refused):
            store.redeem(code, 501, DAY)
        assert (store.get(code).cents, store.payments(code)) == (500, [])


@pytest.mark.integration
def test_an_unknown_voucher_is_a_key_error(tmp_path: Path) -> None:
    with _opened(tmp_path / "desk.db") as store, pytest.raises(KeyError):
        store.get("000001-7")


@pytest.mark.integration
def test_what_is_outstanding_counts_through_the_last_day(tmp_path: Path) -> None:
    with _opened(tmp_path / "desk.db") as store:
        assert store.outstanding(DAY) == 0
        store.issue(500, DAY)
        assert (store.outstanding(LAST), store.outstanding(date(2035, 1, 1))) == (500, 0)


# --- end to end -------------------------------------------------------------------------------------------


@contextmanager
def _desk(path: Path) -> Iterator[str]:
    """Run the program; leave it with SIGTERM, and require its exit code to be 0."""
    # -S: the program needs no installed packages, and starts twice as fast without looking for them
    command = [sys.executable, "-S", "-m", "vouchers", str(path), "2031-05-06"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            assert program.stdout is not None
            yield program.stdout.readline().removeprefix("listening on ").strip()
        finally:
            program.send_signal(signal.SIGTERM)
    assert program.returncode == 0


def _ask(url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data), timeout=10) as answer:
        return answer.status, answer.headers, json.load(answer)


def _refusal(url: str, body: object = None) -> int:
    with pytest.raises(HTTPError) as refusal:
        _ask(url, body)
    with refusal.value as answer:
        return answer.code


@pytest.mark.e2e
def test_a_voucher_is_sold_paid_with_and_outlives_the_program(tmp_path: Path) -> None:
    with _desk(tmp_path / "desk.db") as address:
        status, headers, sold = _ask(f"{address}/vouchers", {"cents": 500, "note": "für Zoë"})
        assert (status, sold["note"], sold["expires"]) == (201, "für Zoë", "2034-12-31")
        voucher = headers["Location"]
        assert voucher == f"{address}/vouchers/{sold['code']}"
        assert _ask(voucher)[2] == sold
        assert _ask(f"{voucher}/payments", {"cents": 200})[2]["cents"] == 300
        assert _refusal(f"{voucher}/payments", {"cents": 301}) == 409
        assert _refusal(f"{address}/vouchers/000000-1") == 404
        assert _refusal(f"{address}/vouchers", {"cents": 0}) == 400
    with _opened(tmp_path / "desk.db") as store:
        assert store.get(sold["code"]).cents == 300
