"""Tests of the voucher desk: many small ones, some on a real file, few on the running program."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

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
    with _desk(tmp_path / "desk.db") as address:
        assert _ask(f"{address}/vouchers/{sold['code']}")[2]["cents"] == 300
