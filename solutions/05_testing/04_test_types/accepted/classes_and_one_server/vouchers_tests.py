"""Classes with marks, a program for all end-to-end tests, and one more that is started twice."""
# ruff: noqa: PT009, PT027 - the first class is written with unittest

import http.client
import json
import subprocess
import sys
import unittest
from datetime import date, timedelta

import pytest
from vouchers import domain
from vouchers.domain import Refused, Voucher
from vouchers.store import Store

SOLD, END = date(2030, 2, 28), date(2033, 12, 31)
NOTE = "Übergrößen & more"


@pytest.mark.unit
class TestDomain(unittest.TestCase):
    def test_digits(self):
        for number in range(1, 200):
            ones, tens, hundreds = number % 10, number // 10 % 10, number // 100
            digit = domain.check_digit(number)
            self.assertIn(digit, range(10))
            self.assertEqual((3 * ones + tens + 3 * hundreds + digit) % 10, 0)
            self.assertEqual(domain.make_code(number), f"{number:06}-{digit}")

    def test_exactly_one_digit_makes_a_code(self):
        for number in (7, 45_678, 999_999):
            made = [text for text in (f"{number:06}-{digit}" for digit in range(11)) if domain.is_code(text)]
            self.assertEqual(made, [domain.make_code(number)])
            short = f"{number}-{domain.check_digit(number)}"
            self.assertEqual(domain.is_code(short), number > 99_999)

    def test_last_day(self):
        self.assertEqual(domain.last_day(SOLD), END)

    def test_payments(self):
        before = Voucher("000007-9", 20, END, NOTE)
        for cents in range(-1, 23):
            for day in (END, END + timedelta(1)):
                if 1 <= cents <= 20 and day == END:
                    self.assertEqual(
                        domain.redeem(before, cents, day), Voucher(before.code, 20 - cents, END, NOTE)
                    )
                else:
                    self.assertRaises(Refused, domain.redeem, before, cents, day)


@pytest.mark.integration
class TestStore:
    @pytest.fixture(autouse=True)
    def _database(self, tmp_path):
        self.path = str(tmp_path / "vouchers.sqlite")
        self.store = Store(self.path)
        yield
        self.store.close()

    def again(self):
        self.store.close()
        self.store = Store(self.path)
        return self.store

    def test_a_day_at_thedesk(self):
        assert self.store.outstanding(END) == 0
        first, second = (self.store.issue(cents, SOLD, NOTE) for cents in (1000, 2000))
        assert first.code != second.code
        assert self.again().get(first.code) == first == Voucher(first.code, 1000, END, NOTE)
        assert self.store.redeem(first.code, 1, END).cents == 999
        self.again()
        with pytest.raises(Refused):
            self.store.redeem(first.code, 1000, END)
        assert self.store.payments(first.code) == [1]
        assert self.store.get(first.code).cents == 999
        assert self.store.get(second.code).cents == 2000
        assert self.store.outstanding(END) == 2999
        assert self.store.outstanding(END + timedelta(1)) == 0


class Desk:
    def __init__(self, database):
        command = [sys.executable, "-m", "vouchers", str(database), SOLD.isoformat()]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.port = int(self.process.stdout.readline().rpartition(b":")[2])

    def request(self, method, path, content=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, None if content is None else json.dumps(content))
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read())
        finally:
            connection.close()

    def stop(self):
        self.process.terminate()
        self.process.communicate()
        return self.process.returncode


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk") / "db")
    yield desk
    desk.stop()


@pytest.mark.e2e
class TestProgram:
    def test_sale(self, desk):
        status, headers, sold = desk.request("POST", "/vouchers", {"cents": 70, "note": NOTE})
        assert status == 201
        assert headers["Location"] == f"http://127.0.0.1:{desk.port}/vouchers/{sold['code']}"
        assert sold == {"code": sold["code"], "cents": 70, "expires": END.isoformat(), "note": NOTE}

    def test_refusal(self, desk):
        code = desk.request("POST", "/vouchers", {"cents": 70})[2]["code"]
        assert desk.request("POST", f"/vouchers/{code}/payments", {"cents": 71})[0] == 409

    def test_unknown(self, desk):
        assert desk.request("GET", "/vouchers/000000-1")[0] == 404

    def test_nonsense(self, desk):
        assert desk.request("POST", "/vouchers", {"cents": -1})[0] == 400

    def test_restart(self, tmp_path):
        first = Desk(tmp_path / "db")
        code = first.request("POST", "/vouchers", {"cents": 70})[2]["code"]
        assert first.stop() == 0
        second = Desk(tmp_path / "db")
        answer = second.request("GET", f"/vouchers/{code}")
        second.stop()
        assert answer[0] == 200
