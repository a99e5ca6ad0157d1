"""One connection for all threads behind one lock, each book a JSON document, and tags that are hashes."""

import functools
import hashlib
import json
import math
import sqlite3
import threading
import urllib.parse

import flask
from flask.views import MethodView
from werkzeug.exceptions import HTTPException

FIELDS = ("title", "author", "year", "isbn")


class Refusal(Exception):
    def __init__(self, status, message, **more):
        super().__init__(message)
        self.status = status
        self.message = message
        self.more = more


def envelope(status, message, **more):
    return {"error": {"status": status, "message": message, **more}}, status


def locked(method):
    """Hold the lock of the shelf while the method runs."""

    @functools.wraps(method)
    def wrapper(shelf, *arguments):
        with shelf.lock:
            return method(shelf, *arguments)

    return wrapper


class Shelf:
    """The books in one file."""

    def __init__(self, path):
        self.lock = threading.RLock()
        self.file = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute("CREATE TABLE IF NOT EXISTS shelf (id INTEGER PRIMARY KEY, document TEXT)")
        self.file.execute(
            "CREATE UNIQUE INDEX IF NOT EXISTS one_isbn ON shelf (json_extract(document, '$.isbn'))"
        )

    @locked
    def get(self, number):
        row = None
        if number.bit_length() < 64:
            row = self.file.execute("SELECT document FROM shelf WHERE id = ?", (number,)).fetchone()
        if row is None or row[0] is None:
            raise Refusal(404, f"no book has the number {number}")
        return {"id": number, **json.loads(row[0])}

    @locked
    def put(self, book):
        number = book.get("id")
        document = json.dumps({name: book[name] for name in FIELDS})
        try:
            if number is None:
                number = self.file.execute("INSERT INTO shelf (document) VALUES (?)", (document,)).lastrowid
            else:
                self.file.execute("UPDATE shelf SET document = ? WHERE id = ?", (document, number))
        except sqlite3.IntegrityError as error:
            raise Refusal(409, "this isbn belongs to another book") from error
        return self.get(number)

    @locked
    def remove(self, number):
        # The empty row stays, so that its number is never given again.
        self.file.execute("UPDATE shelf SET document = NULL WHERE id = ?", (number,))

    @locked
    def page(self, filters, start, size):
        where, values = "document IS NOT NULL", []
        for name, value in filters.items():
            if name == "title":
                where += " AND json_extract(document, '$.title') LIKE ? ESCAPE '!'"
                value = "%" + "".join("!" + c if c in "!%_" else c for c in value) + "%"
            else:
                where += f" AND json_extract(document, '$.{name}') = ?"
            values.append(value)
        [total] = self.file.execute("SELECT count(*) FROM shelf WHERE " + where, values).fetchone()
        if start >= max(total, 1):
            raise Refusal(404, "there is no such page")
        rows = self.file.execute(
            f"SELECT id, document FROM shelf WHERE {where} ORDER BY id LIMIT ? OFFSET ?",
            (*values, size, start),
        ).fetchall()
        return total, [{"id": number, **json.loads(document)} for number, document in rows]


def understood(partial=False):
    """Read and check the body of the current request."""
    request = flask.request
    if not (request.content_type or "").lower().replace(" ", "").startswith("application/json"):
        raise Refusal(415, "send application/json")
    try:
        body = json.loads(request.data.decode("utf-8"))
    except ValueError as error:
        raise Refusal(400, str(error)) from error
    if type(body) is not dict:
        raise Refusal(422, "send an object", fields={})
    wrong = {name: "unknown field" for name in body if name not in FIELDS}
    for name in ("title", "author"):
        value = body.get(name)
        if name not in body:
            if not partial:
                wrong[name] = "missing"
        elif type(value) is not str or not value.strip() or len(value) > 200:
            wrong[name] = "not a text of 1 to 200 characters"
    if body.get("year") is not None and (
        type(body["year"]) is not int or body["year"] not in range(1, 10_000)
    ):
        wrong["year"] = "not a year"
    isbn = body.get("isbn")
    if isbn is not None and (type(isbn) is not str or len(isbn) != 13 or not set(isbn) <= set("0123456789")):
        wrong["isbn"] = "not 13 digits"
    if wrong:
        raise Refusal(422, "the book has faults", fields=wrong)
    return body if partial else {"year": None, "isbn": None} | body


def tag_of(book):
    return '"' + hashlib.sha256(json.dumps(book, sort_keys=True).encode()).hexdigest() + '"'


def told(book, status=200, **headers):
    return book, status, {"ETag": tag_of(book)} | headers


def require_match(book):
    given = flask.request.headers.get("If-Match")
    if given is not None and given.strip() != "*" and tag_of(book) not in map(str.strip, given.split(",")):
        raise Refusal(412, "somebody else was here")


class Books(MethodView):
    def __init__(self, shelf):
        self.shelf = shelf

    def post(self):
        book = self.shelf.put(understood())
        return told(book, 201, Location=f"{flask.request.host_url}books/{book['id']}")

    def get(self):
        arguments = flask.request.args
        wrong = {}

        def integer(name, default, low, high):
            text = arguments.get(name, default)
            try:
                if not set(text) <= set("0123456789") or not low <= int(text) <= high:
                    raise ValueError
            except ValueError:
                wrong[name] = f"not an integer from {low} to {high}"
                return low
            return int(text)

        page = integer("page", "1", 1, math.inf)
        size = integer("per_page", "10", 1, 100)
        filters = {name: arguments[name] for name in ("author", "title") if name in arguments}
        if "year" in arguments:
            filters["year"] = integer("year", "", 1, 9999)
        if wrong:
            raise Refusal(422, "these parameters are wrong", fields=wrong)
        total, items = self.shelf.page(filters, (page - 1) * size, size)
        pages = max(1, math.ceil(total / size))

        def link(number):
            query = urllib.parse.urlencode({**filters, "page": number, "per_page": size})
            return f"{flask.request.base_url}?{query}" if 1 <= number <= pages else None

        links = {"first": link(1), "prev": link(page - 1), "next": link(page + 1), "last": link(pages)}
        return {"items": items, "page": page, "per_page": size, "total": total, "links": links}


class OneBook(MethodView):
    def __init__(self, shelf):
        self.shelf = shelf

    def get(self, number):
        return told(self.shelf.get(number))

    def put(self, number):
        return self.change(number, understood())

    def patch(self, number):
        return self.change(number, understood(partial=True))

    def change(self, number, fields):
        with self.shelf.lock:
            book = self.shelf.get(number)
            require_match(book)
            return told(self.shelf.put(book | fields))

    def delete(self, number):
        with self.shelf.lock:
            require_match(self.shelf.get(number))
            self.shelf.remove(number)
        return "", 204


def create_app(database: str) -> flask.Flask:
    app = flask.Flask(__name__)
    shelf = Shelf(database)
    app.add_url_rule("/books", view_func=Books.as_view("books", shelf))
    app.add_url_rule("/books/<int:number>", view_func=OneBook.as_view("book", shelf))

    @app.errorhandler(Refusal)
    def refused(refusal):
        return envelope(refusal.status, refusal.message, **refusal.more)

    @app.errorhandler(HTTPException)
    def failed(error):
        kept = {name: value for name, value in error.get_headers() if name == "Allow"}
        return *envelope(error.code, error.name), kept

    return app
