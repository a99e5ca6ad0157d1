"""Stops at the first wrong field, so that a client has to ask again for each of them.

Loses: 2
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

import flask
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    NotFound,
    PreconditionFailed,
    UnprocessableEntity,
    UnsupportedMediaType,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- without AUTOINCREMENT a deleted number would come again
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    year INTEGER,
    isbn TEXT UNIQUE,
    version INTEGER NOT NULL DEFAULT 1
)
"""

PATIENCE = 30.0
"""Seconds to wait for another writer."""

LONGEST_TEXT = 200
LAST_YEAR = 9999
LARGEST_PAGE = 100
LARGEST_ID = 2**63 - 1
"""SQLite has no greater integers."""

Book = dict[str, Any]


def create_app(database: str) -> flask.Flask:
    """Return the application that serves the books in one SQLite file."""
    app = flask.Flask(__name__)
    app.config["DATABASE"] = database
    app.add_url_rule("/books", "list", _list_books, methods=["GET"])
    app.add_url_rule("/books", "add", _add_book, methods=["POST"])
    app.add_url_rule("/books/<int:number>", "show", _show_book, methods=["GET"])
    app.add_url_rule("/books/<int:number>", "replace", _replace_book, methods=["PUT"])
    app.add_url_rule("/books/<int:number>", "change", _change_book, methods=["PATCH"])
    app.add_url_rule("/books/<int:number>", "remove", _remove_book, methods=["DELETE"])
    app.register_error_handler(HTTPException, _error_as_json)
    app.teardown_appcontext(_disconnect)
    with app.app_context():
        _connection().execute(SCHEMA)
    return app


def _add_book() -> flask.Response:
    """Add a book."""
    fields = {"year": None, "isbn": None} | _checked(_body(), required=("title", "author"))
    with _transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO books (title, author, year, isbn) VALUES (:title, :author, :year, :isbn)", fields
        )
        row = _find(cursor.lastrowid or 0)
    response = _answer(row)
    response.status_code = 201
    response.location = flask.url_for("show", number=row["id"])
    return response


def _show_book(number: int) -> flask.Response:
    """Show one book."""
    return _answer(_find(number))


def _replace_book(number: int) -> flask.Response:
    """Replace a book; what is not given gets its default."""
    fields = {"year": None, "isbn": None} | _checked(_body(), required=("title", "author"))
    return _change(number, fields)


def _change_book(number: int) -> flask.Response:
    """Change the fields that are given."""
    return _change(number, _checked(_body(), required=()))


def _change(number: int, fields: Book) -> flask.Response:
    with _transaction() as connection:
        row = _find(number)
        _obey_if_match(row)
        connection.execute(
            "UPDATE books SET title = :title, author = :author, year = :year, isbn = :isbn,"
            " version = version + 1 WHERE id = :id",
            dict(row) | fields,
        )
        row = _find(number)
    return _answer(row)


def _remove_book(number: int) -> tuple[str, int]:
    """Remove a book."""
    with _transaction() as connection:
        _obey_if_match(_find(number))
        connection.execute("DELETE FROM books WHERE id = ?", [number])
    return "", 204


def _list_books() -> Book:
    """Show one page of the books that pass the filters."""
    query = flask.request.args
    wrong: dict[str, str] = {}
    page = _number(query, "page", 1, None, wrong)
    per_page = _number(query, "per_page", 10, LARGEST_PAGE, wrong)
    conditions: list[str] = ["TRUE"]
    values: list[str | int] = []
    if "author" in query:
        conditions.append("author = ?")
        values.append(query["author"])
    if "year" in query:
        conditions.append("year = ?")
        values.append(_number(query, "year", 0, LAST_YEAR, wrong))
    if "title" in query:
        conditions.append("instr(lower(title), lower(?))")  # LIKE would give % and _ a meaning
        values.append(query["title"])
    if wrong:
        raise _InvalidFields(wrong)
    matching = f"FROM books WHERE {' AND '.join(conditions)}"  # no text of the client's is in it
    [total] = _connection().execute(f"SELECT count(*) {matching}", values).fetchone()
    last = max(1, -(-total // per_page))
    if page > last:
        raise NotFound(f"there are only {last} pages")
    rows = _connection().execute(
        f"SELECT * {matching} ORDER BY id LIMIT ? OFFSET ?", [*values, per_page, (page - 1) * per_page]
    )

    def link(target: int) -> str | None:
        if not 1 <= target <= last:
            return None
        parameters = query.to_dict() | {"page": target, "per_page": per_page}
        return flask.url_for("list", **parameters)  # type: ignore[arg-type]

    return {
        "items": [_shown(row) for row in rows],
        "page": page,
        "per_page": per_page,
        "total": total,
        "links": {"first": link(1), "prev": link(page - 1), "next": link(page + 1), "last": link(last)},
    }


class _InvalidFields(UnprocessableEntity):
    """422: the fields that are wrong, and why."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("these fields are invalid" if fields else "the body is not a JSON object")
        self.fields = fields


def _error_as_json(error: HTTPException) -> Any:
    """Give an error, ours or Flask's, the one form; its headers, such as Allow, stay."""
    told: Book = {"status": error.code, "message": error.description}
    if isinstance(error, _InvalidFields):
        told["fields"] = error.fields
    response: Any = error.get_response()
    response.data = json.dumps({"error": told})
    response.content_type = "application/json"
    return response


def _body() -> Any:
    """Return the JSON of the request: 415 if it does not claim to be JSON, 400 if it is not."""
    if flask.request.mimetype != "application/json":
        raise UnsupportedMediaType("the content type must be application/json")
    try:
        return json.loads(flask.request.get_data())
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}") from None


def _checked(body: Any, required: tuple[str, ...]) -> Book:
    """Return the fields of a body, all of which are right.

    Raises:
        _InvalidFields: with every field that is wrong, missing or unknown.

    """
    if not isinstance(body, dict):
        raise _InvalidFields({})
    wrong = {name: "is required" for name in required if name not in body}
    for name, value in body.items():
        if complaint := _complaint(name, value):
            raise _InvalidFields({name: complaint})
    if wrong:
        raise _InvalidFields(wrong)
    return body


def _complaint(name: str, value: Any) -> str | None:
    """Return what is wrong with one field."""
    match name:
        case "title" | "author":
            fine = isinstance(value, str) and len(value) <= LONGEST_TEXT and value.strip() != ""
            return None if fine else f"must be text of 1 to {LONGEST_TEXT} characters"
        case "year":  # type(), since bool is a subclass of int
            fine = value is None or (type(value) is int and 1 <= value <= LAST_YEAR)
            return None if fine else f"must be an integer from 1 to {LAST_YEAR}, or null"
        case "isbn":
            fine = value is None or (isinstance(value, str) and len(value) == 13 and _is_number(value))
            return None if fine else "must be 13 digits, or null"
        case _:
            return "is not a field that can be set"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()  # isdigit alone takes every alphabet's digits


def _number(
    query: Mapping[str, str], name: str, default: int, largest: int | None, wrong: dict[str, str]
) -> int:
    """Return a positive parameter of the address; complain in ``wrong``."""
    text = query.get(name, str(default))
    # An int has no limit, but the digits that Python reads into one have.
    number = int(text) if _is_number(text) and len(text) < 1000 else 0
    if number < 1 or (largest is not None and number > largest):
        wrong[name] = "must be a positive integer" + (f" up to {largest}" if largest else "")
    return number


def _connection() -> sqlite3.Connection:
    """Return the connection of this request."""
    if "connection" not in flask.g:
        # Without an isolation level the module begins no transaction by itself.
        connection = sqlite3.connect(flask.current_app.config["DATABASE"], PATIENCE, isolation_level=None)
        connection.row_factory = sqlite3.Row
        flask.g.connection = connection
    found: sqlite3.Connection = flask.g.connection
    return found


def _disconnect(_: BaseException | None) -> None:
    if "connection" in flask.g:
        flask.g.pop("connection").close()


@contextlib.contextmanager
def _transaction() -> Iterator[sqlite3.Connection]:
    """Make what the block reads and writes one step; 409 if an isbn is taken.

    IMMEDIATE takes the write lock before the first read. With a plain BEGIN two transactions could read
    the same version of a book, and the second could not go on: SQLite refuses it at once.
    """
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException as error:
        connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.IntegrityError):
            raise Conflict("another book has this isbn") from None
        raise
    connection.execute("COMMIT")


def _find(number: int) -> sqlite3.Row:
    """Return the row of a book, or raise 404."""
    if number <= LARGEST_ID:
        row = _connection().execute("SELECT * FROM books WHERE id = ?", [number]).fetchone()
        if row is not None:
            found: sqlite3.Row = row
            return found
    raise NotFound(f"there is no book {number}")


def _obey_if_match(row: sqlite3.Row) -> None:
    wanted = flask.request.if_match
    if wanted and not wanted.contains(_tag(row)):
        raise PreconditionFailed("the book has been changed since you saw it")


def _tag(row: sqlite3.Row) -> str:
    return f"{row['id']}-{row['version']}"


def _shown(row: sqlite3.Row) -> Book:
    return {name: row[name] for name in ("id", "title", "author", "year", "isbn")}


def _answer(row: sqlite3.Row) -> flask.Response:
    """Return the answer that holds one book, with its tag."""
    response = flask.jsonify(_shown(row))
    response.set_etag(_tag(row))
    return response
