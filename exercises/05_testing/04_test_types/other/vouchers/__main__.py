"""The program, with the library's own HTTP server."""

import os
import signal
import sys
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer

from vouchers.store import Store
from vouchers.web import make_app


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, answer, data = APP(self.command, self.path, headers, body)
        self.send_response(status)
        for header in answer.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815

    def log_request(self, *_: object) -> None: ...


def today() -> date:
    return date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else datetime.now(UTC).date()


APP = make_app(Store(sys.argv[1]), today)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = TCPServer(("127.0.0.1", 0), Handler)
print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201
server.serve_forever()
