"""Three tests of the desk, one at each level. The predictions of task 5 are about them."""

import json
import subprocess
import sys
from datetime import date
from urllib.request import Request, urlopen

import pytest
from vouchers.domain import Refused, Voucher, is_code, make_code, redeem
from vouchers.store import Store


@pytest.mark.unit
def test_codes_and_payments():
    assert make_code(1234) == "001234-8"
    assert is_code("001234-8")
    assert not is_code("001243-8")
    voucher = Voucher("001234-8", 500, date(2030, 12, 31), "for you")
    assert redeem(voucher, 200, date(2030, 12, 31)).cents == 300
    with pytest.raises(Refused):
        redeem(voucher, 200, date(2031, 1, 1))


@pytest.mark.integration
def test_vouchers_outlive_the_store(tmp_path):
    first = Store(tmp_path / "desk.db")
    code = first.issue(500, date(2027, 4, 5), "for you").code
    other = first.issue(900, date(2027, 4, 5)).code
    first.redeem(code, 200, date(2028, 4, 5))
    late = first.issue(100, date(2028, 4, 6)).code
    first.close()
    second = Store(tmp_path / "desk.db")
    assert second.get(code) == Voucher(code, 300, date(2030, 12, 31), "for you")
    assert (second.get(other).cents, second.get(late).cents) == (900, 100)
    assert second.payments(code) == [200]
    second.close()


@pytest.mark.e2e
def test_the_program(tmp_path):
    command = [sys.executable, "-S", "-m", "vouchers", str(tmp_path / "desk.db"), "2027-04-05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            address = program.stdout.readline().split()[-1]
            body = json.dumps({"cents": 500, "note": "für Zoë"}).encode()
            with urlopen(Request(f"{address}/vouchers", body), timeout=10) as answer:
                assert json.load(answer)["note"] == "für Zoë"
        finally:
            program.terminate()
