"""The club's site without templates: pages of ``Markup``, tokens that are signed and not stored."""

import contextlib
import functools
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import flask
import itsdangerous
import werkzeug
from markupsafe import Markup
from werkzeug.security import check_password_hash

# Markup.format escapes whatever is put into it and is not Markup itself.
PAGE = Markup("""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Garden club</title></head>
<body><a href="/">Guest book</a> <a href="/search">Search</a> <a href="/files">Files</a> {} {}</body>
</html>""")
SIGN_OUT = Markup(
    '<form action="/logout" method="post">{}<b class="member">{}</b> <button>Out</button></form>'
)
WRITE = Markup(
    '<form action="/entries" method="post">{}<textarea name="text"></textarea>'
    '<input name="website"><button>Write</button></form>'
)
ENTRY = Markup(
    '<div class="entry"><b class="name">{}</b>{}<p class="text" style="white-space: pre-wrap">{}</p>{}</div>'
)
WEBSITE = Markup('<a class="website" href="{}">Website</a>')
DELETE = Markup(
    '<form action="/entries/delete" method="post">{}<input type="hidden" name="id" value="{}">'
    "<button>Delete</button></form>"
)
SEARCH = Markup('<form action="/search"><input name="q" value="{0}"></form><i class="query">{0}</i>{1}')
SIGN_IN = Markup(
    '<form action="/login" method="post">{}<input type="hidden" name="next" value="{}">'
    '<input name="name" value="{}"><input name="password" type="password"><button>In</button></form>'
)
CONTINUE = Markup('<a class="continue" href="{}">Go on</a>')
UPLOAD = Markup(
    '<form action="/upload" method="post" enctype="multipart/form-data">{}<input type="file" name="file">'
    "<button>Upload</button></form>"
)
FILE = Markup('<p><a class="file" href="{}">{}</a></p>')
TOKEN = Markup('<input type="hidden" name="csrf" value="{}">')


def create_app(database: str, folder: str, secret_key: str) -> flask.Flask:
    """Return the application."""
    app = flask.Flask(__name__)
    app.secret_key = secret_key
    app.config["DATABASE"], app.config["FOLDER"] = database, Path(folder).resolve()
    app.config["SESSION_COOKIE_SECURE"], app.config["SESSION_COOKIE_SAMESITE"] = True, "Strict"
    with _connected(database) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS entries"
            " (id INTEGER PRIMARY KEY, author TEXT NOT NULL, text TEXT NOT NULL, website TEXT NOT NULL)"
        )
    for path, view in (
        ("/", _guest_book),
        ("/search", _search),
        ("/login", _login_form),
        ("/files", _files),
        ("/download", _download),
    ):
        app.add_url_rule(path, view_func=view, methods=["GET"])
    for path, view in (
        ("/login", _login),
        ("/logout", _logout),
        ("/entries", _members_only(_write)),
        ("/entries/delete", _members_only(_delete)),
        ("/upload", _members_only(_upload)),
    ):
        app.add_url_rule(path, view_func=_with_token(view), methods=["POST"])
    app.register_error_handler(
        404, lambda _: (_page(Markup('<i class="path">{}</i>').format(flask.request.path)), 404)
    )
    return app


View = Callable[[], werkzeug.Response | tuple[str, int]]


def _signer() -> itsdangerous.URLSafeSerializer:
    return itsdangerous.URLSafeSerializer(str(flask.current_app.secret_key), "csrf")


def _token() -> Markup:
    """Return a token that holds the random number of this session, signed."""
    number = flask.session.setdefault("number", secrets.token_hex(16))
    return TOKEN.format(_signer().dumps(number))


def _with_token(view: View) -> View:
    @functools.wraps(view)
    def guarded() -> werkzeug.Response | tuple[str, int]:
        try:
            number = _signer().loads(flask.request.form.get("csrf", ""))
        except itsdangerous.BadData:
            flask.abort(400)
        if "number" not in flask.session or number != flask.session["number"]:
            flask.abort(400)
        return view()

    return guarded


def _members_only(view: View) -> View:
    @functools.wraps(view)
    def guarded() -> werkzeug.Response | tuple[str, int]:
        return view() if "member" in flask.session else flask.abort(401)

    return guarded


def _page(*parts: Markup) -> str:
    member = flask.session.get("member")
    top = SIGN_OUT.format(_token(), member) if member else Markup('<a href="/login">Sign in</a>')
    return PAGE.format(top, Markup("\n").join(parts))


def _entries(rows: list[sqlite3.Row]) -> Markup:
    shown = []
    for row in rows:
        website = WEBSITE.format(row["website"]) if row["website"] else ""
        own = row["author"] == flask.session.get("member")
        delete = DELETE.format(_token(), row["id"]) if own else ""
        shown.append(ENTRY.format(row["author"], website, row["text"], delete))
    return Markup("\n").join(shown)


def _guest_book() -> str:
    with _connected() as connection:
        rows = connection.execute("SELECT * FROM entries ORDER BY id DESC").fetchall()
    return _page(WRITE.format(_token()) if "member" in flask.session else Markup(), _entries(rows))


def _write() -> werkzeug.Response:
    website = flask.request.form.get("website", "")
    if (website and website.partition("://")[0].lower() not in ("http", "https")) or " " in website:
        flask.abort(422)
    with _connected() as connection:
        values = (flask.session["member"], flask.request.form.get("text", ""), website)
        connection.execute("INSERT INTO entries (author, text, website) VALUES (?, ?, ?)", values)
    return flask.redirect("/", 303)


def _delete() -> werkzeug.Response:
    try:
        values = {"id": int(flask.request.form.get("id", "")), "author": flask.session["member"]}
    except ValueError:
        flask.abort(400)
    with _connected() as connection:
        found = connection.execute("DELETE FROM entries WHERE id = :id AND author = :author", values)
        if found.rowcount == 0:
            flask.abort(403)
    return flask.redirect("/", 303)


def _search() -> str:
    q, order = flask.request.args.get("q", ""), flask.request.args.get("order", "id")
    if order not in ("id", "name", "text"):
        flask.abort(400)
    with _connected() as connection:
        rows = connection.execute("SELECT * FROM entries").fetchall()
    key = {"name": "author"}.get(order, order)
    rows = sorted((row for row in rows if q in row["text"]), key=lambda row: row[key])
    return _page(SEARCH.format(q, _entries(rows)))


def _login_form() -> str:
    target = _checked(flask.request.args.get("next", "/"))
    return _page(
        CONTINUE.format(target) if "member" in flask.session else SIGN_IN.format(_token(), target, "")
    )


def _login() -> werkzeug.Response | tuple[str, int]:
    name, target = flask.request.form.get("name", ""), _checked(flask.request.form.get("next", "/"))
    with _connected() as connection:
        row = connection.execute("SELECT password_hash FROM members WHERE name = ?", (name,)).fetchone()
    if not row or not check_password_hash(row["password_hash"], flask.request.form.get("password", "")):
        return _page(SIGN_IN.format(_token(), target, name)), 401
    flask.session["member"] = name
    flask.session["number"] = secrets.token_hex(16)
    return flask.redirect(target, 303)


def _logout() -> werkzeug.Response:
    flask.session.clear()
    return flask.redirect("/", 303)


def _checked(target: str) -> str:
    """Read an address as a browser does; refuse one that leads elsewhere."""
    read = "".join(character for character in target if character > " ").replace("\\", "/")
    if read != target or not read.startswith("/") or read.startswith("//"):
        flask.abort(400)
    return target


def _files() -> str:
    folder = flask.current_app.config["FOLDER"]
    names = []
    for path, _, found in os.walk(folder):
        names += [Path(path, name).relative_to(folder).as_posix() for name in found]
    links = [FILE.format(flask.url_for("_download", name=name), name) for name in sorted(names)]
    return _page(UPLOAD.format(_token()) if "member" in flask.session else Markup(), *links)


def _download() -> flask.Response:
    folder = flask.current_app.config["FOLDER"]
    path = (folder / flask.request.args.get("name", "")).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        flask.abort(404)
    return flask.send_file(path, mimetype="application/octet-stream", as_attachment=True)


def _upload() -> werkzeug.Response:
    file = flask.request.files["file"]
    folder = flask.current_app.config["FOLDER"]
    path = folder / (file.filename or ".")
    if path.resolve().parent != folder or path.name != file.filename:
        flask.abort(400)
    path.write_bytes(file.read())
    return flask.redirect("/files", 303)


@contextlib.contextmanager
def _connected(database: str | None = None) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database or flask.current_app.config["DATABASE"])
    connection.row_factory = sqlite3.Row
    with contextlib.closing(connection), connection:
        yield connection
