"""A small HTTP/1.1 server on asyncio streams, and a client that fetches many APIs at a time."""

import enum
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a handler gets. This class is given: use it as it is."""

    method: str
    """As it was sent: ``"GET"``."""
    path: str
    """The target up to the question mark, as it was sent."""
    query: str
    """What follows the question mark; empty if there is none."""
    headers: Mapping[str, str]
    """The values without the space around them, by the names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a handler returns. This class is given: use it as it is."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
"""A plain function, or one that is defined with ``async def``."""


class Problem(enum.Enum):
    """Why there is no reply. This class is given."""

    ADDRESS = "address"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    STATUS = "status"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an API answered. This class is given."""

    url: str
    status: int
    data: Any
    """What the JSON of the body means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong with a request. This class is given."""

    url: str
    problem: Problem
    status: int | None = None
    """The status of the answer if the problem is ``STATUS``, otherwise ``None``."""
    detail: str = ""
    """A word for people, if you like."""


class Server:
    """An HTTP server.

    Args:
        routes: the handlers by method and path: ``{("GET", "/books"): list_books}``.
        timeout: seconds within which a request has to arrive, and an answer has to be taken.
        max_head: the most bytes of a request up to the end of its blank line.
        max_body: the most bytes of a body.

    """

    def __init__(
        self,
        routes: Mapping[tuple[str, str], Handler],
        *,
        timeout: float = 10.0,
        max_head: int = 8192,
        max_body: int = 1_000_000,
    ) -> None:
        raise NotImplementedError("keep what the server needs; it does not listen yet")

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Begin to accept connections; return the port, which the system chooses if ``port`` is 0."""
        raise NotImplementedError("listen, and return the port")

    async def stop(self, grace: float = 10.0) -> None:
        """Accept nothing more, finish what is being handled, and close everything.

        Args:
            grace: seconds after which handlers that still run are cancelled.

        """
        raise NotImplementedError("end without leaving a task or a connection behind")


async def fetch_all(urls: Iterable[str], *, limit: int = 10, timeout: float = 10.0) -> list[Reply | Failure]:
    """Fetch JSON from all addresses, and return one result for each, in their order.

    Args:
        urls: addresses that begin with ``http://``.
        limit: the most requests at a time.
        timeout: seconds for each request.

    Raises:
        ValueError: ``limit`` is less than 1.

    """
    raise NotImplementedError("fetch at most limit addresses at a time; a failure is a result")
