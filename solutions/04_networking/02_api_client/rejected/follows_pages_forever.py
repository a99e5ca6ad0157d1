"""Follows next wherever it leads: two pages that point at each other never end.

Loses: 3
"""

import email.utils
import enum
import re
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, TracebackType
from typing import Any, Self

import requests


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


ERRORS: dict[int, type[StatusError]] = {
    401: AccessDenied,
    403: AccessDenied,
    404: NotFound,
    422: Rejected,
    429: RateLimited,
}
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""


def _now() -> datetime:
    return datetime.now(UTC)


class ApiClient:
    """Asks the service; one client is for one thread at a time."""

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
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            # Said here and without the token: the library would quote it in its own complaint.
            raise ValueError("a token consists of visible ASCII characters")
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._retries = retries
        self._backoff = backoff
        self._longest_wait = longest_wait
        self._sleep = sleep
        self._clock = clock
        self._session = requests.Session()
        self._remembered: dict[str, tuple[str, _Answer]] = {}

    def repository(self, owner: str, name: str) -> Repository:
        """Return one repository."""
        return _repository(self._get(self._url(owner, name)).content)

    def issues(self, owner: str, name: str, *, state: str = "open", per_page: int = 30) -> Iterator[Issue]:
        """Yield the issues of a repository; a page is fetched when its first issue is asked for."""
        query = urllib.parse.urlencode({"state": state, "per_page": per_page})
        url: str | None = f"{self._url(owner, name)}/issues?{query}"
        seen: set[str] = set()
        while url is not None:
            if _origin(url) != _origin(self._base_url):
                raise UnexpectedAnswer(f"the next page is said to be on another host: {url}")
            seen.add(url)
            answer = self._get(url)
            if not isinstance(answer.content, list):
                raise UnexpectedAnswer("a page of issues is not a list")
            for record in answer.content:
                if not (isinstance(record, dict) and "pull_request" in record):
                    yield _issue(record)
            url = answer.next

    def create_issue(
        self, owner: str, name: str, *, title: str, body: str | None = None, labels: Iterable[str] = ()
    ) -> Issue:
        """Add an issue; the request is sent once, whatever happens."""
        issue = {"title": title, "body": body, "labels": list(labels)}
        response = self._send("POST", f"{self._url(owner, name)}/issues", json=issue)
        return _issue(_Answer.read(response, 201).content)

    def close(self) -> None:
        """Close the connections that are kept open for the next request."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r})"

    def _url(self, owner: str, name: str) -> str:
        path = "/".join(urllib.parse.quote(part, safe="") for part in ("repos", owner, name))
        return f"{self._base_url}/{path}"

    def _get(self, url: str) -> "_Answer":
        """Return the answer to a GET, from memory if the service says that it has not changed."""
        tag, known = self._remembered.get(url, (None, None))
        response = self._get_patiently(url, {} if tag is None else {"If-None-Match": tag})
        if response.status_code == 304 and known is not None:
            return known
        answer = _Answer.read(response, 200)
        if new_tag := response.headers.get("ETag"):
            self._remembered[url] = new_tag, answer
        else:
            self._remembered.pop(url, None)
        return answer

    def _get_patiently(self, url: str, headers: dict[str, str]) -> requests.Response:
        for attempt in range(self._retries + 1):
            wait = self._backoff * 2**attempt
            try:
                return self._send("GET", url, headers)
            except NoAnswer:
                if attempt == self._retries:
                    raise
            except StatusError as error:
                if error.status not in PASSING or attempt == self._retries:
                    raise
                if error.retry_after is not None:
                    wait = error.retry_after
                    if wait > self._longest_wait:
                        raise
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _send(
        self, method: str, url: str, headers: dict[str, str] | None = None, json: object = None
    ) -> requests.Response:
        """Send one request; return the response unless its status says no.

        The library takes ``Authorization`` away when a redirect leads to another host, port or scheme.
        """
        headers = {"Accept": "application/json", **(headers or {})}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            response = self._session.request(
                method,
                url,
                headers=headers,
                json=json,
                timeout=self._timeout,
                allow_redirects=method == "GET",  # a POST would become a GET
            )
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise NoAnswer(f"no answer to {method} {url}") from error
        except requests.RequestException as error:
            raise UnexpectedAnswer(f"the answer to {method} {url} is of no use") from error
        if response.ok:
            return response
        status = response.status_code
        kind = ServerError if status >= 500 else ERRORS.get(status, StatusError)
        raise kind(status, _message(response), self._seconds(response.headers.get("Retry-After", "")))

    def _seconds(self, text: str) -> float | None:
        """Return the seconds that a ``Retry-After`` means, ``None`` if it means nothing."""
        if re.fullmatch(r"[0-9]+", text):
            return float(text)
        try:
            date = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        if date.tzinfo is None:
            return None
        return max(0.0, (date - self._clock()).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The JSON of an answer and the address of the page after it."""

    content: object
    next: str | None

    @classmethod
    def read(cls, response: requests.Response, status: int) -> Self:
        """Take an answer apart, which has to have this status and to be JSON."""
        if response.status_code != status:
            raise UnexpectedAnswer(f"status {response.status_code}, expected {status}")
        try:
            content = response.json()
        except ValueError as error:
            raise UnexpectedAnswer("the answer is not JSON") from error
        following = response.links.get("next", {}).get("url")
        return cls(content=content, next=following and urllib.parse.urljoin(response.url, following))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port, which together say who is asked."""
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise UnexpectedAnswer(f"this is no address: {url}") from error
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _message(response: requests.Response) -> str:
    """Return what a refusal says about itself."""
    try:
        content = response.json()
    except ValueError:
        return ""
    message = content.get("message") if isinstance(content, dict) else None
    return message if isinstance(message, str) else ""


def _repository(record: object) -> Repository:
    pushed_at = _field(record, "pushed_at", str, NoneType)
    return Repository(
        id=_field(record, "id", int),
        full_name=_field(record, "full_name", str),
        description=_field(record, "description", str, NoneType),
        private=_field(record, "private", bool),
        stars=_field(record, "stargazers_count", int),
        owner=_user(_field(record, "owner", dict)),
        pushed_at=pushed_at and _time(pushed_at),
    )


def _issue(record: object) -> Issue:
    state, closed_at = _field(record, "state", str), _field(record, "closed_at", str, NoneType)
    if state not in {known.value for known in IssueState}:
        raise UnexpectedAnswer(f"{state!r} is not a state of an issue")
    return Issue(
        number=_field(record, "number", int),
        title=_field(record, "title", str),
        body=_field(record, "body", str, NoneType),
        state=IssueState(state),
        labels=tuple(_field(label, "name", str) for label in _field(record, "labels", list)),
        author=_user(_field(record, "user", dict)),
        created_at=_time(_field(record, "created_at", str)),
        closed_at=closed_at and _time(closed_at),
    )


def _user(record: object) -> User:
    return User(id=_field(record, "id", int), login=_field(record, "login", str))


def _field(record: object, name: str, *types: type) -> Any:
    """Return a field of a JSON object, which has to be there and to have one of these types."""
    if not isinstance(record, dict) or name not in record:
        raise UnexpectedAnswer(f"there is no field {name!r}")
    if type(record[name]) not in types:  # not isinstance: True would be an int
        raise UnexpectedAnswer(f"the field {name!r} is of type {type(record[name]).__name__}")
    return record[name]


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnexpectedAnswer(f"{text!r} is not a time") from error
    if moment.tzinfo is None:
        raise UnexpectedAnswer(f"{text!r} does not say its time zone")
    return moment.astimezone(UTC)
