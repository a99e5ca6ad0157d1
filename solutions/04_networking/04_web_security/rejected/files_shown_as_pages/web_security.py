"""The web site of a garden club: a guest book, a search, and files."""

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
)
"""

ORDERS = {"id": "id", "name": "name, id", "text": "text, id"}
"""A column cannot be a parameter of a statement, so it comes from here and not from the address."""

OUR_ADDRESS = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
"""An address of this site. Browsers take a backslash for a slash, and skip tabs and line ends anywhere."""

# Flask escapes what stands in {{ }} in every template whose name ends in .html.
TEMPLATES = {
    "layout.html": """
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
    "guest_book.html": """
{% extends "layout.html" %}
{% block content %}
<h1>Guest book</h1>
{% if member %}
<form action="/entries" method="post">
  {{ token_field() }}
  <textarea name="text"></textarea> <input name="website"> <button>Write</button>
</form>
{% endif %}
{% include "entries.html" %}
{% endblock %}
""",
    "search.html": """
{% extends "layout.html" %}
{% block content %}
<h1>Search</h1>
<form action="/search"><input name="q" value="{{ q }}"> <button>Search</button></form>
<p>Entries with <i class="query">{{ q }}</i>:</p>
{% include "entries.html" %}
{% endblock %}
""",
    "entries.html": """
{% for entry in entries %}
<article class="entry">
  <b class="name">{{ entry.name }}</b>
  <p class="text">{{ entry.text | with_line_breaks }}</p>
  {% if entry.website %}<a class="website" href="{{ entry.website }}">Website</a>{% endif %}
  {% if entry.name == member %}
  <form action="/entries/delete" method="post">
    {{ token_field() }} <input type="hidden" name="id" value="{{ entry.id }}"> <button>Delete</button>
  </form>
  {% endif %}
</article>
{% endfor %}
""",
    "login.html": """
{% extends "layout.html" %}
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
    "files.html": """
{% extends "layout.html" %}
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
    "not_found.html": """
{% extends "layout.html" %}
{% block content %}<p>There is nothing at <i class="path">{{ request.path }}</i>.</p>{% endblock %}
""",
}

_site = flask.Blueprint("site", __name__)


def create_app(database: str, folder: str, secret_key: str) -> flask.Flask:
    """Return the application.

    Args:
        database: path of the SQLite file; it has the table of the members.
        folder: path of the folder with the club's files.
        secret_key: signs the sessions.

    """
    app = flask.Flask(__name__)
    app.config.update(
        DATABASE=database,
        FOLDER=Path(folder).resolve(),
        SECRET_KEY=secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.jinja_loader = jinja2.DictLoader(TEMPLATES)
    app.jinja_env.filters["with_line_breaks"] = _with_line_breaks
    app.jinja_env.globals["token_field"] = _token_field
    app.register_blueprint(_site)
    with _database(database) as connection:
        connection.execute(SCHEMA)
    return app


# --- Sessions and tokens ----------------------------------------------------------------------------------


@_site.app_context_processor
def _signed_in() -> dict[str, str | None]:
    return {"member": flask.session.get("member")}


@_site.before_app_request
def _check_token() -> None:
    """Refuse what was not sent from a form of this session."""
    if flask.request.method == "POST":
        expected = flask.session.get("token", "")
        given = flask.request.form.get("token", "")
        if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
            raise Forbidden("this form is not from one of our pages")


def _token_field() -> Markup:
    """Return the hidden field with the token of this session."""
    if "token" not in flask.session:
        flask.session["token"] = secrets.token_urlsafe(32)
    return Markup('<input type="hidden" name="token" value="{}">').format(flask.session["token"])


def _member() -> str:
    """Return the name of the member who is signed in, or refuse."""
    if "member" not in flask.session:
        raise Forbidden("sign in first")
    name: str = flask.session["member"]
    return name


@_site.get("/login")
def _login_form() -> str:
    return flask.render_template("login.html", next=_our_address(flask.request.args.get("next", "/")))


@_site.post("/login")
def _login() -> werkzeug.Response | tuple[str, int]:
    form = flask.request.form
    name, target = form.get("name", ""), _our_address(form.get("next", "/"))
    with _database() as connection:
        row = connection.execute("SELECT password_hash FROM members WHERE name = ?", [name]).fetchone()
    if row is None or not check_password_hash(row["password_hash"], form.get("password", "")):
        return flask.render_template("login.html", name=name, next=target), 403
    flask.session.clear()
    flask.session["member"] = name
    return flask.redirect(target)


@_site.post("/logout")
def _logout() -> werkzeug.Response:
    flask.session.clear()
    return flask.redirect("/")


def _our_address(address: str) -> str:
    """Return an address of this site: the given one if it is, else the guest book."""
    return address if OUR_ADDRESS.fullmatch(address) else "/"


# --- The guest book ---------------------------------------------------------------------------------------


@_site.get("/")
def _guest_book() -> str:
    with _database() as connection:
        entries = connection.execute("SELECT * FROM entries ORDER BY id DESC").fetchall()
    return flask.render_template("guest_book.html", entries=entries)


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
    q = flask.request.args.get("q", "")
    order = ORDERS.get(flask.request.args.get("order", ""), "id")
    statement = f"SELECT * FROM entries WHERE instr(text, ?) ORDER BY {order}"
    with _database() as connection:
        entries = connection.execute(statement, [q]).fetchall()
    return flask.render_template("search.html", q=q, entries=entries)


def _with_line_breaks(text: str) -> Markup:
    """Escape a text, and only then put markup between its lines."""
    return Markup("<br>").join(text.splitlines())


# --- Files ------------------------------------------------------------------------------------------------


@_site.get("/files")
def _files() -> str:
    folder = flask.current_app.config["FOLDER"]
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return flask.render_template("files.html", names=names)


@_site.get("/download", endpoint="download")
def _download() -> flask.Response:
    """Send a file as a download: shown as a page, it could run scripts in the name of this site."""
    folder, name = flask.current_app.config["FOLDER"], flask.request.args.get("name", "")
    return flask.send_from_directory(folder, name)


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
    return flask.render_template("not_found.html"), 404


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
