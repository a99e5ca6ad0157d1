"""Nothing left to the library but one exchange: redirects, links and results are taken apart by hand."""

import dataclasses
import enum
import json
import re
import time
import types
import typing
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urljoin, urlsplit

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


NAMES = {"stars": "stargazers_count", "author": "user"}
"""Fields of results that have another name in the JSON."""


def _now() -> datetime:
    return datetime.now(UTC)


def _convert(value: object, wanted: Any) -> Any:
    """Return JSON as a value of an annotated type."""
    if isinstance(wanted, types.UnionType):
        return None if value is None else _convert(value, typing.get_args(wanted)[0])
    if wanted is datetime:
        return _moment(_convert(value, str))
    if wanted == tuple[str, ...]:
        return tuple(_convert(_member(it, "name"), str) for it in _convert(value, list))
    if wanted is IssueState:
        if value not in ("open", "closed"):
            raise UnexpectedAnswer(f"{value!r} is no state")
        return IssueState(value)
    if dataclasses.is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        read = {name: _convert(_member(value, NAMES.get(name, name)), kind) for name, kind in hints.items()}
        return typing.cast(Any, wanted)(**read)
    if type(value) is not wanted:
        raise UnexpectedAnswer(f"expected {wanted.__name__}, got {type(value).__name__}")
    return value


def _member(value: object, name: str) -> object:
    if type(value) is not dict or name not in value:
        raise UnexpectedAnswer(f"there is no {name}")
    return value[name]


def _moment(text: str) -> datetime:
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:(Z)|([+-])(\d\d):(\d\d))", text)
    if parts is None:
        raise UnexpectedAnswer(f"{text!r} is no time")
    moment = datetime.fromisoformat(parts[1]).replace(tzinfo=UTC)
    if parts[2]:
        return moment
    offset = timedelta(hours=int(parts[4]), minutes=int(parts[5]))
    return moment - offset if parts[3] == "+" else moment + offset


@dataclass(frozen=True)
class _Page:
    status: int
    url: str
    headers: Any
    body: bytes

    def content(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise UnexpectedAnswer("the answer is no JSON") from None

    def next(self) -> str | None:
        """Return the target of the link with the relation next."""
        for target, parameters in re.findall(r"<([^>]*)>([^<]*)", self.headers.get("Link", "")):
            relation = re.search(r';\s*rel\s*=\s*"?([^";,]+)', parameters)
            if relation is not None and "next" in relation[1].split():
                return str(urljoin(self.url, target))
        return None


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
        if token is not None and not (token and all("!" <= it <= "~" for it in token)):
            raise ValueError("a token is made of visible ASCII characters")
        self.base_url = base_url[:-1] if base_url.endswith("/") else base_url
        self._token = token
        self._options = timeout, retries, backoff, longest_wait, sleep, clock
        self._known: dict[str, _Page] = {}

    def repository(self, owner: str, name: str) -> Repository:
        """Return one repository."""
        page = self._get(f"{self.base_url}/repos/{quote(owner, '')}/{quote(name, '')}")
        return typing.cast(Repository, _convert(page.content(), Repository))

    def issues(self, owner: str, name: str, *, state: str = "open", per_page: int = 30) -> Iterator[Issue]:
        """Yield the issues, page after page."""
        base = f"{self.base_url}/repos/{quote(owner, '')}/{quote(name, '')}/issues?"
        return self._walk(base + urlencode({"per_page": per_page, "state": state}), frozenset())

    def create_issue(
        self, owner: str, name: str, *, title: str, body: str | None = None, labels: Iterable[str] = ()
    ) -> Issue:
        """Add an issue."""
        url = f"{self.base_url}/repos/{quote(owner, '')}/{quote(name, '')}/issues"
        issue = json.dumps({"title": title, "body": body, "labels": list(labels)}).encode()
        page = self._exchange("POST", url, {"Content-Type": "application/json"}, issue)
        if page.status != 201:
            raise UnexpectedAnswer(f"status {page.status}")
        return typing.cast(Issue, _convert(page.content(), Issue))

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ApiClient for {self.base_url}>"

    def _walk(self, url: str, been: frozenset[str]) -> Iterator[Issue]:
        if url in been or not self._ours(url):
            raise UnexpectedAnswer("the next page is one of those before, or elsewhere")
        page = self._get(url)
        for it in _convert(page.content(), list):
            if type(it) is not dict or "pull_request" not in it:
                yield _convert(it, Issue)
        following = page.next()
        if following is not None:
            yield from self._walk(following, been | {url})

    def _ours(self, url: str) -> bool:
        places = []
        for address in (self.base_url, url):
            parts = urlsplit(address)
            try:
                port = parts.port or (80 if parts.scheme == "http" else 443)
            except ValueError:  # no port has such a number
                return False
            places.append((parts.scheme, parts.hostname, port))
        return places[0] == places[1]

    def _waits(self) -> Generator[float | None, float | None, None]:
        """Yield the wait before each further try; it is sent what Retry-After asked for."""
        _, retries, backoff, longest, _, _ = self._options
        for attempt in range(retries):
            asked = yield None
            if asked is not None and asked > longest:
                return
            yield backoff * 2**attempt if asked is None else asked

    def _get(self, url: str) -> _Page:
        known = self._known.get(url)
        headers = {} if known is None else {"If-None-Match": known.headers["ETag"]}
        waits = self._waits()
        while True:
            more = next(waits, "no") is None
            try:
                page = self._exchange("GET", url, headers)
                break
            except (NoAnswer, StatusError) as error:
                status = getattr(error, "status", 503)
                if not more or status not in (429, 500, 502, 503, 504):
                    raise
                try:
                    wait = waits.send(getattr(error, "retry_after", None))
                except StopIteration:
                    raise error from None
                assert wait is not None
                self._options[4](wait)
        if page.status == 304 and known is not None:
            return known
        if page.status != 200:
            raise UnexpectedAnswer(f"status {page.status}")
        self._known.pop(url, None)
        if "ETag" in page.headers:
            self._known[url] = page
        return page

    def _exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> _Page:
        """Send a request, and a GET again wherever it is redirected to."""
        for _ in range(10):
            sent = {**headers, "Accept": "application/json"}
            if self._token is not None and self._ours(url):
                sent["Authorization"] = f"Bearer {self._token}"
            timeout = (self._options[0], self._options[0])
            try:
                response = requests.request(
                    method, url, headers=sent, data=body, timeout=timeout, allow_redirects=False
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                raise NoAnswer(type(error).__name__) from None
            except requests.exceptions.ChunkedEncodingError:
                raise NoAnswer("the answer broke off") from None
            except requests.RequestException as error:
                raise UnexpectedAnswer(type(error).__name__) from None
            if method != "GET" or response.status_code not in (301, 302, 303, 307, 308):
                break
            url = urljoin(url, response.headers.get("Location", ""))
        if response.status_code >= 400:
            raise self._refusal(response)
        return _Page(response.status_code, url, response.headers, response.content)

    def _refusal(self, response: requests.Response) -> StatusError:
        status = response.status_code
        try:
            message = _convert(_member(json.loads(response.content), "message"), str)
        except (ValueError, UnexpectedAnswer):
            message = ""
        kind: type[StatusError] = ServerError if status >= 500 else StatusError
        if status in (401, 403):
            kind = AccessDenied
        elif status == 404:
            kind = NotFound
        elif status == 422:
            kind = Rejected
        elif status == 429:
            kind = RateLimited
        return kind(status, message, self._retry_after(response.headers.get("Retry-After", "")))

    def _retry_after(self, text: str) -> float | None:
        if text and set(text) <= set("0123456789"):
            return int(text)
        parts = parsedate_tz(text)
        if parts is None or parts[9] is None:
            return None
        try:
            return max(0.0, mktime_tz(parts) - self._options[5]().timestamp())
        except (ValueError, OverflowError):
            return None
