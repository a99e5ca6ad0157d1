"""Tests that call."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from vouchers.domain import check_digit, is_code, last_day, make_code
from vouchers.store import Store

DAY = date(2031, 5, 6)


@pytest.mark.unit
def test_codes() -> None:
    make_code(42)
    check_digit(42)
    is_code("000042-0")
    last_day(DAY)


@pytest.mark.integration
def test_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.db")
    store.issue(500, DAY)
    store.outstanding(DAY)
    store.close()


@pytest.mark.e2e
def test_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vouchers", str(tmp_path / "desk.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        program.terminate()
