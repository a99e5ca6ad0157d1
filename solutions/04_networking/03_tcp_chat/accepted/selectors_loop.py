"""One thread for all clients: a selector says which socket has bytes or room, and nothing ever waits."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

FRAME_LIMIT = 65_536
NAME_LIMIT = 20
ADDED = 100
HEADER = 4


class FrameError(Exception):
    """The peer broke the rules: what it sent is no frame, or no text."""


class FrameTooLarge(FrameError):
    """A payload is longer than the limit."""


class FrameTruncated(FrameError):
    """The stream ended in the middle of a frame."""


def _encode(payload: bytes, limit: int) -> bytes:
    if len(payload) > limit:
        raise FrameTooLarge(f"{len(payload)} bytes, at most {limit} are allowed")
    return len(payload).to_bytes(HEADER, "big") + payload


def _decode(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise FrameError("the payload is not UTF-8") from error


def send_frame(connection: socket.socket, payload: bytes, *, limit: int = FRAME_LIMIT) -> None:
    """Send one frame, in as many pieces as the connection takes."""
    left = memoryview(_encode(payload, limit))
    while left:
        left = left[connection.send(left) :]


def receive_frame(connection: socket.socket, *, limit: int = FRAME_LIMIT) -> bytes | None:
    """Return the payload of the next frame, or ``None`` at the end of the stream."""
    header = bytearray(HEADER)
    got = _fill(connection, header)
    if not got:
        return None
    size = int.from_bytes(header, "big")
    if got == HEADER and size > limit:
        raise FrameTooLarge(f"{size} bytes, at most {limit} are allowed")
    payload = bytearray(size if got == HEADER else 0)
    if got < HEADER or _fill(connection, payload) < size:
        raise FrameTruncated("the stream ended inside a frame")
    return bytes(payload)


def _fill(connection: socket.socket, buffer: bytearray) -> int:
    """Read into the buffer until it is full or the stream ends; return the number of bytes."""
    filled = 0
    with memoryview(buffer) as view:
        while filled < len(view):
            count = connection.recv_into(view[filled:])
            if not count:
                break
            filled += count
    return filled


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
        send_frame(self._connection, text.encode(), limit=self._limit)

    def receive(self) -> str | None:
        """Wait for the next message."""
        payload = receive_frame(self._connection, limit=self._limit + ADDED)
        return None if payload is None else _decode(payload)

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


class _Guest:
    """One connection, the bytes that have come and the bytes that have to go."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.arrived = bytearray()
        self.waiting = bytearray()
        self.name: str | None = None
        self.finished = False

    def texts(self, limit: int) -> Iterator[str]:
        """Take the whole frames out of what has arrived."""
        while len(self.arrived) >= HEADER:
            size = int.from_bytes(self.arrived[:HEADER], "big")
            if size > limit:
                raise FrameTooLarge(f"{size} bytes, at most {limit} are allowed")
            if len(self.arrived) < HEADER + size:
                return
            payload = bytes(self.arrived[HEADER : HEADER + size])
            del self.arrived[: HEADER + size]
            yield _decode(payload)


class ChatServer:
    """Hands on what each client says to all of them; everything but ``stop`` happens in one thread."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        frame_limit: int = FRAME_LIMIT,
        backlog_limit: int = 1_048_576,
        send_buffer: int | None = None,
    ) -> None:
        self._frame_limit = frame_limit
        self._backlog_limit = backlog_limit
        self._send_buffer = send_buffer
        self._listener = socket.create_server((host, port), backlog=128)
        self._listener.setblocking(False)
        self._address: tuple[str, int] = self._listener.getsockname()[:2]
        self._woken, self._waker = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._guests: set[_Guest] = set()
        self._gone: list[_Guest] = []
        self._grace = 0.0
        self._thread = threading.Thread(target=self._run, name="chat")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self._address

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self, grace: float = 5.0) -> None:
        """Tell the thread to come to an end, and wait for it."""
        if self._waker.fileno() < 0:
            return
        self._grace = grace
        self._waker.send(b"!")
        self._thread.join()
        self._waker.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        with self._selector, self._listener, self._woken:
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._selector.register(self._woken, selectors.EVENT_READ)
            while self._turn(None):
                pass
            self._selector.unregister(self._listener)
            self._listener.close()  # whoever waits in its queue is reset
            self._selector.unregister(self._woken)
            for guest in self._guests:
                guest.finished = True
                self._watch(guest)
            until = time.monotonic() + self._grace
            while self._guests and (left := until - time.monotonic()) > 0:
                self._turn(left)
            for guest in list(self._guests):
                self._close(guest)

    def _turn(self, timeout: float | None) -> bool:
        """Serve whoever is ready; tell whether to go on."""
        for guest in [it for it in self._guests if it.finished and not it.waiting]:
            self._close(guest)
        if timeout is not None and not self._guests:
            return False
        for key, events in self._selector.select(timeout):
            if key.fileobj is self._woken:
                return False
            if key.fileobj is self._listener:
                self._accept()
            elif key.data in self._guests:
                self._serve(key.data, events)
        while self._gone:
            guest = self._gone.pop()
            self._broadcast(f"* {guest.name} left")
        return True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            if self._send_buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
            guest = _Guest(connection)
            self._guests.add(guest)
            self._selector.register(connection, selectors.EVENT_READ, guest)

    def _serve(self, guest: _Guest, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                with contextlib.suppress(BlockingIOError):
                    del guest.waiting[: guest.connection.send(guest.waiting[:65_536])]
            if events & selectors.EVENT_READ and not guest.finished:
                self._read(guest)
        except (FrameError, OSError):
            self._drop(guest)
        else:
            if guest in self._guests:
                self._watch(guest)

    def _read(self, guest: _Guest) -> None:
        try:
            piece = guest.connection.recv(65_536)
        except BlockingIOError:
            return
        guest.arrived += piece
        for text in guest.texts(self._frame_limit):
            if guest.name is not None:
                self._broadcast(f"{guest.name}: {text}")
            elif text.isalnum() and len(text) <= NAME_LIMIT:
                guest.name = text
                self._broadcast(f"* {text} joined")
            else:
                raise FrameError("this is no name")
        if not piece:
            if guest.arrived or guest.name is None:
                raise FrameTruncated("the stream ended inside a frame, or before the name")
            guest.finished = True
            self._gone.append(guest)

    def _broadcast(self, text: str) -> None:
        frame = _encode(text.encode(), self._frame_limit + ADDED)
        for guest in [it for it in self._guests if it.name is not None and not it.finished]:
            guest.waiting += frame
            if len(guest.waiting) > self._backlog_limit:
                self._drop(guest)
            else:
                self._watch(guest)

    def _watch(self, guest: _Guest) -> None:
        wanted = 0 if guest.finished else selectors.EVENT_READ
        if guest.waiting:
            wanted |= selectors.EVENT_WRITE
        registered = guest.connection in self._selector.get_map()
        if wanted and registered:
            self._selector.modify(guest.connection, wanted, guest)
        elif wanted:
            self._selector.register(guest.connection, wanted, guest)
        elif registered:
            self._selector.unregister(guest.connection)

    def _drop(self, guest: _Guest) -> None:
        """Close at once; the others hear of it at the end of the turn."""
        if guest in self._guests:
            if guest.name is not None and not guest.finished:
                self._gone.append(guest)
            self._close(guest)

    def _close(self, guest: _Guest) -> None:
        self._guests.discard(guest)
        with contextlib.suppress(KeyError):
            self._selector.unregister(guest.connection)
        guest.connection.close()
