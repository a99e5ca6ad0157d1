"""A chat over TCP: frames on a stream of bytes, a client, and a server."""

import socket
from types import TracebackType
from typing import Self

FRAME_LIMIT = 65_536
"""Bytes of the longest payload, unless told otherwise."""


class FrameError(Exception):
    """The peer broke the rules: what it sent is no frame, or no text."""


class FrameTooLarge(FrameError):
    """A payload is longer than the limit."""


class FrameTruncated(FrameError):
    """The stream ended in the middle of a frame."""


def send_frame(connection: socket.socket, payload: bytes, *, limit: int = FRAME_LIMIT) -> None:
    """Send one frame: the size of the payload in four bytes, the most significant first, and the payload.

    Raises:
        FrameTooLarge: the payload is longer than ``limit``; nothing has been sent.

    """
    raise NotImplementedError("send the size and the payload, all of it")


def receive_frame(connection: socket.socket, *, limit: int = FRAME_LIMIT) -> bytes | None:
    """Return the payload of the next frame, or ``None`` if the stream has ended before it.

    Raises:
        FrameTooLarge: the frame is longer than ``limit``; none of its payload has been read.
        FrameTruncated: the stream ended inside the frame.

    """
    raise NotImplementedError("read the size, then exactly as many bytes, and no byte more")


class ChatClient:
    """One participant. One thread may send while another one receives."""

    def __init__(self, connection: socket.socket, name: str, *, frame_limit: int = FRAME_LIMIT) -> None:
        raise NotImplementedError("keep the connection and send the name as the first frame")

    @classmethod
    def connect(cls, address: tuple[str, int], name: str, *, frame_limit: int = FRAME_LIMIT) -> Self:
        """Connect to a host and port and return the client."""
        raise NotImplementedError("connect a socket and make a client of it")

    def send(self, text: str) -> None:
        """Send a text; one of more than ``frame_limit`` bytes raises ``FrameTooLarge``."""
        raise NotImplementedError("send the text as one frame in UTF-8")

    def receive(self) -> str | None:
        """Wait for the next message; ``None`` at the end, ``FrameError`` for what is no frame or no UTF-8."""
        raise NotImplementedError("receive one frame and decode its payload")

    def finish(self) -> None:
        """Say that nothing more will be sent; messages can still be received."""
        raise NotImplementedError("end the sending direction of the connection")

    def close(self) -> None:
        """Close the connection; closing it again does nothing."""
        raise NotImplementedError("close the connection")

    def __enter__(self) -> Self:
        raise NotImplementedError("return the client")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError("close the client")


class ChatServer:
    """Hands on what each client says to all of them.

    Args:
        host: where to listen.
        port: where to listen; 0 for any free port.
        frame_limit: bytes of the longest payload that a client may send.
        backlog_limit: bytes that may wait for one client before it is dropped.
        send_buffer: the option ``SO_SNDBUF`` of each client's connection; the system's own if ``None``.

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
        raise NotImplementedError("listen on host and port")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, the real one if port 0 was asked for."""
        raise NotImplementedError("return the address of the listening socket")

    def start(self) -> None:
        """Begin to serve, and return."""
        raise NotImplementedError("accept and serve clients without holding up the caller")

    def stop(self, grace: float = 5.0) -> None:
        """Take no more clients, deliver what waits, and end all connections and threads.

        Args:
            grace: seconds after which clients that have not taken their messages are cut off.

        """
        raise NotImplementedError("stop accepting, deliver, cut off what is left, and wait for all threads")

    def __enter__(self) -> Self:
        raise NotImplementedError("start the server and return it")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError("stop the server")
