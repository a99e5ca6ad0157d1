"""The suite of "A web scraper": markup and bytes as values, walks on a real server with the suite's clock."""

import contextlib
import csv
import io
import json
import urllib.parse
from decimal import Decimal

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from web_scraper import Item, Page, decode_page, parse_price, read_page, scrape, write_csv, write_json

HERE = "http://shop.example/radios/list.html"
FIELDS = ("title", "url", "price", "currency", "tags")
NOTHING = (None, None, None, None, ())
SCRAPE = "scrape(start, session=session, …)"


def fields(check, item, call):
    """Return the fields of an item, which has to be one."""
    check.that(type(item) is Item, f"{call}: an item", "an Item", item)
    return tuple(getattr(item, name) for name in FIELDS)


def read(check, markup, url=HERE):
    """Return the fields of the items on a page, and the address of the next one."""
    call = f"read_page({markup!r}, {url!r})"
    page = read_page(markup, url)
    check.that(type(page) is Page, call, "a Page", page)
    check.that(type(page.items) is tuple, f"{call}.items", "a tuple", page.items)
    return [fields(check, item, call) for item in page.items], page.next


def reads_as(check, markup, *expected, url=HERE):
    """Require that a page has these items, given by their fields from the left."""
    full = [(*item, *NOTHING[len(item) :]) for item in expected]
    check.equal(full, read(check, markup, url)[0], f"read_page({markup!r}, {url!r}): the fields of the items")


# --- 1. The items of a page -------------------------------------------------------------------------------


@pytest.mark.task(1)
def test_all_fields_are_read(check):
    """Every field of every item is read, in the order of the page."""
    markup = """
    <!doctype html><html><head><title>Radios</title></head><body>
    <article class="item" id="a">
      <h2 class="title"><a class="link" href="http://shop.example/r/1">Grundig Satellit</a></h2>
      <p>Now <span class="price">€ 249</span></p>
      <ul><li class="tag">short wave</li><li class="tag">1968</li></ul>
    </article>
    <p class="title">not for sale</p>
    <div class="sale item big"><span class="price">12 GBP</span><h3 class="title">Roberts</h3>
      <a class="link" href="https://shop.example/r/2">more</a></div>
    </body></html>"""
    tags = ("short wave", "1968")
    reads_as(
        check,
        markup,
        ("Grundig Satellit", "http://shop.example/r/1", Decimal(249), "EUR", tags),
        ("Roberts", "https://shop.example/r/2", Decimal(12), "GBP"),
    )


@pytest.mark.task(1)
def test_missing_fields_are_none(check):
    """A field that is missing or empty is None, and the item is kept."""
    reads_as(check, "<p>nothing for sale</p>")
    reads_as(check, "")
    reads_as(check, '<div class="item"></div><div class="item">a radio</div>', (), ())
    reads_as(
        check,
        '<div class="item"><b class="title"> \n </b><i class="price">on request</i><a class="link">x</a>'
        '<i class="tag"></i><i class="tag"> new </i></div>'
        '<div class="item"><b class="title">Braun</b></div><div class="item"><i class="price">$5</i></div>',
        (None, None, None, None, ("new",)),
        ("Braun",),
        (None, None, Decimal(5), "USD"),
    )


@pytest.mark.task(1)
def test_texts_are_made_tidy(check):
    """Titles and tags have single spaces, no tags inside, and real characters instead of entities."""
    markup = """<div class="item"><h2 class="title">
        <em>Philips</em>   <b>D<sub>29</sub></b>35&nbsp;&amp; case <!-- with <b>dents</b> -->
        &lt;1970&gt; caf&eacute; R&D</h2>
      <i class="tag"> very
      rare </i></div>"""
    reads_as(check, markup, ("Philips D2935 & case <1970> café R&D", None, None, None, ("very rare",)))


@pytest.mark.task(1)
def test_the_first_of_several_counts(check):
    """Of several titles, prices and links, the first counts."""
    markup = """<div class="item"><b class="title">One</b><b class="title">Two</b>
      <a href="http://x.example/no">none of ours</a><a class="link" href="http://x.example/1">1</a>
      <a class="link" href="http://x.example/2">2</a>
      <i class="price">1 €</i><i class="price">$2</i></div>"""
    reads_as(check, markup, ("One", "http://x.example/1", Decimal(1), "EUR"))


@pytest.mark.task(1)
def test_what_is_crossed_out_does_not_count(check):
    """Text in <del> and <s> does not count."""
    markup = """<div class="item"><b class="title"><s>Old</s> New</b>
      <i class="price"><del>20 €</del> 15 €</i></div>
      <div class="item"><s><i class="price">$9</i></s> <i class="price"><s>£8</s> $7</i>
      <i class="tag"><s>x</s></i></div>"""
    reads_as(check, markup, ("New", None, Decimal(15), "EUR"), (None, None, Decimal(7), "USD"))


@pytest.mark.task(1)
def test_items_without_end_tags(check):
    """Where the end tags of items are missing, none takes a field from the next one."""
    markup = """<ul>
      <li class="item"><b class="title">One</b>
      <li class="item"><i class="price">2 €</i><a class="link" href="http://x.example/2">2</a>
      <i class="tag">two</i>
      <li class="item"><b class="title">Three</b><i class="price">3 €</i><i class="tag">3</i>
      <i class="tag">x</i>
    </ul>"""
    reads_as(
        check,
        markup,
        ("One",),
        (None, "http://x.example/2", Decimal(2), "EUR", ("two",)),
        ("Three", None, Decimal(3), "EUR", ("3", "x")),
    )


@pytest.mark.task(1)
def test_markup_as_people_write_it(check):
    """Any order and quotes of attributes, capital letters, stray end tags and bare ampersands are read."""
    markup = """</div>Our radios & more<br>
      <DIV id=x CLASS=item data-price='1 €'><A title="a > b" href='http://x.example/r?a=1&b=2' class=link>
      <SPAN class='big title'>Saba
      </SPAN></A></p></b><i data-class="title" class = "price">7 EUR</i></DIV></span>
      <section class='item'
        ><b class="title" title='class="price">1 €<'>Loewe</b></section>"""
    reads_as(check, markup, ("Saba", "http://x.example/r?a=1&b=2", Decimal(7), "EUR"), ("Loewe",))


@pytest.mark.task(1)
def test_what_only_looks_like_an_item(check):
    """Comments, scripts and classes with longer names hold no items and no fields."""
    item = '<div class="item"><b class="title">Fake</b></div>'
    markup = f"""<!-- {item} --><script>const template = '{item}'</script>
      <div class="items item-list"><div id="item">{item.replace('"item"', '"my-item"')}</div></div>
      <div class="item"><!-- <b class="title">Fake</b> --><b class="subtitle">no</b><b class="title">Real</b>
      <script>"<i class='price'>1 €</i>"</script></div>"""
    reads_as(check, markup, ("Real",))


# --- 2. Prices --------------------------------------------------------------------------------------------


def is_price(check, text, amount, currency=None):
    check.returns((Decimal(amount), currency), lambda: parse_price(text), f"parse_price({text!r})")


@pytest.mark.task(2)
def test_plain_prices(check):
    """Digits, with one or two decimals after a point or a comma, are a price."""
    for text, amount in (
        ("5", "5"),
        ("0.99", "0.99"),
        ("12,5", "12.5"),
        ("1299,00", "1299"),
        ("1299.95", "1299.95"),
        ("007", "7"),
        ("123456789,01", "123456789.01"),
    ):
        is_price(check, text, amount)


@pytest.mark.task(2)
def test_groups_of_digits(check):
    """Marks between groups of three are no decimal marks, and the last mark may be one."""
    for text, amount in (
        ("1,299.00", "1299"),
        ("1.299,00", "1299"),
        ("1,299", "1299"),
        ("1.299", "1299"),
        ("12.345,6", "12345.6"),
        ("1'299.50", "1299.5"),
        ("1’299,50", "1299.5"),  # noqa: RUF001 - the mark in Swiss shops
        ("1 299,00", "1299"),
        ("1\u00a0299", "1299"),
        ("1\u202f299\u202f000,00", "1299000"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
    ):
        is_price(check, text, amount)


@pytest.mark.task(2)
def test_currencies(check):
    """The currency is found before and after the number, as a sign and as a code."""
    for text, amount, currency in (
        ("12,00 €", "12", "EUR"),
        ("€12", "12", "EUR"),
        ("EUR 1.299,00", "1299", "EUR"),
        ("1,299.00 USD", "1299", "USD"),
        ("$0.50", "0.5", "USD"),
        ("£ 3", "3", "GBP"),
        ("3.10 GBP", "3.1", "GBP"),
        ("12,00 kr", "12", None),
    ):
        is_price(check, text, amount, currency)


@pytest.mark.task(2)
def test_the_words_around_a_price(check):
    """The first number in a text is the price; what follows it does not matter."""
    for text, amount, currency in (
        ("  Price:\n 12,00 € ", "12", "EUR"),
        ("only 5,00 € (19 % VAT)", "5", "EUR"),
        ("from $1,000, or 12 months", "1000", "USD"),
        ("It is 7.", "7", None),
        ("7, to be exact", "7", None),
    ):
        is_price(check, text, amount, currency)
    for text in ("", "   ", "on request", "€", "sold, sorry.", "-,-- EUR"):
        check.returns(None, lambda text=text: parse_price(text), f"parse_price({text!r})")


@pytest.mark.task(2)
@settings(max_examples=60)
@given(
    number=st.integers(0, 10**12),
    cents=st.none() | st.integers(0, 99),
    marks=st.sampled_from([",.", ".,", "'.", "',", " ,", "\u00a0,", "\u202f.", "\u2019."]),
)
def test_every_amount_is_exact(check, number, cents, marks):
    """Any amount, written with groups and cents, is read exactly."""
    text = f"{number:,}".replace(",", marks[0]) + ("" if cents is None else f"{marks[1]}{cents:02}")
    is_price(check, f"{text} €", Decimal(number) + Decimal(cents or 0) / 100, "EUR")


# --- 3. Links ---------------------------------------------------------------------------------------------


@pytest.mark.task(3)
def test_links_are_made_complete(check):
    """A link is joined with the address of its page."""
    for href, expected in (
        ("7.html", "http://shop.example/radios/7.html"),
        ("../7.html", "http://shop.example/7.html"),
        ("/7", "http://shop.example/7"),
        ("?id=7&amp;x=1", "http://shop.example/radios/list.html?id=7&x=1"),
        ("//other.example/7", "http://other.example/7"),
        ("https://other.example/7?a=b", "https://other.example/7?a=b"),
        (" 7.html\n", "http://shop.example/radios/7.html"),
        ("7.html#photos", "http://shop.example/radios/7.html"),
        ("mailto:shop@shop.example", None),
        ("javascript:order(7)", None),
        ("HTTP://shop.example/7", "http://shop.example/7"),
    ):
        markup = (
            f'<p class="item"><a class="link" href="{href}">x</a></p><a rel="next" href="{href}">next</a>'
        )
        items, following = read(check, markup)
        urls = [item[1] for item in items]
        call = f"read_page({markup!r}, {HERE!r}): the url of the item, and next"
        check.equal(([expected], expected), (urls, following), call)


@pytest.mark.task(3)
def test_base_changes_where_links_begin(check):
    """Links are relative to the href of the first base that has one, which may be relative itself."""
    link = '<p class="item"><a class="link" href="7.html">x</a></p><a rel=next href="?page=2">next</a>'
    for base, url, following in (
        (
            '<base href="http://cdn.example/a/">',
            "http://cdn.example/a/7.html",
            "http://cdn.example/a/?page=2",
        ),
        ('<base href="../tv/">', "http://shop.example/tv/7.html", "http://shop.example/tv/?page=2"),
        (
            "<base target=_blank><base href=/x/y><base href=/z/>",
            "http://shop.example/x/7.html",
            "http://shop.example/x/y?page=2",
        ),
    ):
        items, found = read(check, f"<head>{base}</head>{link}")
        call = f"read_page({base + link!r}, {HERE!r}): the url of the item, and next"
        check.equal(([url], following), ([item[1] for item in items], found), call)


@pytest.mark.task(3)
def test_the_next_page(check):
    """The first a or link whose rel holds the word next leads to the next page."""
    for markup, expected in (
        ('<a href="/2">next</a>', None),
        ('<a rel="next">no href</a>', None),
        ('<a rel="prev" href="/0"></a><a rel="nextish" href="/1"></a><a rel="next" href="/2">2</a>', "/2"),
        ('<a href="/3" rel="nofollow next noopener">3</a><a rel="next" href="/4">4</a>', "/3"),
        ("<head><link href=/5 rel=next></head><a rel=next href=/6>6</a>", "/5"),
        ("<!-- <a rel=next href=/7>7</a> --><A REL='next' HREF='/8'>8</A>", "/8"),
    ):
        full = expected and f"http://shop.example{expected}"
        check.equal(full, read(check, markup)[1], f"read_page({markup!r}, {HERE!r}).next")


# --- 4. Encodings -----------------------------------------------------------------------------------------


def decodes(check, expected, body, content_type):
    check.returns(
        expected, lambda: decode_page(body, content_type), f"decode_page({body!r}, {content_type!r})"
    )


@pytest.mark.task(4)
def test_the_header_names_the_charset(check):
    """The charset in the header decides, in any case and in quotes or not."""
    for text, content_type, encoding in (
        ("Škoda", "text/html; charset=iso-8859-2", "iso-8859-2"),
        ("радио", "text/html;charset=WINDOWS-1251", "windows-1251"),
        ("ラジオ", 'text/html; charset="Shift_JIS"', "shift_jis"),
        ("café 5 €", "Text/HTML; Charset=UTF8; x=y", "utf-8"),
    ):
        decodes(check, text, text.encode(encoding), content_type)


@pytest.mark.task(4)
def test_the_page_names_the_charset(check):
    """If the header is silent, the meta element of the page decides; otherwise it does not."""
    for meta, encoding in (
        ("<meta charset='koi8-r'>", "koi8-r"),
        ("<META CHARSET=KOI8-R >", "koi8-r"),
        ('<meta name=a content="charset=utf-8"><meta charset="koi8-r"/>', "koi8-r"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ("<meta content='text/html;charset=KOI8-R' http-equiv=content-type>", "koi8-r"),
        ("<!-- <meta charset=utf-8> --><meta charset=koi8-r>", "koi8-r"),
    ):
        text = f"<html><head>{meta}</head>радио"
        for content_type in ("text/html", None, "text/html; charset="):
            decodes(check, text, text.encode(encoding), content_type)
    text = "<meta charset=koi8-r>радио"
    decodes(check, text, text.encode("windows-1251"), "text/html; charset=windows-1251")
    text = f"{'<meta charset=koi8-r>':>1024}радио"  # the last byte of the element is the 1024th
    decodes(check, text, text.encode("koi8-r"), None)


@pytest.mark.task(4)
def test_a_byte_order_mark_decides(check):
    """A byte order mark counts more than header and page, and is not part of the text."""
    text = "<meta charset=koi8-r>5 €"
    for encoding, mark in (
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ):
        for content_type in (None, "text/html; charset=iso-8859-1"):
            decodes(check, text, mark + text.encode(encoding), content_type)


@pytest.mark.task(4)
def test_nobody_names_a_charset(check):
    """Without any word about it, a page is UTF-8 if it can be, and windows-1252 if not."""
    for text in ("café 5 €", "<p>write charset=koi8-r</p> “radio” ü", "plain", ""):
        for content_type in (None, "text/html"):
            decodes(check, text, text.encode("utf-8"), content_type)
            decodes(check, text, text.encode("windows-1252"), content_type)
    text = "x" * 2_000 + "<meta charset=koi8-r>ü"
    decodes(check, text, text.encode("utf-8"), "text/html")


@pytest.mark.task(4)
def test_old_names_mean_windows_1252(check):
    """ISO-8859-1 and ASCII mean windows-1252, wherever they stand."""
    for label in ("iso-8859-1", "ISO-8859-1", "latin1", "us-ascii"):
        text = "5 € “ü”"
        decodes(check, text, text.encode("windows-1252"), f"text/html; charset={label}")
        text = f"<meta charset={label}>5 €"
        decodes(check, text, text.encode("windows-1252"), None)


@pytest.mark.task(4)
def test_names_that_mean_nothing(check):
    """A charset that is unknown, or that is none, does not apply."""
    for label in ("utf-9", "base64", "rot13", "none", "x y", "utf-8\0"):
        text = "<meta charset=koi8-r>радио"
        decodes(check, text, text.encode("koi8-r"), f'text/html; charset="{label}"')
        text = f'<meta charset="{label}">5 €'
        decodes(check, text, text.encode("utf-8"), "text/html")
        decodes(check, text, text.encode("windows-1252"), None)


@pytest.mark.task(4)
def test_wrong_bytes_do_not_cost_the_page(check):
    """Bytes that are wrong in their encoding become U+FFFD, and the rest is read."""
    decodes(check, "caf\ufffd 5 €", b"caf\xe9 5 \xe2\x82\xac", "text/html; charset=utf-8")
    decodes(check, "5 €\ufffd.", b"5 \x80\x81.", "text/html; charset=windows-1252")
    decodes(check, "a\ufffd", b"\xef\xbb\xbfa\xff", None)


# --- 5. Page after page -----------------------------------------------------------------------------------


class Clock:
    """A clock that moves when somebody sleeps, or when the server takes its time."""

    def __init__(self):
        self.now = 1_000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += max(0, seconds)


class Shop:
    """Pages on the loopback server; the path of a page is what a test names it."""

    def __init__(self, check, server):
        self.check = check
        self.server = server
        self.clock = Clock()
        self.arrivals = []

    def add(self, path, body="", *, takes=0, status=200, headers=None):
        """Answer ``path``; the answer takes some seconds of the suite's clock."""

        def handler(request):
            self.arrivals.append(self.clock.now)
            self.clock.now += takes
            content = body(request) if callable(body) else body
            content = content.encode() if isinstance(content, str) else content
            told = {"Content-Type": "text/html; charset=utf-8"} | (headers or {})
            return self.server.response(status=status, body=content, headers=told)

        return self.server.add(path, handler)

    def page(self, path, *names, following=None, **options):
        """Answer ``path`` with items of these names, and a link to the next page, in full."""
        following = following and urllib.parse.urljoin(self.server.url(), following)
        return self.add(path, listing(*names, following=following), **options)

    def scrape(self, start, **options):
        """Call the hand-in; return the titles of the items."""
        with requests.Session() as session:
            session.trust_env = False
            options = {"clock": self.clock, "sleep": self.clock.sleep} | options
            items = scrape(start, session=session, **options)
        self.check.that(type(items) is list, SCRAPE, "a list", items)
        return [fields(self.check, item, SCRAPE)[0] for item in items]

    @property
    def asked(self):
        """What was requested, in order, but for the rules."""
        return [path for path in self.asked_with_rules if path != "/robots.txt"]

    @property
    def asked_with_rules(self):
        return [f"{one.path}?{one.query}" if one.query else one.path for one in self.server.requests]


def listing(*names, following=None):
    items = "".join(
        f'<p class="item"><a class="link" href="/item/{name}"><b class="title">{name}</b></a></p>'
        for name in names
    )
    return items + (f'<a rel="next" href="{following}">next</a>' if following else "")


@pytest.fixture
def shop(check, http_server):
    return Shop(check, http_server)


@pytest.mark.task(5)
def test_pages_are_read_one_after_the_other(shop, check):
    """Items of all pages are returned in their order."""
    start = shop.add("/radios/", listing("a", "b", following="page2.html"))
    shop.add("/radios/page2.html", listing(following="/last?page=3&amp;all=1"))
    shop.add("/last", listing("c"))
    check.equal(["a", "b", "c"], shop.scrape(start), f"{SCRAPE} on three pages: the titles")
    check.equal(["/radios/", "/radios/page2.html", "/last?page=3&all=1"], shop.asked, "the pages requested")


@pytest.mark.task(5)
def test_a_circle_has_an_end(shop, check):
    """No page is requested twice, whatever next says."""
    for name, way in (
        ("a", {"/a": "/a"}),
        ("b", {"/b": "/b?page=2", "/b?page=2": "/b?page=3", "/b?page=3": "/b"}),
        ("c", {"/c": "/c?page=2", "/c?page=2": "/c?page=3", "/c?page=3": "?page=2#items"}),
        ("d", {"/d": "#top"}),
        ("e", {"/e": shop.server.url("/e")}),
    ):
        before = len(shop.asked)

        def page(request, way=way, before=before):
            path = f"{request.path}?{request.query}" if request.query else request.path
            endless = len(shop.asked) - before > 6
            return listing("x", following=None if endless else way.get(path))

        shop.scrape(shop.add(f"/{name}", page))
        seen = shop.asked[before:]
        check.equal(list(way), seen, f"{SCRAPE} on pages whose next are {way}: the pages requested")


@pytest.mark.task(5)
def test_no_more_than_max_pages(shop, check):
    """At most max_pages pages are requested, even if there is always another one."""

    def page(request):
        number = int(request.query or 0)
        return listing(f"item {number}", following=f"?{number + 1}" if number < 12 else None)

    start = shop.add("/endless", page)
    for most in (1, 3):
        before = len(shop.asked)
        titles = shop.scrape(start, max_pages=most)
        call = f"scrape(start, session=session, max_pages={most}, …)"
        check.equal(most, len(shop.asked) - before, f"{call}: the number of pages requested")
        check.equal([f"item {number}" for number in range(most)], titles, f"{call}: the titles")


@pytest.mark.task(5)
def test_an_item_is_returned_once(shop, check):
    """Items with one address are one, on one page and on several; those without address all stay."""
    item = '<p class="item"><a class="link" href="{}"><b class="title">{}</b></a></p>'
    bare = '<p class="item"><b class="title">bare</b></p>'
    first = item.format("/i/1", "one") + item.format("/i/2", "two") + item.format("i/1", "one again") + bare
    second = (
        item.format("/i/3", "three")
        + item.format("i/2#x", "two again")
        + bare
        + item.format("/i/2?x", "four")
    )
    start = shop.add("/", first + '<a rel="next" href="/2">2</a>')
    shop.add("/2", second)
    expected = ["one", "two", "bare", "three", "bare", "four"]
    check.equal(expected, shop.scrape(start), f"{SCRAPE} on pages with repetitions: the titles")


@pytest.mark.task(5)
def test_the_walk_stays_on_its_host(shop, check):
    """A next page on another host or port is not requested."""
    port = urllib.parse.urlsplit(shop.server.url()).port
    for other in (f"http://localhost:{port}/2", "http://127.0.0.1:9/2"):
        start = shop.page("/1", "a", following=other)
        shop.page("/2", "b")
        before = len(shop.asked)
        with contextlib.suppress(requests.ConnectionError):  # who goes to port 9 is told by the next check
            check.equal(["a"], shop.scrape(start), f"{SCRAPE}, next leading to {other}: the titles")
            check.equal(
                ["/1"], shop.asked[before:], f"{SCRAPE}, next leading to {other}: the pages requested"
            )
            continue
        check.that(False, f"{SCRAPE}, next leading to {other}", "no request there", "a request to that port")


@pytest.mark.task(5)
def test_a_page_that_fails_ends_the_walk(shop, check):
    """An answer other than 200 ends the walk, and what was found is returned."""
    for status in (404, 410, 500, 503):
        start = shop.page("/1", "a", following="/2")
        shop.page("/2", "an error", following="/3", status=status)
        shop.page("/3", "c")
        before = len(shop.asked)
        call = f"{SCRAPE}, the second page answered with {status}"
        check.equal(["a"], shop.scrape(start), f"{call}: the titles")
        check.equal(["/1", "/2"], shop.asked[before:], f"{call}: the pages requested")
    check.equal([], shop.scrape(shop.server.url("/none")), f"{SCRAPE} where there is no page: the titles")


@pytest.mark.task(5)
def test_links_after_a_redirect(shop, check):
    """After a redirect, links are relative to where the page was found."""
    start = shop.add("/go", status=302, headers={"Location": "/shop/list"})
    shop.add("/shop/list", listing("a", following="list2"))
    shop.add("/shop/list2", listing("b"))
    check.equal(["a", "b"], shop.scrape(start), f"{SCRAPE}, start redirected: the titles")


@pytest.mark.task(5)
def test_pages_are_decoded(shop, check):
    """Pages are decoded by decode_page and not by what the header leaves out."""
    title = '<p class="item"><b class="title">“5 €”</b></p>'
    for content_type, body in (
        ("text/html", title.encode()),
        ("text/html", title.encode("windows-1252")),
        ("text/html", f"<meta charset=utf-8>{title}".encode()),
        ("text/html; charset=iso-8859-1", title.encode("windows-1252")),
    ):
        start = shop.add("/", body, headers={"Content-Type": content_type})
        check.equal(["“5 €”"], shop.scrape(start), f"{SCRAPE}, {content_type}, {body!r}: the titles")


# --- 6. Good manners --------------------------------------------------------------------------------------


@pytest.mark.task(6)
def test_forbidden_pages_are_not_requested(shop, check):
    """The rules for our name are obeyed; without any, those for everybody are."""
    start = shop.page("/a", "a", following="/b")
    shop.page("/b", "b", following="/private/c")
    shop.page("/private/c", "c")
    for rules, agent, seen in (
        ("User-agent: *\nDisallow: /private/", "katabot/1.0", "ab"),
        ("User-agent: *\nDisallow:", "katabot/1.0", "abc"),
        ("User-agent: *\nDisallow: /", "katabot/1.0", ""),
        ("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /b", "katabot/1.0", "a"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: katabot\nDisallow: /private", "katabot/1.0", "ab"),
        (
            "User-agent: KataBot\nDisallow: /b\n\nUser-agent: *\nDisallow:",
            "katabot/2 (+http://x.example)",
            "a",
        ),
        ("User-agent: other\nUser-agent: katabot\nDisallow: /b # not yet", "katabot", "a"),
        ("User-agent: reader\nDisallow: /", "katabot/1.0", "abc"),
        ("User-agent: reader\nDisallow: /", "reader/3", ""),
    ):
        shop.add("/robots.txt", rules, headers={"Content-Type": "text/plain"})
        before = len(shop.asked_with_rules)
        titles = shop.scrape(start, user_agent=agent)
        call = f"scrape(start, session=session, user_agent={agent!r}, …) with robots.txt {rules!r}"
        check.equal(list(seen), titles, f"{call}: the titles")
        paths = {"a": "/a", "b": "/b", "c": "/private/c"}
        expected = ["/robots.txt", *(paths[name] for name in seen)]
        check.equal(expected, shop.asked_with_rules[before:], f"{call}: the requests")


@pytest.mark.task(6)
def test_there_are_no_rules(shop, check):
    """If there is no robots.txt, all is allowed; if the server cannot give it, nothing is."""
    start = shop.page("/a", "a")
    for status, expected in ((404, ["a"]), (500, []), (503, [])):
        shop.add("/robots.txt", "User-agent: *\nDisallow: /nothing", status=status)
        before = len(shop.asked)
        call = f"{SCRAPE}, robots.txt answered with {status}"
        check.equal(expected, shop.scrape(start), f"{call}: the titles")
        check.equal(len(expected), len(shop.asked) - before, f"{call}: the number of pages requested")


@pytest.mark.task(6)
def test_the_scraper_gives_its_name(shop, check):
    """Every request names the scraper, the one for robots.txt too."""
    start = shop.page("/a", "a", following="/b")
    shop.page("/b", "b")
    for agent in ("katabot/1.0", "radio-reader/2.0 (+http://reader.example)"):
        before = len(shop.server.requests)
        shop.scrape(start, user_agent=agent)
        names = [request.headers.get("user-agent") for request in shop.server.requests[before:]]
        call = f"scrape(start, session=session, user_agent={agent!r}, …): the User-Agent of the requests"
        check.equal([agent] * 3, names, call)


@pytest.mark.task(6)
def test_requests_keep_their_distance(shop, check):
    """From one request to the next there is the delay, less what has passed already, and no more."""
    for delay, rules, distance in (
        (2.0, "", [2.0, 2.0, 5.5, 2.0]),
        (0.5, "", [0.5, 1.25, 5.5, 0.5]),
        (0.0, "", [0.25, 1.25, 5.5, 0.0]),
        (2.0, "User-agent: *\nCrawl-delay: 7", [7.0, 7.0, 7.0, 7.0]),
        (2.0, "User-agent: *\nCrawl-delay: 1", [2.0, 2.0, 5.5, 2.0]),
        (1.0, "User-agent: *\nCrawl-delay: 9\n\nUser-agent: katabot\nCrawl-delay: 3", [3.0, 3.0, 5.5, 3.0]),
    ):
        shop.add("/robots.txt", rules, takes=0.25)
        start = shop.page("/1", following="/2", takes=1.25)
        shop.page("/2", following="/3", takes=5.5)
        shop.page("/3", following="/4")
        shop.page("/4")
        shop.arrivals.clear()
        shop.scrape(start, delay=delay)
        call = f"scrape(start, session=session, delay={delay}, …) with robots.txt {rules!r}"
        got = [round(later - one, 6) for one, later in zip(shop.arrivals, shop.arrivals[1:], strict=False)]
        check.equal(distance, got, f"{call}: the seconds between the requests")
        backwards = [seconds for seconds in shop.clock.slept if seconds < 0]
        check.equal([], backwards, f"{call}: what sleep was called with, as far as it is below 0")


@pytest.mark.task(6)
def test_no_needless_waiting(shop, check):
    """Nobody waits before the first request or after the last."""
    shop.add("/robots.txt", status=404)
    start = shop.page("/1", "a", following="/2")
    shop.page("/2", "b")
    before = shop.clock.now
    shop.scrape(start, delay=4.0)
    call = "scrape(start, session=session, delay=4.0, …) on two pages"
    waited = [seconds for seconds in shop.clock.slept if seconds != 0]
    check.equal(before, (shop.arrivals or [None])[0], f"{call}: the time of the first request")
    check.equal(8.0, sum(waited), f"{call}, three requests: the seconds asked for in sleep, together")


# --- 7. Export --------------------------------------------------------------------------------------------

ITEMS = (
    Item(
        title="Saba",
        url="http://shop.example/1",
        price=Decimal("1299"),
        currency="EUR",
        tags=("old", "short wave"),
    ),
    Item(title='He said "new", and\nlied; =1+1', price=Decimal("0.5")),
    Item(title="ラジオ 🎙", url="http://shop.example/?a=1,2", tags=("x",)),
    Item(),
)
PLAIN = (
    ("Saba", "http://shop.example/1", "1299.00", "EUR", ("old", "short wave")),
    ('He said "new", and\nlied; =1+1', None, "0.50", None, ()),
    ("ラジオ 🎙", "http://shop.example/?a=1,2", None, None, ("x",)),
    NOTHING,
)


def written(check, write, items):
    """Return what a function writes; the file has to be open afterwards."""
    file = io.StringIO(newline="")
    write(items, file)
    check.that(not file.closed, f"{write.__name__}(items, file): the file", "still open", "closed")
    return file.getvalue()


def rows(text):
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]


@pytest.mark.task(7)
def test_csv(check):
    """CSV has a head line and a line for each item; missing fields are empty, tags joined by |."""
    expected = [FIELDS]
    expected += [(*(one or "" for one in item[:4]), "|".join(item[4])) for item in PLAIN]
    for items in (list(ITEMS), iter(ITEMS)):
        text = written(check, write_csv, items)
        check.equal(expected, rows(text), f"write_csv(items, file), reading {text!r}: the rows")
    check.equal([FIELDS], rows(written(check, write_csv, [])), "write_csv([], file): the rows")


@pytest.mark.task(7)
def test_json(check):
    """JSON has an object for each item; missing fields are null, prices are texts, tags lists."""
    expected = [dict(zip(FIELDS, (*item[:4], list(item[4])), strict=True)) for item in PLAIN]
    for items, whole in ((list(ITEMS), expected), (iter(ITEMS), expected), ([], [])):
        text = written(check, write_json, items)
        call = f"write_json(items, file), reading {text!r}"
        check.returns(whole, lambda text=text: json.loads(text), call)


@pytest.mark.task(7)
@settings(max_examples=40)
@given(
    title=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    cents=st.integers(0, 10**15),
)
def test_nothing_is_lost(check, title, cents):
    """Any title and any price come back from both formats as they were."""
    price = Decimal(cents).scaleb(-2)
    item = Item(title=title, price=price)
    told = f"[Item(title={title!r}, price={price!r})]"
    text = written(check, write_csv, [item])
    expected = [FIELDS, (title or "", "", f"{cents // 100}.{cents % 100:02}", "", "")]
    check.returns(expected, lambda: rows(text), f"write_csv({told}, file), reading {text!r}")
    text = written(check, write_json, [item])
    expected = [(title, f"{cents // 100}.{cents % 100:02}")]
    call = f"write_json({told}, file), reading {text!r}: title and price"
    check.returns(expected, lambda: [(one["title"], one["price"]) for one in json.loads(text)], call)
