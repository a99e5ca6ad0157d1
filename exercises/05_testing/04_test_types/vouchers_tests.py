"""Tests of the voucher desk at three levels: mark each with unit, integration or e2e."""

import pytest


@pytest.mark.unit
def test_a_check_digit() -> None:
    """The digits of a code fit together."""
    raise NotImplementedError("claim what vouchers.domain promises, without disk and network")


@pytest.mark.integration
def test_a_voucher_in_a_file() -> None:
    """A voucher is there when its file is opened again."""
    raise NotImplementedError("claim what a Store on a real file promises")


@pytest.mark.e2e
def test_the_desk_sells_a_voucher() -> None:
    """The program sells a voucher over HTTP."""
    raise NotImplementedError("start the program, speak HTTP with it, stop it")
