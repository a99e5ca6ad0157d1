"""A small HTTP/1.1 server on asyncio streams, and a client that fetches many APIs at a time."""

import asyncio
import contextlib
import enum
import http
import inspect
import json
import logging
import urllib.parse
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PIECE = 64 * 1024
"""The most bytes to read at a time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a handler gets."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a handler returns."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


class Problem(enum.Enum):
    """Why there is no reply."""

    ADDRESS = "address"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    STATUS = "status"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an API answered."""

    url: str
    status: int
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong with a request."""

    url: str
    problem: Problem
    status: int | None = None
    detail: str = ""


class Server:
    """An HTTP server; each connection is a task of its own."""

    def __init__(
        self,
        routes: Mapping[tuple[str, str], Handler],
        *,
        timeout: float = 10.0,
        max_head: int = 8192,
        max_body: int = 1_000_000,
    ) -> None:
        self._routes = dict(routes)
        self._timeout = timeout
        self._max_head = max_head
        self._max_body = max_body
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Begin to accept connections; return the port."""
        self._listener = await asyncio.start_server(self._serve, host, port)
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop(self, grace: float = 10.0) -> None:
        """Accept nothing more, finish what is being handled, and close everything."""
        self._stopping = True
        if self._listener is not None:
            self._listener.close()
        idle, busy = set(self._idle), self._tasks - self._idle
        for task in idle:
            task.cancel()
        if busy:
            _, late = await asyncio.wait(busy, timeout=grace)
            for task in late:
                task.cancel()
        await asyncio.gather(*idle, *busy, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until one of the sides ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        writer.transport.set_write_buffer_limits(high=0)  # so that drain waits for the last byte
        try:
            await self._converse(_Incoming(reader, self._max_head, self._max_body), writer, task)
        except (OSError, asyncio.CancelledError):  # it went away, took too long, or we stop: no answer
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _converse(
        self, incoming: "_Incoming", writer: asyncio.StreamWriter, task: "asyncio.Task[None]"
    ) -> None:
        """Read requests and answer them, one after the other."""
        goes_on = True
        while goes_on and not self._stopping:
            self._idle.add(task)  # all that stop may break off; from here to the answer it waits for us
            try:
                async with asyncio.timeout(self._timeout):
                    request, goes_on = await incoming.read()
            except TimeoutError:
                if not incoming.has_begun:
                    return
                response, goes_on = _plain(408), False
            except _Refused as refusal:
                response, goes_on = _plain(refusal.status), False
            except EOFError:
                return
            else:
                self._idle.discard(task)
                response = await self._answer(request)
            finally:
                self._idle.discard(task)
            goes_on = goes_on and not self._stopping
            writer.write(_encoded(response, goes_on))
            async with asyncio.timeout(self._timeout):
                await writer.drain()

    async def _answer(self, request: Request) -> Response:
        """Let the handler of the route answer; its mistakes are a 500."""
        handler = self._routes.get((request.method, request.path))
        if handler is None:
            known = any(path == request.path for _, path in self._routes)
            return _plain(405 if known else 404)
        try:
            if inspect.iscoroutinefunction(handler):
                response = await handler(request)
            else:
                response = await asyncio.to_thread(handler, request)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return _plain(500)
        if not isinstance(response, Response):
            log.error("%s %s: the handler returned %r", request.method, request.path, response)
            return _plain(500)
        return response


class _Refused(Exception):
    """A request that cannot be served; nothing after it on this connection can be trusted."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Incoming:
    """The bytes of one connection, cut into requests. What was read too far stays for the next one."""

    def __init__(self, reader: asyncio.StreamReader, max_head: int, max_body: int) -> None:
        self._reader = reader
        self._max_head = max_head
        self._max_body = max_body
        self._buffer = bytearray()
        self.has_begun = False

    async def read(self) -> tuple[Request, bool]:
        """Return the next request, and whether the client wants the connection to stay open.

        Raises:
            EOFError: the client has ended the connection.
            _Refused: it is malformed or too large.

        """
        self.has_begun = bool(self._buffer)
        while (end := self._buffer.find(b"\r\n\r\n")) < 0 and len(self._buffer) <= self._max_head:
            await self._read_more()
        if not 0 <= end <= self._max_head - 4:
            raise _Refused(431)
        method, target, version, headers = _parsed(self._take(end + 4)[:-4])
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise _Refused(400)
        if int(length) > self._max_body:
            raise _Refused(413)
        while len(self._buffer) < int(length):
            await self._read_more()
        path, _, query = target.partition("?")
        body = self._take(int(length))
        request = Request(method=method, path=path, query=query, headers=headers, body=body)
        return request, version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"

    async def _read_more(self) -> None:
        piece = await self._reader.read(PIECE)
        if not piece:
            raise EOFError
        self.has_begun = True
        self._buffer += piece

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _parsed(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    """Return method, target, version and headers of a request's head."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not all(words) or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise _Refused(400)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip()
        if not colon or not name or name != "".join(name.split()):
            raise _Refused(400)
        if name == "content-length" and headers.get(name, value) != value:
            raise _Refused(400)
        headers[name] = value
    return words[0], words[1], words[2], headers


def _plain(status: int) -> Response:
    return Response(status=status, body=http.HTTPStatus(status).phrase.encode())


def _encoded(response: Response, goes_on: bool) -> bytes:
    """Return the bytes of an answer."""
    try:
        reason = http.HTTPStatus(response.status).phrase
    except ValueError:
        reason = "Unknown"
    headers = {**response.headers, "Content-Length": len(response.body)}
    if not goes_on:
        headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {response.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body


async def fetch_all(urls: Iterable[str], *, limit: int = 10, timeout: float = 10.0) -> list[Reply | Failure]:
    """Fetch JSON from all addresses, at most ``limit`` at a time."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    places = asyncio.Semaphore(limit)

    async def fetch(url: str) -> Reply | Failure:
        async with places:
            return await _fetch(url, timeout)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]


async def _fetch(url: str, timeout: float) -> Reply | Failure:
    """Fetch one address; whatever goes wrong is a ``Failure``, so that no task of the group ever fails."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port or 80
    except ValueError as error:
        return Failure(url=url, problem=Problem.ADDRESS, detail=str(error))
    if parts.scheme != "http" or not host:
        return Failure(url=url, problem=Problem.ADDRESS, detail="not an address with http://")
    try:
        async with asyncio.timeout(timeout):
            status, body = await _get(host, port, parts)
        if not 200 <= status < 300:
            return Failure(url=url, problem=Problem.STATUS, status=status)
        return Reply(url=url, status=status, data=json.loads(body))
    except TimeoutError:  # before OSError, of which it is a kind
        return Failure(url=url, problem=Problem.TIMEOUT, detail=f"longer than {timeout:g} s")
    except (OSError, EOFError) as error:
        return Failure(url=url, problem=Problem.CONNECTION, detail=str(error))
    except ValueError as error:
        return Failure(url=url, problem=Problem.CONTENT, detail=str(error))


async def _get(host: str, port: int, parts: urllib.parse.SplitResult) -> tuple[int, bytes]:
    """Send one request and return status and body.

    Raises:
        EOFError: the connection ended in the middle of the answer.
        ValueError: the answer is not HTTP.

    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode("latin-1"))
        first = (await _line(reader)).split(" ", 2)
        if len(first) < 2 or not first[0].startswith("HTTP/1.") or not first[1].isdigit():
            raise ValueError("not an answer in HTTP/1.1")
        length = None
        while line := await _line(reader):
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        return int(first[1]), await (reader.read() if length is None else reader.readexactly(length))
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _line(reader: asyncio.StreamReader) -> str:
    """Return the next line without its end."""
    line = await reader.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the connection ended in the middle of a line")
    return line.decode("latin-1").rstrip("\r\n")
