"""Streams by their own means: readuntil for the head, readexactly for the body, gather for the client.

The server knows a connection by its task and its state, and lets ``wait_for`` watch the clock.
"""

import asyncio
import contextlib
import enum
import functools
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit


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


HEAD = re.compile(r"(\S+) (\S+) HTTP/1\.([01])\r\n((?:[^\s:]+:[^\r\n]*\r\n)*)\r\n")


class Refusal(Exception):
    pass


class Server:
    def __init__(self, routes, *, timeout=10.0, max_head=8192, max_body=1_000_000):
        self._routes = routes
        self._timeout = timeout
        self._max_head = max_head
        self._max_body = max_body
        self._listener = None
        self._stopping = asyncio.Event()
        self._open = set()

    async def start(self, host="127.0.0.1", port=0):
        self._listener = await asyncio.start_server(self._connected, host, port, limit=self._max_head)
        return self._listener.sockets[0].getsockname()[1]

    async def stop(self, grace=10.0):
        self._stopping.set()
        if self._listener is not None:
            self._listener.close()
        if not self._open:
            return
        _, late = await asyncio.wait(self._open, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _connected(self, reader, writer):
        self._open.add(asyncio.current_task())
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            self._open.discard(asyncio.current_task())

    async def _one(self, reader, writer):
        """Serve one request; tell whether another one may come."""
        seen = []
        reading = asyncio.ensure_future(asyncio.wait_for(self._read(reader, seen), self._timeout))
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([reading, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            reading.cancel()
            await asyncio.wait([reading, stopped])
        if reading.cancelled():
            return False
        stays = False
        try:
            request, stays = reading.result()
            response = await self._handle(request)
        except TimeoutError:
            if not seen:
                return False
            response = Response(status=408)
        except Refusal as refusal:
            response = Response(status=refusal.args[0])
        except asyncio.IncompleteReadError:
            return False
        stays = stays and not self._stopping.is_set()
        headers = dict(response.headers) | {"Content-Length": len(response.body)}
        if not stays:
            headers["Connection"] = "close"
        reasons = {status.value: status.phrase for status in HTTPStatus}
        head = f"HTTP/1.1 {response.status} {reasons.get(response.status, '')}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        writer.transport.set_write_buffer_limits(0)
        writer.write(head.encode("latin-1") + response.body)
        await asyncio.wait_for(writer.drain(), self._timeout)
        return stays

    async def _read(self, reader, seen):
        first = await reader.readexactly(1)
        seen.append(first)
        try:
            head = first + await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise Refusal(431) from None
        if len(head) > self._max_head:
            raise Refusal(431)
        found = HEAD.fullmatch(head.decode("latin-1"))
        if not found:
            raise Refusal(400)
        method, target, version, fields = found.groups()
        pairs = [line.split(":", 1) for line in fields.splitlines()]
        headers = {name.lower(): value.strip() for name, value in pairs}
        lengths = {value.strip() for name, value in pairs if name.lower() == "content-length"}
        if len(lengths) > 1 or any(not re.fullmatch("[0-9]+", length) for length in lengths):
            raise Refusal(400)
        length = int(lengths.pop()) if lengths else 0
        if length > self._max_body:
            raise Refusal(413)
        body = await reader.readexactly(length)
        path, _, query = target.partition("?")
        stays = version == "1" and headers.get("connection", "").lower() != "close"
        return Request(method=method, path=path, query=query, headers=headers, body=body), stays

    async def _handle(self, request):
        by_method = {
            method: handler for (method, path), handler in self._routes.items() if path == request.path
        }
        if not by_method:
            return Response(status=404)
        if request.method not in by_method:
            return Response(status=405)
        handler = by_method[request.method]
        if not inspect.iscoroutinefunction(handler):
            handler = functools.partial(asyncio.to_thread, handler)
        try:
            response = await handler(request)
            assert isinstance(response, Response)
        except Exception:
            return Response(status=500)
        return response


async def fetch_all(urls, *, limit=10, timeout=10.0):
    places = asyncio.BoundedSemaphore(limit)
    if limit < 1:
        raise ValueError(limit)
    tasks = [asyncio.ensure_future(_fetch_in(places, url, timeout)) for url in urls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:  # cancelled: gather passes it on and does not wait
        if tasks:
            await asyncio.wait(tasks)


async def _fetch_in(places, url, timeout):
    failed = functools.partial(Failure, url=url)
    try:
        parts = urlsplit(url)
        if not url.startswith("http://") or not parts.hostname or parts.port == 0:
            return failed(problem=Problem.ADDRESS)
    except ValueError:
        return failed(problem=Problem.ADDRESS)
    async with places:
        try:
            status, body = await asyncio.wait_for(_get(parts), timeout)
        except TimeoutError:
            return failed(problem=Problem.TIMEOUT)
        except (OSError, asyncio.IncompleteReadError) as error:
            return failed(problem=Problem.CONNECTION, detail=repr(error))
        except (ValueError, asyncio.LimitOverrunError) as error:
            return failed(problem=Problem.CONTENT, detail=repr(error))
    if status not in range(200, 300):
        return failed(problem=Problem.STATUS, status=status)
    try:
        return Reply(url=url, status=status, data=json.loads(body))
    except ValueError as error:
        return failed(problem=Problem.CONTENT, detail=repr(error))


async def _get(parts):
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        target = (parts.path or "/") + "?" * bool(parts.query) + parts.query
        writer.write(f"GET {target} HTTP/1.1\r\n".encode())
        writer.write(f"Host: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = re.match(r"HTTP/1\.[01] (\d{3})", head)
        if not status:
            raise ValueError("this is not HTTP")
        length = re.search(r"(?im)^content-length:\s*(.*?)\s*$", head)
        body = await (reader.readexactly(int(length[1])) if length else reader.read())
        return int(status[1]), body
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
