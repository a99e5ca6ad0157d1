"""The web site of a garden club: a guest book, a search, and files. It works, and it is full of holes."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import flask
import jinja2
import werkzeug
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

TEMPLATES = {
    "layout": """
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The garden club</title></head>
<body>
<nav><a href="/">Guest book</a> <a href="/search">Search</a> <a href="/files">Files</a></nav>
{% if member %}
<form action="/logout" method="post">
  Signed in as <b class="member">{{ member }}</b> <button>Sign out</button>
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
  <p class="text">{{ entry.text.replace("\\n", "<br>") }}</p>
  {% if entry.website %}<a class=website href={{ entry.website }}>Website</a>{% endif %}
  {% if entry.name == member %}
  <form action="/entries/delete" method="post">
    <input type="hidden" name="id" value="{{ entry.id }}"> <button>Delete</button>
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
  <input type="hidden" name="next" value="{{ next }}">
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
  <input type="file" name="file"> <button>Upload</button>
</form>
{% endif %}
{% for name in names %}
<p><a class="file" href="{{ url_for("site.download", name=name) }}">{{ name }}</a></p>
{% endfor %}
{% endblock %}
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
        SECRET_KEY="tulip",
        SESSION_COOKIE_HTTPONLY=False,
    )
    app.jinja_loader = jinja2.DictLoader(TEMPLATES)
    app.register_blueprint(_site)
    with _database(database) as connection:
        connection.execute(SCHEMA)
    return app


# --- Sessions ---------------------------------------------------------------------------------------------


@_site.app_context_processor
def _signed_in() -> dict[str, str | None]:
    return {"member": flask.session.get("member")}


def _member() -> str:
    """Return the name of the member who is signed in, or refuse."""
    if "member" not in flask.session:
        raise Forbidden("sign in first")
    name: str = flask.session["member"]
    return name


@_site.get("/login")
def _login_form() -> str:
    return flask.render_template("login", next=flask.request.args.get("next", "/"))


@_site.post("/login")
def _login() -> werkzeug.Response | tuple[str, int]:
    form = flask.request.form
    name, target = form.get("name", ""), form.get("next", "/")
    with _database() as connection:
        row = connection.execute(f"SELECT * FROM members WHERE name = '{name}'").fetchone()
    if row is None or not check_password_hash(row["password_hash"], form.get("password", "")):
        return flask.render_template("login", name=name, next=target), 403
    flask.session.clear()
    flask.session["member"] = row["name"]
    return flask.redirect(target)


@_site.route("/logout", methods=["GET", "POST"])
def _logout() -> werkzeug.Response:
    flask.session.clear()
    return flask.redirect("/")


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
    with _database() as connection:
        connection.execute(
            f"INSERT INTO entries (name, text, website) VALUES ('{name}', '{text}', '{website}')"
        )
    return flask.redirect("/")


@_site.route("/entries/delete", methods=["GET", "POST"])
def _delete() -> werkzeug.Response:
    name, number = _member(), flask.request.values.get("id", "")
    with _database() as connection:
        statement = f"DELETE FROM entries WHERE name = '{name}' AND id = {number}"
        if not connection.execute(statement).rowcount:
            raise NotFound("this member has no such entry")
    return flask.redirect("/")


@_site.get("/search")
def _search() -> str:
    q, order = flask.request.args.get("q", ""), flask.request.args.get("order", "id")
    with _database() as connection:
        statement = f"SELECT * FROM entries WHERE instr(text, '{q}') ORDER BY {order}"
        entries = connection.execute(statement).fetchall()
    return flask.render_template("search", q=q, entries=entries)


# --- Files ------------------------------------------------------------------------------------------------


@_site.get("/files")
def _files() -> str:
    folder = flask.current_app.config["FOLDER"]
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return flask.render_template("files", names=names)


@_site.get("/download", endpoint="download")
def _download() -> flask.Response:
    path = flask.current_app.config["FOLDER"] / flask.request.args.get("name", "")
    if not path.is_file():
        raise NotFound("there is no such file")
    return flask.send_file(path)


@_site.post("/upload")
def _upload() -> werkzeug.Response:
    _member()
    file = flask.request.files.get("file")
    if not file or not file.filename:
        raise BadRequest("there is no file")
    file.save(flask.current_app.config["FOLDER"] / file.filename)
    return flask.redirect("/files")


# --- Everything else --------------------------------------------------------------------------------------


@_site.app_errorhandler(404)
def _not_found(_: NotFound) -> tuple[str, int]:
    page = f"""
    {{% extends "layout" %}}
    {{% block content %}}<p>There is nothing at <i class="path">{flask.request.path}</i>.</p>{{% endblock %}}
    """
    return flask.render_template_string(page), 404


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
