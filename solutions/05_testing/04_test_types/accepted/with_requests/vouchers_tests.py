"""Tables of cases, SQLite in a temporary folder of our own, and ``requests`` for the program."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from datetime import date

import pytest
import requests
from vouchers import domain, store

unit, integration, e2e = pytest.mark.unit, pytest.mark.integration, pytest.mark.e2e
VALID = {1: "000001-7", 10: "000010-9", 31: "000031-4", 505: "000505-0", 271828: "271828-6"}


@unit
@pytest.mark.parametrize("number", VALID)
def test_made(number):
    assert domain.make_code(number) == VALID[number] == f"{number:06d}-{domain.check_digit(number)}"
    assert domain.is_code(VALID[number])


@unit
@pytest.mark.parametrize("text", ["000001-1", "1-7", "00001-7", "0000001-7", "000505-10", "", "-", "abc"])
def test_not_made(text):
    assert domain.is_code(text) is False


@unit
def test_year():
    assert {domain.last_day(date(2040, month, 7)) for month in range(1, 13)} == {date(2043, 12, 31)}


@unit
@pytest.mark.parametrize(
    ("cents", "day", "left"),
    [
        (1, date(2030, 6, 30), 8),
        (9, date(2030, 7, 1), 0),
        (10, date(2030, 7, 1), None),
        (0, date(2030, 7, 1), None),
        (1, date(2030, 7, 2), None),
    ],
)
def test_pay(cents, day, left):
    voucher = domain.Voucher(code=VALID[10], cents=9, expires=date(2030, 7, 1), note="n")
    refused = contextlib.nullcontext() if left is not None else pytest.raises(domain.Refused)
    with refused:
        after = domain.redeem(voucher, cents, day)
        assert (after.code, after.cents, after.expires, after.note) == (
            VALID[10],
            left,
            date(2030, 7, 1),
            "n",
        )


@pytest.fixture
def path():
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/vouchers"


def with_store(path, action):
    with contextlib.closing(store.Store(path)) as one:
        return action(one)


@integration
def test_kept(path):
    kept = with_store(path, lambda one: [one.issue(cents, date(2040, 1, 1), "x") for cents in (30, 40, 50)])
    with_store(path, lambda one: [one.redeem(kept[1].code, cents, date(2041, 1, 1)) for cents in (2, 1)])
    got = with_store(path, lambda one: [one.get(voucher.code).cents for voucher in kept])
    assert got == [30, 37, 50]
    assert with_store(path, lambda one: [one.payments(voucher.code) for voucher in kept]) == [[], [2, 1], []]


@integration
def test_refused(path):
    code = with_store(path, lambda one: one.issue(30, date(2040, 1, 1)).code)
    with pytest.raises(domain.Refused):
        with_store(path, lambda one: one.redeem(code, 31, date(2041, 1, 1)))
    with contextlib.closing(store.Store(path)) as one:
        with pytest.raises(domain.Refused):
            one.redeem(code, 1, date(2044, 1, 1))
        assert one.payments(code) == []
        assert one.outstanding(date(2043, 12, 31)) == 30


@integration
def test_empty(path):
    assert with_store(path, lambda one: one.outstanding(date(2040, 1, 1))) == 0


@contextlib.contextmanager
def program(path):
    reading, writing = os.pipe()
    started = subprocess.Popen([sys.executable, "-m", "vouchers", path, "2040-08-01"], stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as lines:
        try:
            yield next(lines).split()[-1]
        finally:
            os.kill(started.pid, signal.SIGTERM)
            code = started.wait()
        assert (lines.read(), code) == ("", 0)


@e2e
def test_everything(path):
    with program(path) as url, requests.Session() as session:
        answer = session.post(f"{url}/vouchers", json={"cents": 60, "note": "\u20ac \U0001f381"})
        assert answer.status_code == 201
        voucher = answer.json()
        assert voucher["note"] == "\u20ac \U0001f381"
        assert voucher["expires"] == "2043-12-31"
        assert answer.headers["Location"] == f"{url}/vouchers/{voucher['code']}"
        payments = f"{url}/vouchers/{voucher['code']}/payments"
        statuses = [session.post(payments, json={"cents": cents}).status_code for cents in (50, 11, 10)]
        assert statuses == [200, 409, 200]
    with program(path) as url:
        assert requests.get(f"{url}/vouchers/{voucher['code']}", timeout=10).json()["cents"] == 0
