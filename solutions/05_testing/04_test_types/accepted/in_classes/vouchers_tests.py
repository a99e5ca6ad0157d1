"""Tests of the voucher desk: one class for each level."""

import http.client
import json
import random
import select
import shutil
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from vouchers import domain
from vouchers.store import Store

NOBODY = domain.make_code(987_654)


@pytest.mark.unit
class TestDomain:
    """Rules, nothing else."""

    def test_the_promise_of_the_check_digit(self):
        chance = random.Random(7)
        for number in [*range(120), *(chance.randrange(1_000_000) for _ in range(200)), 999_999]:
            backwards = [int(digit) for digit in str(number)[::-1]]
            total = 3 * sum(backwards[::2]) + sum(backwards[1::2]) + domain.check_digit(number)
            assert total % 10 == 0
            assert 0 <= domain.check_digit(number) <= 9

    def test_codes_by_hand(self):
        assert domain.make_code(42) == "000042-0"
        assert domain.make_code(24) == "000024-6"
        assert domain.make_code(0) == "000000-0"
        assert domain.make_code(100_000) == "100000-9"

    def test_codes_are_codes(self):
        for number in (0, 1, 9, 42, 314_159, 999_999):
            assert domain.is_code(domain.make_code(number))

    def test_every_other_check_digit_is_wrong(self):
        for digit in range(10):
            assert bool(domain.is_code(f"000024-{digit}")) == (digit == 6)

    def test_neighbours_that_changed_places(self):
        right = "000024-6"
        assert not domain.is_code("000042-6")
        assert not domain.is_code(right.replace("24", "42"))

    @pytest.mark.parametrize("before", ["", " ", "0", "x", "-"])
    @pytest.mark.parametrize("after", ["", " ", "\n", "0", "x", "-"])
    def test_exactly_a_code(self, before, after):
        assert bool(domain.is_code(f"{before}000024-6{after}")) == (before + after == "")

    @pytest.mark.parametrize(
        "text", ["", "24-6", "0000246", "000024/6", "000024-", "-6", "00002-6", "abcdef-g"]
    )
    def test_something_else(self, text):
        assert not domain.is_code(text)

    def test_digits_of_others(self):
        assert not domain.is_code("000024-6".translate({ord(d): 0x660 + int(d) for d in "0123456789"}))

    @pytest.mark.parametrize("month_and_day", [(1, 1), (2, 28), (6, 30), (12, 30), (12, 31)])
    def test_last_day(self, month_and_day):
        assert domain.last_day(date(2025, *month_and_day)) == date(2028, 12, 31)

    def test_last_day_from_a_leap_day(self):
        assert domain.last_day(date(2024, 2, 29)) == date(2027, 12, 31)

    def pay(self, cents, days=0, have=1000):
        end = date(2028, 12, 31)
        voucher = domain.Voucher("000024-6", have, end, "Hello")
        return domain.redeem(voucher, cents, end + timedelta(days=days))

    @pytest.mark.parametrize("days", [-1000, -1, 0])
    @pytest.mark.parametrize("cents", [1, 2, 999, 1000])
    def test_payments(self, cents, days):
        expected = domain.Voucher("000024-6", 1000 - cents, date(2028, 12, 31), "Hello")
        assert self.pay(cents, days) == expected

    @pytest.mark.parametrize(
        ("cents", "days"), [(0, 0), (-1, 0), (-1000, 0), (1001, 0), (1, 1), (1, 365), (1000, 1)]
    )
    def test_refusals(self, cents, days):
        with pytest.raises(domain.Refused):
            self.pay(cents, days)

    def test_empty(self):
        with pytest.raises(domain.Refused):
            self.pay(1, have=0)


@pytest.mark.integration
class TestStore:
    """On a file; what is in there is read from a copy, while the store is still open."""

    DAY = date(2025, 6, 1)
    END = date(2028, 12, 31)

    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "vouchers.sqlite"

    @pytest.fixture
    def store(self, file):
        with closing(Store(file)) as store:
            yield store

    @contextmanager
    def copy(self, file):
        target = shutil.copy(file, file.with_suffix(".copy"))
        with closing(Store(target)) as store:
            yield store

    def test_issue(self, store, file):
        voucher = store.issue(700, self.DAY, "Grüße \N{BALLOON}")
        assert domain.is_code(voucher.code)
        assert voucher == domain.Voucher(voucher.code, 700, self.END, "Grüße \N{BALLOON}")
        assert store.get(voucher.code) == voucher
        with self.copy(file) as saved:
            assert saved.get(voucher.code) == voucher

    def test_issue_without_note(self, store):
        code = store.issue(700, self.DAY).code
        assert store.get(code) == domain.Voucher(code, 700, self.END, "")

    def test_each_has_a_number(self, store, file):
        issued = [store.issue(cents, self.DAY) for cents in (1, 2, 3, 4, 5)]
        assert len({voucher.code for voucher in issued}) == 5
        with self.copy(file) as saved:
            assert [saved.get(voucher.code) for voucher in issued] == issued

    def test_redeem(self, store, file):
        code = store.issue(700, self.DAY, "n").code
        left = store.redeem(code, 250, self.END)
        assert left == domain.Voucher(code, 450, self.END, "n")
        assert store.get(code) == left
        with self.copy(file) as saved:
            assert saved.get(code) == left
            assert saved.payments(code) == [250]

    def test_others_stay(self, store, file):
        first, second, third = (store.issue(700, self.DAY, note) for note in "abc")
        store.redeem(second.code, 250, self.DAY)
        with self.copy(file) as saved:
            for desk in [store, saved]:
                assert desk.get(first.code) == first
                assert desk.get(third.code) == third
                assert desk.payments(first.code) == desk.payments(third.code) == []

    def test_payments(self, store, file):
        codes = [store.issue(1000, self.DAY).code for _ in range(2)]
        amounts = [50, 10, 30, 10, 40]
        for cents in amounts:
            store.redeem(codes[0], cents, self.DAY)
            store.redeem(codes[1], cents + 1, self.DAY)
        with self.copy(file) as saved:
            assert saved.payments(codes[0]) == amounts
            assert saved.payments(codes[1]) == [cents + 1 for cents in amounts]
            assert saved.get(codes[0]).cents == 1000 - sum(amounts)

    @pytest.mark.parametrize(("cents", "days"), [(701, 0), (0, 0), (-5, 0), (1, 1)])
    def test_refused(self, store, file, cents, days):
        voucher = store.issue(700, self.DAY)
        with pytest.raises(domain.Refused):
            store.redeem(voucher.code, cents, self.END + timedelta(days=days))
        store.issue(1, self.DAY)
        with self.copy(file) as saved:
            assert saved.get(voucher.code) == store.get(voucher.code) == voucher
            assert saved.payments(voucher.code) == store.payments(voucher.code) == []

    def test_unknown(self, store):
        right = store.issue(700, self.DAY).code
        wrong = f"{right[:-1]}{9 - int(right[-1])}"
        for code in [NOBODY, wrong, "", "x"]:
            with pytest.raises(KeyError):
                store.get(code)
            with pytest.raises(KeyError):
                store.redeem(code, 1, self.DAY)

    def test_nothing_is_outstanding(self, store):
        assert store.outstanding(self.DAY) == 0

    def test_outstanding(self, store):
        short = store.issue(100, date(2024, 6, 1))
        store.issue(2000, self.DAY)
        store.issue(30_000, self.DAY)
        assert store.outstanding(self.DAY) == 32_100
        store.redeem(short.code, 40, self.DAY)
        assert store.outstanding(short.expires) == 32_060
        assert store.outstanding(short.expires + timedelta(days=1)) == 32_000
        assert store.outstanding(self.END) == 32_000
        assert store.outstanding(self.END + timedelta(days=1)) == 0

    def test_path_as_text(self, file):
        with closing(Store(str(file))) as store:
            code = store.issue(700, self.DAY).code
        assert file.is_file()
        with closing(Store(str(file))) as store:
            assert store.get(code).cents == 700


@contextmanager
def program(*arguments):
    """Run the desk; yield a function that asks it."""
    command = [sys.executable, "-m", "vouchers", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            ready, _, _ = select.select([process.stdout], [], [], 4)
            assert ready, "it does not say that it is ready"
            words = process.stdout.readline().decode().split()
            assert words[:2] == ["listening", "on"]
            address = urlsplit(words[2])
            assert (address.scheme, address.hostname) == ("http", "127.0.0.1")

            def ask(method, path, body=None):
                with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=3)) as line:
                    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
                    line.request(method, path, data)
                    answer = line.getresponse()
                    content = answer.read()
                    assert answer.getheader("Content-Length") == str(len(content))
                    return answer.status, answer.getheader("Location"), json.loads(content.decode("utf-8"))

            ask.address = words[2]
            yield ask
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=3) == 0
        finally:
            process.kill()


@pytest.mark.e2e
class TestProgram:
    """Few starts."""

    def test_a_day_at_the_desk(self, tmp_path):
        with program(tmp_path / "desk.db", "2025-06-01") as ask:
            for note in ["for Kim", "für Zoë \N{BALLOON}", 'a "quoted"\nnote', ""]:
                status, location, voucher = ask("POST", "/vouchers", {"cents": 500, "note": note})
                code = voucher["code"]
                assert domain.is_code(code)
                assert status == 201
                assert voucher == {"code": code, "cents": 500, "expires": "2028-12-31", "note": note}
                assert location == f"{ask.address}/vouchers/{code}"
                assert ask("GET", f"/vouchers/{code}")[::2] == (200, voucher)

            payments = f"/vouchers/{code}/payments"
            assert ask("POST", payments, {"cents": 499})[::2] == (200, voucher | {"cents": 1})
            assert ask("POST", payments, {"cents": 2})[0] == 409
            assert ask("GET", f"/vouchers/{code}")[::2] == (200, voucher | {"cents": 1})
            assert ask("POST", payments, {"cents": 1})[::2] == (200, voucher | {"cents": 0})

    def test_what_is_not_possible(self, tmp_path):
        with program(tmp_path / "desk.db", "2025-06-01") as ask:
            for order in [{"cents": 0}, {"cents": -5}, {"cents": 2.5}, {"note": "no cents"}, {}]:
                assert ask("POST", "/vouchers", order)[0] == 400
            assert ask("GET", f"/vouchers/{NOBODY}")[0] == 404
            assert ask("POST", f"/vouchers/{NOBODY}/payments", {"cents": 5})[0] == 404
            status, _, voucher = ask("POST", "/vouchers", {"cents": 1})
            assert (status, voucher["cents"], voucher["note"]) == (201, 1, "")

    def test_other_days(self, tmp_path):
        database = tmp_path / "desk.db"
        with program(database, "2025-12-31") as ask:
            _, _, voucher = ask("POST", "/vouchers", {"cents": 500, "note": "Zoë"})
            path = f"/vouchers/{voucher['code']}"
            assert ask("POST", f"{path}/payments", {"cents": 100})[0] == 200
        with closing(Store(database)) as store:
            assert store.payments(voucher["code"]) == [100]
        with program(database, "2028-12-31") as ask:
            assert ask("GET", path)[::2] == (200, voucher | {"cents": 400})
            assert ask("POST", f"{path}/payments", {"cents": 100})[0] == 200
        with program(database, "2029-01-01") as ask:
            assert ask("POST", f"{path}/payments", {"cents": 100})[0] == 409
            assert ask("GET", path)[2]["cents"] == 300
