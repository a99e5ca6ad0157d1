"""An event loop in a thread of its own: one coroutine for each client, and transports that keep outboxes."""

import asyncio
import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self

FRAME_LIMIT = 65_536


class FrameError(Exception):
    """The peer broke the rules: what it sent is no frame, or no text."""


class FrameTooLarge(FrameError):
    """A payload is longer than the limit."""


class FrameTruncated(FrameError):
    """The stream ended in the middle of a frame."""


def send_frame(connection: socket.socket, payload: bytes, *, limit: int = FRAME_LIMIT) -> None:
    """Send one frame."""
    if len(payload) > limit:
        raise FrameTooLarge(f"{len(payload)} bytes, at most {limit} are allowed")
    connection.sendall(struct.pack("!L", len(payload)))
    connection.sendall(payload)


def receive_frame(connection: socket.socket, *, limit: int = FRAME_LIMIT) -> bytes | None:
    """Return the payload of the next frame, or ``None`` at the end of the stream."""
    with connection.makefile("rb", buffering=0) as stream:  # without a buffer: it takes no byte too many

        def exactly(count: int) -> bytes:
            pieces: list[bytes] = []
            while count and (piece := stream.read(count)):
                pieces.append(piece)
                count -= len(piece)
            return b"".join(pieces)

        header = exactly(4)
        if not header:
            return None
        if len(header) < 4:
            raise FrameTruncated("inside the size")
        (size,) = struct.unpack("!L", header)
        if size > limit:
            raise FrameTooLarge(f"{size} bytes, at most {limit} are allowed")
        payload = exactly(size)
        if len(payload) < size:
            raise FrameTruncated("inside the payload")
        return payload


def _text(payload: bytes) -> str:
    try:
        return str(payload, "utf-8")
    except UnicodeDecodeError:
        raise FrameError("the payload is not UTF-8") from None


class ChatClient:
    """One participant."""

    def __init__(self, connection: socket.socket, name: str, *, frame_limit: int = FRAME_LIMIT) -> None:
        self._connection = connection
        self._limit = frame_limit
        self.send(name)

    @classmethod
    def connect(cls, address: tuple[str, int], name: str, *, frame_limit: int = FRAME_LIMIT) -> Self:
        """Connect to a server and introduce oneself."""
        return cls(socket.create_connection(address), name, frame_limit=frame_limit)

    def send(self, text: str) -> None:
        """Say something."""
        send_frame(self._connection, text.encode("utf-8"), limit=self._limit)

    def receive(self) -> str | None:
        """Wait for the next message."""
        payload = receive_frame(self._connection, limit=self._limit + 100)
        return payload if payload is None else _text(payload)

    def finish(self) -> None:
        """Say nothing more."""
        self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ChatServer:
    """Hands on what each client says to all of them."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        frame_limit: int = FRAME_LIMIT,
        backlog_limit: int = 1_048_576,
        send_buffer: int | None = None,
    ) -> None:
        self._listener = socket.create_server((host, port), backlog=100)
        self._address: tuple[str, int] = self._listener.getsockname()[:2]
        self._frame_limit = frame_limit
        self._backlog_limit = backlog_limit
        self._send_buffer = send_buffer
        self._members: dict[asyncio.StreamWriter, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="chat-loop")
        self._ready = threading.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self._address

    def start(self) -> None:
        """Start the loop and wait until it serves."""
        self._thread.start()
        self._ready.wait()

    def stop(self, grace: float = 5.0) -> None:
        """Let the loop come to its end."""
        if self._thread.is_alive():
            self._grace = grace
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._welcome, sock=self._listener)
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._tasks:
            task.cancel()  # it stops reading, and closes when all has been sent
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._grace)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        writer.transport.set_write_buffer_limits(high=0)
        if self._send_buffer is not None:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
        try:
            await self._serve(reader, writer)
            await writer.drain()
        except (FrameError, OSError):
            writer.transport.abort()
        except asyncio.CancelledError:
            try:
                await writer.drain()
            except (OSError, asyncio.CancelledError):
                writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = await self._next(reader)
        if name is None or not name.isalnum() or len(name) > 20:
            raise FrameError("this is no name")
        self._members[writer] = name
        try:
            self._broadcast(f"* {name} joined")
            while (text := await self._next(reader)) is not None:
                self._broadcast(f"{name}: {text}")
        finally:
            del self._members[writer]
            if not self._over.is_set():
                self._broadcast(f"* {name} left")

    async def _next(self, reader: asyncio.StreamReader) -> str | None:
        try:
            (size,) = struct.unpack("!L", await reader.readexactly(4))
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise FrameTruncated("inside the size") from None
            return None
        if size > self._frame_limit:
            raise FrameTooLarge(f"{size} bytes, at most {self._frame_limit} are allowed")
        try:
            return _text(await reader.readexactly(size))
        except asyncio.IncompleteReadError:
            raise FrameTruncated("inside the payload") from None

    def _broadcast(self, text: str) -> None:
        payload = text.encode("utf-8")
        for writer in list(self._members):
            if not writer.is_closing():
                writer.write(struct.pack("!L", len(payload)) + payload)
                if writer.transport.get_write_buffer_size() > self._backlog_limit:
                    writer.transport.abort()  # its reader is told, and leaves
