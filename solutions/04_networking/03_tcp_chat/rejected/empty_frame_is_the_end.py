"""Asks whether the payload is true: a frame without payload looks like the end of the stream.

Loses: 1, 4
"""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections import deque
from types import TracebackType
from typing import Self

FRAME_LIMIT = 65_536
"""Bytes of the longest payload, unless told otherwise."""
NAME_LIMIT = 20
"""Characters of the longest name."""
ADDED = 100
"""Bytes that the server may add to the text of a client: its name, and what stands around it."""

_SIZE = struct.Struct(">I")


class FrameError(Exception):
    """The peer broke the rules: what it sent is no frame, or no text."""


class FrameTooLarge(FrameError):
    """A payload is longer than the limit."""


class FrameTruncated(FrameError):
    """The stream ended in the middle of a frame."""


def send_frame(connection: socket.socket, payload: bytes, *, limit: int = FRAME_LIMIT) -> None:
    """Send one frame; a payload longer than ``limit`` raises ``FrameTooLarge`` and nothing is sent."""
    connection.sendall(_frame(payload, limit))


def receive_frame(connection: socket.socket, *, limit: int = FRAME_LIMIT) -> bytes | None:
    """Return the payload of the next frame, or ``None`` if the stream has ended before it.

    Raises:
        FrameTooLarge: the frame is longer than ``limit``; none of its payload has been read.
        FrameTruncated: the stream ended inside the frame.

    """
    header = _receive(connection, _SIZE.size)
    if not header or header == bytes(_SIZE.size):
        return None
    if len(header) == _SIZE.size:
        (size,) = _SIZE.unpack(header)
        if size > limit:
            raise FrameTooLarge(f"a frame of {size} bytes was announced, at most {limit} are allowed")
        payload = _receive(connection, size)
        if len(payload) == size:
            return payload
    raise FrameTruncated("the stream ended inside a frame")


def _frame(payload: bytes, limit: int) -> bytes:
    if len(payload) > limit:
        raise FrameTooLarge(f"the payload has {len(payload)} bytes, at most {limit} are allowed")
    return _SIZE.pack(len(payload)) + payload


def _receive(connection: socket.socket, size: int) -> bytes:
    """Return the next ``size`` bytes, or fewer if the stream ends before."""
    pieces = bytearray()
    while len(pieces) < size:
        piece = connection.recv(size - len(pieces))
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def _receive_text(connection: socket.socket, limit: int) -> str | None:
    """Return the text of the next frame; each frame is decoded by itself."""
    payload = receive_frame(connection, limit=limit)
    if payload is None:
        return None
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise FrameError("the payload is not UTF-8") from error


class ChatClient:
    """One participant. One thread may send while another one receives."""

    def __init__(self, connection: socket.socket, name: str, *, frame_limit: int = FRAME_LIMIT) -> None:
        self._connection = connection
        self._frame_limit = frame_limit
        self.send(name)

    @classmethod
    def connect(cls, address: tuple[str, int], name: str, *, frame_limit: int = FRAME_LIMIT) -> Self:
        """Connect to a server and introduce oneself."""
        connection = socket.create_connection(address)
        try:
            return cls(connection, name, frame_limit=frame_limit)
        except BaseException:
            connection.close()
            raise

    def send(self, text: str) -> None:
        """Say something; a text longer than the limit raises ``FrameTooLarge`` and nothing is sent."""
        send_frame(self._connection, text.encode(), limit=self._frame_limit)

    def receive(self) -> str | None:
        """Wait for the next message; ``None`` when the server has ended."""
        return _receive_text(self._connection, self._frame_limit + ADDED)

    def finish(self) -> None:
        """Say that nothing more will be sent; messages can still be received."""
        self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection; closing it again does nothing."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ChatServer:
    """Hands on what each client says to all of them.

    Each connection has two threads. Its reader waits for frames and puts what they say into the outbox of
    every member, which never waits; its writer empties the outbox, and may wait as long as it must. So a
    client that does not read holds up its own writer and nobody else.

    ``_lock`` protects ``_sessions`` and ``_members``, and makes each broadcast one step.
    """

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
        self._listener = socket.create_server((host, port), backlog=128)  # allows a port used a moment ago
        self._listener.setblocking(False)
        self._address: tuple[str, int] = self._listener.getsockname()[:2]
        self._woken, self._waker = socket.socketpair()
        self._porter = threading.Thread(target=self._welcome, name="chat-porter")
        self._lock = threading.Lock()
        self._sessions: list[_Session] = []
        self._members: list[_Session] = []
        self._stopped = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, the real one if port 0 was asked for."""
        return self._address

    def start(self) -> None:
        """Begin to serve, and return at once."""
        self._porter.start()

    def stop(self, grace: float = 5.0) -> None:
        """Take no more clients, deliver what has been said, end all connections and threads.

        A client that has not taken its messages after ``grace`` seconds is cut off.
        """
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        self._waker.send(b"!")
        if self._porter.ident is not None:
            self._porter.join()
        for closed in (self._listener, self._woken, self._waker):
            closed.close()
        with self._lock:
            sessions = list(self._sessions)
            for session in sessions:
                session.stop_reading()  # from here on it is like a client that has finished
        deadline = time.monotonic() + grace
        for session in sessions:
            session.thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            for session in self._sessions:
                session.cut()
        for session in sessions:
            session.thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _welcome(self) -> None:
        """Accept connections until ``stop`` writes to the other end of ``_woken``."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while all(key.fileobj is not self._woken for key, _ in selector.select()):
                with contextlib.suppress(OSError):  # it may have gone again
                    connection, _ = self._listener.accept()
                    self._open(connection)

    def _open(self, connection: socket.socket) -> None:
        connection.setblocking(True)  # on some systems it takes after the listener
        if self._send_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
        session = _Session(connection, self._backlog_limit)
        session.thread = threading.Thread(target=self._serve, args=(session,), name="chat-session")
        with self._lock:
            self._sessions.append(session)
        session.thread.start()

    def _serve(self, session: "_Session") -> None:
        """Read what one client says, from its name to its end."""
        writer = threading.Thread(target=session.write, name="chat-writer")
        writer.start()
        try:
            self._read(session)
        except (FrameError, OSError):
            session.cut()
        finally:
            self._leave(session)
            session.outbox.close()
            writer.join()
            with self._lock:  # so that nobody cuts a connection that has been closed
                self._sessions.remove(session)
                session.connection.close()

    def _read(self, session: "_Session") -> None:
        name = _receive_text(session.connection, self._frame_limit)
        if name is None or not (name.isalnum() and len(name) <= NAME_LIMIT):
            raise FrameError("this is no name")
        session.name = name
        with self._lock:
            self._members.append(session)
            self._broadcast(f"* {name} joined")
        while (text := _receive_text(session.connection, self._frame_limit)) is not None:
            with self._lock:
                self._broadcast(f"{name}: {text}")

    def _leave(self, session: "_Session") -> None:
        with self._lock:
            if session in self._members:
                self._members.remove(session)
                if not self._stopped:
                    self._broadcast(f"* {session.name} left")

    def _broadcast(self, text: str) -> None:
        """Put a message into every outbox; the lock is held."""
        frame = _frame(text.encode(), self._frame_limit + ADDED)
        for member in self._members:
            if not member.outbox.put(frame):
                member.cut()  # its reader wakes up and leaves


class _Session:
    """One connection and what waits to be sent to it."""

    thread: threading.Thread

    def __init__(self, connection: socket.socket, backlog_limit: int) -> None:
        self.connection = connection
        self.outbox = _Outbox(backlog_limit)
        self.name = ""

    def write(self) -> None:
        """Send frames as they come, and the end of the stream after the last."""
        try:
            while (frame := self.outbox.get()) is not None:
                self.connection.sendall(frame)
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()

    def stop_reading(self) -> None:
        """Let the reader see the end of the stream."""
        with contextlib.suppress(OSError):  # the client has gone
            self.connection.shutdown(socket.SHUT_RD)

    def cut(self) -> None:
        """End both directions now: whoever waits for the connection or the outbox wakes up."""
        self.outbox.abandon()
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class _Outbox:
    """A queue of frames that is bounded in bytes; putting never waits."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, frame: bytes) -> bool:
        """Add a frame; tell whether all that waits is within the limit."""
        with self._changed:
            if not self._closed:
                self._frames.append(frame)
                self._size += len(frame)
                self._changed.notify()
            return self._size <= self._limit

    def get(self) -> bytes | None:
        """Wait for the next frame; ``None`` when the outbox is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._closed)
            if not self._frames:
                return None
            frame = self._frames.popleft()
            self._size -= len(frame)
            return frame

    def close(self) -> None:
        """Take no more frames."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def abandon(self) -> None:
        """Take no more frames, and forget those that wait."""
        with self._changed:
            self._closed = True
            self._frames.clear()
            self._size = 0
            self._changed.notify()
