"""Remembers the page before and no other: a circle of three pages is walked again and again.

Loses: 5
"""

import codecs
import csv
import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from email.message import Message
from typing import TextIO
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import requests
from bs4 import BeautifulSoup, Tag

PRICE = re.compile(
    r"""
    (?<! [\d.,] )
    (?: (?P<grouped> \d{1,3} (?P<mark> [.,'\u2019\ \u00a0\u202f] ) \d{3} (?: (?P=mark) \d{3} )* )
        (?: (?! (?P=mark) ) [.,] (?P<cents> \d{1,2} ) )?
      | (?P<plain> \d+ ) (?: [.,] (?P<plain_cents> \d{1,2} ) )?
    )
    (?! [.,]? \d )
    """,
    re.VERBOSE | re.ASCII,
)
"""Groups of three digits with one and the same mark between them, or digits; then one or two decimals."""

CURRENCIES = {"€": "EUR", "EUR": "EUR", "$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP"}

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META_AREA = 1024
"""Bytes at the beginning of a page in which its ``<meta>`` is looked for."""

FIELDS = ("title", "url", "price", "currency", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing for sale."""

    title: str | None = None
    url: str | None = None
    """The full address, without a fragment."""
    price: Decimal | None = None
    currency: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on one page."""

    items: tuple[Item, ...] = ()
    next: str | None = None
    """The full address of the next page, without a fragment."""


def read_page(markup: str, url: str) -> Page:
    """Return the items of a page, and where the next page is.

    Args:
        markup: the text of the page.
        url: the address of the page.

    """
    soup = BeautifulSoup(markup, "html.parser")
    for crossed_out in soup.select("del, s"):
        crossed_out.extract()
    base = soup.select_one("base[href]")
    if base is not None:
        url = urljoin(url, str(base["href"]).strip())
    link = soup.select_one('a[rel~="next"][href], link[rel~="next"][href]')
    items = [_read_item(element, url) for element in soup.select(".item")]
    return Page(items=tuple(items), next=_address(link, url))


def _read_item(element: Tag, base: str) -> Item:
    def own(selector: str) -> list[Tag]:
        """Return the matches that belong to this item, and not to one that began inside of it."""
        return [found for found in element.select(selector) if found.find_parent(class_="item") is element]

    [title, *_] = [_text(found) for found in own(".title")] or [None]
    [price, *_] = [parse_price(found.get_text()) for found in own(".price")] or [None]
    [link, *_] = own(".link") or [None]
    amount, currency = price or (None, None)
    tags = [tag for found in own(".tag") if (tag := _text(found))]
    return Item(title=title, url=_address(link, base), price=amount, currency=currency, tags=tuple(tags))


def _text(element: Tag) -> str | None:
    """Return the text of an element with single spaces, or ``None`` if there is none."""
    return " ".join(element.get_text().split()) or None


def _address(link: Tag | None, base: str) -> str | None:
    """Return the full address of a link, or ``None`` if it is none of the web."""
    if link is None or not link.has_attr("href"):
        return None
    try:
        address = urldefrag(urljoin(base, str(link["href"]).strip())).url
    except ValueError:  # such as http://[
        return None
    return address if urlsplit(address).scheme in ("http", "https") else None


def parse_price(text: str) -> tuple[Decimal, str | None] | None:
    """Return the amount and the currency of the first price in a text; None if there is none."""
    found = PRICE.search(text)
    if found is None:
        return None
    whole = re.sub(r"\D", "", found["grouped"] or found["plain"])
    cents = found["cents"] or found["plain_cents"] or "0"
    currency = next((code for sign, code in CURRENCIES.items() if sign in text), None)
    return Decimal(f"{whole}.{cents}"), currency


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return the text of a page.

    Args:
        body: the bytes that came.
        content_type: the header of this name, if there was one.

    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for label in (_charset(content_type), _meta_charset(body)):
        text = _decode_as(label, body) if label else None
        if text is not None:
            return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("windows-1252", "replace")


def _charset(content_type: str | None) -> str | None:
    """Return the charset in a content type, in quotes or not."""
    header = Message()
    header["Content-Type"] = content_type or ""
    return header.get_content_charset()


def _meta_charset(body: bytes) -> str | None:
    """Return the charset that the page itself declares."""
    head = BeautifulSoup(body[:META_AREA].decode("latin-1"), "html.parser")
    for meta in head.select("meta"):
        if meta.has_attr("charset"):
            return str(meta["charset"])
        if str(meta.get("http-equiv", "")).lower() == "content-type":
            return _charset(str(meta.get("content", "")))
    return None


def _decode_as(label: str, body: bytes) -> str | None:
    """Decode by a charset as it is meant on the web; ``None`` if it means no encoding of texts."""
    try:
        name = codecs.lookup(label.strip()).name
        return body.decode("windows-1252" if name in ("iso8859-1", "ascii") else name, "replace")
    except (LookupError, ValueError):
        return None


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
    visitor = _Visitor(session, user_agent, delay, clock, sleep)
    robots = visitor.robots(start)
    items: list[Item] = []
    known: set[str] = set()
    previous: str | None = None
    url: str | None = urldefrag(start).url
    pages = 0
    while url and url != previous and pages < max_pages and robots.can_fetch(user_agent, url):
        previous, pages = url, pages + 1
        response = visitor.get(url)
        if response.status_code != requests.codes.ok:
            break
        markup = decode_page(response.content, response.headers.get("Content-Type"))
        page = read_page(markup, response.url)
        for item in page.items:
            if item.url is None or item.url not in known:
                items.append(item)
            if item.url is not None:
                known.add(item.url)
        url = page.next if page.next and urlsplit(page.next).netloc == urlsplit(start).netloc else None
    return items


class _Visitor:
    """Makes requests, not too many at a time."""

    def __init__(
        self,
        session: requests.Session,
        user_agent: str,
        delay: float,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._session = session
        self._user_agent = user_agent
        self._delay = delay
        self._clock = clock
        self._sleep = sleep
        self._began: float | None = None

    def get(self, url: str) -> requests.Response:
        """Wait until it is time, then make one request."""
        if self._began is not None:
            wait = self._began + self._delay - self._clock()
            if wait > 0:
                self._sleep(wait)
        self._began = self._clock()
        return self._session.get(url, headers={"User-Agent": self._user_agent}, timeout=30)

    def robots(self, url: str) -> RobotFileParser:
        """Ask what is allowed on the host of ``url``, and slow down if the host asks for it."""
        robots = RobotFileParser()
        response = self.get(urljoin(url, "/robots.txt"))
        if response.status_code >= 500:
            robots.disallow_all = True
        elif response.status_code >= 400:
            robots.allow_all = True
        else:
            robots.parse(decode_page(response.content, "text/plain; charset=utf-8").splitlines())
        self._delay = max(self._delay, float(robots.crawl_delay(self._user_agent) or 0))
        return robots


def write_csv(items: Iterable[Item], file: TextIO) -> None:
    """Write items as CSV, with a head line."""
    writer = csv.DictWriter(file, FIELDS)
    writer.writeheader()
    for item in items:
        writer.writerow(_plain(item) | {"tags": "|".join(item.tags)})


def write_json(items: Iterable[Item], file: TextIO) -> None:
    """Write items as a JSON list of objects."""
    json.dump([_plain(item) for item in items], file, ensure_ascii=False, indent=2)


def _plain(item: Item) -> dict[str, str | list[str] | None]:
    """Return the fields of an item; the price is a text, since JSON's numbers are read as floats."""
    return {
        "title": item.title,
        "url": item.url,
        "price": None if item.price is None else f"{item.price:.2f}",
        "currency": item.currency,
        "tags": list(item.tags),
    }
