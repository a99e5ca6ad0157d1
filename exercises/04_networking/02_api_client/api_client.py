"""A client for a JSON API. The results and the errors are given; ``ApiClient`` is yours."""

import enum
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self


class IssueState(enum.Enum):
    """Whether an issue still needs work."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who has an account."""

    id: int
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository; ``stars`` is called ``stargazers_count`` by the service."""

    id: int
    full_name: str
    description: str | None
    private: bool
    stars: int
    owner: User
    pushed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue; ``author`` is called ``user`` by the service, and ``labels`` are their names."""

    number: int
    title: str
    body: str | None
    state: IssueState
    labels: tuple[str, ...]
    author: User
    created_at: datetime
    closed_at: datetime | None


class ApiError(Exception):
    """Whatever goes wrong between this client and the service."""


class NoAnswer(ApiError):
    """There was no connection, no answer in time, or only a part of one."""


class UnexpectedAnswer(ApiError):
    """The service answered something that the client cannot use."""


class StatusError(ApiError):
    """The service answered with a status that says no.

    Attributes:
        status: the status code.
        message: what the service said, ``""`` if it said nothing.
        retry_after: seconds after which it wants to be asked again, ``None`` if it did not say.

    """

    def __init__(self, status: int, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{status} {message}".strip())
        self.status = status
        self.message = message
        self.retry_after = retry_after


class AccessDenied(StatusError):
    """401 or 403: the token is missing, wrong, or not allowed to do this."""


class NotFound(StatusError):
    """404: there is no such thing, or none that you may see."""


class Rejected(StatusError):
    """422: what was sent makes no sense."""


class RateLimited(StatusError):
    """429: too many requests."""


class ServerError(StatusError):
    """Any 5xx: the service is in trouble."""


def _now() -> datetime:
    return datetime.now(UTC)


class ApiClient:
    """Asks the service; one client is for one thread at a time.

    Args:
        base_url: what all addresses begin with; it may have a path, and may end in a slash.
        token: says who is asking; nobody in particular if ``None``.
        timeout: seconds to wait for a connection, and for the next bytes.
        retries: how many further tries a GET has.
        backoff: seconds before the first further try; each later wait is twice as long.
        longest_wait: seconds; if the service asks for a longer wait, the client gives up.
        sleep: called to wait.
        clock: tells the time, with a time zone.

    Raises:
        ValueError: the token is empty, or has other characters than visible ASCII.

    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        timeout: float = 10.0,
        retries: int = 3,
        backoff: float = 0.5,
        longest_wait: float = 60.0,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        raise NotImplementedError("look at the token and keep the arguments")

    def repository(self, owner: str, name: str) -> Repository:
        """Return one repository."""
        raise NotImplementedError("get /repos/OWNER/NAME and make a Repository of it")

    def issues(self, owner: str, name: str, *, state: str = "open", per_page: int = 30) -> Iterator[Issue]:
        """Yield the issues of a repository, page after page, as they are asked for."""
        raise NotImplementedError("get /repos/OWNER/NAME/issues and what the Link header leads to")

    def create_issue(
        self, owner: str, name: str, *, title: str, body: str | None = None, labels: Iterable[str] = ()
    ) -> Issue:
        """Add an issue and return it; the request is sent once, whatever happens."""
        raise NotImplementedError("post the issue to /repos/OWNER/NAME/issues")

    def close(self) -> None:
        """Let go of connections that are kept open; closing again does nothing."""
        raise NotImplementedError("close what is open")

    def __enter__(self) -> Self:
        raise NotImplementedError("return the client")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError("close the client")

    def __repr__(self) -> str:
        raise NotImplementedError("say which service is asked, and not by whom")
