"""Asks each field for its item, tells prices by their last mark, and walks as a generator."""

import codecs
import contextlib
import csv
import json
import re
import time
import urllib.parse
import urllib.robotparser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TextIO

import bs4
import requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing for sale."""

    title: str | None = None
    url: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on one page."""

    items: tuple[Item, ...] = ()
    next: str | None = None


def read_page(markup: str, url: str) -> Page:
    """Return the items of a page, and where the next page is."""
    soup = bs4.BeautifulSoup(markup, "html.parser")
    base = soup.find("base", href=True)
    here = urllib.parse.urljoin(url, base["href"]) if base else url
    found: dict[int, dict[str, list]] = {}
    following = None
    for tag in soup.find_all(True):
        classes = tag.get("class", [])
        if tag.name in ("a", "link") and tag.get("href") and "next" in tag.get("rel", []):
            following = following or _full(here, tag)
        if tag.find_parent(["del", "s"]):
            continue
        owner = tag.find_parent(class_="item")
        if owner is not None:
            for kind in {"title", "price", "link", "tag"}.intersection(classes):
                found[id(owner)][kind].append(tag)
        if "item" in classes:
            found[id(tag)] = {"title": [], "price": [], "link": [], "tag": []}
    return Page(items=tuple(_item(kinds, here) for kinds in found.values()), next=following)


def _item(kinds: dict[str, list], here: str) -> Item:
    title = _text(kinds["title"][0]) if kinds["title"] else ""
    price = parse_price(_text(kinds["price"][0])) if kinds["price"] else None
    return Item(
        title=title or None,
        url=_full(here, kinds["link"][0]) if kinds["link"] else None,
        price=price[0] if price else None,
        currency=price[1] if price else None,
        tags=tuple(filter(None, map(_text, kinds["tag"]))),
    )


def _text(tag: bs4.Tag) -> str:
    told = []
    for text in tag.find_all(string=True):
        if type(text) is bs4.NavigableString and not text.find_parent(["del", "s"]):
            told.append(text)
    return re.sub(r"\s+", " ", "".join(told)).strip()


def _full(here: str, tag: bs4.Tag) -> str | None:
    href = tag.get("href")
    address = urllib.parse.urljoin(here, href.strip()).partition("#")[0] if href is not None else ""
    return address if address.lower().startswith(("http://", "https://")) else None


def parse_price(text: str) -> tuple[Decimal, str | None] | None:
    """Return the amount and the currency of the first price in a text; None if there is none."""
    found = re.search(r"\d+(?:[.,'\u2019\s]\d{3}(?!\d)|[.,]\d{1,2}(?!\d))*", text)
    if found is None:
        return None
    number = found[0]
    last = re.search(r"[.,](\d{1,2})$", number)
    if last:
        number = number[: last.start()]
    amount = Decimal(re.sub(r"\D", "", number) + "." + (last[1] if last else "00"))
    for code, signs in {"EUR": ("€", "EUR"), "USD": ("$", "USD"), "GBP": ("£", "GBP")}.items():
        if any(sign in text for sign in signs):
            return amount, code
    return amount, None


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return the text of a page."""
    if body.startswith(codecs.BOM_UTF8):
        return body.decode("utf-8-sig", "replace")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    header = re.search(r"""charset\s*=\s*["']?([^"';]+)""", content_type or "", re.IGNORECASE)
    named = [(label, "replace") for label in [*(header.groups() if header else ()), *_declared(body)]]
    for label, errors in [*named, ("utf-8", "strict")]:
        old = label.strip().lower().replace("_", "-") in (
            "iso-8859-1",
            "latin1",
            "latin-1",
            "us-ascii",
            "ascii",
        )
        with contextlib.suppress(LookupError, ValueError):
            return str(body, "windows-1252" if old else label.strip(), errors)
    return str(body, "windows-1252", "replace")


def _declared(body: bytes) -> Iterator[str]:
    for meta in bs4.BeautifulSoup(body[:1024], "html.parser", from_encoding="latin-1").find_all("meta"):
        words = meta.get("charset") or ""
        if (meta.get("http-equiv") or "").lower() == "content-type":
            words = words or (meta.get("content") or "").lower().partition("charset=")[2]
        if words:
            yield words
            return


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
    """Return the items of a page and of all pages that follow."""
    not_before = clock()
    rules = urllib.robotparser.RobotFileParser()
    pause = delay

    def get(url: str) -> requests.Response:
        nonlocal not_before
        while (left := not_before - clock()) > 0:
            sleep(left)
        not_before = clock() + pause
        return session.get(url, headers={"User-Agent": user_agent}, timeout=60)

    def pages() -> Iterator[Page]:
        url = start.partition("#")[0]
        seen = []
        while rules.can_fetch(user_agent, url) and url not in seen and len(seen) < max_pages:
            seen.append(url)
            answer = get(url)
            if answer.status_code != 200:
                return
            page = read_page(decode_page(answer.content, answer.headers.get("content-type")), answer.url)
            yield page
            if page.next is None or urllib.parse.urljoin(page.next, "/") != urllib.parse.urljoin(start, "/"):
                return
            url = page.next

    answer = get(urllib.parse.urljoin(start, "/robots.txt"))
    if answer.status_code >= 500:
        return []
    rules.parse(answer.text.splitlines() if answer.status_code == 200 else [])
    wished = rules.crawl_delay(user_agent)
    if wished and float(wished) > delay:
        pause = float(wished)
        not_before += pause - delay
    found = (item for page in pages() for item in page.items)
    return list({item.url or object(): item for item in _first_ones(found)}.values())


def _first_ones(items: Iterable[Item]) -> Iterator[Item]:
    seen = set()
    for item in items:
        if item.url not in seen:
            yield item
        seen |= {item.url} - {None}


def write_csv(items: Iterable[Item], file: TextIO) -> None:
    """Write items as CSV, with a head line."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["title", "url", "price", "currency", "tags"])
    for item in items:
        price = "" if item.price is None else item.price.quantize(Decimal("0.01"))
        writer.writerow([item.title, item.url, price, item.currency, "|".join(item.tags)])


def write_json(items: Iterable[Item], file: TextIO) -> None:
    """Write items as a JSON list of objects."""
    file.write("[")
    for number, item in enumerate(items):
        told = asdict(item)
        if item.price is not None:
            told["price"] = str(item.price.quantize(Decimal("0.01")))
        file.write(("," if number else "") + json.dumps(told))
    file.write("]")
