"""Vouchers as objects of a plain class."""

from datetime import date


class Refused(Exception):
    """The voucher cannot be redeemed like this."""


class Voucher:
    def __init__(self, code: str, cents: int, expires: date, note: str = "") -> None:
        self.code = code
        self.cents = cents
        self.expires = expires
        self.note = note

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if isinstance(other, Voucher) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.code)

    def __repr__(self) -> str:
        return f"Voucher{(*vars(self).values(),)}"


def check_digit(number: int) -> int:
    total, weight = 0, 3
    while number:
        number, digit = divmod(number, 10)
        total, weight = total + weight * digit, 4 - weight
    return (10 - total % 10) % 10


def make_code(number: int) -> str:
    return "-".join((str(number).zfill(6), str(check_digit(number))))


def is_code(text: str) -> bool:
    number, _, _ = text.partition("-")
    return number.isascii() and number.isdigit() and len(number) == 6 and make_code(int(number)) == text


def last_day(issued: date) -> date:
    return issued.replace(year=issued.year + 3, month=12, day=31)


def redeem(voucher: Voucher, cents: int, day: date) -> Voucher:
    if not 0 < cents <= voucher.cents or voucher.expires < day:
        raise Refused
    return Voucher(voucher.code, voucher.cents - cents, voucher.expires, voucher.note)
