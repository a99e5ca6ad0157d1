"""The club's site with sessions in the database, and with lists of what is allowed instead of checks."""

import contextlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import flask
import jinja2
import werkzeug
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.security import check_password_hash

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    website TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    member TEXT
);
"""

COOKIE = "__Host-club"

# These have no names that end in .html, so create_app switches the escaping on for all.
TEMPLATES = {
    "layout": """
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The garden club</title></head>
<body>
<nav><a href="/">Guest book</a> <a href="/search">Search</a> <a href="/files">Files</a></nav>
{% if member %}
<form action="/logout" method="post">
  {{ token_field() }} Signed in as <b class="member">{{ member }}</b> <button>Sign out</button>
</form>
{% else %}
<a href="/login">Sign in</a>
{% endif %}
{% block content %}{% endblock %}
</body>
</html>
""",
    "guest_book": """
{% extends "layout" %}
{% block content %}
<h1>Guest book</h1>
{% if member %}
<form action="/entries" method="post">
  {{ token_field() }}
  <textarea name="text"></textarea> <input name="website"> <button>Write</button>
</form>
{% endif %}
{% include "entries" %}
{% endblock %}
""",
    "search": """
{% extends "layout" %}
{% block content %}
<h1>Search</h1>
<form action="/search"><input name="q" value="{{ q }}"> <button>Search</button></form>
<p>Entries with <i class="query">{{ q }}</i>:</p>
{% include "entries" %}
{% endblock %}
""",
    "entries": """
{% for entry in entries %}
<article class="entry">
  <b class="name">{{ entry.name }}</b>
  <p class="text">{% for line in entry.text.splitlines() %}{{ line }}<br>{% endfor %}</p>
  {% if entry.website %}<a class="website" href="{{ entry.website }}">Website</a>{% endif %}
  {% if entry.name == member %}
  <form action="/entries/delete" method="post">
    {{ token_field() }} <input type="hidden" name="id" value="{{ entry.id }}"> <button>Delete</button>
  </form>
  {% endif %}
</article>
{% endfor %}
""",
    "login": """
{% extends "layout" %}
{% block content %}
<h1>Sign in</h1>
{% if member %}
<p>You are signed in. <a class="continue" href="{{ next }}">Go on</a></p>
{% else %}
<form action="/login" method="post">
  {{ token_field() }} <input type="hidden" name="next" value="{{ next }}">
  <input name="name" value="{{ name }}"> <input name="password" type="password"> <button>Sign in</button>
</form>
{% endif %}
{% endblock %}
""",
    "files": """
{% extends "layout" %}
{% block content %}
<h1>Files</h1>
{% if member %}
<form action="/upload" method="post" enctype="multipart/form-data">
  {{ token_field() }} <input type="file" name="file"> <button>Upload</button>
</form>
{% endif %}
{% for name in names %}
<p><a class="file" href="{{ url_for("site.download", name=name) }}">{{ name }}</a></p>
{% endfor %}
{% endblock %}
""",
    "not_found": """
{% extends "layout" %}
{% block content %}<p>There is nothing at <i class="path">{{ request.path }}</i>.</p>{% endblock %}
""",
}

_site = flask.Blueprint("site", __name__)


def create_app(database: str, folder: str, secret_key: str) -> flask.Flask:
    """Return the application."""
    app = flask.Flask(__name__)
    app.config.update(DATABASE=database, FOLDER=Path(folder).resolve(), KEY=secret_key.encode())
    app.jinja_options = {"autoescape": True}
    app.jinja_loader = jinja2.DictLoader(TEMPLATES)
    app.jinja_env.globals["token_field"] = _token_field
    app.register_blueprint(_site)
    with _database(database) as connection:
        connection.executescript(SCHEMA)
    return app


# --- Sessions and tokens ----------------------------------------------------------------------------------


def _hidden(number: str) -> str:
    """Return the name of a session in the database: the number alone, stolen with the file, opens nothing."""
    return hmac.new(flask.current_app.config["KEY"], number.encode(), "sha256").hexdigest()


def _begin(member: str | None = None) -> None:
    """Begin a new session; its number goes into the cookie."""
    number, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    with _database() as connection:
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", [_hidden(number), token, member])
    flask.g.session = {"token": token, "member": member}
    flask.g.new_number = number


@_site.before_app_request
def _open_session() -> None:
    number = flask.request.cookies.get(COOKIE, "")
    with _database() as connection:
        row = connection.execute("SELECT * FROM sessions WHERE id = ?", [_hidden(number)]).fetchone()
    flask.g.session = row
    if flask.request.method == "POST" and (
        row is None
        or not secrets.compare_digest(row["token"].encode(), flask.request.form.get("_", "").encode())
    ):
        raise Forbidden("this form is not from one of our pages")


@_site.after_app_request
def _set_cookie(response: flask.Response) -> flask.Response:
    if "new_number" in flask.g:
        response.set_cookie(COOKIE, flask.g.new_number, secure=True, httponly=True, samesite="Lax")
    return response


@_site.app_context_processor
def _signed_in() -> dict[str, str | None]:
    return {"member": flask.g.session["member"] if flask.g.session else None}


def _token_field() -> Markup:
    if flask.g.session is None:
        _begin()
    return Markup('<input type="hidden" name="_" value="{}">').format(flask.g.session["token"])


def _member() -> str:
    if flask.g.session is None or flask.g.session["member"] is None:
        raise Forbidden("sign in first")
    name: str = flask.g.session["member"]
    return name


@_site.get("/login")
def _login_form() -> str:
    return flask.render_template("login", next=_our_address(flask.request.args.get("next", "/")))


@_site.post("/login")
def _login() -> werkzeug.Response | tuple[str, int]:
    form = flask.request.form
    name, target = form.get("name", ""), _our_address(form.get("next", "/"))
    with _database() as connection:
        row = connection.execute("SELECT password_hash FROM members WHERE name = ?", [name]).fetchone()
    if row is None or not check_password_hash(row["password_hash"], form.get("password", "")):
        return flask.render_template("login", name=name, next=target), 403
    _begin(name)
    return flask.redirect(target)


@_site.post("/logout")
def _logout() -> werkzeug.Response:
    with _database() as connection:
        connection.execute("DELETE FROM sessions WHERE id = ?", [_hidden(flask.request.cookies[COOKIE])])
    return flask.redirect("/")


def _our_address(address: str) -> str:
    """Return an address of this site: its path is one of those that there are."""
    path, rest = re.fullmatch(r"([^?#]*)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    pages = {rule.rule for rule in flask.current_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return address if path in pages and rest.isprintable() else "/"


# --- The guest book ---------------------------------------------------------------------------------------


@_site.get("/")
def _guest_book() -> str:
    with _database() as connection:
        entries = connection.execute("SELECT * FROM entries ORDER BY id DESC").fetchall()
    return flask.render_template("guest_book", entries=entries)


@_site.post("/entries")
def _write() -> werkzeug.Response:
    name, form = _member(), flask.request.form
    text, website = form.get("text", ""), form.get("website", "")
    if website and not website.lower().startswith(("http://", "https://")):
        raise BadRequest("a website begins with http:// or https://")
    with _database() as connection:
        connection.execute(
            "INSERT INTO entries (name, text, website) VALUES (?, ?, ?)", [name, text, website]
        )
    return flask.redirect("/")


@_site.post("/entries/delete")
def _delete() -> werkzeug.Response:
    values = [flask.request.form.get("id", ""), _member()]
    with _database() as connection:
        if not connection.execute("DELETE FROM entries WHERE id = ? AND name = ?", values).rowcount:
            raise NotFound("this member has no such entry")
    return flask.redirect("/")


@_site.get("/search")
def _search() -> str:
    q, order = flask.request.args.get("q", ""), flask.request.args.get("order")
    match order:
        case "name":
            statement = "SELECT * FROM entries WHERE ? = '' OR instr(text, ?) > 0 ORDER BY name"
        case "text":
            statement = "SELECT * FROM entries WHERE ? = '' OR instr(text, ?) > 0 ORDER BY text"
        case _:
            statement = "SELECT * FROM entries WHERE ? = '' OR instr(text, ?) > 0 ORDER BY id"
    with _database() as connection:
        entries = connection.execute(statement, [q, q]).fetchall()
    return flask.render_template("search", q=q, entries=entries)


# --- Files ------------------------------------------------------------------------------------------------


def _names() -> dict[str, Path]:
    """Return all files that may be downloaded, by their names."""
    folder = flask.current_app.config["FOLDER"]
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


@_site.get("/files")
def _files() -> str:
    return flask.render_template("files", names=sorted(_names()))


@_site.get("/download", endpoint="download")
def _download() -> flask.Response:
    path = _names().get(flask.request.args.get("name", ""))
    if path is None:
        raise NotFound("there is no such file")
    return flask.send_file(path, as_attachment=True)


@_site.post("/upload")
def _upload() -> werkzeug.Response:
    _member()
    file = flask.request.files.get("file")
    name = file.filename if file else None
    if not file or not name or name in (".", "..") or "/" in name:
        raise BadRequest("this is not the name of a file")
    file.save(flask.current_app.config["FOLDER"] / name)
    return flask.redirect("/files")


# --- Everything else --------------------------------------------------------------------------------------


@_site.app_errorhandler(404)
def _not_found(_: NotFound) -> tuple[str, int]:
    return flask.render_template("not_found"), 404


@contextlib.contextmanager
def _database(path: str | None = None) -> Iterator[sqlite3.Connection]:
    """Open the database for one transaction."""
    connection = sqlite3.connect(path or flask.current_app.config["DATABASE"])
    connection.row_factory = sqlite3.Row
    try:
        with connection:
            yield connection
    finally:
        connection.close()
