"""The suite of "A web site under attack": exploits and honest visitors, all through HTTP.

Each case has the application in a process of its own, with a database and a folder of its own. A ``Browser``
knows no field by name but those of the README: it reads the pages, and sends the forms that it finds there.
"""

import base64
import collections
import contextlib
import functools
import hashlib
import html.parser
import http.client
import http.cookies
import re
import sqlite3
import types
import urllib.parse

import pytest

VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
OUR_FIELDS = {"text", "website", "id", "name", "password", "next", "file"}
"""The fields of the README; any other field of a form is the learner's, such as the token."""

MARKUP = (
    "<script>alert(1)</script> <ScRiPt src=//evil.example></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)><svg/onload=alert(1)>",
    '" onfocus="alert(1) "><b onmouseover=\'alert(1)\'>x</b>',
    "' onfocus='alert(1) '><i class=entry>x</i></textarea></title>",
    "&lt;b&gt; &amp; &#39; {{ 7 * 7 }} {% raw %}",
)
HONEST = (
    "2<3 and a < b && c > d",
    "O'Brien's \"<3\" & left",
    "日本語, עברית, e\u0301, 🌹",
    "AT&amp;T, &eacute; and &lt;tags&gt; in letters",
    'roses < 3\n<b>tulips</b>\n<br> & "phlox"',
    "long " + "<'\"&> " * 3_000 + "end",
)
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/a?b=/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    " //evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
)
HERE = (
    "/search?q=a%20b%26c&order=name",
    "/search?q=https://example.com//x",
    "/?back=//example.com",
    "/files#list",
)


@pytest.fixture
def club(check, sites, tmp_path):
    return Club(check, sites, tmp_path, "a secret of the suite")


class Club:
    """One site with its members, served when it is asked first."""

    def __init__(self, check, sites, home, secret):
        self.check = check
        self.home = home
        self.folder = home / "files"
        self.database = home / "club.sqlite"
        self._serve = lambda: sites.serve(
            "web_security", database=str(self.database), folder=str(self.folder), secret_key=secret
        )
        self.folder.mkdir(parents=True)
        self._sql("CREATE TABLE members (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL)")

    @functools.cached_property
    def site(self):
        return self._serve()

    def _sql(self, statement, values=()):
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement, values)

    def enrol(self, name):
        """Enter a member; the password is made of the name."""
        self._sql("INSERT INTO members VALUES (?, ?)", [name, password_hash(f"password of {name}")])

    def visitor(self):
        return Browser(self.check, urllib.parse.urlsplit(self.site.url).netloc)

    def member(self, name, *, new=True):
        """Return the browser of a member who has signed in, and has looked at no page since."""
        if new:
            self.enrol(name)
        browser = self.visitor()
        browser.sign_in(name).done()
        return browser

    def outside(self):
        """Return what lies outside of the folder for files, without the database."""
        paths = [path for path in self.home.rglob("*") if path.is_file() and "club.sqlite" not in path.name]
        return {str(path.relative_to(self.home)): path.read_bytes() for path in paths if not self.has(path)}

    def has(self, path):
        return path.is_relative_to(self.folder)


def password_hash(password):
    """Return what ``generate_password_hash`` makes with one round, which is quick."""
    return "pbkdf2:sha256:1$salt$" + hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1).hex()


FORM = "application/x-www-form-urlencoded"


def multipart(data, files):
    """Return the content type and the body of a form with files, as browsers make them."""
    parts = [(f'name="{name}"', value.encode()) for name, value in data.items()]
    parts += [(f'name="{name}"; filename="{file}"', content) for name, (file, content) in files.items()]
    body = b"".join(
        b"--limit\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), content)
        for head, content in parts
    )
    return "multipart/form-data; boundary=limit", body + b"--limit--\r\n"


class Browser:
    """A browser: keeps cookies as if the site were reached by HTTPS, and sends the forms of pages."""

    def __init__(self, check, host):
        self.check = check
        self.host = host
        self.cookies = {}
        self.received = []

    def ask(self, method, path, data=None, files=None):
        call = f"{method} {path}" + (f" with {(data or {}) | (files or {})}" if data or files else "")
        headers, body = {}, None
        if method == "POST":
            kind, body = multipart(data, files) if files else (FORM, urllib.parse.urlencode(data).encode())
            headers["Content-Type"] = kind
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with contextlib.closing(http.client.HTTPConnection(self.host, timeout=10)) as connection:
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                answer = Answer(self.check, call, response.status, response.headers, response.read())
            except (OSError, http.client.HTTPException) as error:
                self.check.that(False, call, "an answer", f"none: {error!r}")
        for header in answer.headers.get_all("Set-Cookie") or ():
            self._receive(header)
        return answer

    def _receive(self, header):
        with contextlib.suppress(http.cookies.CookieError):
            for name, morsel in http.cookies.SimpleCookie(header).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"]:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value
                    self.received.append(morsel)

    def open(self, path):
        """Load a page."""
        answer = self.ask("GET", path)
        self.check.equal(200, answer.status, f"{answer.call}: the status")
        return answer.page

    def send(self, form, files=None, **fields):
        """Send a form with these fields filled in."""
        return self.ask("POST", form.action, form.fields | fields, files)

    def fill_in(self, path, action, files=None, **fields):
        """Load a page and send its form for ``action``."""
        return self.send(self.open(path).form(action), files, **fields)

    def sign_in(self, name, password=None, path="/login", **fields):
        password = password or f"password of {name}"
        return self.fill_in(path, "/login", name=name, password=password, **fields)

    def write(self, text, website=""):
        return self.fill_in("/", "/entries", text=text, website=website)

    def upload(self, name, content):
        return self.fill_in("/files", "/upload", {"file": (name, content)})

    @property
    def signed_in(self):
        """The name of the member, as the guest book shows it."""
        return self.open("/").text_of("member")

    @property
    def entries(self):
        """(name, text) of the entries in the guest book."""
        return [(entry.name, entry.text) for entry in self.open("/").entries]


class Answer:
    """One answer to a browser."""

    def __init__(self, check, call, status, headers, body):
        self.check = check
        self.call = call
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def page(self):
        kind = self.headers.get("Content-Type", "missing").partition(";")[0]
        self.check.equal("text/html", kind, f"{self.call}: the content type")
        return Page(self.check, self.call, self.body.decode(errors="replace"))

    def done(self):
        """Require that it was carried out; return the address to go on with."""
        right = self.status in (302, 303)
        self.check.that(right, f"{self.call}: the status", "302 or 303", self.status)
        return self.headers.get("Location", "missing")

    @property
    def is_refused(self):
        return 400 <= self.status <= 499

    def refused(self):
        self.check.that(self.is_refused, f"{self.call}: the status", "one from 400 to 499", self.status)


class Element:
    def __init__(self, tag, attributes):
        self.tag = tag
        self.attributes = attributes
        self.children = []

    def everything(self):
        """Yield the elements below this one."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.everything()

    def classed(self, name):
        return [one for one in self.everything() if name in (one.attributes.get("class") or "").split()]

    @property
    def text(self):
        """What the element shows; ``<br>`` and line ends count as one line break."""
        if self.tag == "br":
            return "\n"
        told = "".join(child if isinstance(child, str) else child.text for child in self.children)
        return "\n".join(line.strip() for line in re.split(r"\s*\n\s*", told.strip()))

    def text_of(self, name):
        """Return the text of the first element of a class, or None."""
        found = self.classed(name)
        return found[0].text if found else None


class Page(html.parser.HTMLParser):
    """The elements of a page."""

    def __init__(self, check, call, source):
        super().__init__()
        self.check = check
        self.call = call
        self._open = [Element("", {})]
        self.root = self._open[0]
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(reversed(attrs)))  # of two attributes, browsers take the first
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag in [element.tag for element in self._open[1:]]:
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data):
        self._open[-1].children.append(data)

    def form(self, action, **fields):
        """Return the form that is sent to ``action`` and has ``fields``."""
        for element in self.root.everything():
            form = read_form(element)
            if form and form.action == action and fields.items() <= form.fields.items():
                return form
        return self.check.that(False, self.call, f"a page with a form: POST {action} {fields or ''}", "none")

    @property
    def entries(self):
        return [read_entry(element) for element in self.root.classed("entry")]

    def text_of(self, name):
        return self.root.text_of(name)

    def links(self, name):
        """Return the address and the text of each element of a class."""
        return [(one.attributes.get("href"), one.text) for one in self.root.classed(name)]

    @property
    def skeleton(self):
        """The tags and the names of their attributes, sorted: all that may be executed."""
        return sorted(f"<{' '.join((one.tag, *sorted(one.attributes)))}>" for one in self.root.everything())

    def beyond(self, other):
        """Return the part of the skeleton that another page does not have."""
        return sorted((collections.Counter(self.skeleton) - collections.Counter(other.skeleton)).elements())


def read_form(element):
    """Return where a form is sent and with which fields, or None if it is no form to be posted."""
    if element.tag != "form" or (element.attributes.get("method") or "").lower() != "post":
        return None
    fields = {}
    for one in element.everything():
        name = one.attributes.get("name")
        if name and one.tag in ("input", "textarea") and one.attributes.get("type") != "file":
            fields[name] = one.attributes.get("value") or ""
    return types.SimpleNamespace(action=element.attributes.get("action"), fields=fields)


def read_entry(element):
    numbers = [
        one.attributes.get("value") for one in element.everything() if one.attributes.get("name") == "id"
    ]
    links = [one.attributes.get("href") for one in element.classed("website")]
    return types.SimpleNamespace(
        name=element.text_of("name"),
        text=element.text_of("text"),
        website=links[0] if links else None,
        id=numbers[0] if numbers else None,
    )


def quoted(**parameters):
    return urllib.parse.urlencode(parameters)


# --- 1. SQL injection -------------------------------------------------------------------------------------


def found(check, visitor, **parameters):
    """Search; return the texts found, or None if the request is refused."""
    answer = visitor.ask("GET", f"/search?{quoted(**parameters)}")
    if answer.is_refused:
        return None
    check.equal(200, answer.status, f"{answer.call}: the status")
    return [entry.text for entry in answer.page.entries]


@pytest.mark.task(1)
def test_any_text_can_be_written_and_found(club, check):
    """An entry may hold any text, quotes and SQL included; a search finds entries by it, and nothing else."""
    texts = [
        "O'Brien's \"rose\"",
        "it''s \\' a slash \\",
        "the union: select a date -- or drop out; /* insert */",
        "100% _ ? ?1 :name $x @y {0} %s 日本語 🌹",
        "' OR '1'='1",
        "x', ''), ('ann', 'I resign', '') --",
        "x'), ('ann', 'I resign') --",
        "' || (SELECT group_concat(password_hash) FROM members) || '",
    ]
    mallory = club.member("mallory")
    form = mallory.open("/").form("/entries")
    for text in texts:
        mallory.send(form, text=text).done()
    expected = [("mallory", text) for text in reversed(texts)]
    check.equal(expected, mallory.entries, "GET /: name and text of the entries")
    for q in [*texts[:5], "'", "--", "\\", "%", "no such text"]:
        expected = [text for text in texts if q in text]
        check.equal(expected, found(check, mallory, q=q), f"GET /search?{quoted(q=q)}: the texts found")
    leak = "(SELECT group_concat(password_hash) FROM members)"
    attacks = ["zz' OR '1'='1", "zz') OR ('1'='1", "zz') OR 1=1 --", "zz' OR 1=1 --"]
    attacks += [
        f"zz{end} UNION SELECT {', '.join([leak] * columns)} --"
        for end in ("'", "')")
        for columns in (3, 4, 5)
    ]
    for q in attacks:
        check.equal([], found(check, mallory, q=q), f"GET /search?{quoted(q=q)}: the texts found")


@pytest.mark.task(1)
def test_the_order_of_a_search(club, check):
    """A search is ordered by id, name or text; any other order counts as id or is refused."""
    for name, text in (("olga", "pear"), ("ann", "quince"), ("mia", "apple")):
        club.member(name).write(text).done()
    visitor = club.visitor()
    by_id = ["pear", "quince", "apple"]
    for order, expected in (
        ("id", by_id),
        ("name", ["quince", "apple", "pear"]),
        ("text", ["apple", "pear", "quince"]),
    ):
        call = f"GET /search?order={order}: the texts found"
        check.equal(expected, found(check, visitor, order=order), call)
    check.equal(by_id, found(check, visitor, q=""), "GET /search?q=: the texts found")
    for order in (
        "id DESC",
        "text --",
        "rowid * -1",
        "(CASE WHEN (SELECT count(*) FROM members) = 3 THEN -id ELSE id END)",
        "(CASE WHEN EXISTS (SELECT * FROM members WHERE name = 'ann') THEN text ELSE id END)",
        "'",
    ):
        got = found(check, visitor, order=order)
        if got is not None:
            check.equal(by_id, got, f"GET /search?{quoted(order=order)}: the texts found")


@pytest.mark.task(1)
def test_only_the_password_signs_in(club, check):
    """Nobody signs in without the password of a member, whatever is typed as name and password."""
    club.enrol("ann")
    known = password_hash("known")
    visitor = club.visitor()
    form = visitor.open("/login").form("/login")
    for name in (
        "ann",
        "ann' --",
        "ann' OR '1'='1",
        "' OR 1=1 --",
        f"' UNION SELECT '{known}' --",
        f"' UNION SELECT 'ann', '{known}' --",
        f"' UNION SELECT '{known}', 'ann' --",
    ):
        visitor.send(form, name=name, password="known").refused()
    visitor.send(form, name="ann", password="' OR '1'='1").refused()
    check.equal(None, visitor.signed_in, "who is signed in after all these forms: the member on GET /")


@pytest.mark.task(1)
def test_a_member_may_have_any_name(club, check):
    """A member whose name has quotes in it signs in, writes and deletes, and is nobody else."""
    for name in ("O'Brien", "eve \"Z\"', 'x', ''), ('ann', 'I resign', '') --"):
        member = club.member(name)
        page = member.open("/")
        check.equal(name, page.text_of("member"), f"GET /, signed in as {name!r}: the member")
        member.send(page.form("/entries"), text="hello", website="https://example.com/').O'B").done()
        page = member.open("/")
        entries = [(entry.name, entry.text, entry.website) for entry in page.entries]
        expected = [(name, "hello", "https://example.com/').O'B")]
        check.equal(expected, entries, f"GET / after POST /entries as {name!r}: the entries")
        member.send(page.form("/entries/delete")).done()
        check.equal([], member.entries, f"GET / after POST /entries/delete as {name!r}: the entries")


@pytest.mark.task(1)
def test_only_your_own_entry_is_deleted(club, check):
    """Deleting removes the entry with this id if it is yours, and never anything else."""
    ann, mallory = club.member("ann"), club.member("mallory")
    for member, text in ((ann, "one"), (mallory, "two"), (ann, "three")):
        member.write(text).done()
    before = ann.entries
    numbers = [entry.id for entry in ann.open("/").entries if entry.id]
    check.equal(2, len(numbers), "GET / as ann: the number of forms to delete an entry")
    form = mallory.open("/").form("/entries/delete")
    for number in (
        "0 OR 1=1",
        "0 OR 1=1 --",
        "0) OR (1=1",
        "0' OR '1'='1",
        numbers[0],
        numbers[1],
        "",
        "none",
    ):
        mallory.send(form, id=number).refused()
    check.equal(before, ann.entries, "GET / after all these forms: the entries")
    ann.send(ann.open("/").form("/entries/delete", id=numbers[1]), id=numbers[1]).done()
    check.equal(before[:2], ann.entries, "GET / after ann has deleted her first entry: the entries")


# --- 2. Cross-site scripting ------------------------------------------------------------------------------


@pytest.mark.task(2)
def test_an_entry_is_text(club, check):
    """The text of an entry is shown letter for letter and becomes no markup."""
    ann = club.member("ann")
    pages = [ann.open("/")]
    for text in ("honest", *MARKUP):
        ann.send(pages[-1].form("/entries"), text=text).done()
        pages.append(ann.open("/"))
        call = f"GET / after POST /entries with text={text!r}"
        check.equal([text], [entry.text for entry in pages[-1].entries][:1], f"{call}: the newest text")
        check.equal(pages[1].beyond(pages[0]), pages[-1].beyond(pages[-2]), f"{call}: the elements added")


@pytest.mark.task(2)
def test_honest_text_is_kept(club, check):
    """Angle brackets, ampersands, quotes, every script, line breaks and long texts are shown as written."""
    ann = club.member("ann")
    form = ann.open("/").form("/entries")
    for text in HONEST:
        ann.send(form, text=text).done()
    entries = ann.entries
    check.equal(len(HONEST), len(entries), "GET / after these entries: their number")
    for text, entry in zip(reversed(HONEST), entries, strict=True):
        check.equal(("ann", text), entry, f"GET / after POST /entries with text={text!r}: name and text")
    for text in HONEST[:2]:
        q = text[:9]
        page = ann.open(f"/search?{quoted(q=q)}")
        call = f"GET /search?{quoted(q=q)}: the texts found, and the query on the page"
        check.equal(([text], q), ([entry.text for entry in page.entries], page.text_of("query")), call)


@pytest.mark.task(2)
def test_a_name_is_text(club, check):
    """The name of a member becomes no markup, neither at the top of a page nor at an entry."""
    pages = []
    for name in ("honest", "<img src=x onerror=alert(1)>", "Max <b>& Söhne</b> {{ 7 * 7 }}"):
        member = club.member(name)
        member.write("hello").done()
        pages.append(member.open("/"))
        check.equal(name, pages[-1].text_of("member"), f"GET / as {name!r}: the member")
        names = [entry.name for entry in pages[-1].entries]
        check.equal([name], names, f"GET / after POST /entries as {name!r}: the names")
        member.send(pages[-1].form("/entries/delete")).done()
        check.equal(pages[0].skeleton, pages[-1].skeleton, f"GET / as {name!r}: the elements of the page")


@pytest.mark.task(2)
def test_a_website_is_a_link(club, check):
    """A website is a link to exactly this address; one that is neither http nor https is refused."""
    ann = club.member("ann")
    pages = [ann.open("/")]
    for website in (
        "https://example.com/",
        "HTTP://example.com/?a=1&b=2&lt=3#x",
        "https://example.com/O'Brien",
        'https://example.com/" onmouseover="alert(1)',
        "https://example.com/' onmouseover='alert(1)",
        "https://example.com/ onmouseover=alert(1)",
        "https://example.com/ ><script>alert(1)</script>",
    ):
        answer = ann.send(pages[-1].form("/entries"), text="see", website=website)
        pages.append(ann.open("/"))
        refused = answer.is_refused and " " in website
        allowed = [] if refused else pages[1].beyond(pages[0])
        check.equal(allowed, pages[-1].beyond(pages[-2]), f"{answer.call}: the elements added to GET /")
        if not refused:
            answer.done()
            links = [entry.website for entry in pages[-1].entries][:1]
            check.equal([website], links, f"GET / after {answer.call}: the newest link")
    ann.send(pages[-1].form("/entries"), text="nothing to see", website="").done()
    before = ann.open("/")
    links = [entry.website for entry in before.entries][:1]
    check.equal([None], links, "GET / after POST /entries with website='': the newest link")
    for website in (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//http://",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//example.com",
    ):
        ann.send(before.form("/entries"), text="see", website=website).refused()
    check.equal(len(before.entries), len(ann.entries), "GET / after these six: the number of entries")


@pytest.mark.task(2)
def test_an_address_is_text(club, check):
    """What was searched for, or is not there, is shown as text; it becomes no markup and no template."""
    visitor = club.visitor()
    honest = visitor.open("/search?q=honest").skeleton
    for q in MARKUP:
        call = f"GET /search?{quoted(q=q)}"
        page = visitor.open(f"/search?{quoted(q=q)}")
        check.equal(honest, page.skeleton, f"{call}: the elements of the page")
        check.equal(q, page.text_of("query"), f"{call}: the query on the page")
        values = [one.attributes.get("value") for one in page.root.everything() if one.tag == "input"]
        check.that(q in values, f"{call}: the value of the field q", repr(q), values)
    honest = visitor.ask("GET", "/no/where").page.skeleton
    for text in (*MARKUP, "{{ config }}{{ request.environ }}", "O'Brien < ü"):
        answer = visitor.ask("GET", urllib.parse.quote(f"/no/{text}"))
        check.equal(404, answer.status, f"{answer.call}: the status")
        check.equal(f"/no/{text}", answer.page.text_of("path"), f"{answer.call}: the path on the page")
        check.equal(honest, answer.page.skeleton, f"{answer.call}: the elements of the page")


@pytest.mark.task(2)
def test_the_login_form_is_no_script(club, check):
    """The form to sign in keeps the name that was typed, and neither it nor next becomes markup."""
    visitor = club.visitor()
    honest = visitor.open("/login?next=/honest").skeleton
    honest_again = visitor.sign_in("honest", "wrong").page.skeleton
    for text in MARKUP:
        answer = visitor.ask("GET", f"/login?{quoted(next='/' + text)}")
        if not answer.is_refused:
            check.equal(honest, answer.page.skeleton, f"{answer.call}: the elements of the page")
        page = visitor.open("/login") if answer.is_refused else answer.page
        answer = visitor.send(page.form("/login"), name=text, password="wrong")
        answer.refused()
        check.equal(honest_again, answer.page.skeleton, f"{answer.call}: the elements of the page")
        typed = answer.page.form("/login").fields.get("name")
        check.equal(text, typed, f"{answer.call}: the field name of the form")


@pytest.mark.task(2)
def test_a_file_is_no_page_of_the_site(club, check):
    """The name of a file is shown as text, and the file is a download: an uploaded page is not shown."""
    content = b"<!doctype html><script>alert(1)</script>"
    visitor, pages = club.visitor(), []
    for name in ("honest", "<img src=x onerror=alert(1)>.html", "'onclick='alert(1).svg", "a & b &lt; c.txt"):
        (club.folder / name).write_bytes(content)
        pages.append(visitor.open("/files"))
        call = f"GET /files, the folder holding {name!r}"
        check.equal([name], [text for _, text in pages[-1].links("file")], f"{call}: the names")
        check.equal(pages[0].skeleton, pages[-1].skeleton, f"{call}: the elements of the page")
        answer = visitor.ask("GET", f"/download?{quoted(name=name)}")
        check.equal((200, content), (answer.status, answer.body), f"{answer.call}: status and body")
        kind = answer.headers.get("Content-Disposition", "missing").partition(";")[0].strip().lower()
        check.equal("attachment", kind, f"{answer.call}: the header Content-Disposition begins with")
        (club.folder / name).unlink()


# --- 3. Cross-site request forgery ------------------------------------------------------------------------

PAGES = {"/entries": "/", "/entries/delete": "/", "/upload": "/files", "/logout": "/", "/login": "/login"}
"""Where the form for each action is."""


class Forger:
    """Another site, which makes browsers send forms; some forms of the attacker, and a fresh victim."""

    def __init__(self, club, check):
        self.club = club
        self.check = check
        club.enrol("mallory")
        self.at_home = club.member("ann")
        self.at_home.write("hello").done()
        self.number = self.at_home.open("/").form("/entries/delete").fields.get("id", "")
        self.victim = club.member("ann", new=False)
        self.before = [("ann", "hello")]

    def forge(self, action, token):
        """Send a form in the name of the victim."""
        data = {
            "/entries": {"text": "forged"},
            "/entries/delete": {"id": self.number},
            "/login": {"name": "mallory", "password": "password of mallory"},
        }.get(action, {})
        files = {"file": ("forged.txt", b"forged")} if action == "/upload" else None
        self.victim.ask("POST", action, data | token, files).refused()

    def nothing_has_changed(self, who="ann"):
        page = self.victim.open("/")
        check = self.check
        check.equal(who, page.text_of("member"), "who is signed in after forms from another site")
        entries = [(entry.name, entry.text) for entry in page.entries]
        check.equal(self.before, entries, "GET / after forms from another site: the entries")
        files = [path.name for path in self.club.folder.iterdir()]
        check.equal([], files, "the files in the folder after forms from another site")


def tokens(check, browser, *actions):
    """Return {action: the fields that the README does not name}: there has to be a token among them."""
    pages = {path: browser.open(path) for path in dict.fromkeys(PAGES[action] for action in actions)}
    found = {}
    for action in actions:
        fields = pages[PAGES[action]].form(action).fields
        found[action] = {name: value for name, value in fields.items() if name not in OUR_FIELDS}
        call = f"GET {PAGES[action]}: the form for {action}"
        check.that(any(found[action].values()), call, "a field with a token", fields)
    return found


MEMBERS = ("/entries", "/entries/delete", "/upload", "/logout")


@pytest.mark.task(3)
def test_no_form_works_without_a_token(club, check):
    """A form without its token, or with an empty one, is refused, even if no page has been opened yet."""
    other = Forger(club, check)
    names = {name for token in tokens(check, other.at_home, *MEMBERS).values() for name in token}
    for token in ({}, dict.fromkeys(names, "")):
        for action in MEMBERS:
            other.forge(action, token)
    other.nothing_has_changed()
    for token in ({}, dict.fromkeys(names, "")):
        other.victim = club.visitor()
        other.forge("/login", token)
        other.nothing_has_changed(who=None)


@pytest.mark.task(3)
def test_a_token_belongs_to_one_session(club, check):
    """The token of another session is refused: that of another member, and that of a visitor."""
    other = Forger(club, check)
    mallory = club.member("mallory", new=False)
    mallory.write("mine").done()
    other.before.insert(0, ("mallory", "mine"))
    visitors = tokens(check, club.visitor(), "/login")["/login"]
    tokens(check, other.victim, "/entries")
    for action, token in tokens(check, mallory, *MEMBERS).items():
        other.forge(action, token)
        for value in visitors.values():
            other.forge(action, dict.fromkeys(token, value))
    other.nothing_has_changed()
    for opened in (False, True):
        other.victim = club.visitor()
        if opened:
            other.victim.open("/login")
        other.forge("/login", visitors)
        other.nothing_has_changed(who=None)


@pytest.mark.task(3)
def test_a_token_is_compared_whole(club, check):
    """After its page was opened, a form is refused if its token is empty, cut short or changed."""
    other = Forger(club, check)
    changes = (
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: ("a" if text[:1] != "a" else "b") + text[1:],
    )
    for action, token in tokens(check, other.victim, *MEMBERS).items():
        for change in changes:
            other.forge(action, {name: change(value) for name, value in token.items()})
    other.nothing_has_changed()


@pytest.mark.task(3)
def test_reading_changes_nothing(club, check):
    """GET changes nothing: a picture on another site can make a browser send it."""
    ann = club.member("ann")
    ann.write("hello").done()
    number = ann.open("/").form("/entries/delete").fields.get("id", "")
    before = [("ann", "hello")]
    for path in ("/logout", f"/entries/delete?id={number}", "/entries?text=forged", "/upload"):
        ann.ask("GET", path)
        page = ann.open("/")
        got = (page.text_of("member"), [(entry.name, entry.text) for entry in page.entries])
        check.equal(("ann", before), got, f"GET / after GET {path}: the member and the entries")
    visitor = club.visitor()
    path = f"/login?{quoted(name='ann', password='password of ann')}"
    visitor.ask("GET", path)
    check.equal(None, visitor.signed_in, f"who is signed in after GET {path}")


@pytest.mark.task(3)
def test_every_form_works_with_its_token(club, check):
    """Each form holds a token, and works when it is sent from its page."""
    club.enrol("ann")
    ann = club.visitor()
    for action, files, fields in (
        ("/login", None, {"name": "ann", "password": "password of ann"}),
        ("/entries", None, {"text": "hello"}),
        ("/entries/delete", None, {}),
        ("/upload", {"file": ("a.txt", b"a")}, {}),
        ("/logout", None, {}),
    ):
        tokens(check, ann, action)
        ann.fill_in(PAGES[action], action, files, **fields).done()
    check.equal(None, ann.signed_in, "who is signed in after POST /logout")


@pytest.mark.task(3)
def test_several_pages_are_open_at_a_time(club, check):
    """A form still works after other pages were opened, and works again after it was sent."""
    ann = club.member("ann")
    first, second = (ann.open("/").form("/entries") for _ in range(2))
    ann.open("/files")
    for form, text in ((first, "one"), (first, "two"), (second, "three")):
        ann.send(form, text=text).done()
    expected = [("ann", text) for text in ("three", "two", "one")]
    check.equal(expected, ann.entries, "GET / after three entries from two pages: the entries")


# --- 4. Cookies and sessions ------------------------------------------------------------------------------


@pytest.mark.task(4)
def test_only_members_write(club, check):
    """Nobody writes, deletes or uploads without signing in, not even with the token of the own session."""
    other = Forger(club, check)
    for action in ("/entries", "/entries/delete", "/upload"):
        other.victim = club.visitor()
        other.forge(action, tokens(check, other.victim, "/login")["/login"])
    other.nothing_has_changed(who=None)


@pytest.mark.task(4)
def test_a_session_lasts_until_the_end(club, check):
    """A member stays signed in until the form to sign out is sent; every cookie on the way has its flags."""
    ann = club.member("ann")
    for path in ("/", "/files", "/search?q=x", "/login", "/"):
        check.equal("ann", ann.open(path).text_of("member"), f"GET {path}: the member")
    ann.fill_in("/", "/logout").done()
    check.equal(None, ann.signed_in, "GET / after POST /logout: the member")
    ann.sign_in("ann").done()
    check.equal("ann", ann.signed_in, "GET / after POST /logout and POST /login: the member")
    for cookie in ann.received:
        call = f"Set-Cookie: {cookie.OutputString()}"
        flags = (cookie["httponly"], cookie["secure"])
        check.equal((True, True), tuple(map(bool, flags)), f"{call}: HttpOnly and Secure")
        right = cookie["samesite"].lower() in ("lax", "strict")
        check.that(right, f"{call}: SameSite", "Lax or Strict", cookie["samesite"] or "missing")


@pytest.mark.task(4)
def test_the_key_signs_the_session(check, sites, tmp_path):
    """A session of a site with another secret key is not believed."""
    one, two = (Club(check, sites, tmp_path / name, f"secret {name}") for name in ("one", "two"))
    ann = one.member("ann")
    two.enrol("ann")
    stranger = two.visitor()
    stranger.cookies = ann.cookies
    check.equal("ann", ann.signed_in, "GET / with the cookies of this site: the member")
    check.equal(None, stranger.signed_in, "GET / with the cookies of a site with another key: the member")


# --- 5. Open redirects ------------------------------------------------------------------------------------


def destination(site, address):
    """Return where on this site a browser goes, or say that it goes elsewhere."""
    text = re.sub(r"[\t\r\n]", "", (address or "").strip("".join(map(chr, range(33)))))
    if text.startswith(site.url + "/"):
        text = text.removeprefix(site.url)
    head = re.split(r"[?#]", text, maxsplit=1)[0].replace("\\", "/")
    if head.startswith("//") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        return f"another site: {address!r}"
    return text


@pytest.mark.task(5)
def test_next_leads_back(club, check):
    """Signing in leads to the address in next, and so does the link for who is signed in already."""
    ann = club.member("ann")
    for target in HERE:
        path = f"/login?{quoted(next=target)}"
        location = club.visitor().sign_in("ann", path=path).done()
        check.equal(target, destination(club.site, location), f"GET {path}, then POST /login: Location")
        links = [destination(club.site, href) for href, _ in ann.open(path).links("continue")]
        check.equal([target], links, f"GET {path}, signed in: the link of class continue")
    location = club.visitor().sign_in("ann").done()
    check.equal("/", destination(club.site, location), "GET /login, then POST /login: Location")


@pytest.mark.task(5)
def test_next_leads_nowhere_else(club, check):
    """No next leads to another site, neither after signing in nor by the link."""
    ann = club.member("ann")
    for target in ELSEWHERE:
        path = f"/login?{quoted(next=target)}"
        visitor = club.visitor()
        answer = visitor.ask("GET", path)
        form = (visitor.open("/login") if answer.is_refused else answer.page).form("/login")
        answer = visitor.send(form, name="ann", password="password of ann", next=target)
        if not answer.is_refused:
            got = destination(club.site, answer.done())
            call = f"GET {path}, then POST /login with next={target!r}: Location"
            check.that(got.startswith("/"), call, "an address of this site", got)
        answer = ann.ask("GET", path)
        if not answer.is_refused:
            links = [destination(club.site, href) for href, _ in answer.page.links("continue")]
            right = all(link.startswith("/") for link in links)
            call = f"GET {path}, signed in: the link of class continue"
            check.that(right, call, "an address of this site", links)


# --- 6. Path traversal ------------------------------------------------------------------------------------

NAMES = (
    "welcome.txt",
    "minutes/2024 spring.v2.txt",
    "minutes/old/a..b.txt",
    "..hidden note..txt",
    ".well-known",
    "Zoë's 100% & more+.txt",
    "日本語 🌹.txt",
)


@pytest.mark.task(6)
def test_files_can_be_downloaded(club, check):
    """Every file of the folder and of folders in it is listed, and its link gives its bytes."""
    for name in NAMES:
        (club.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (club.folder / name).write_bytes(f"this is {name}\r\n\0".encode())
    visitor = club.visitor()
    links = {text: href for href, text in visitor.open("/files").links("file")}
    check.equal(set(NAMES), set(links), "GET /files: the names")
    paths = [(name, f"/download?{quoted(name=name)}") for name in NAMES]
    paths += [(name, urllib.parse.urljoin("/files", href or "/nowhere")) for name, href in links.items()]
    for name, path in paths:
        answer = visitor.ask("GET", path)
        expected = (200, f"this is {name}\r\n\0".encode())
        check.equal(expected, (answer.status, answer.body), f"{answer.call}: status and body")


@pytest.mark.task(6)
def test_no_other_file_can_be_read(club, check):
    """No name leads to a file outside of the folder; that of a folder, or of nothing, leads nowhere."""
    secrets = [club.home / "secret.txt", club.home / "files-private" / "keys.txt", club.home / "files.txt"]
    for path in secrets:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"TOP SECRET")
    (club.folder / "minutes").mkdir()
    (club.folder / "minutes" / "2024.txt").write_bytes(b"fine")
    for name in (
        "../secret.txt",
        "../files-private/keys.txt",
        "../files.txt",
        "minutes/../../secret.txt",
        "minutes/../../files-private/keys.txt",
        "....//secret.txt",
        "..%2fsecret.txt",
        "minutes/2024.txt/../../../secret.txt",
        f"../{club.home.name}/secret.txt",
        *map(str, secrets),
        f"file://{secrets[0]}",
        *("", ".", "..", "minutes", "no such file"),
    ):
        answer = club.visitor().ask("GET", f"/download?{quoted(name=name)}")
        check.that(b"SECRET" not in answer.body, answer.call, "nothing of that file", answer.body)
        answer.refused()


@pytest.mark.task(6)
def test_files_keep_their_names(club, check):
    """An uploaded file has the name and the bytes that were sent; a file of this name is replaced."""
    ann = club.member("ann")
    names = ["plan", "Plan (final) v1.2.txt", "..hidden.txt", "a..b", "Zoë's 100% & more.txt", "日本語.txt"]
    form = ann.open("/files").form("/upload")
    for number, name in enumerate([*names, "plan"]):
        content = f"upload {number} is {name}\r\n\0".encode()
        ann.send(form, {"file": (name, content)}).done()
        path = club.folder / name
        got = path.read_bytes() if path.is_file() else sorted(one.name for one in club.folder.iterdir())
        check.equal(content, got, f"the file {name!r} after POST /upload (or the names that are there)")
    texts = [text for _, text in ann.open("/files").links("file")]
    check.equal(sorted(names), sorted(texts), "GET /files after all uploads: the names")


@pytest.mark.task(6)
def test_no_other_file_can_be_written(club, check):
    """No name leads to a file outside of the folder; one with a slash is refused."""
    (club.home / "files-private").mkdir()
    (club.home / "files-private" / "keys.txt").write_bytes(b"old")
    (club.folder / "minutes").mkdir()
    ann = club.member("ann")
    before = club.outside()
    form = ann.open("/files").form("/upload")
    for name in (
        "../planted.txt",
        "../files-private/keys.txt",
        "../files-planted.txt",
        "minutes/../../planted.txt",
        "minutes/planted.txt",
        "....//planted.txt",
        str(club.home / "planted.txt"),
        "..",
        ".",
    ):
        answer = ann.send(form, {"file": (name, b"planted")})
        check.equal(before, club.outside(), f"the files outside of the folder after POST /upload of {name!r}")
        inside = [path.name for path in club.folder.rglob("*") if path.is_file()]
        check.equal([], inside, f"the files in the folder after POST /upload of {name!r}")
        answer.refused()


# --- 7. Predictions ---------------------------------------------------------------------------------------

SCRIPT = "<script>alert(1)</script>"

TEMPLATES = {
    "page.html": "<p>{{ text }}</p>",
    "page.txt": "<p>{{ text }}</p>",
    "quoted.html": '<input value="{{ text }}">',
    "bare.html": "<input value={{ text }}>",
    "link.html": '<a href="{{ text }}">go</a>',
    "data.html": "<script>const text = {{ text | tojson }}</script>",
}


@functools.cache
def lab():
    """Return a small application as Flask makes it by itself, with a session and a few templates."""
    import flask
    import jinja2

    app = flask.Flask("predictions")
    app.secret_key = "not known to anybody"
    app.jinja_loader = jinja2.DictLoader(TEMPLATES)

    @app.post("/login")
    def login():
        flask.session["member"] = "ann"
        return ""

    @app.post("/logout")
    def logout():
        flask.session.clear()
        return ""

    @app.get("/member")
    def member():
        return flask.session.get("member", "nobody")

    @app.get("/page/<name>")
    def page(name):
        return flask.render_template(name, text=flask.request.args["text"])

    @app.get("/go")
    def go():
        return flask.redirect(flask.request.args["to"])

    return app


def get(path, cookie="", **query):
    return lab().test_client(use_cookies=False).get(path, query_string=query, headers={"Cookie": cookie})


def shows(found, name, text):
    """Tell whether ``found`` is on the page that Flask makes of a template."""
    return found in get(f"/page/{name}", text=text).text


def shows_from_string(found, source, **values):
    import flask

    with lab().test_request_context():
        return found in flask.render_template_string(source, **values)


def set_cookie(path="/login", cookie="", **headers):
    """Send a form and return the header Set-Cookie."""
    client = lab().test_client(use_cookies=False)
    return client.post(path, headers={"Cookie": cookie, **headers}).headers["Set-Cookie"]


def own_cookie(**headers):
    return set_cookie(**headers).partition(";")[0]


def changed_session():
    other = base64.urlsafe_b64encode(b'{"member":"admin"}').decode().rstrip("=")
    return get("/member", re.sub(r"=[^.]*", f"={other}", own_cookie())).text == "admin"


def read_session():
    payload = own_cookie().partition("=")[2].partition(".")[0]
    return b"ann" in base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def old_session():
    cookie = own_cookie()
    set_cookie("/logout", cookie)
    return get("/member", cookie).text == "ann"


def foreign_form():
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    return get("/member", own_cookie(**headers)).text == "ann"


def redirects(target):
    """Tell whether the answer, as it is sent, leads a browser elsewhere."""
    location = get("/go", to=target).headers["Location"]
    return location.startswith("//") or "\\" in location


def header_with_two_lines():
    import flask

    try:
        response = flask.Response(headers={"X-Name": "ann\r\nSet-Cookie: session=mine"})
    except ValueError:
        return False
    return "\n" in str(response.headers["X-Name"])


def sends(tmp_path, function):
    """Tell whether a function of Flask's sends a file that lies beside the folder."""
    import flask
    from werkzeug.exceptions import NotFound

    (tmp_path / "files").mkdir()
    (tmp_path / "secret.txt").write_bytes(b"secret")
    with lab().test_request_context():
        try:
            if function == "send_file":
                response = flask.send_file(f"{tmp_path}/files/../secret.txt")
            else:
                response = flask.send_from_directory(tmp_path / "files", "../secret.txt")
        except NotFound:
            return False
        with contextlib.closing(response):
            response.direct_passthrough = False
            return response.get_data() == b"secret"


def two_statements():
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE entries (text)")
        with contextlib.suppress(sqlite3.Error, sqlite3.Warning):
            connection.execute("SELECT * FROM entries WHERE text = ''; DROP TABLE entries --'")
        return not connection.execute("SELECT * FROM sqlite_master").fetchall()


EXPERIMENTS = {
    "html_template": lambda _: shows(SCRIPT, "page.html", SCRIPT),
    "txt_template": lambda _: shows(SCRIPT, "page.txt", SCRIPT),
    "template_string": lambda _: shows_from_string(SCRIPT, "<p>{{ text }}</p>", text=SCRIPT),
    "f_string": lambda _: shows_from_string("49", f"<p>{'{{ 7 * 7 }}'}</p>"),
    "quoted_attribute": lambda _: shows('" on', "quoted.html", '" onfocus="alert(1)'),
    "bare_attribute": lambda _: shows("=x on", "bare.html", "x onfocus=alert(1)"),
    "script_link": lambda _: shows('"javascript:alert(1)"', "link.html", "javascript:alert(1)"),
    "script_data": lambda _: shows(SCRIPT, "data.html", f"</script>{SCRIPT}"),
    "cookie_for_scripts": lambda _: "httponly" not in set_cookie().lower(),
    "cookie_without_https": lambda _: "secure" not in set_cookie().lower(),
    "changed_session": lambda _: changed_session(),
    "read_session": lambda _: read_session(),
    "old_session": lambda _: old_session(),
    "foreign_form": lambda _: foreign_form(),
    "redirect_slashes": lambda _: redirects("//evil.example"),
    "redirect_backslash": lambda _: redirects("/\\evil.example"),
    "header_line": lambda _: header_with_two_lines(),
    "send_file": lambda tmp_path: sends(tmp_path, "send_file"),
    "send_from_directory": lambda tmp_path: sends(tmp_path, "send_from_directory"),
    "two_statements": lambda _: two_statements(),
}


@pytest.mark.task(7)
@pytest.mark.parametrize("question", EXPERIMENTS)
def test_predicted_attack(predictions, tmp_path, question):
    """You predicted whether Flask, Jinja, Werkzeug or sqlite3 stop an attack by themselves."""
    truth = "gets through" if EXPERIMENTS[question](tmp_path) else "stopped"
    predictions.check(question, truth, ("gets through", "stopped"))
