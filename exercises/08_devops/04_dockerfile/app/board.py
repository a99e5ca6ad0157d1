"""A notice board: people hang up notices and read what hangs there."""

import os

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response


def create_app() -> Flask:
    """Return the application; it refuses to start without ``SECRET_KEY`` in the environment."""
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    notices: list[str] = []

    @app.get("/")
    def board() -> str:
        return render_template("board.html", notices=notices)

    @app.post("/")
    def hang_up() -> Response:
        notices.append(request.form["notice"])
        return redirect("/", code=303)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app
