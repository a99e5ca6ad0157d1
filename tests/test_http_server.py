"""The loopback server of the suites: it answers as told, and remembers what it saw."""

import http.client
import threading

import pytest
import requests

from grader.fixtures.http_server import LoopbackServer, Request, Response


@pytest.fixture
def server():
    """A running server."""
    with LoopbackServer() as running:
        yield running


@pytest.fixture
def session():
    """A client without proxies that closes its connections at the end."""
    with requests.Session() as client:
        client.trust_env = False
        yield client


def test_bytes_are_an_answer(server, session):
    """The simplest page is its body."""
    url = server.add("/page", b"hello")
    answer = session.get(url)
    assert (200, b"hello", "5") == (answer.status_code, answer.content, answer.headers["Content-Length"])
    assert server.url("/page") == url
    assert url.startswith("http://127.0.0.1:")


def test_status_and_headers_can_be_chosen(server, session):
    """A suite makes its answers by the server's own `response`."""
    url = server.add("/page", server.response(status=503, headers={"Retry-After": "7"}))
    answer = session.get(url)
    assert (503, "7", b"") == (answer.status_code, answer.headers["Retry-After"], answer.content)


def test_an_answer_can_depend_on_the_request(server, session):
    """A handler sees the request and makes the answer."""
    url = server.add("/echo", lambda request: Response(body=request.method.encode() + b" " + request.body))
    assert b"PUT data" == session.put(url, data=b"data").content


def test_what_was_not_added_is_not_found(server, session):
    """Other paths are 404, and are remembered too."""
    assert 404 == session.get(server.url("/nothing")).status_code
    assert ["/nothing"] == [request.path for request in server.requests]


def test_a_request_is_remembered_as_it_came(server, session):
    """Method, path, query, lower-case headers and body."""
    url = server.add("/page", b"")
    session.post(f"{url}?a=1&b=2", data=b"body", headers={"X-Thing": "Some"})
    (request,) = server.requests
    assert (
        Request(method="POST", path="/page", query="a=1&b=2", headers=request.headers, body=b"body")
        == request
    )
    assert ("Some", "4") == (request.headers["x-thing"], request.headers["content-length"])


def test_a_connection_serves_several_requests(server, session):
    """Clients that keep a connection are served over it."""
    url = server.add("/page", b"x")
    ports = set()
    for _ in range(3):
        with session.get(url, stream=True) as answer:
            ports.add(answer.raw._original_response.fp.raw._sock.getsockname()[1])
            answer.content  # noqa: B018 - reading it gives the connection back
    assert 1 == len(ports)
    assert 3 == len(server.requests)


def test_a_head_has_no_body(server, session):
    """The length is that of the body that is not sent."""
    answer = session.head(server.add("/page", b"hello"))
    assert ("5", b"") == (answer.headers["Content-Length"], answer.content)
    assert 200 == session.get(server.url("/page")).status_code


def test_a_body_can_come_in_pieces(server, session):
    """Without a length the end of the connection is the end of the body."""
    url = server.add("/page", Response(body=(b"one ", b"two ", b"three")))
    answer = session.get(url)
    assert b"one two three" == answer.content
    assert "Content-Length" not in answer.headers


def test_pieces_may_have_a_length(server, session):
    """The client knows how much is to come."""
    url = server.add("/page", Response(body=iter([b"12", b"345"]), headers={"Content-Length": "5"}))
    assert b"12345" == session.get(url).content


def test_a_transfer_can_break_off(server):
    """A length greater than the body is a connection that is lost."""
    server.add("/page", Response(body=b"half", headers={"content-length": "8"}))
    connection = http.client.HTTPConnection("127.0.0.1", server.url().rpartition(":")[2].strip("/"))
    connection.request("GET", "/page")
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert b"half" == caught.value.partial


def test_an_empty_answer_with_a_length_of_its_own(server, session):
    """A length of 0 needs no end of the connection."""
    url = server.add("/page", Response(status=200, headers={"Content-Length": "0"}))
    assert [b"", b""] == [session.get(url).content for _ in range(2)]


def test_overlapping_requests_are_counted(server):
    """The peak is the number of requests that were open at one moment; a barrier forces the overlap."""
    meeting = threading.Barrier(3, timeout=10)
    url = server.add("/page", lambda _: Response(body=str(meeting.wait()).encode()))
    threads = [threading.Thread(target=_get, args=(url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 3 == server.peak


def test_requests_one_after_the_other_do_not_overlap(server, session):
    """A client that asks again at once is never counted twice."""
    url = server.add("/page", b"x" * 1000)
    for _ in range(50):
        session.get(url)
    assert (1, 50) == (server.peak, len(server.requests))


def test_a_broken_handler_closes_its_connection(server, monkeypatch):
    """A mistake of the suite does not leave the client waiting."""
    told = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))

    def handler(request):
        raise ZeroDivisionError(request.path)

    url = server.add("/page", handler)
    with pytest.raises(requests.ConnectionError):
        _get(url)
    for thread in server.threads - {server._thread}:
        thread.join(10)
    assert [ZeroDivisionError] == told


def test_a_client_that_goes_away_is_no_mistake(server):
    """Neither in the middle of an answer nor before its request."""
    going = threading.Event()

    def handler(_):
        assert going.wait(10)
        return Response(body=[b"x" * 100_000] * 50)

    server.add("/page", handler)
    port = int(server.url().rpartition(":")[2].strip("/"))
    for line in (b"GET /page HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", b""):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        connection.sock.sendall(line)
        connection.close()
    going.set()


def test_the_threads_of_the_server_are_known(server, session):
    """A suite that counts threads can leave out those of the server."""
    before = set(threading.enumerate()) - server.threads
    session.get(server.add("/page", b"x"))
    assert before == set(threading.enumerate()) - server.threads


def test_nothing_is_left_of_a_server():
    """Threads and sockets end with it, even with a client that keeps its connection."""
    before = set(threading.enumerate())
    with requests.Session() as client:
        client.trust_env = False
        with LoopbackServer() as server:
            url = server.add("/page", b"x")
            client.get(url)
        assert before == set(threading.enumerate())
        with pytest.raises(requests.ConnectionError):
            client.get(url)


def _get(url):
    with requests.Session() as client:
        client.trust_env = False
        return client.get(url, timeout=10)
