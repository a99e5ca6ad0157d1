"""The suite of "A books API": asks the service from outside, each case a process and a file of its own.

Races are forced by the database: the suite holds the file's write lock while several requests come in, so
those that compare first and write later have all compared when it lets go.
"""

import concurrent.futures
import contextlib
import functools
import json
import sqlite3
import urllib.parse

import pytest

DUNE = {"title": "Dune", "author": "Frank Herbert", "year": 1965, "isbn": "9780441172719"}
EMMA = {"title": "Emma", "author": "Jane Austen"}

NOTHING = object()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "library.sqlite"


@pytest.fixture
def api(check, sites, database):
    return Api(check, sites, database)


class Api:
    """One application, served when it is asked first; ``ask`` may be called in several threads."""

    def __init__(self, check, sites, database):
        self.check = check
        self._serve = lambda: sites.serve("books_api", database=str(database))

    @functools.cached_property
    def site(self):
        return self._serve()

    def ask(self, method, path, book=NOTHING, *, expect=None, tag=None, **options):
        """Send a request, with ``book`` as its JSON; require the status ``expect`` if it is given."""
        call = f"{method} {path}"
        options = {"headers": {}, "timeout": 10} | options
        if book is not NOTHING:
            options["data"] = json.dumps(book)
            options["headers"] |= {"Content-Type": "application/json"}
            call += f" {json.dumps(book)}"
        if tag is not None:
            options["headers"] |= {"If-Match": tag}
            call += f" with If-Match: {tag}"
        try:
            response = self.site.request(method, path, **options)
        except OSError as error:
            self.check.that(False, call, "an answer", f"none: {error}")
        answer = Answer(self.check, call, response)
        if expect is not None:
            self.check.equal(expect, answer.status, f"{call}: the status")
        return answer

    def add(self, **fields):
        """Add a book and return its id."""
        return self.ask("POST", "/books", {"title": "A title", "author": "An author"} | fields).id


class Answer:
    """One answer: its status, headers and JSON."""

    def __init__(self, check, call, response):
        self.check = check
        self.call = call
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content

    @property
    def json(self):
        """The body, which has to be JSON and to say so."""
        kind = self.headers.get("Content-Type", "missing").partition(";")[0]
        self.check.equal(
            "application/json", kind, f"{self.call}: the content type of the answer {self.status}"
        )
        with contextlib.suppress(ValueError):
            return json.loads(self.body)
        return self.check.that(False, f"{self.call}: the body", "JSON", self.body)

    def member(self, name, kind):
        """Return a member of the JSON object in the body, which has to be of a type."""
        whole = self.json
        right = type(whole) is dict and type(whole.get(name)) is kind
        self.check.that(right, f"{self.call}: the answer {self.status}", f"an object with {name!r}", whole)
        return whole[name]

    @property
    def id(self):
        return self.member("id", int)

    @property
    def tag(self):
        """The ETag, which has to be one text in double quotes."""
        tag = self.headers.get("ETag", "missing")
        right = len(tag) > 2 and tag[0] == tag[-1] == '"' and '"' not in tag[1:-1]
        self.check.that(right, f"{self.call}: the header ETag", "a text in double quotes", tag)
        return tag

    @property
    def ids(self):
        """The ids of the books on a page."""
        return [book.get("id") if type(book) is dict else book for book in self.member("items", list)]

    def link(self, name):
        """Return a link of a page without its host, or None."""
        links = self.member("links", dict)
        target = links.get(name, "missing")
        if target is None:
            return None
        parts = urllib.parse.urlsplit(target if type(target) is str else "")
        right = parts.path == "/books"
        self.check.that(right, f"{self.call}: links[{name!r}]", "null, or an address of /books", target)
        return f"{parts.path}?{parts.query}"


@contextlib.contextmanager
def locked(database):
    """Hold the write lock of the file in the block, as another program may."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def at_once(api, database, requests):
    """Send requests while the file is locked, unlock it when they have come in, and return the answers."""
    with concurrent.futures.ThreadPoolExecutor(len(requests) + 1) as pool:
        with locked(database):
            waiting = [pool.submit(api.ask, *request, **options) for *request, options in requests]
            # Whoever is served after them has seen them come in; who is not served at all gets a second.
            later = pool.submit(lambda: [api.ask("GET", "/nowhere") for _ in range(10)])
            concurrent.futures.wait([later], timeout=1.0)
        return [answer.result() for answer in waiting]


def statuses(answers):
    return sorted(answer.status for answer in answers)


# 1. Create, read, delete


@pytest.mark.task(1)
def test_a_new_book_is_answered_with_201(api, check):
    """Adding a book is answered with 201, the book with its id, and the address in Location."""
    answer = api.ask("POST", "/books", DUNE, expect=201)
    check.equal(DUNE | {"id": answer.id}, answer.json, f"{answer.call}: the body")
    location = urllib.parse.urlsplit(answer.headers.get("Location", "missing")).path
    check.equal(f"/books/{answer.id}", location, f"{answer.call}: the path in Location")
    again = api.ask("GET", location, expect=200)
    check.equal(answer.json, again.json, f"{again.call}: the body")


@pytest.mark.task(1)
def test_what_is_not_given_is_null(api, check):
    """Year and isbn are null if they are not given."""
    answer = api.ask("POST", "/books", EMMA)
    check.equal(EMMA | {"id": answer.id, "year": None, "isbn": None}, answer.json, f"{answer.call}: the body")
    other = api.ask("POST", "/books", EMMA)
    check.that(other.id != answer.id, f"{answer.call}, twice", "two ids", f"twice the id {answer.id}")


@pytest.mark.task(1)
def test_a_deleted_book_is_gone(api, check):
    """Deleting a book is answered with 204 and no body; after that it is a 404, to delete as well."""
    kept, number = api.add(), api.add()
    answer = api.ask("DELETE", f"/books/{number}", expect=204)
    check.equal(b"", answer.body, f"{answer.call}: the body")
    api.ask("GET", f"/books/{number}", expect=404)
    api.ask("DELETE", f"/books/{number}", expect=404)
    api.ask("GET", f"/books/{kept}", expect=200)


@pytest.mark.task(1)
def test_an_id_is_used_once(api, check):
    """The id of a deleted book is not given to another one."""
    numbers = []
    for _ in range(3):
        numbers.append(api.add())
        api.ask("DELETE", f"/books/{numbers[-1]}")
    check.equal(3, len(set(numbers)), f"the number of different ids, three times POST and DELETE: {numbers}")


@pytest.mark.task(1)
def test_no_such_book(api):
    """A number that no book has is a 404, however large it is."""
    for number in (0, 4711, 2**63 - 1, 2**63, 10**40):
        api.ask("GET", f"/books/{number}", expect=404)
        api.ask("DELETE", f"/books/{number}", expect=404)


@pytest.mark.task(1)
def test_any_text_comes_back(api, check):
    """A title and an author come back as they were sent, whatever characters they have."""
    for title, author in (
        ("O'Brien's \"book\" \\ 100% {0} $1; --", "<b>null</b> & 'NULL'"),
        ("日本語, עברית, e\u0301, 🐍\u200d🐍", " spaces  and\n\tlines\r\n "),
        ("nul\x00 \x7f \u2028 \ufeff", "0042"),
    ):
        book = {"title": title, "author": author, "year": None, "isbn": None}
        answer = api.ask("POST", "/books", book)
        check.equal(
            book | {"id": answer.id}, api.ask("GET", f"/books/{answer.id}").json, f"GET after {answer.call}"
        )


# 2. Say no in JSON


def refused(api, check, status, *request, **options):
    """Require that a request is refused in the one form; return the error."""
    answer = api.ask(*request, expect=status, **options)
    error = answer.member("error", dict)
    check.equal(status, error.get("status"), f"{answer.call}: the status in the error")
    message = error.get("message")
    check.that(type(message) is str and message != "", f"{answer.call}: the message", "a text", message)
    return error


@pytest.mark.task(2)
def test_what_is_not_there_is_404_in_json(api, check):
    """Unknown books and unknown addresses are answered with 404 in JSON."""
    for path in ("/books/4711", "/books/dune", "/shelves", "/"):
        refused(api, check, 404, "GET", path)


@pytest.mark.task(2)
def test_a_method_that_is_not_there_is_405(api, check):
    """A method that an address does not have is answered with 405 in JSON, and Allow names those it has."""
    number = api.add()
    for path, have, lack in (
        ("/books", {"POST"}, ["PUT", "PATCH", "DELETE"]),
        (f"/books/{number}", {"GET", "DELETE"}, ["POST"]),
    ):
        for method in lack:
            refused(api, check, 405, method, path, EMMA)
            allow = api.ask(method, path, EMMA).headers.get("Allow", "missing")
            names = {name.strip() for name in allow.split(",")}
            expected = f"all that it has, such as {sorted(have)}, and not {method}"
            check.that(have <= names and method not in names, f"{method} {path}: Allow", expected, allow)


@pytest.mark.task(2)
def test_a_body_that_is_no_json_is_400(api, check):
    """A body that is not JSON is answered with 400."""
    headers = {"Content-Type": "application/json"}
    for data in (
        b"",
        b"{",
        b"title=Dune",
        b'{"title": "Dune", "author": }',
        b"{'title': 'Dune'}",
        b"\xff\xfe\xfd",
    ):
        error = refused(api, check, 400, "POST", "/books", data=data, headers=headers)
        check.that("fields" not in error, f"POST /books {data!r}: the error", "one without fields", error)


@pytest.mark.task(2)
def test_another_content_type_is_415(api, check):
    """A body that is not said to be JSON is answered with 415; a charset beside it does no harm."""
    data = json.dumps(DUNE).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/json-ish", None):
        headers = {} if kind is None else {"Content-Type": kind}
        refused(api, check, 415, "POST", "/books", data=data, headers=headers)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = api.ask("POST", "/books", data=data, headers=headers)
    check.equal(
        DUNE | {"id": answer.id}, answer.json, "POST /books as application/json; charset=utf-8: the body"
    )


@pytest.mark.task(2)
def test_a_book_with_wrong_fields_is_422(api, check):
    """A 422 names each field that is wrong, missing or unknown, and no other."""
    long, letters = "x" * 201, "978044117271X"
    for book, wrong in (
        ({}, ["author", "title"]),
        ({"title": "Emma"}, ["author"]),
        (EMMA | {"title": None, "author": 7}, ["author", "title"]),
        (EMMA | {"title": "", "author": "   "}, ["author", "title"]),
        (EMMA | {"title": long, "author": ["Jane"]}, ["author", "title"]),
        (EMMA | {"year": "1815"}, ["year"]),
        (EMMA | {"year": True}, ["year"]),
        (EMMA | {"year": 18.15}, ["year"]),
        (EMMA | {"year": 0, "isbn": 9780441172719}, ["isbn", "year"]),
        (EMMA | {"year": 10_000, "isbn": "978044117271"}, ["isbn", "year"]),
        (EMMA | {"year": 10**30, "isbn": letters}, ["isbn", "year"]),
        (EMMA | {"isbn": "٩780441172719"}, ["isbn"]),
        (DUNE | {"id": 7, "pages": 412}, ["id", "pages"]),
        ({"name": "Emma", "year": -1, "isbn": ""}, ["author", "isbn", "name", "title", "year"]),
    ):
        fields = refused(api, check, 422, "POST", "/books", book).get("fields")
        call = f"POST /books {json.dumps(book)}: the names in the fields of the error"
        check.equal(wrong, sorted(fields) if type(fields) is dict else fields, call)
        check.that(
            all(type(text) is str and text for text in fields.values()), call, "texts as values", fields
        )
    answer = api.ask("POST", "/books", DUNE)
    check.equal("Dune", answer.member("title", str), f"{answer.call}, after one with its isbn was refused")


@pytest.mark.task(2)
def test_the_edges_of_the_fields_are_right(api, check):
    """Texts of 1 and 200 characters, and the years 1 and 9999, are accepted."""
    for book in (
        {"title": "x", "author": "ü" * 200, "year": 1, "isbn": "0000000000000"},
        {"title": "書" * 200, "author": " x ", "year": 9999, "isbn": None},
    ):
        answer = api.ask("POST", "/books", book)
        check.equal(book | {"id": answer.id}, answer.json, f"{answer.call}: the body")


@pytest.mark.task(2)
def test_json_that_is_no_object_is_422(api, check):
    """JSON that is not an object is answered with 422 and no fields."""
    for body in ([], [EMMA], "Emma", 7, None, True):
        error = refused(api, check, 422, "POST", "/books", body)
        check.equal({}, error.get("fields"), f"POST /books {json.dumps(body)}: the fields of the error")


@pytest.mark.task(2)
def test_an_isbn_that_is_taken_is_409(api, check):
    """A second book with the same isbn is answered with 409; books without one do not disturb each other."""
    first = api.add(isbn="9780441172719")
    refused(api, check, 409, "POST", "/books", EMMA | {"isbn": "9780441172719"})
    for number in (first, api.add(isbn=None), api.add()):
        check.equal(number, api.ask("GET", f"/books/{number}").id, f"GET /books/{number}: the id")


# 3. Replace and change


@pytest.mark.task(3)
def test_put_replaces_the_whole_book(api, check):
    """PUT replaces the book; a year or isbn that is missing becomes null."""
    number = api.add(**DUNE)
    expected = EMMA | {"id": number, "year": None, "isbn": None}
    answer = api.ask("PUT", f"/books/{number}", EMMA, expect=200)
    check.equal(expected, answer.json, f"{answer.call}: the body")
    check.equal(expected, api.ask("GET", f"/books/{number}").json, f"GET /books/{number} after {answer.call}")
    answer = api.ask("PUT", f"/books/{number}", DUNE, expect=200)
    check.equal(DUNE | {"id": number}, answer.json, f"{answer.call}: the body")


@pytest.mark.task(3)
def test_patch_changes_what_it_names(api, check):
    """PATCH changes the fields that it names and leaves the others."""
    number = api.add(**DUNE)
    book = DUNE | {"id": number}
    for change in (
        {"title": "DUNE"},
        {"year": 2005},
        {"author": "Herbert", "isbn": "9780340960196"},
        {"year": None},
        {},
    ):
        book |= change
        answer = api.ask("PATCH", f"/books/{number}", change, expect=200)
        check.equal(book, answer.json, f"{answer.call}: the body")
        check.equal(book, api.ask("GET", f"/books/{number}").json, f"GET /books/{number} after {answer.call}")
    api.ask("PATCH", f"/books/{number}", {"isbn": None}, expect=200)
    check.equal(book | {"isbn": None}, api.ask("GET", f"/books/{number}").json, "GET after isbn became null")


@pytest.mark.task(3)
def test_other_books_stay_as_they_are(api, check):
    """PUT and PATCH change one book only."""
    before, number, after = api.add(title="before"), api.add(), api.add(title="after")
    api.ask("PUT", f"/books/{number}", EMMA)
    api.ask("PATCH", f"/books/{number}", {"year": 1815})
    for other, title in ((before, "before"), (after, "after")):
        check.equal(
            title, api.ask("GET", f"/books/{other}").member("title", str), f"the title of book {other}"
        )


@pytest.mark.task(3)
def test_put_and_patch_make_no_book(api):
    """PUT and PATCH of a book that is not there are a 404 and make none."""
    number = api.add()
    for missing in (number + 1, 2**63, 10**40):
        api.ask("PUT", f"/books/{missing}", EMMA, expect=404)
        api.ask("PATCH", f"/books/{missing}", {"year": 1815}, expect=404)
        api.ask("GET", f"/books/{missing}", expect=404)


@pytest.mark.task(3)
def test_a_change_that_is_wrong_changes_nothing(api, check):
    """PUT and PATCH check the fields and the isbn as POST does, and change nothing when they refuse."""
    api.add(isbn="9780141439587")
    number = api.add(**DUNE)
    for method, book, status in (
        ("PUT", {"title": "Emma"}, 422),
        ("PUT", EMMA | {"id": number}, 422),
        ("PUT", EMMA | {"isbn": "9780141439587"}, 409),
        ("PATCH", {"title": "Emma", "year": "1815"}, 422),
        ("PATCH", {"author": None}, 422),
        ("PATCH", {"pages": 474, "title": "Emma"}, 422),
        ("PATCH", {"title": "Emma", "isbn": "9780141439587"}, 409),
    ):
        answer = api.ask(method, f"/books/{number}", book, expect=status)
        found = api.ask("GET", f"/books/{number}").json
        check.equal(DUNE | {"id": number}, found, f"GET /books/{number} after {answer.call}")


@pytest.mark.task(3)
def test_a_book_may_keep_its_isbn(api, check):
    """Giving a book the isbn that it has is no conflict."""
    number = api.add(**DUNE)
    api.ask("PUT", f"/books/{number}", DUNE | {"year": 2005}, expect=200)
    api.ask("PATCH", f"/books/{number}", {"isbn": DUNE["isbn"], "year": 2009}, expect=200)
    check.equal(
        2009, api.ask("GET", f"/books/{number}").member("year", int), f"GET /books/{number}: the year"
    )


# 4. Pages and filters


def walk(api, check, path, count):
    """Follow the links ``next`` from ``path``; return the ids on each page."""
    pages = []
    for number in range(1, count + 3):
        page = api.ask("GET", path, expect=200)
        pages.append(page.ids)
        check.equal(number, page.member("page", int), f"{page.call}: the page")
        path = page.link("next")
        if path is None:
            break
    return pages


@pytest.mark.task(4)
def test_a_page_has_ten_books_unless_told_otherwise(api, check):
    """The list comes in pages of ten books, by ascending id."""
    numbers = [api.add(title=f"no {n}") for n in range(12)]
    page = api.ask("GET", "/books", expect=200)
    check.equal(numbers[:10], page.ids, f"{page.call}: the ids, after adding 12 books")
    told = [page.member(name, int) for name in ("page", "per_page", "total")]
    check.equal([1, 10, 12], told, f"{page.call}: page, per_page and total")
    expected = {"id": numbers[0], "title": "no 0", "author": "An author", "year": None, "isbn": None}
    check.equal(expected, page.member("items", list)[0], f"{page.call}: the first item")
    page = api.ask("GET", "/books?page=2", expect=200)
    check.equal(numbers[10:], page.ids, f"{page.call}: the ids")
    check.equal(12, page.member("total", int), f"{page.call}: total")


@pytest.mark.task(4)
def test_the_links_lead_through_all_pages(api, check):
    """Following next visits each book once, and the other links lead where they say."""
    numbers = [api.add() for _ in range(7)]
    for size, count in ((3, 3), (7, 1), (6, 2), (100, 1)):
        pages = walk(api, check, f"/books?per_page={size}", count)
        expected = [numbers[start : start + size] for start in range(0, 7, size)]
        check.equal(
            expected, pages, f"the ids of the pages from GET /books?per_page={size} along next, of 7 books"
        )
    middle = api.ask("GET", "/books?page=2&per_page=3")
    for name, ids in (
        ("first", numbers[:3]),
        ("prev", numbers[:3]),
        ("next", numbers[6:]),
        ("last", numbers[6:]),
    ):
        path = middle.link(name)
        check.that(path is not None, f"{middle.call}: links[{name!r}]", "an address", "null")
        check.equal(ids, api.ask("GET", path).ids, f"the ids of {path}, which is {name!r} of {middle.call}")
    check.equal(
        None, api.ask("GET", "/books?per_page=3").link("prev"), "GET /books?per_page=3: links['prev']"
    )


@pytest.mark.task(4)
def test_full_last_pages_are_the_last(api, check):
    """If the last page is full, there is no page after it."""
    numbers = [api.add() for _ in range(4)]
    page = api.ask("GET", "/books?page=2&per_page=2", expect=200)
    check.equal(numbers[2:], page.ids, f"{page.call}: the ids, of 4 books")
    check.equal(None, page.link("next"), f"{page.call}: links['next'], of 4 books")
    check.equal(numbers[2:], api.ask("GET", page.link("last")).ids, f"the ids of {page.call}: links['last']")
    api.ask("GET", "/books?page=3&per_page=2", expect=404)


@pytest.mark.task(4)
def test_an_empty_list_has_one_page(api, check):
    """An empty list has an empty first page and no second one."""
    page = api.ask("GET", "/books", expect=200)
    check.equal(([], 0), (page.ids, page.member("total", int)), f"{page.call}: ids and total, of no books")
    check.equal((None, None), (page.link("prev"), page.link("next")), f"{page.call}: links prev and next")
    for name in ("first", "last"):
        check.equal([], api.ask("GET", page.link(name) or "/nowhere", expect=200).ids, f"the ids of {name!r}")
    api.ask("GET", "/books?page=2", expect=404)


@pytest.mark.task(4)
def test_pages_that_cannot_be(api, check):
    """A page or a size that is no number, or out of range, is a 422; a page after the last one is a 404."""
    api.add()
    for name, value in (
        *(("page", value) for value in ("0", "x", "")),
        *(("per_page", value) for value in ("0", "-1", "1.5", "101")),
    ):
        error = api.ask("GET", f"/books?{name}={value}", expect=422).member("error", dict)
        fields = error.get("fields")
        names = sorted(fields) if type(fields) is dict else fields
        check.equal([name], names, f"GET /books?{name}={value}: the names in the fields of the error")
    for page in (2, 10**6, 10**40):
        api.ask("GET", f"/books?page={page}", expect=404)


@pytest.mark.task(4)
def test_filters_keep_what_they_say(api, check):
    """Author and year keep exact matches, title what contains it, and several filters apply together."""
    books = {
        "emma": api.add(title="Emma", author="Jane Austen", year=1815),
        "hamlet": api.add(title="Hamlet", author="William Shakespeare", year=1603),
        "sense": api.add(title="Sense and Sensibility", author="Jane Austen", year=1811),
        "jane": api.add(title="Jane Austen", author="Jane Austen and others", year=1815),
        "undated": api.add(title="emmanuel", author="jane austen"),
    }
    names = {number: name for name, number in books.items()}
    for query, expected in (
        ({"author": "Jane Austen"}, ["emma", "sense"]),
        ({"author": "Jane"}, []),
        ({"year": "1815"}, ["emma", "jane"]),
        ({"year": "1999"}, []),
        ({"title": "EMMA"}, ["emma", "undated"]),
        ({"title": "sens"}, ["sense"]),
        ({"title": "d s"}, ["sense"]),
        ({"author": "Jane Austen", "year": "1815"}, ["emma"]),
        ({"title": "a", "year": "1815", "author": "Jane Austen and others"}, ["jane"]),
    ):
        page = api.ask("GET", f"/books?{urllib.parse.urlencode(query)}", expect=200)
        check.equal(expected, [names.get(number, number) for number in page.ids], f"{page.call}: the books")
        check.equal(len(expected), page.member("total", int), f"{page.call}: total")
    for year in ("x", "0", "10000", "9" * 30):
        api.ask("GET", f"/books?year={year}", expect=422)


@pytest.mark.task(4)
def test_filters_take_every_character_for_itself(api, check):
    """Quotes, per cent signs, underscores and whole statements in a filter are text and nothing else."""
    texts = ["O'Brien", "100% sure", "1000 sure", "snake_case", "snakeXcase", 'a "b" \\ c', "x & y = z + #"]
    numbers = {text: api.add(title=text, author=text) for text in texts}
    for text in texts:
        page = api.ask("GET", f"/books?{urllib.parse.urlencode({'title': text, 'author': text})}", expect=200)
        check.equal([numbers[text]], page.ids, f"GET /books, title and author = {text!r}: the ids")
    for text in ("' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE books; --", '" OR ""="', "%", "_"):
        expected = [number for title, number in numbers.items() if text in title]
        page = api.ask("GET", f"/books?{urllib.parse.urlencode({'title': text})}", expect=200)
        check.equal(expected, page.ids, f"GET /books, title = {text!r}: the ids")
        page = api.ask("GET", f"/books?{urllib.parse.urlencode({'author': text})}", expect=200)
        check.equal([], page.ids, f"GET /books, author = {text!r}: the ids")
    check.equal(len(texts), api.ask("GET", "/books").member("total", int), "GET /books: total afterwards")


@pytest.mark.task(4)
def test_links_keep_the_filters(api, check):
    """The links of a filtered list lead through the filtered list."""
    author = "Tom & Jerry = 100% / ü?"
    numbers = []
    for n in range(3):
        numbers.append(api.add(title=f"part {n}", author=author, year=2000))
        api.add(title=f"part {n}", author="Tom", year=2000)
    query = urllib.parse.urlencode({"author": author, "year": 2000, "title": "PART", "per_page": 2})
    pages = walk(api, check, f"/books?{query}", 2)
    check.equal([numbers[:2], numbers[2:]], pages, f"the ids of the pages from GET /books?{query} along next")
    last = api.ask("GET", f"/books?{query}").link("last")
    check.equal(
        numbers[2:], api.ask("GET", last or "/nowhere").ids, f"links['last'] of GET /books?{query}: the ids"
    )


# 5. Change only what you have seen


@pytest.mark.task(5)
def test_a_tag_is_the_same_until_the_book_changes(api, check):
    """Every answer with one book has a tag: the same one until the book changes, and then another."""
    created = api.ask("POST", "/books", DUNE)
    path = f"/books/{created.id}"
    other = api.ask("POST", "/books", EMMA).id
    tags = [created.tag]
    for method, book in (
        ("PUT", EMMA),
        ("PATCH", {"year": 1815}),
        ("PATCH", {"year": None}),
        ("PUT", EMMA | {"year": 1}),
    ):
        seen = [api.ask("GET", path).tag, api.ask("GET", path).tag]
        check.equal(
            [tags[-1]] * 2, seen, f"GET {path}, twice: the tags, which were {tags[-1]} in the answer before"
        )
        answer = api.ask(method, path, book)
        check.that(
            answer.tag != tags[-1], f"{answer.call}: the tag", f"another one than {tags[-1]}", answer.tag
        )
        tags.append(answer.tag)
    api.ask("PATCH", f"/books/{other}", {"title": "another book"})
    check.equal(tags[-1], api.ask("GET", path).tag, f"GET {path}: the tag after a change of another book")


@pytest.mark.task(5)
def test_an_old_tag_is_refused(api, check):
    """PUT, PATCH and DELETE with a tag that is no longer the present one are a 412 and change nothing."""
    number = api.add(**DUNE)
    path = f"/books/{number}"
    old = api.ask("GET", path).tag
    api.ask("PATCH", path, {"title": "DUNE"})
    present = api.ask("GET", path).json
    for tag in (old, '"never seen"', f'"never seen", {old}'):
        for method, *book in (("PUT", EMMA), ("PATCH", {"year": 1}), ("DELETE",)):
            api.ask(method, path, *book, tag=tag, expect=412)
        found = api.ask("GET", path).json
        check.equal(present, found, f"GET {path} after PUT, PATCH and DELETE with If-Match: {tag}")


@pytest.mark.task(5)
def test_the_present_tag_is_accepted(api, check):
    """With the present tag, alone or in a list, with a star, or without If-Match, the request succeeds."""
    number = api.add(**DUNE)
    path = f"/books/{number}"
    titles = []
    for n, form in enumerate(("{}", '"never seen", {}', '{},"never seen"', "*", None)):
        titles = [f"by PUT {n}", f"by PATCH {n}"]
        tag = form and form.format(api.ask("GET", path).tag)
        api.ask("PUT", path, EMMA | {"title": titles[0]}, tag=tag, expect=200)
        tag = form and form.format(api.ask("GET", path).tag)
        answer = api.ask("PATCH", path, {"title": titles[1]}, tag=tag, expect=200)
        check.equal(titles[1], answer.member("title", str), f"{answer.call}: the title")
    api.ask("DELETE", path, tag=api.ask("GET", path).tag, expect=204)
    api.ask("DELETE", f"/books/{api.add()}", tag="*", expect=204)


# 6. One file, many writers


@pytest.mark.task(6)
def test_books_survive_a_killed_process(check, sites, database):
    """After the process was killed, a new one with the same file has the same books with the same tags."""
    api = Api(check, sites, database)
    kept, gone = api.ask("POST", "/books", DUNE), api.ask("POST", "/books", EMMA)
    api.ask("DELETE", f"/books/{gone.id}")
    before = api.ask("PATCH", f"/books/{kept.id}", {"title": "DUNE"})
    api.site.stop()
    api = Api(check, sites, database)
    api.ask("GET", f"/books/{gone.id}", expect=404)
    after = api.ask("GET", f"/books/{kept.id}")
    check.equal(before.json, after.json, f"{after.call} after the restart")
    check.equal(before.tag, after.tag, f"{after.call} after the restart: the tag")


@pytest.mark.task(6)
def test_two_files_have_nothing_in_common(check, sites, tmp_path):
    """Applications with different files do not see each other's books."""
    one = Api(check, sites, tmp_path / "one.sqlite")
    two = Api(check, sites, tmp_path / "two.sqlite")
    number = one.add()
    two.ask("GET", f"/books/{number}", expect=404)
    one.ask("GET", f"/books/{number}", expect=200)
    files = [(tmp_path / f"{name}.sqlite").is_file() for name in ("one", "two")]
    check.equal([True, True], files, "whether the files given as database are there")


@pytest.mark.task(6)
def test_writers_wait_for_a_lock(api, check, database):
    """While another program holds the lock of the file, writers wait; then all are answered."""
    one, two, three = api.add(), api.add(), api.add()
    requests = [
        ("POST", "/books", EMMA, {}),
        ("DELETE", f"/books/{one}", {}),
        ("PUT", f"/books/{two}", EMMA, {}),
        ("PATCH", f"/books/{three}", {"year": 1815}, {}),
    ]
    answers = at_once(api, database, requests)
    for answer in answers:
        call = f"{answer.call}, the file being locked for a moment"
        check.that(200 <= answer.status < 300, call, "success", str(answer.status))
    for number in (two, three, answers[0].id):
        api.ask("GET", f"/books/{number}", expect=200)
    api.ask("GET", f"/books/{one}", expect=404)


@pytest.mark.task(6)
def test_one_of_several_with_the_same_tag_wins(api, check, database):
    """Of several requests that send the same tag at the same moment, exactly one is carried out."""
    for method in ("PUT", "PATCH"):
        number = api.add()
        path = f"/books/{number}"
        tag = api.ask("GET", path).tag
        books = [EMMA | {"title": f"by client {n}"} for n in range(4)]
        answers = at_once(api, database, [(method, path, book, {"tag": tag}) for book in books])
        call = f"four times {method} {path} at the same moment, all with If-Match: {tag}"
        check.equal([200] + [412] * 3, statuses(answers), f"{call}: the statuses")
        written = [book["title"] for book, answer in zip(books, answers, strict=True) if answer.status == 200]
        check.equal(written[0], api.ask("GET", path).member("title", str), f"the title after {call}")


@pytest.mark.task(6)
def test_changes_of_different_fields_are_both_kept(api, check, database):
    """When PATCH requests name different fields at the same moment, all changes are kept."""
    number = api.add()
    path = f"/books/{number}"
    changes = [{"title": "Emma"}, {"author": "Jane Austen"}]
    answers = at_once(api, database, [("PATCH", path, change, {}) for change in changes])
    call = f"PATCH {path} of title and of author at the same moment"
    check.equal([200, 200], statuses(answers), f"{call}: the statuses")
    found = api.ask("GET", path)
    check.equal(EMMA, {name: found.member(name, str) for name in EMMA}, f"GET {path} after {call}")


@pytest.mark.task(6)
def test_one_of_several_with_the_same_isbn_is_added(api, check, database):
    """Of several books with one isbn that are added at the same moment, exactly one is added."""
    api.add()
    books = [EMMA | {"title": f"by client {n}", "isbn": "9780441172719"} for n in range(4)]
    answers = at_once(api, database, [("POST", "/books", book, {}) for book in books])
    call = "four times POST /books with the same isbn at the same moment"
    added = [answer.id for answer in answers if 200 <= answer.status < 300]
    check.equal(1, len(added), f"{call}: the number of books added")
    check.equal([409] * 3, [status for status in statuses(answers) if status >= 300], f"{call}: the errors")
