"""``python -m vouchers DATABASE [YYYY-MM-DD]``: serve the desk over HTTP until SIGTERM."""

import os
import signal
import socketserver
import sys
from datetime import UTC, date, datetime

from vouchers.store import Store
from vouchers.web import make_app


class Handler(socketserver.StreamRequestHandler):
    """Reads one request, writes the answer, closes the connection."""

    def handle(self) -> None:
        method, path, _ = self.rfile.readline().decode().split()
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        status, answer, data = self.server.app(method, path, headers, body)
        lines = [f"HTTP/1.0 {status} -", *(f"{name}: {value}" for name, value in answer.items()), "", ""]
        self.wfile.write("\r\n".join(lines).encode() + data)


class Server(socketserver.TCPServer):
    """A server on a free port."""

    def __init__(self, database: str, today: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        day = date.fromisoformat(today) if today else None
        self.app = make_app(Store(database), lambda: day or datetime.now(UTC).date())


def main() -> None:
    """Open the database, listen, tell the address, serve."""
    # At once: what was answered is committed, and an exception could end in the handler of a request.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with Server(*sys.argv[1:]) as server:
        print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main()
