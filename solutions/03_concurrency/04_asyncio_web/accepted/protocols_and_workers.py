"""The layer below streams: a protocol whose methods the loop calls, timers of the loop, a crew of workers.

There is no task for a connection, only for a request that is being handled. The client has as many workers as
requests may run, and each of them takes the next address when it has finished one.
"""

import asyncio
import contextlib
import enum
import inspect
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(enum.Enum):
    ADDRESS = "address"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    STATUS = "status"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    url: str
    status: int
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    url: str
    problem: Problem
    status: int | None = None
    detail: str = ""


class Server:
    def __init__(self, routes, *, timeout=10.0, max_head=8192, max_body=1_000_000):
        self.routes = routes
        self.timeout = timeout
        self.max_head = max_head
        self.max_body = max_body
        self.connections = set()
        self.stopping = False
        self._listener = None

    async def start(self, host="127.0.0.1", port=0):
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Connection(self, loop), host, port)
        return self._listener.sockets[0].getsockname()[1]

    async def stop(self, grace=10.0):
        self.stopping = True
        if self._listener:
            self._listener.close()
        for connection in list(self.connections):
            if not connection.work:
                connection.transport.abort()
        work = [connection.work for connection in self.connections if connection.work]
        if work:
            _, late = await asyncio.wait(work, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self.connections):
            connection.transport.abort()

    async def answer(self, request):
        handler = self.routes.get((request.method, request.path))
        if not handler:
            paths = {path for _, path in self.routes}
            return _refusal(405 if request.path in paths else 404)
        try:
            if inspect.iscoroutinefunction(handler):
                response = await handler(request)
            else:
                loop = asyncio.get_running_loop()
                response = await loop.run_in_executor(None, handler, request)
        except Exception:
            return _refusal(500)
        return response if isinstance(response, Response) else _refusal(500)


def _refusal(status):
    return Response(status=status, body=f"{status}\n".encode())


class _BadRequest(Exception):
    pass


class _Connection(asyncio.Protocol):
    def __init__(self, server, loop):
        self.server = server
        self.loop = loop
        self.buffer = b""
        self.work = None
        self.ended = False
        self.may_write = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections.add(self)
        self.transport.set_write_buffer_limits(high=0)
        self.may_write.set()
        self.timer = self.loop.call_later(self.server.timeout, self.too_late)

    def connection_lost(self, _error):
        self.timer.cancel()
        self.may_write.set()
        self.server.connections.discard(self)

    def pause_writing(self):
        self.may_write.clear()

    def resume_writing(self):
        self.may_write.set()

    def data_received(self, data):
        self.buffer += data
        self.go_on()

    def eof_received(self):
        self.ended = True
        return self.work is not None  # keeps the other direction open for the answer

    def too_late(self):
        if self.buffer:
            self.refuse(408)
        self.transport.close()

    def refuse(self, status):
        self.timer.cancel()
        self.ended = True
        self.transport.write(_encoded(_refusal(status), True))
        self.transport.close()

    def go_on(self):
        """Begin with the next request, if it is there and nothing is in work."""
        if self.work or self.transport.is_closing():
            return
        try:
            found = self.next_request()
        except _BadRequest as error:
            self.refuse(error.args[0])
            return
        if found:
            self.timer.cancel()
            self.work = self.loop.create_task(self.handle(*found))

    def next_request(self):
        head, mark, rest = self.buffer.partition(b"\r\n\r\n")
        if len(head) + len(mark) > self.server.max_head:
            raise _BadRequest(431)
        if not mark:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        match first.split(" "):
            case [method, target, "HTTP/1.0" | "HTTP/1.1" as version] if method and target:
                pass
            case _:
                raise _BadRequest(400)
        headers = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not (colon and name) or any(character.isspace() for character in name):
                raise _BadRequest(400)
            first = headers.setdefault(name.lower(), value.strip())
            if name.lower() == "content-length" and first != value.strip():
                raise _BadRequest(400)
        length = headers.get("content-length", "0")
        if not length or set(length) - set("0123456789"):
            raise _BadRequest(400)
        length = int(length)
        if length > self.server.max_body:
            raise _BadRequest(413)
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        path, _, query = target.partition("?")
        closes = version == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
        return Request(method=method, path=path, query=query, headers=headers, body=rest[:length]), closes

    async def handle(self, request, closes):
        try:
            response = await self.server.answer(request)
            closes = closes or self.server.stopping
            self.transport.write(_encoded(response, closes))
            async with asyncio.timeout(self.server.timeout):
                await self.may_write.wait()
        except TimeoutError:
            self.transport.abort()
        except asyncio.CancelledError:
            self.transport.abort()
            raise
        finally:
            self.work = None
        if closes:
            self.transport.close()
            return
        self.timer = self.loop.call_later(self.server.timeout, self.too_late)
        self.go_on()
        if self.ended and not self.work:
            self.transport.close()


def _encoded(response, closes):
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "-"
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"Content-Length: {len(response.body)}"] + ["Connection: close"] * closes
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + response.body


async def fetch_all(urls, *, limit=10, timeout=10.0):
    if limit < 1:
        raise ValueError(limit)
    jobs = list(enumerate(urls))
    results = [None] * len(jobs)
    left = iter(jobs)

    async def work():
        for number, url in left:
            try:
                results[number] = await asyncio.wait_for(_fetch(url), timeout)
            except TimeoutError:
                results[number] = Failure(url=url, problem=Problem.TIMEOUT)

    async with asyncio.TaskGroup() as crew:
        for _ in range(min(limit, len(jobs))):
            crew.create_task(work())
    return results


async def _fetch(url):
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or 80
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("no http address")
    except ValueError as error:
        return Failure(url=url, problem=Problem.ADDRESS, detail=str(error))
    try:
        received = await _exchange(parts, port)
    except OSError as error:
        return Failure(url=url, problem=Problem.CONNECTION, detail=str(error))
    if received is None:
        return Failure(url=url, problem=Problem.CONNECTION, detail="it broke off")
    status, body = received
    try:
        if status is None:
            raise ValueError("no HTTP")
        if status // 100 != 2:
            return Failure(url=url, problem=Problem.STATUS, status=status)
        return Reply(url=url, status=status, data=json.loads(body))
    except ValueError as error:
        return Failure(url=url, problem=Problem.CONTENT, detail=str(error))


async def _exchange(parts, port):
    """Return (status, body); None if the answer broke off; (None, …) if it is no HTTP."""
    reader, writer = await asyncio.open_connection(parts.hostname, port)
    with contextlib.closing(writer):
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while True:
            head, mark, body = data.partition(b"\r\n\r\n")
            length = None
            if mark:
                first, *lines = head.decode("latin-1").split("\r\n")
                words = first.split()
                if len(words) < 2 or words[0] not in ("HTTP/1.0", "HTTP/1.1") or not words[1].isdigit():
                    return None, data
                pairs = (line.partition(":") for line in lines)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                length = headers.get("content-length")
                if length is not None and not length.isdigit():
                    return None, data
                if length is not None and len(body) >= int(length):
                    return int(words[1]), body[: int(length)]
            piece = await reader.read(65536)
            if not piece:
                return (int(words[1]), body) if mark and length is None else None
            data += piece
