"""No transaction of two statements: every write names the version that it expects, and is repeated."""

import json
import secrets
import sqlite3
from contextlib import closing

import flask
from werkzeug.datastructures import ETags
from werkzeug.exceptions import HTTPException, abort
from werkzeug.routing import BaseConverter

COLUMNS = ["title", "author", "year", "isbn"]


class Digits(BaseConverter):
    regex = "[0-9]+"


def create_app(database: str) -> flask.Flask:
    app = flask.Flask("books")
    app.url_map.converters["digits"] = Digits

    def execute(statement, *values):
        """Run one statement in a connection of its own, which commits it; return rows and the cursor."""
        with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
            connection.row_factory = sqlite3.Row
            cursor = connection.execute(statement, values)
            return cursor.fetchall(), cursor

    execute(
        "CREATE TABLE IF NOT EXISTS book"
        " (id INTEGER PRIMARY KEY AUTOINCREMENT, title, author, year, isbn UNIQUE, tag)"
    )

    def load(digits):
        rows = []
        if len(digits.lstrip("0")) <= 18:
            rows, _ = execute("SELECT * FROM book WHERE id = ?", int(digits))
        if not rows:
            abort(404, "no such book")
        return dict(rows[0])

    def present(book, status=200):
        response = flask.jsonify({name: book[name] for name in ["id", *COLUMNS]})
        response.headers["ETag"] = f'"{book["tag"]}"'
        response.status_code = status
        return response

    def matches(book):
        wanted = flask.request.if_match if "If-Match" in flask.request.headers else ETags(star_tag=True)
        return book["tag"] in wanted

    @app.route("/books", methods=["POST"])
    def create():
        book = {"year": None, "isbn": None, **valid_body(["title", "author"]), "tag": secrets.token_hex(8)}
        _, cursor = execute(
            "INSERT INTO book (title, author, year, isbn, tag) VALUES (?, ?, ?, ?, ?)",
            *(book[name] for name in COLUMNS),
            book["tag"],
        )
        response = present({"id": cursor.lastrowid, **book}, 201)
        response.headers["Location"] = f"/books/{cursor.lastrowid}"
        return response

    @app.route("/books/<digits:number>", methods=["GET"])
    def read(number):
        return present(load(number))

    @app.route("/books/<digits:number>", methods=["PUT", "PATCH"])
    def update(number):
        if flask.request.method == "PUT":
            changes = {"year": None, "isbn": None, **valid_body(["title", "author"])}
        else:
            changes = valid_body([])
        while True:
            old = load(number)
            if not matches(old):
                abort(412)
            new = {**old, **changes, "tag": secrets.token_hex(8)}
            _, cursor = execute(
                "UPDATE book SET title = ?, author = ?, year = ?, isbn = ?, tag = ? WHERE id = ? AND tag = ?",
                *(new[name] for name in [*COLUMNS, "tag", "id"]),
                old["tag"],
            )
            if cursor.rowcount == 1:
                return present(new)

    @app.route("/books/<digits:number>", methods=["DELETE"])
    def delete(number):
        while True:
            old = load(number)
            if not matches(old):
                abort(412)
            if execute("DELETE FROM book WHERE id = ? AND tag = ?", old["id"], old["tag"])[1].rowcount:
                return flask.Response(status=204)

    @app.route("/books", methods=["GET"])
    def index():
        given, faults = flask.request.args, {}
        numbers = {"page": 1, "per_page": 10}
        for name, limit in (("page", 10**18), ("per_page", 100), ("year", 9999)):
            if name in given:
                text = given[name] if given[name].isascii() and given[name].isdigit() else "0"
                numbers[name] = int(text.lstrip("0")[:19] or "0")
                if numbers[name] == 0 or (name != "page" and numbers[name] > limit):
                    faults[name] = "out of range"
        if faults:
            return error_body(422, "wrong parameters", fields=faults)
        page, size = numbers["page"], numbers["per_page"]
        values = [given.get("author"), numbers.get("year"), given.get("title")]
        condition = (
            "WHERE (?1 IS NULL OR author = ?1) AND (?2 IS NULL OR year = ?2)"
            " AND (?3 IS NULL OR instr(upper(title), upper(?3)) > 0)"
        )
        total = execute(f"SELECT count(*) AS n FROM book {condition}", *values)[0][0]["n"]
        last = (max(total, 1) + size - 1) // size
        if page > last:
            abort(404, "the list is not that long")
        rows, _ = execute(
            f"SELECT * FROM book {condition} ORDER BY id LIMIT ?4 OFFSET ?5", *values, size, (page - 1) * size
        )
        query = {**given.to_dict(), "per_page": size}
        links = {
            name: flask.url_for("index", _external=True, **{**query, "page": target}) if exists else None
            for name, target, exists in (
                ("first", 1, True),
                ("prev", page - 1, page > 1),
                ("next", page + 1, page < last),
                ("last", last, True),
            )
        }
        items = [{name: row[name] for name in ["id", *COLUMNS]} for row in rows]
        return {"items": items, "page": page, "per_page": size, "total": total, "links": links}

    @app.errorhandler(HTTPException)
    def http_error(error):
        if error.response is not None:
            return error.response
        headers = {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else {}
        return error_body(error.code, str(error.description), headers=headers)

    @app.errorhandler(sqlite3.IntegrityError)
    def taken(_):
        return error_body(409, "the isbn is taken")

    return app


def error_body(status, message, headers=None, **more):
    body = json.dumps({"error": {"status": status, "message": message, **more}})
    return flask.Response(body, status, headers or {}, content_type="application/json")


def valid_body(required):
    """Return the checked fields in the body of the request, or leave with an error."""
    request = flask.request
    if not request.is_json:
        abort(415)
    body = request.get_json(silent=False)
    if not isinstance(body, dict):
        abort(error_body(422, "not an object", fields={}))
    faults = [name for name in required if name not in body]
    for name, value in body.items():
        kind = type(value)
        if name in ("title", "author"):
            good = kind is str and 0 < len(value) <= 200 and not value.isspace()
        elif name == "year":
            good = value is None or (kind is int and 0 < value < 10_000)
        elif name == "isbn":
            good = value is None or (
                kind is str and value.isascii() and value.isdecimal() and len(value) == 13
            )
        else:
            good = False
        if not good:
            faults.append(name)
    if faults:
        abort(error_body(422, "wrong fields", fields=dict.fromkeys(faults, "is wrong")))
    return body
