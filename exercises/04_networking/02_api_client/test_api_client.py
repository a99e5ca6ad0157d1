"""The suite of "An API client": the network below the client is ours, through requests-mock.

What has to do with a real network (silence, a body that breaks off) is asked of a real server on loopback.
Sleeping is written down, and the clock stands still at NOON.
"""

import contextlib
import dataclasses
import functools
import itertools
import json
import logging
import os
import threading
import time
import traceback
from datetime import UTC, datetime

import pytest
import requests
import requests_mock as mocking
from api_client import (
    AccessDenied,
    ApiClient,
    ApiError,
    Issue,
    IssueState,
    NoAnswer,
    NotFound,
    RateLimited,
    Rejected,
    Repository,
    ServerError,
    StatusError,
    UnexpectedAnswer,
)

BASE = "https://api.forge.test"
REPOSITORY = f"{BASE}/repos/ann/tools"
ISSUES = f"{REPOSITORY}/issues"
PAGE = f"{ISSUES}?page="
TOKEN = "ghp_Tr0ub4dor"
NOON = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)
PATIENCE = 2.0
"""Seconds that a silent server keeps silent for a hand-in that waits for it."""

GET = "client.repository('ann', 'tools')"
LIST = "client.issues('ann', 'tools')"
CREATE = "client.create_issue('ann', 'tools', title='T')"

ANN = {"id": 7, "login": "ann", "site_admin": False}


def repository(**changes):
    """Return a repository as the service describes it."""
    return {
        "id": 42,
        "full_name": "ann/tools",
        "description": "Small tools",
        "private": True,
        "stargazers_count": 12,
        "owner": ANN,
        "pushed_at": "2024-02-28T23:59:30Z",
        "forks": 3,
    } | changes


def issue(number, /, **changes):
    """Return an issue as the service describes it."""
    return {
        "number": number,
        "title": f"Issue {number}",
        "body": None,
        "state": "open",
        "labels": [],
        "user": ANN,
        "created_at": "2024-02-01T08:00:00Z",
        "closed_at": None,
        "comments": 0,
    } | changes


def fields(result):
    """Return the fields of a result, as plain data."""
    return dataclasses.asdict(result) if dataclasses.is_dataclass(result) else result


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the service answers: JSON, or a body as it is, or no answer at all."""

    content: object = None
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes | None = None
    error: Exception | None = None


class Forge:
    """The service: answers by address, and what it has been asked."""

    def __init__(self, check, mocker):
        self.check = check
        self.waits = []
        self._answers = {}
        self._mocker = mocker
        mocker.register_uri(mocking.ANY, mocking.ANY, content=self._answer)

    def on(self, address, *answers):
        """Answer requests for an address with these in turn; the last one stays."""
        self._answers[address] = list(answers)

    def client(self, token=TOKEN, base_url=BASE, **options):
        """Return a client that sleeps by writing down how long."""
        options = {"sleep": self.waits.append, "clock": lambda: NOON, "retries": 0} | options
        return ApiClient(base_url, token, **options)

    @property
    def requests(self):
        return list(self._mocker.request_history)

    @property
    def asked(self):
        """The requests so far, as text."""
        return [f"{request.method} {request.url}" for request in self.requests]

    def call(self, action, call):
        """Return what ``action()`` returns; an exception fails the case."""
        try:
            return action()
        except Exception as error:
            return self.check.that(False, call, "no exception", f"it raised {type(error).__name__}: {error}")

    def get(self, client=None, told=""):
        """Get the repository; an exception fails the case."""
        client = client or self.client()
        return self.call(lambda: client.repository("ann", "tools"), f"{GET}{told}")

    def get_fails(self, kind, told, client=None):
        """Get the repository, require an exception and return it."""
        client = client or self.client()
        return self.check.raises(kind, lambda: client.repository("ann", "tools"), f"{GET}{told}")

    def create_fails(self, kind, told, client=None):
        """Create an issue, require an exception and return it."""
        client = client or self.client()
        return self.check.raises(
            kind, lambda: client.create_issue("ann", "tools", title="T"), f"{CREATE}{told}"
        )

    def issues(self, client=None, told="", **parameters):
        """Return the iterator of the issues."""
        client = client or self.client()
        return self.call(lambda: iter(client.issues("ann", "tools", **parameters)), f"{LIST}{told}")

    def numbers(self, issues, told="", count=100):
        """Return the numbers of the next issues, at most ``count``."""
        found = []
        while len(found) < count:
            item = self.call(lambda: next(issues, None), f"next issue of {LIST}{told}, after {found}")
            if item is None:
                break
            self.check.that(type(item) is Issue, f"next issue of {LIST}{told}", "an Issue", item)
            found.append(item.number)
        return found

    def next_fails(self, issues, told):
        """Require that asking for one more issue is an UnexpectedAnswer."""
        self.check.raises(UnexpectedAnswer, lambda: next(issues), f"one more issue of {LIST}{told}")

    def _answer(self, request, context):
        known = self._answers.get(request.url) or self._answers.get(request.url.partition("?")[0])
        if not known:
            answer = Answer({"message": "Not Found"}, 404)
        else:
            answer = known.pop(0) if len(known) > 1 else known[0]
        if answer.error is not None:
            raise answer.error
        context.status_code = answer.status
        context.headers.update(answer.headers)
        return json.dumps(answer.content).encode() if answer.body is None else answer.body


@pytest.fixture
def forge(check, monkeypatch):
    monkeypatch.setenv("NETRC", os.devnull)
    with mocking.Mocker(case_sensitive=True) as mocker:
        yield Forge(check, mocker)


@pytest.fixture
def network(http_server, monkeypatch):
    monkeypatch.setenv("NETRC", os.devnull)
    monkeypatch.setenv("no_proxy", "*")
    http_server.over = threading.Event()
    yield http_server
    http_server.over.set()


def link(**addresses):
    """Return the header Link for relations and addresses."""
    return {"Link": ", ".join(f'<{address}>; rel="{name}"' for name, address in addresses.items())}


def pages(forge, *contents):
    """Serve pages of issues that lead from one to the next."""
    for number, content in enumerate(contents, 1):
        more = link(next=f"{PAGE}{number + 1}", last=f"{PAGE}{len(contents)}")
        headers = more if number < len(contents) else link(first=f"{PAGE}1")
        address = ISSUES if number == 1 else f"{PAGE}{number}"
        forge.on(address, Answer([issue(it) for it in content], headers=headers))


# 1. Ask and answer


@pytest.mark.task(1)
def test_a_repository(forge, check):
    """A repository comes as a Repository, its times with a time zone; unknown fields are left out."""
    expected = {
        "id": 42,
        "full_name": "ann/tools",
        "description": "Small tools",
        "private": True,
        "stars": 12,
        "owner": {"id": 7, "login": "ann"},
        "pushed_at": datetime(2024, 2, 28, 23, 59, 30, tzinfo=UTC),
    }
    for changes in ({}, {"description": None, "pushed_at": None}):
        forge.on(REPOSITORY, Answer(repository(**changes)))
        found = forge.get()
        check.that(type(found) is Repository, GET, "a Repository", found)
        check.equal(expected | changes, fields(found), f"the fields of {GET}")


@pytest.mark.task(1)
def test_a_request(forge, check):
    """A request asks for JSON, and carries the token if there is one."""
    forge.on(REPOSITORY, Answer(repository()))
    for token, expected in ((TOKEN, f"Bearer {TOKEN}"), (None, None)):
        forge.get(forge.client(token))
        check.equal(f"GET {REPOSITORY}", forge.asked[-1], f"the request of {GET}")
        headers = forge.requests[-1].headers
        check.equal("application/json", headers.get("Accept"), f"the header Accept of {GET}")
        got = headers.get("Authorization")
        check.equal(expected, got, f"the header Authorization of {GET}, the token being {token!r}")


@pytest.mark.task(1)
def test_the_base_of_addresses(forge, check):
    """The base address may have a path or none, and may end in a slash."""
    for base in (BASE, f"{BASE}/", f"{BASE}/api/v3", f"{BASE}/api/v3/"):
        address = f"{base.rstrip('/')}/repos/ann/tools"
        forge.on(address, Answer(repository()))
        told = f", the base being {base!r}"
        forge.get(forge.client(base_url=base), told)
        check.equal(f"GET {address}", forge.asked[-1], f"the request of {GET}{told}")


@pytest.mark.task(1)
def test_names_are_quoted(forge, check):
    """Whatever characters a name has, it is one part of the path."""
    address = f"{BASE}/repos/a%2Fb%3Fc%23d/%C3%A9t%C3%A9%20%25"
    forge.on(address, Answer(repository()))
    call = "client.repository('a/b?c#d', 'été %')"
    forge.call(lambda: forge.client().repository("a/b?c#d", "été %"), call)
    check.equal(f"GET {address}", forge.asked[-1], f"the request of {call}")


@pytest.mark.task(1)
def test_an_issue_is_created(forge, check):
    """Creating an issue posts its title, body and labels as JSON, and gives the Issue that was made."""
    labels = [{"id": 1, "name": "bug"}, {"id": 2, "name": "easy"}]
    closed = {"state": "closed", "closed_at": "2024-02-01T10:00:00+01:00"}
    forge.on(ISSUES, Answer(issue(5, body="Very.", labels=labels, **closed), 201))
    sent = {"title": "Issue 5", "body": "Very.", "labels": ["bug", "easy"]}
    call = "client.create_issue('ann', 'tools', title='Issue 5', body='Very.', labels=['bug', 'easy'])"
    found = forge.call(lambda: forge.client().create_issue("ann", "tools", **sent), call)
    check.that(type(found) is Issue, call, "an Issue", found)
    expected = {
        "number": 5,
        "title": "Issue 5",
        "body": "Very.",
        "state": IssueState.CLOSED,
        "labels": ("bug", "easy"),
        "author": {"id": 7, "login": "ann"},
        "created_at": datetime(2024, 2, 1, 8, tzinfo=UTC),
        "closed_at": datetime(2024, 2, 1, 9, tzinfo=UTC),
    }
    check.equal(expected, fields(found), f"the fields of {call}")
    check.equal([f"POST {ISSUES}"], forge.asked, f"the requests of {call}")
    request = forge.requests[-1]
    check.equal("application/json", request.headers.get("Content-Type"), f"the header Content-Type of {call}")
    check.returns(sent, request.json, f"the body of the request of {call}")


@pytest.mark.task(1)
def test_an_answer_of_another_shape(forge):
    """An answer that is no JSON, lacks a field or has one of another type raises UnexpectedAnswer."""
    for body in (b"<html>sorry</html>", b"", b"[]", b"null"):
        forge.on(REPOSITORY, Answer(body=body))
        forge.get_fails(UnexpectedAnswer, f", the body being {body}")
    for name, value in (
        *(("stargazers_count", it) for it in ("12", True, 12.0, None)),
        *(("owner", it) for it in (None, "ann", {"id": 7}, {"id": "7", "login": "ann"})),
        *(("pushed_at", it) for it in ("yesterday", "2024-02-28T23:59:30", 1709164770)),
        *(("private", 0), ("full_name", None)),
    ):
        forge.on(REPOSITORY, Answer(repository(**{name: value})))
        forge.get_fails(UnexpectedAnswer, f", {name} being {value!r}")
    for name in ("id", "description", "pushed_at"):
        forge.on(REPOSITORY, Answer({key: value for key, value in repository().items() if key != name}))
        forge.get_fails(UnexpectedAnswer, f", {name} being missing")
    for name, value in (("state", "merged"), ("labels", ["bug"]), ("labels", None), ("number", "5")):
        forge.on(ISSUES, Answer(issue(5, **{name: value}), 201))
        forge.create_fails(UnexpectedAnswer, f", {name} of the answer being {value!r}")


# 2. Errors of your own

KINDS = (
    *((401, AccessDenied), (403, AccessDenied), (404, NotFound), (422, Rejected), (429, RateLimited)),
    *((500, ServerError), (503, ServerError), (599, ServerError)),
    *((400, StatusError), (410, StatusError), (499, StatusError)),
)


@pytest.mark.task(2)
def test_a_status_that_says_no(forge, check):
    """Each status has its error, with the status and the message of the service."""
    for status, kind in KINDS:
        forge.on(REPOSITORY, Answer({"message": "Not today"}, status))
        told = f", the status being {status}"
        error = forge.get_fails(kind, told)
        check.equal(kind.__name__, type(error).__name__, f"the class of the error of {GET}{told}")
        got = tuple(getattr(error, name, "missing") for name in ("status", "message", "retry_after"))
        call = f"(status, message, retry_after) of the error of {GET}{told}"
        check.equal((status, "Not today", None), got, call)


@pytest.mark.task(2)
def test_a_refusal_without_a_message(forge, check):
    """A refusal that is no JSON, or has no text as its message, is the same error, with message ""."""
    for body in (b"<h1>Bad gateway</h1>", b"", b"[1]", b'{"message": 3}', b"\xff\xfe"):
        forge.on(REPOSITORY, Answer(status=502, body=body))
        error = forge.get_fails(ServerError, f", the status being 502 and the body {body}")
        check.equal(
            "", getattr(error, "message", "missing"), f"the message of the error, the body being {body}"
        )


@pytest.mark.task(2)
def test_no_answer(forge):
    """When there is no whole answer, NoAnswer says so, and no exception of the library comes out."""
    for kind in (
        *(requests.ConnectionError, requests.ConnectTimeout, requests.ReadTimeout),
        *(requests.exceptions.SSLError, requests.exceptions.ChunkedEncodingError),
    ):
        for address in (REPOSITORY, ISSUES):
            forge.on(address, Answer(error=kind("no")))
        forge.get_fails(NoAnswer, f", the library raising {kind.__name__}")
        forge.create_fails(NoAnswer, f", the library raising {kind.__name__}")


@pytest.mark.task(2)
def test_an_answer_of_no_use(forge):
    """Any other trouble of the library, and any other status, is an UnexpectedAnswer."""
    for kind in (requests.TooManyRedirects, requests.exceptions.ContentDecodingError):
        forge.on(REPOSITORY, Answer(error=kind("no")))
        forge.get_fails(UnexpectedAnswer, f", the library raising {kind.__name__}")
    for status in (202, 204, 206, 300):
        forge.on(REPOSITORY, Answer(repository(), status))
        forge.get_fails(UnexpectedAnswer, f", the status being {status}")


@pytest.mark.task(2)
def test_a_post_is_not_redirected(forge, check):
    """A redirect of a POST is not followed, and is an UnexpectedAnswer."""
    forge.on(f"{BASE}/elsewhere", Answer(issue(5), 201))
    for status in (301, 302, 303, 307, 308):
        forge.on(ISSUES, Answer(status=status, headers={"Location": f"{BASE}/elsewhere"}))
        before = len(forge.asked)
        forge.create_fails(UnexpectedAnswer, f", the status being {status}")
        check.equal(
            [f"POST {ISSUES}"], forge.asked[before:], f"the requests of {CREATE}, the status being {status}"
        )


def have_timeouts(check, requests, told):
    """Require that requests were sent with a timeout of 7.5, as a number or a pair."""
    limits = [it.timeout if type(it.timeout) is tuple else (it.timeout,) for it in requests]
    right = all(limit == 7.5 for pair in limits for limit in pair)
    check.that(right, f"the timeouts of {told}", "7.5, each time", [it.timeout for it in requests])


@pytest.mark.task(2)
def test_every_request_has_a_timeout(forge, check):
    """Every request is sent with the timeout: a further try, after a redirect, and a POST, too."""
    client = forge.client(timeout=7.5, retries=1)
    forge.on(
        REPOSITORY, Answer(status=503), Answer(status=301, headers={"Location": f"{BASE}/repositories/42"})
    )
    forge.on(f"{BASE}/repositories/42", Answer(repository()))
    forge.get(client)
    forge.on(ISSUES, Answer(issue(1), 201))
    forge.call(lambda: client.create_issue("ann", "tools", title="T"), CREATE)
    told = f"{GET}, with 503 and then a redirect, and {CREATE}"
    check.equal(4, len(forge.asked), f"the number of requests of {told}")
    have_timeouts(check, forge.requests, told)


@pytest.mark.task(2)
def test_a_silent_server(network, check):
    """A server that stays silent for longer than the timeout is a NoAnswer."""

    def silent(_):
        network.over.wait(PATIENCE)
        return network.response(body=json.dumps(repository()).encode())

    network.add("/repos/ann/tools", silent)
    with ApiClient(network.url(""), timeout=0.1, retries=0) as client:
        call = f"{GET} with a timeout of 0.1, the server being silent"
        check.raises(NoAnswer, lambda: client.repository("ann", "tools"), call)


@pytest.mark.task(2)
def test_an_answer_that_breaks_off(network, check):
    """An answer whose connection ends before its body does is a NoAnswer."""
    body = json.dumps(repository()).encode()
    network.add(
        "/repos/ann/tools", network.response(body=body, headers={"Content-Length": str(len(body) + 9)})
    )
    with ApiClient(network.url(""), timeout=PATIENCE, retries=0) as client:
        call = f"{GET}, the body being shorter than Content-Length"
        check.raises(NoAnswer, lambda: client.repository("ann", "tools"), call)


# 3. Page by page


@pytest.mark.task(3)
def test_all_pages(forge, check):
    """The issues of all pages come in their order, as the links lead."""
    pages(forge, [1, 2], [3], [4, 5])
    issues = forge.issues(forge.client(timeout=7.5))
    check.equal([1, 2, 3, 4, 5], forge.numbers(issues), f"numbers of {LIST}")
    have_timeouts(check, forge.requests, LIST)
    expected = {"state": ["open"], "per_page": ["30"]}
    check.equal(expected, forge.requests[0].qs, f"the parameters of the first request of {LIST}")
    check.equal([f"GET {PAGE}2", f"GET {PAGE}3"], forge.asked[1:], f"the other requests of {LIST}")


@pytest.mark.task(3)
def test_the_parameters_of_the_list(forge, check):
    """State and size of a page are sent as parameters."""
    forge.on(ISSUES, Answer([]))
    told = " with state='closed' and per_page=100"
    issues = forge.issues(None, told, state="closed", per_page=100)
    check.equal([], forge.numbers(issues, told), f"numbers of {LIST}{told}")
    check.equal(
        {"state": ["closed"], "per_page": ["100"]}, forge.requests[0].qs, f"parameters of {LIST}{told}"
    )


@pytest.mark.task(3)
def test_pages_are_fetched_on_demand(forge, check):
    """No page is fetched before one of its issues is asked for."""
    pages(forge, [1, 2], [3, 4], [5])
    issues = forge.issues()
    requested = [len(forge.asked)]
    for _ in range(5):
        forge.numbers(issues, count=1)
        requested.append(len(forge.asked))
    told = "the number of requests after 0, 1, 2, 3, 4 and 5 issues of pages of 2, 2 and 1"
    check.equal([0, 1, 1, 2, 2, 3], requested, told)


@pytest.mark.task(3)
def test_forms_of_the_link_header(forge, check):
    """The link to the next page is found in any order, with other parameters, and relative to its page."""
    for header in (
        f'<{PAGE}9>; rel="last", <{PAGE}2>; rel="next"',
        f'<{PAGE}2>; title="more"; rel="next", <{PAGE}1>; rel="prev"',
        f"<{PAGE}2>; rel=next",
        '</repos/ann/tools/issues?page=2>; rel="next"',
        '<?page=2>; rel="next"',
    ):
        forge.on(ISSUES, Answer([issue(1)], headers={"Link": header}))
        forge.on(f"{PAGE}2", Answer([issue(2)]))
        numbers = forge.numbers(forge.issues())
        check.equal([1, 2], numbers, f"numbers of {LIST}, the first page having Link: {header}")


@pytest.mark.task(3)
def test_a_page_without_issues(forge, check):
    """An empty page in the middle is not the end, and pull requests are left out."""
    pages(forge, [1], [], [3])
    forge.on(f"{PAGE}3", Answer([issue(2, pull_request={"url": "…"}), issue(3)]))
    told = ", page 2 being empty and page 3 having a pull request"
    check.equal([1, 3], forge.numbers(forge.issues(), told), f"numbers of {LIST}{told}")


@pytest.mark.task(3)
def test_pages_that_go_round(forge, check):
    """When a link leads to a page that was there already, UnexpectedAnswer comes after the issues so far."""
    for back in (2, 3):
        pages(forge, [1], [2], [3], [4])
        forge.on(f"{PAGE}3", Answer([issue(3)], headers=link(next=f"{PAGE}{back}")))
        before = len(forge.asked)
        told = f", page 3 leading to page {back}"
        issues = forge.issues(None, told)
        check.equal([1, 2, 3], forge.numbers(issues, told, 3), f"the first numbers of {LIST}{told}")
        forge.next_fails(issues, told)
        check.equal(3, len(forge.asked) - before, f"the number of requests of {LIST}{told}")


ELSEWHERE = (
    "https://files.forge.test/x",
    "https://api.forge.test.evil.test/x",
    "https://api.forge.test@evil.test/x",
    "https://api.forge.test:8443/x",
    "http://api.forge.test/x",
    "//evil.test/x",
)
"""Addresses of others, some of which look like ours."""


@pytest.mark.task(3)
def test_a_next_page_elsewhere(forge, check):
    """A link to a next page with another scheme, host or port is not followed: UnexpectedAnswer."""
    for address in ELSEWHERE:
        forge.on(ISSUES, Answer([issue(1)], headers=link(next=address)))
        before = len(forge.asked)
        told = f", the next page being {address}"
        issues = forge.issues(None, told)
        check.equal([1], forge.numbers(issues, told, 1), f"the first number of {LIST}{told}")
        forge.next_fails(issues, told)
        check.equal(1, len(forge.asked) - before, f"the number of requests of {LIST}{told}")


@pytest.mark.task(3)
def test_ports_of_the_next_page(forge, check):
    """The port that a scheme implies may be named; of two ports that are named, both have to be the same."""
    for base, port in ((BASE, 443), ("http://api.forge.test", 80)):
        following = f"{base}:{port}/repos/ann/tools/issues?page=2"
        forge.on(f"{base}/repos/ann/tools/issues", Answer([issue(1)], headers=link(next=following)))
        forge.on(following, Answer([issue(2)]))
        told = f", the base being {base} and the next page {following}"
        numbers = forge.numbers(forge.issues(forge.client(base_url=base), told), told)
        check.equal([1, 2], numbers, f"numbers of {LIST}{told}")
    base = f"{BASE}:8443"
    for other in (f"{BASE}:9443/x", f"{BASE}:99999/x"):
        forge.on(f"{base}/repos/ann/tools/issues", Answer([issue(1)], headers=link(next=other)))
        told = f", the base being {base} and the next page {other}"
        before = len(forge.asked)
        issues = forge.issues(forge.client(base_url=base), told)
        check.equal([1], forge.numbers(issues, told, 1), f"the first number of {LIST}{told}")
        forge.next_fails(issues, told)
        check.equal(1, len(forge.asked) - before, f"the number of requests of {LIST}{told}")


@pytest.mark.task(3)
def test_a_page_that_is_no_list(forge):
    """A page that is no list, or holds something else than issues, raises UnexpectedAnswer."""
    for content in ({"items": []}, {}, None, [1], [{"number": 1}]):
        forge.on(ISSUES, Answer(content))
        told = f", the page being {content}"
        forge.next_fails(forge.issues(None, told), told)


# 4. Try again, politely

AGAIN = ", with retries=3 and backoff=0.5"
NOBODY = Answer(error=requests.ConnectionError("nobody"))


def tries(forge, *answers, **options):
    """Get a repository for which these answers come; return the error (or None), requests and waits."""
    forge.waits.clear()
    forge.on(REPOSITORY, *answers)
    before = len(forge.asked)
    client = forge.client(**{"retries": 3, "backoff": 0.5} | options)
    try:
        client.repository("ann", "tools")
        error = None
    except Exception as raised:
        error = type(raised).__name__
    waits = [float(it) if type(it) is int else it for it in forge.waits if it != 0]
    return error, len(forge.asked) - before, waits


@pytest.mark.task(4)
def test_a_busy_service_is_asked_again(forge, check):
    """After 429, 500, 502, 503, 504 and no answer a GET is tried again, after waits that double."""
    for failure in (*(Answer(status=it) for it in (429, 500, 502, 503, 504)), NOBODY):
        got = tries(forge, failure, failure, failure, Answer(repository()))
        told = f"{GET}{AGAIN}, three times {failure.error or failure.status} and then an answer"
        check.equal((None, 4, [0.5, 1.0, 2.0]), got, f"(error, number of requests, waits) of {told}")


@pytest.mark.task(4)
def test_the_tries_end(forge, check):
    """After the last try its error comes out, and nobody sleeps any more."""
    for retries, waits in ((2, [0.25, 0.5]), (0, [])):
        for failure, expected in ((Answer(status=503), "ServerError"), (NOBODY, "NoAnswer")):
            got = tries(forge, failure, retries=retries, backoff=0.25)
            told = f"{GET}, with retries={retries} and backoff=0.25, always {failure.error or 503}"
            check.equal((expected, retries + 1, waits), got, f"(error, number of requests, waits) of {told}")


@pytest.mark.task(4)
def test_what_is_not_tried_again(forge, check):
    """No other status, and no answer of no use, is tried again."""
    statuses = [Answer(status=it) for it in (400, 401, 403, 404, 422, 501, 505)]
    for failure in (*statuses, Answer(body=b"<html>"), Answer(error=requests.TooManyRedirects("no"))):
        error, *got = tries(forge, failure, Answer(repository()))
        told = f"{GET}{AGAIN}, {failure.error or failure.body or failure.status} the first time"
        check.equal([1, []], got, f"[number of requests, waits] of {told}")
        check.that(error is not None, told, "an error", "none")


@pytest.mark.task(4)
def test_a_post_is_sent_once(forge, check):
    """A POST is never sent a second time."""
    for failure in (Answer(status=503), Answer(status=429, headers={"Retry-After": "1"}), NOBODY):
        forge.on(ISSUES, failure, Answer(issue(1), 201))
        before = len(forge.asked)
        told = f", with retries=3, {failure.error or failure.status} the first time"
        forge.create_fails(ApiError, told, forge.client(retries=3))
        check.equal([f"POST {ISSUES}"], forge.asked[before:], f"the requests of {CREATE}{told}")
        check.equal([], forge.waits, f"what sleep was called with in {CREATE}{told}")


def told_to_wait(forge, text, status=503):
    """Return the waits when the service says Retry-After the first time and the third."""
    failure = Answer(status=status, headers={"Retry-After": text})
    got = tries(forge, failure, Answer(status=500), failure, Answer(repository()))
    told = f"{GET}{AGAIN}, {status} with Retry-After: {text}, then 500, then {status} as before"
    forge.check.equal((None, 4), got[:2], f"(error, number of requests) of {told}")
    return got[2], f"what sleep was called with in {told}"


@pytest.mark.task(4)
def test_retry_after_in_seconds(forge, check):
    """Retry-After in seconds takes the place of the back-off, for that wait."""
    for text, seconds in (("7", [7.0]), ("60", [60.0]), ("0", [])):
        for status in (429, 503):
            waits, told = told_to_wait(forge, text, status)
            check.equal([*seconds, 1.0, *seconds], waits, told)


@pytest.fixture
def in_zone(monkeypatch):
    def move(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.task(4)
def test_retry_after_as_a_date(forge, check, in_zone):
    """Retry-After as a date is waited for by the clock, in any time zone; a past date is no wait."""
    for zone in ("UTC0", "EST5", "IST-5:30"):
        in_zone(zone)
        for text, seconds in (
            ("Thu, 29 Feb 2024 12:00:42 GMT", [42.0]),
            ("Thu, 29 Feb 2024 11:59:00 GMT", []),
            ("Tue, 01 Mar 2022 00:00:00 GMT", []),
        ):
            waits, told = told_to_wait(forge, text)
            check.equal([*seconds, 1.0, *seconds], waits, f"{told}, at 12:00:00 GMT with TZ={zone}")


@pytest.mark.task(4)
def test_a_retry_after_that_means_nothing(forge, check):
    """A Retry-After that is neither a number of seconds nor a date counts as none."""
    for text in ("soon", "", "-5", "1.5", "Thu, 99 Foo 2024 12:00:42 GMT"):
        waits, told = told_to_wait(forge, text)
        check.equal([0.5, 1.0, 2.0], waits, told)
    waits, told = told_to_wait(forge, "Thu, 29 Feb 2024 12:00:42")
    right = waits in ([0.5, 1.0, 2.0], [42.0, 1.0, 42.0])
    check.that(right, told, "[0.5, 1.0, 2.0], or [42.0, 1.0, 42.0] if it is taken for GMT", waits)


@pytest.mark.task(4)
def test_a_wait_that_is_too_long(forge, check):
    """If the service asks for more than the longest wait, the error comes out at once and tells it."""
    for text, status, kind, seconds in (
        ("3600", 429, RateLimited, 3600),
        ("61", 503, ServerError, 61),
        ("Thu, 29 Feb 2024 13:00:00 GMT", 429, RateLimited, 3600),
    ):
        forge.on(REPOSITORY, Answer(status=status, headers={"Retry-After": text}))
        before = len(forge.asked)
        told = f", with retries=3, {status} with Retry-After: {text}, at 12:00:00 GMT"
        error = forge.get_fails(kind, told, forge.client(retries=3))
        got = getattr(error, "retry_after", None)
        check.close(seconds, got, f"retry_after of the error of {GET}{told}")
        check.equal((1, []), (len(forge.asked) - before, forge.waits), f"(requests, waits) of {GET}{told}")


@pytest.mark.task(4)
def test_a_page_is_tried_again(forge, check):
    """A page of a list is tried again as well."""
    forge.on(ISSUES, Answer(status=502), NOBODY, Answer([issue(1)]))
    told = ", the page failing twice"
    numbers = forge.numbers(forge.issues(forge.client(retries=2), told), told)
    check.equal([1], numbers, f"numbers of {LIST}{told}")
    check.equal([0.5, 1.0], forge.waits, f"what sleep was called with in {LIST}{told}")


# 5. Ask only for news

UNCHANGED = Answer(status=304, body=b"")


def tags(forge):
    """Return the header If-None-Match of each request so far."""
    return [request.headers.get("If-None-Match") for request in forge.requests]


@pytest.mark.task(5)
def test_nothing_new(forge, check):
    """The tag of an answer is sent with the next request for it; after 304 the result is that of before."""
    for tag in ('"abc"', 'W/"a b"'):
        forge.on(REPOSITORY, Answer(repository(), headers={"ETag": tag}), UNCHANGED)
        client = forge.client()
        before = len(forge.asked)
        found = [fields(forge.get(client, ", one of three times")) for _ in range(3)]
        told = f"{GET}, three times, the answers being new with the tag {tag}, 304 and 304"
        check.equal([found[0]] * 3, found, f"the fields of {told}")
        check.equal([None, tag, tag], tags(forge)[before:], f"the headers If-None-Match of {told}")


@pytest.mark.task(5)
def test_something_new(forge, check):
    """A new answer takes the place of the old one, and its tag too; without a tag nothing is remembered."""
    forge.on(
        REPOSITORY,
        Answer(repository(), headers={"ETag": '"1"'}),
        Answer(repository(stargazers_count=13), headers={"ETag": '"2"'}),
        UNCHANGED,
        Answer(repository(stargazers_count=14)),
        Answer(repository(stargazers_count=15)),
    )
    client = forge.client()
    found = [getattr(forge.get(client, ", one of five times"), "stars", None) for _ in range(5)]
    told = f"{GET}, five times, the answers being new with tags 1 and 2, 304, and new twice without a tag"
    check.equal([12, 13, 13, 14, 15], found, f"stars of {told}")
    check.equal([None, '"1"', '"2"', '"2"', None], tags(forge), f"the headers If-None-Match of {told}")


@pytest.mark.task(5)
def test_nothing_new_without_a_question(forge):
    """A 304 to a request that had no tag is an UnexpectedAnswer."""
    forge.on(REPOSITORY, UNCHANGED)
    forge.get_fails(UnexpectedAnswer, ", the first answer being 304")


@pytest.mark.task(5)
def test_each_address_has_its_own_tag(forge, check):
    """The tag of one address is not sent to another, and each client remembers for itself."""
    pages(forge, [1])
    forge.on(ISSUES, Answer([issue(1)], headers={"ETag": '"issues"'}))
    forge.on(REPOSITORY, Answer(repository(), headers={"ETag": '"tools"'}))
    client = forge.client()
    forge.get(client)
    forge.numbers(forge.issues(client))
    forge.get(client)
    forge.get(forge.client("another"))
    told = "the headers If-None-Match of repository, issues and repository, then repository by another client"
    check.equal([None, None, '"tools"', None], tags(forge), told)


@pytest.mark.task(5)
def test_pages_that_are_not_new(forge, check):
    """A page that has not changed keeps its issues and its link to the next page."""
    more = link(next=f"{PAGE}2") | {"ETag": '"one"'}
    forge.on(ISSUES, Answer([issue(1)], headers=more), UNCHANGED)
    forge.on(f"{PAGE}2", Answer([issue(2)], headers={"ETag": '"two"'}), Answer([issue(2), issue(3)]))
    client = forge.client()
    check.equal([1, 2], forge.numbers(forge.issues(client)), f"numbers of {LIST}")
    told = ", the second time, page 1 being 304 and page 2 new"
    check.equal([1, 2, 3], forge.numbers(forge.issues(client, told), told), f"numbers of {LIST}{told}")
    check.equal([None, None, '"one"', '"two"'], tags(forge), f"the headers If-None-Match of {LIST}, twice")


# 6. The token stays here


class Everything(logging.Handler):
    """Keeps all that is logged, arguments and exceptions included."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record):
        self.text += f"{self.format(record)} {vars(record)}\n"


@pytest.fixture
def logged():
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def told_of(error):
    """Return all the texts of an exception and of those that led to it."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)


def keeps_the_secret(check, text, call):
    check.that(TOKEN not in text, call, "a text without the token", text)


@pytest.mark.task(6)
def test_the_text_of_a_client(forge, check):
    """Neither repr nor str of a client holds the token; repr holds the base address."""
    client = forge.client()
    keeps_the_secret(check, f"{[client]} {client}", "repr(client) and str(client)")
    check.that(BASE in repr(client), "repr(client)", f"a text with {BASE}", repr(client))


@pytest.mark.task(6)
def test_errors_and_logs(forge, check, logged):
    """No error, with all that led to it, and no log holds the token."""
    for answer in (
        *(Answer({"message": "no"}, status) for status in (401, 404, 422, 429, 500)),
        *(Answer(error=requests.ConnectionError("no")), Answer(error=requests.TooManyRedirects("no"))),
        *(Answer(body=b"<html>"), Answer(repository(id=None)), Answer([issue("1")])),
    ):
        for address in (REPOSITORY, ISSUES):
            forge.on(address, answer)
        client = forge.client(retries=1)
        told = f", with an answer of {answer.error or answer.status}"
        error = forge.get_fails(ApiError, told, client)
        keeps_the_secret(check, told_of(error), f"the error of {GET}{told}")
        error = forge.create_fails(ApiError, told, client)
        keeps_the_secret(check, told_of(error), f"the error of {CREATE}{told}")
    forge.on(REPOSITORY, Answer(repository()))
    forge.get()
    keeps_the_secret(check, logged.text, "what was logged meanwhile")


@pytest.mark.task(6)
def test_a_malformed_token(check):
    """A token with other characters than visible ASCII, or none, is a ValueError that does not show it."""
    for token in (f"{TOKEN}\n", f" {TOKEN}", f"{TOKEN} x", f"{TOKEN}é", f"\x00{TOKEN}", ""):
        call = f"ApiClient({BASE!r}, {token!r})"
        error = check.raises(ValueError, functools.partial(ApiClient, BASE, token), call)
        keeps_the_secret(check, told_of(error), f"the error of {call}")


@pytest.mark.task(6)
def test_redirects(forge, check):
    """A redirect of a GET is followed; the token goes with it on our own scheme, host and port only."""
    forge.on(f"{BASE}/repositories/42", Answer(repository()))
    for address in (f"{BASE}/repositories/42", "/repositories/42"):
        forge.on(REPOSITORY, Answer(status=301, headers={"Location": address}))
        told = f", redirected to {address}"
        forge.get(None, told)
        got = forge.requests[-1].headers.get("Authorization")
        check.equal(f"Bearer {TOKEN}", got, f"the header Authorization of the last request of {GET}{told}")
    for address in ELSEWHERE:
        forge.on(REPOSITORY, Answer(status=302, headers={"Location": address}))
        before = len(forge.asked)
        told = f", redirected to {address}, where it is not found"
        forge.get_fails(NotFound, told)
        check.equal(2, len(forge.asked) - before, f"the number of requests of {GET}{told}")
        last = forge.requests[-1]
        keeps_the_secret(check, f"{last.url} {last.headers}", f"the last request of {GET}{told}")


@pytest.mark.task(6)
def test_pages_elsewhere(forge, check):
    """The token is not sent to a next page that is elsewhere."""
    for address in ELSEWHERE:
        forge.on(ISSUES, Answer([issue(1)], headers=link(next=address)))
        before = len(forge.asked)
        client = forge.client()
        with contextlib.suppress(ApiError):
            list(itertools.islice(client.issues("ann", "tools"), 2))
        told = f"{LIST}, the next page being {address}"
        check.at_least(1, len(forge.asked) - before, f"the number of requests of {told}")
        for request in forge.requests[before + 1 :]:
            keeps_the_secret(check, f"{request.url} {request.headers}", f"a later request of {told}")
