"""The program, on a socket: every answer ends its connection."""

import contextlib
import os
import signal
import socket
import sys
from datetime import UTC, date, datetime

from vouchers.store import Store
from vouchers.web import make_app


def today() -> date:
    return date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else datetime.now(UTC).date()


def answer(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as request:
        line = request.readline()
        if not line:  # a visitor who said nothing
            return
        headers = {}
        while b":" in (header := request.readline()):
            name, value = header.decode("latin-1").split(":", 1)
            headers[name.strip().lower()] = value.strip()
        body = request.read(int(headers.get("content-length", "0")))
        method, path = line.decode("latin-1").split()[:2]
        status, more, data = APP(method, path, headers, body)
        head = f"HTTP/1.1 {status} {'Done' if status < 400 else 'Sorry'}\r\nConnection: close\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in more.items())
        connection.sendall(head.encode("latin-1") + b"\r\n" + data)


APP = make_app(Store(sys.argv[1]), today)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = socket.create_server(("127.0.0.1", 0))
print(f"listening on http://127.0.0.1:{server.getsockname()[1]}", flush=True)  # noqa: T201
while True:
    with contextlib.suppress(Exception):  # whatever a visitor does, the desk stays open
        answer(server.accept()[0])
