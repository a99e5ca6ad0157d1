"""Layers, each a function around the next: send once, retry, remember; the client knows the outermost."""

import enum
import string
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
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


def _now() -> datetime:
    return datetime.now(UTC)


Get = Callable[[str, Mapping[str, str]], requests.Response]


def _seconds(header: str | None, clock: Callable[[], datetime]) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for."""
    if not header:
        return None
    if header.isdecimal() and header.isascii():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
        return max((until - clock()).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def _refuse(response: requests.Response, clock: Callable[[], datetime]) -> None:
    """Raise the error of a status that says no."""
    status = response.status_code
    if status < 400:
        return
    try:
        message = response.json()["message"]
    except (ValueError, KeyError, TypeError, IndexError):
        message = ""
    kinds = {401: AccessDenied, 403: AccessDenied, 404: NotFound, 422: Rejected, 429: RateLimited}
    kind = ServerError if status > 499 else kinds.get(status, StatusError)
    told = message if isinstance(message, str) else ""
    raise kind(status, told, _seconds(response.headers.get("Retry-After"), clock))


def _patient(get: Get, retries: int, backoff: float, longest: float, sleep: Callable[[float], object]) -> Get:
    """Return a ``get`` that tries again."""

    def again(
        url: str, headers: Mapping[str, str], left: int = retries, wait: float = backoff
    ) -> requests.Response:
        pause = wait
        try:
            return get(url, headers)
        except NoAnswer:
            if not left:
                raise
        except StatusError as error:
            if not left or error.status not in (429, 500, 502, 503, 504):
                raise
            if error.retry_after is not None:
                pause = error.retry_after
                if pause > longest:
                    raise
        sleep(pause)
        return again(url, headers, left - 1, wait * 2)

    return again


def _remembering(get: Get) -> Get:
    """Return a ``get`` that asks for news only, and gives the whole old response if there are none."""
    memory: dict[str, requests.Response] = {}

    def ask(url: str, headers: Mapping[str, str]) -> requests.Response:
        old = memory.get(url)
        if old is not None:
            headers = {**headers, "If-None-Match": old.headers["ETag"]}
        response = get(url, headers)
        if old is not None and response.status_code == 304:
            return old
        memory.pop(url, None)
        if response.headers.get("ETag"):
            memory[url] = response
        return response

    return ask


class _Record:
    """A JSON object that is asked for fields of a type."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise UnexpectedAnswer(f"expected an object, got {type(value).__name__}")
        self._value = value

    def get(self, name: str, *kinds: type) -> Any:
        try:
            value = self._value[name]
        except KeyError:
            raise UnexpectedAnswer(f"{name} is missing") from None
        if type(value) not in kinds:
            raise UnexpectedAnswer(f"{name} is of another type")
        return value

    def time(self, name: str, *, needed: bool = True) -> datetime | None:
        text = self.get(name, str) if needed else self.get(name, str, type(None))
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise UnexpectedAnswer(f"{name} is no time") from None
        if moment.utcoffset() is None:
            raise UnexpectedAnswer(f"{name} has no offset")
        return moment.astimezone(UTC)

    def user(self, name: str) -> User:
        record = _Record(self.get(name, dict))
        return User(id=record.get("id", int), login=record.get("login", str))

    def as_repository(self) -> Repository:
        return Repository(
            id=self.get("id", int),
            full_name=self.get("full_name", str),
            description=self.get("description", str, type(None)),
            private=self.get("private", bool),
            stars=self.get("stargazers_count", int),
            owner=self.user("owner"),
            pushed_at=self.time("pushed_at", needed=False),
        )

    def as_issue(self) -> Issue:
        try:
            state = IssueState(self.get("state", str))
        except ValueError:
            raise UnexpectedAnswer("an unknown state") from None
        created_at = self.time("created_at")
        assert created_at is not None
        return Issue(
            number=self.get("number", int),
            title=self.get("title", str),
            body=self.get("body", str, type(None)),
            state=state,
            labels=tuple(_Record(it).get("name", str) for it in self.get("labels", list)),
            author=self.user("user"),
            created_at=created_at,
            closed_at=self.time("closed_at", needed=False),
        )


def _content(response: requests.Response, status: int) -> Any:
    if response.status_code != status:
        raise UnexpectedAnswer(f"status {response.status_code}")
    try:
        return response.json()
    except ValueError as error:
        raise UnexpectedAnswer("no JSON") from error


class _Bearer(requests.auth.AuthBase):
    """Adds the token. The library leaves it out when it follows a redirect to somebody else."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class ApiClient:
    """Asks the service."""

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
        visible = set(string.ascii_letters + string.digits + string.punctuation)
        if token is not None and (not token or not visible.issuperset(token)):
            raise ValueError("this is no token")
        self._base_url = base_url.removesuffix("/")
        self._timeout = timeout
        self._clock = clock
        self._session = requests.Session()
        if token is not None:
            self._session.auth = _Bearer(token)
        once: Get = lambda url, headers: self._send("GET", url, headers=headers)  # noqa: E731
        self._get = _remembering(_patient(once, retries, backoff, longest_wait, sleep))

    def repository(self, owner: str, name: str) -> Repository:
        """Return one repository."""
        return _Record(_content(self._get(self._path(owner, name), {}), 200)).as_repository()

    def issues(self, owner: str, name: str, *, state: str = "open", per_page: int = 30) -> Iterator[Issue]:
        """Yield the issues, page after page."""
        for page in self._pages(f"{self._path(owner, name, 'issues')}?state={state}&per_page={per_page}"):
            if type(page) is not list:
                raise UnexpectedAnswer("no list")
            yield from (
                _Record(it).as_issue() for it in page if not (type(it) is dict and "pull_request" in it)
            )

    def create_issue(
        self, owner: str, name: str, *, title: str, body: str | None = None, labels: Iterable[str] = ()
    ) -> Issue:
        """Add an issue."""
        issue: dict[str, Any] = {"title": title, "labels": [*labels]}
        if body is not None:
            issue["body"] = body
        url = self._path(owner, name, "issues")
        response = self._send("POST", url, json=issue, allow_redirects=False)
        return _Record(_content(response, 201)).as_issue()

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ApiClient({self._base_url!r})"

    def _path(self, *names: str) -> str:
        return "/".join([self._base_url, "repos", *(urllib.parse.quote(it, safe="") for it in names)])

    def _pages(self, url: str) -> Iterator[Any]:
        been = [url]
        while True:
            response = self._get(url, {})
            yield _content(response, 200)
            if "next" not in response.links:
                return
            url = urllib.parse.urljoin(response.url, response.links["next"]["url"])
            if url in been:
                raise UnexpectedAnswer("the pages go round")
            try:
                elsewhere = self._session.should_strip_auth(self._base_url, url)  # type: ignore[no-untyped-call]
            except ValueError as error:  # no port has such a number
                raise UnexpectedAnswer("the next page is nowhere") from error
            if elsewhere:
                raise UnexpectedAnswer("the next page is elsewhere")
            been.append(url)

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        options["headers"] = {**options.get("headers", {}), "Accept": "application/json"}
        try:
            response = self._session.request(method, url, timeout=self._timeout, **options)
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise NoAnswer(f"{method} {url}") from error
        except requests.RequestException as error:
            raise UnexpectedAnswer(f"{method} {url}") from error
        _refuse(response, self._clock)
        return response
