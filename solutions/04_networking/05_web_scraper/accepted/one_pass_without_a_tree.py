"""Reads pages in one pass, with the parser of the standard library and a stack in place of a tree."""

import codecs
import csv
import html.parser
import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TextIO
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
AMOUNT = r"\d{1,3}(?:([.,'’\s])\d{3}(?:\1\d{3})*)?(?!\d)(?:[.,]\d\d?(?!\d))?|\d+(?:[.,]\d\d?(?!\d))?"  # noqa: RUF001


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


@dataclass
class _Raw:
    """An item whose fields are lists of pieces of text."""

    title: list[list[str]] = field(default_factory=list)
    price: list[list[str]] = field(default_factory=list)
    tag: list[list[str]] = field(default_factory=list)
    link: list[str | None] = field(default_factory=list)


@dataclass
class _Open:
    """An element that has begun and not ended."""

    name: str
    item: _Raw | None
    texts: list[list[str]]
    hidden: bool


class _Reader(html.parser.HTMLParser):
    """Collects items, the next link, base and meta."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[_Raw] = []
        self.next: str | None = None
        self.base: str | None = None
        self.charset: str | None = None
        self._stack = [_Open("", None, [], False)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in reversed(attrs)}
        around = self._stack[-1]
        hidden = around.hidden or tag in ("del", "s", "script", "style")
        element = _Open(tag, around.item, list(around.texts), hidden)
        if not hidden:
            self._note(tag, told)
            self._enter(element, told)
        if tag not in VOID:
            self._stack.append(element)

    def _note(self, tag: str, told: dict[str, str]) -> None:
        if tag == "base" and self.base is None:
            self.base = told.get("href")
        if tag in ("a", "link") and "href" in told and "next" in told.get("rel", "").lower().split():
            self.next = self.next or told["href"]
        if tag == "meta" and self.charset is None:
            if told.get("http-equiv", "").lower() == "content-type":
                self.charset = _charset(told.get("content", ""))
            self.charset = told.get("charset", self.charset)

    def _enter(self, element: _Open, told: dict[str, str]) -> None:
        classes = told.get("class", "").split()
        owner = element.item
        for kind in ("title", "price", "tag"):
            if owner is not None and kind in classes:
                text: list[str] = []
                getattr(owner, kind).append(text)
                element.texts.append(text)
        if owner is not None and "link" in classes:
            owner.link.append(told.get("href"))
        if "item" in classes:
            element.item = _Raw()
            element.texts = []
            self.items.append(element.item)

    def handle_endtag(self, tag: str) -> None:
        if any(element.name == tag for element in self._stack[1:]):
            while self._stack.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._stack[-1].hidden:
            for text in self._stack[-1].texts:
                text.append(data)


def _read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


def read_page(markup: str, url: str) -> Page:
    """Return the items of a page, and where the next page is."""
    reader = _read(markup)
    here = urljoin(url, (reader.base or "").strip())
    items = []
    for raw in reader.items:
        amount, currency = (parse_price("".join(raw.price[0])) if raw.price else None) or (None, None)
        items.append(
            Item(
                title=_tidy(raw.title[0]) or None if raw.title else None,
                url=_full(here, raw.link[0]) if raw.link else None,
                price=amount,
                currency=currency,
                tags=tuple(tag for pieces in raw.tag if (tag := _tidy(pieces))),
            )
        )
    return Page(items=tuple(items), next=_full(here, reader.next))


def _tidy(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _full(here: str, href: str | None) -> str | None:
    address = urldefrag(urljoin(here, href.strip())).url if href is not None else ""
    return address if urlsplit(address).scheme in ("http", "https") else None


def parse_price(text: str) -> tuple[Decimal, str | None] | None:
    """Return the amount and the currency of the first price in a text; None if there is none."""
    found = re.search(AMOUNT, text)
    if found is None:
        return None
    whole, mark, cents = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", found[0]).groups()  # type: ignore[union-attr]
    amount = Decimal("".join(filter(str.isdigit, whole))) + (Decimal(cents) / 10 ** len(cents) if mark else 0)
    signs = re.search("(€|EUR)|([$]|USD)|(£|GBP)", text)
    return amount, ("EUR", "USD", "GBP")[signs.lastindex - 1] if signs else None  # type: ignore[operator]


def decode_page(body: bytes, content_type: str | None) -> str:
    """Return the text of a page."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    for name in (_charset(content_type or ""), _read(body[:1024].decode("ascii", "replace")).charset):
        try:
            known = codecs.lookup((name or "").strip().strip("\"'")).name
            return body.decode("windows-1252" if known in ("ascii", "iso8859-1") else known, "replace")
        except (LookupError, ValueError):
            continue
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("windows-1252", "replace")


def _charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value
    return None


class _Rules:
    """What a robots.txt allows one reader."""

    def __init__(self, text: str, name: str) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        names: list[str] = []
        begun = False
        for line in text.splitlines():
            key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
            if key.lower() == "user-agent":
                names = names if not begun else []
                begun = False
                names.append(value.lower())
                groups.setdefault(value.lower(), [])
            elif key:
                begun = True
                for one in names:
                    groups[one].append((key.lower(), value))
        self._rules = groups.get(name.lower(), groups.get("*", []))

    def allow(self, url: str) -> bool:
        path = urlsplit(url).path or "/"
        fitting = [(len(to), kind) for kind, to in self._rules if to and path.startswith(to)]
        fitting = [one for one in fitting if one[1] in ("allow", "disallow")]
        return not fitting or max(fitting, key=lambda one: (one[0], one[1] == "allow"))[1] == "allow"

    @property
    def delay(self) -> float:
        return max([float(value) for kind, value in self._rules if kind == "crawl-delay"], default=0)


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
    begun = clock()
    answer = session.get(urljoin(start, "/robots.txt"), headers={"User-Agent": user_agent})
    text = answer.text if answer.status_code == 200 else ""
    text = "User-agent: *\nDisallow: /" if answer.status_code >= 500 else text
    rules = _Rules(text, user_agent.partition("/")[0])
    queue, found, seen = [urldefrag(start).url], {}, set()
    while queue and len(seen) < max_pages:
        url = queue.pop()
        if url in seen or not rules.allow(url) or urlsplit(url)[:2] != urlsplit(start)[:2]:
            break
        seen.add(url)
        sleep(max(0, begun + max(delay, rules.delay) - clock()))
        begun = clock()
        answer = session.get(url, headers={"User-Agent": user_agent})
        if answer.status_code != 200:
            break
        page = read_page(decode_page(answer.content, answer.headers.get("Content-Type")), answer.url)
        for item in page.items:
            found.setdefault(item.url or object(), item)
        queue += [page.next] if page.next else []
    return list(found.values())


def _cells(item: Item) -> list[str | None]:
    price = None if item.price is None else format(item.price, ".2f")
    return [item.title, item.url, price, item.currency]


def write_csv(items: Iterable[Item], file: TextIO) -> None:
    """Write items as CSV, with a head line."""
    rows = csv.writer(file)
    rows.writerow(one.name for one in fields(Item))
    rows.writerows([*_cells(item), "|".join(item.tags)] for item in items)


def write_json(items: Iterable[Item], file: TextIO) -> None:
    """Write items as a JSON list of objects."""
    names = [one.name for one in fields(Item)]
    json.dump([dict(zip(names, [*_cells(item), item.tags], strict=True)) for item in items], file)
