"""A scraper for the pages of second-hand shops."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

import requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing for sale (given; leave it as it is)."""

    title: str | None = None
    url: str | None = None
    """The full address, without a fragment."""
    price: Decimal | None = None
    currency: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on one page (given; leave it as it is)."""

    items: tuple[Item, ...] = ()
    next: str | None = None
    """The full address of the next page, without a fragment."""


def read_page(markup: str, url: str) -> Page:
    """Return the items of a page, and where the next page is.

    Args:
        markup: the text of the page.
        url: the address of the page.

    """
    raise NotImplementedError("find the items and their fields, and make their links complete")


def parse_price(text: str) -> tuple[Decimal, str | None] | None:
    """Return the amount and the currency of the first price in a text; None if there is none."""
    raise NotImplementedError("find the number, and tell groups of thousands from decimals")


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return the text of a page.

    Args:
        body: the bytes that came.
        content_type: the header of this name, if there was one.

    """
    raise NotImplementedError("find out the encoding, and decode without ever failing")


def scrape(
    start: str,
    *,
    session: requests.Session,
    user_agent: str = "katabot/1.0",
    delay: float = 1.0,
    max_pages: int = 100,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> list[Item]:
    """Return the items of a page and of all pages that follow.

    Args:
        start: the address of the first page.
        session: makes the requests.
        user_agent: how the scraper names itself.
        delay: seconds from the beginning of one request to that of the next, at least.
        max_pages: how many pages are requested at most.
        clock: the present time, in seconds.
        sleep: waits for a number of seconds.

    """
    raise NotImplementedError("ask robots.txt, then walk from page to page, slowly")


def write_csv(items: Iterable[Item], file: TextIO) -> None:
    """Write items as CSV, with a head line."""
    raise NotImplementedError("write a line for each item")


def write_json(items: Iterable[Item], file: TextIO) -> None:
    """Write items as a JSON list of objects."""
    raise NotImplementedError("write an object for each item")
