"""What a voucher is, and what may be done with it: no clock, no database, no network."""

import re
from datetime import date
from typing import NamedTuple


class Refused(Exception):
    """The voucher cannot be redeemed like this."""


class Voucher(NamedTuple):
    """What is left on a voucher, in cents, and its last day."""

    code: str
    cents: int
    expires: date
    note: str = ""


def check_digit(number: int) -> int:
    """Return the digit that completes a number: it finds a mistyped one."""
    digits = [int(digit) for digit in reversed(str(number))]
    weighted = sum(digit * (3, 1)[place % 2] for place, digit in enumerate(digits))
    return -weighted % 10


def make_code(number: int) -> str:
    """Return the code of the voucher with this number."""
    return f"{number:06d}-{check_digit(number)}"


def is_code(text: str) -> bool:
    """Tell whether a text is the code of some voucher."""
    return bool(re.fullmatch("[0-9]{6}-[0-9]", text)) and text == make_code(int(text[:6]))


def last_day(issued: date) -> date:
    """Return the day on which a voucher can be redeemed for the last time."""
    return date(issued.year + 3, 12, 31)


def redeem(voucher: Voucher, cents: int, day: date) -> Voucher:
    """Return the voucher after a payment, or raise ``Refused``."""
    if cents < 1:
        raise Refused("the amount has to be positive")
    if day > voucher.expires:
        raise Refused("the voucher has expired")
    if cents > voucher.cents:
        raise Refused("there is not enough on the voucher")
    return voucher._replace(cents=voucher.cents - cents)
