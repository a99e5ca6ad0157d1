"""The suite of "A small web with asyncio": server, clients and APIs live in one event loop, on loopback.

Who waits for whom is decided by events of the suite. Time-outs take no time: the suite puts the clock of the
loop forward. Where it waits for what a right hand-in brings about, it gives up when nothing has happened in
many looks; on a busy machine looks take longer, so nothing depends on its speed.
"""

import asyncio
import contextlib
import functools
import gc
import json
import re
import socket
import struct
import threading
import warnings

import pytest
from asyncio_web import Failure, Problem, Reply, Request, Response, Server, fetch_all

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

LOOKS, PAUSE = 150, 0.01
"""How often the suite looks for what a right hand-in brings about at once; the seconds between two looks."""

BLOCKED = 10.0
"""Seconds that a plain function blocks at most: a ceiling, for a thread that would never end."""

TIMEOUT = 1000.0
"""The time-out that the suite asks for: too long to elapse, unless the suite puts the clock forward."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward."""

    ahead = 0.0

    def time(self):
        return super().time() + self.ahead


@pytest.fixture(autouse=True, scope="module")
def _forget_connections():
    """Collect what a hand-in left to the garbage collector: the cases ask for it where it matters."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def in_loop(test):
    """Run a case in a loop of its own, and end there what it leaves behind."""

    @functools.wraps(test)
    def case(check):
        async def main():
            world = World(check)
            try:
                await test(check, world)
            finally:
                await world.end()

        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(main())

    del case.__wrapped__  # pytest would ask for a fixture named world
    return case


class World:
    """What a case works with: servers of the hand-in, peers that talk to them, and APIs to be fetched."""

    def __init__(self, check):
        self.check = check
        self.complaints = []
        self.received = 0
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(self._note)
        self._own_tasks = {asyncio.current_task()}
        self._endings = []

    def _note(self, loop, context):
        """Keep what the loop complains of, but for a future of the streams that nobody has to look at."""
        if isinstance(context.get("future"), asyncio.Task | None):
            self.complaints.append(f"{context['message']}: {context.get('exception')!r}")

    async def serve(self, routes, **limits):
        """Start a server of the hand-in."""
        server = Server(routes, **{"timeout": TIMEOUT} | limits)
        self._endings.append(functools.partial(server.stop, 0))
        port = await self.patient(server.start(), "server.start()", "a port")
        self.check.that(type(port) is int and port > 0, "await server.start()", "the port", port)
        return Site(self, server, port)

    async def api(self, scripts):
        """Start a server of the suite, to be fetched from: a path, and who answers there."""
        api = Api(self, scripts)
        await api.start()
        self._endings.append(api.end)
        return api

    def at_the_end(self, action):
        self._endings.append(action)

    def begin(self, coroutine):
        """Run a coroutine beside the case."""
        task = asyncio.ensure_future(coroutine)
        self.know(task)
        return task

    def know(self, task):
        self._own_tasks.add(task)

    def strange_tasks(self):
        """Return the tasks that are not the suite's, by their names."""
        return sorted(task.get_name() for task in asyncio.all_tasks() - self._own_tasks)

    async def patient(self, awaitable, call, expected):
        """Wait for something that a right hand-in brings about, and return its result."""
        task = self.begin(awaitable) if asyncio.iscoroutine(awaitable) else awaitable
        if not await self.settled(task):
            task.cancel()
            self.check.that(False, call, expected, "nothing happens any more")
        return task.result()

    async def settled(self, task):
        """Wait until a task has ended, or until nothing happens any more; tell which."""
        quiet = 0
        while not task.done() and quiet < LOOKS:
            before = self.received
            await asyncio.wait([task], timeout=PAUSE)
            quiet = quiet + 1 if self.received == before else 0
        return task.done()

    async def turns(self, count=20):
        """Let all others run for a while."""
        for _ in range(count):
            await asyncio.sleep(0)

    async def pass_time(self, seconds):
        """Put the clock forward."""
        await self.turns()
        self.loop.ahead += seconds
        await self.turns()

    async def end(self):
        for ending in reversed(self._endings):
            with contextlib.suppress(Exception):
                done = ending()
                if asyncio.iscoroutine(done):
                    await asyncio.wait([self.begin(done)], timeout=0.5)
        await self.turns()


class Site:
    """A running server of the hand-in."""

    def __init__(self, world, server, port):
        self.server = server
        self.port = port
        self._world = world

    async def peer(self, window=None):
        """Connect to it."""
        peer = Peer(self._world, self.port, window)
        await peer.connect()
        self._world.at_the_end(peer.close)
        return peer

    async def lets_in(self):
        """Tell whether a new connection is accepted."""
        try:
            await self.peer()
        except OSError:
            return False
        return True

    async def ask(self, first, body=b"", **headers):
        """Send one request on a connection of its own and return the answer."""
        peer = await self.peer()
        await peer.send(request(first, body, **headers))
        answer = await peer.answer(first)
        peer.close()
        return answer

    async def stop(self, grace=TIMEOUT):
        await self._world.patient(self.server.stop(grace), f"server.stop({grace:g})", "it returns")


def request(first, body=b"", **headers):
    """Return the bytes of a request; underscores in names of headers become hyphens."""
    if not first.endswith(("HTTP/1.0", "HTTP/1.1")):
        first += " HTTP/1.1"
    lines = [first, "Host: loopback"]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Peer:
    """A client that sends what it is told, in as many pieces as it is told."""

    def __init__(self, world, port, window):
        self._world = world
        self._port = port
        self._window = window
        self._sent = b""

    async def connect(self):
        connection = socket.socket()
        try:
            if self._window:  # what the system takes for a reader that does not read
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._window)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setblocking(False)
            await self._world.loop.sock_connect(connection, ("127.0.0.1", self._port))
            if connection.getsockname() == connection.getpeername():
                raise ConnectionRefusedError  # a free port was given to ourselves, and TCP allows for that
            self.reader, self.writer = await asyncio.open_connection(sock=connection)
        except OSError:
            connection.close()
            raise

    async def send(self, *pieces):
        """Send the pieces one by one, and let the server read in between."""
        for piece in pieces:
            self._sent += piece
            with contextlib.suppress(OSError):
                self.writer.write(piece)
                await self.writer.drain()
            await self._world.turns(10 if len(pieces) < 100 else 3)

    async def answer(self, call=None):
        """Read one answer."""
        call = call or f"sending {short(self._sent)}"
        return await self._world.patient(self._answer(call), call, "an answer")

    async def _answer(self, call):
        check = self._world.check
        head = await self._read(self.reader.readuntil(b"\r\n\r\n"))
        first, *lines = head.decode("latin-1").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) [^\r\n]*", first)
        check.that(bool(found) and head.endswith(b"\r\n\r\n"), call, "an answer in HTTP/1.1", short(head))
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[:-2])
        }
        length = headers.get("content-length", "missing")
        check.that(length.isdigit(), f"Content-Length of the answer to {call}", "a number", length)
        body = await self._read(self.reader.readexactly(int(length)))
        check.equal(int(length), len(body), f"the length of the body of the answer to {call}")
        return Answer(int(found[1]), headers, body)

    async def _read(self, reading):
        """Return what came, up to the end of the connection at most."""
        try:
            return await reading
        except asyncio.IncompleteReadError as error:
            return error.partial
        except OSError:
            return b""

    async def rest(self, call=None):
        """Return all that still comes; the server has to end the connection."""
        call = call or f"sending {short(self._sent)}"
        return await self._world.patient(self._rest(), call, "the server ends the connection")

    async def _rest(self):
        rest = b""
        with contextlib.suppress(OSError):
            while piece := await self.reader.read(1 << 20):
                rest += piece
                self._world.received += len(piece)
        return rest

    async def require_end(self, call=None):
        """Require that the server ends the connection without another byte."""
        call = call or f"sending {short(self._sent)}"
        self._world.check.equal(
            b"", await self.rest(call), f"what came before the end of the connection: {call}"
        )

    def close(self):
        self.writer.close()

    def reset(self):
        """End the connection without a goodbye."""
        option = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        self.writer.transport.abort()


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.closes = headers.get("connection", "").lower() == "close"


def short(data):
    text = repr(data)
    return text if len(text) < 120 else f"{text[:80]} … {text[-30:]}"


class Gate:
    """A handler that waits until it is opened."""

    def __init__(self):
        self.entered = 0
        self.cancelled = 0
        self.opened = asyncio.Event()
        self._arrivals = asyncio.Semaphore(0)

    async def handle(self, request):
        self.entered += 1
        self._arrivals.release()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Response(body=b"through the gate")

    async def arrivals(self, count=1):
        for _ in range(count):
            await self._arrivals.acquire()


async def echo(request):
    return Response(body=request.body or b"nothing")


async def boom(request):
    raise RuntimeError("a mistake in a handler")


# 1. Requests and routes


@pytest.mark.task(1)
@in_loop
async def test_a_handler_gets_the_request(check, world):
    """A handler gets method, path, query, headers and body of the request."""
    seen = []

    async def handle(request):
        seen.append(request)
        return Response()

    site = await world.serve({("PUT", "/a%20b/c"): handle, ("GET", "/"): handle})
    await site.ask("PUT /a%20b/c?x=1&y=?2", b"\x00\r\nbody", X_Colour="  deep: blue ", ACCEPT="*/*")
    bare = await site.peer()
    await bare.send(b"GET / HTTP/1.1\r\n\r\n")
    check.equal(200, (await bare.answer()).status, "GET / without any header: the status")
    check.equal([Request, Request], [type(one) for one in seen], "the types of what the handler got")
    put, get = seen
    check.equal(("PUT", "/a%20b/c", "x=1&y=?2"), (put.method, put.path, put.query), "(method, path, query)")
    check.equal(b"\x00\r\nbody", put.body, "request.body")
    told = {name: put.headers.get(name) for name in ("host", "content-length", "x-colour", "accept")}
    expected = {"host": "loopback", "content-length": "7", "x-colour": "deep: blue", "accept": "*/*"}
    check.equal(expected, told, "the headers of the request, by their names in lower case")
    told = (get.method, get.path, get.query, dict(get.headers), get.body)
    check.equal(("GET", "/", "", {}, b""), told, "GET / without any header: its fields")


@pytest.mark.task(1)
@in_loop
async def test_the_answer_is_the_response(check, world):
    """The answer has status, headers and body of the response, and the length of the body."""

    async def handle(request):
        return Response(
            status=201, body=b"\xff\x00 caf\xc3\xa9", headers={"Location": "/made/1", "X-Kind": "tea"}
        )

    routes = {("GET", "/empty"): returns(Response()), ("GET", "/odd"): returns(Response(status=299))}
    site = await world.serve(routes | {("POST", "/make"): handle})
    made = await site.ask("POST /make")
    check.equal((201, b"\xff\x00 caf\xc3\xa9"), (made.status, made.body), "POST /make: status and body")
    told = (made.headers.get("location"), made.headers.get("x-kind"))
    check.equal(("/made/1", "tea"), told, "POST /make: the headers Location and X-Kind")
    empty = await site.ask("GET /empty")
    check.equal((200, b""), (empty.status, empty.body), "GET /empty: status and body")
    check.equal(299, (await site.ask("GET /odd")).status, "the status of GET /odd, answered with 299")


def returns(response):
    async def handle(request):
        return response

    return handle


@pytest.mark.task(1)
@in_loop
async def test_requests_come_in_pieces(check, world):
    """Wherever a request is cut into packets, it is read to its end."""
    site = await world.serve({("POST", "/echo"): echo})
    whole = request("POST /echo", b"one\r\n\r\ntwo")
    peer = await site.peer()
    for cut in range(1, len(whole)):
        await peer.send(whole[:cut], whole[cut:])
        call = f"sending {whole[:cut]!r} and then {whole[cut:]!r}"
        answer = await peer.answer(call)
        check.equal((200, b"one\r\n\r\ntwo"), (answer.status, answer.body), f"status and body after {call}")


@pytest.mark.task(1)
@in_loop
async def test_a_large_body_comes_in_many_packets(check, world):
    """A body that is larger than any packet is read to its end, and one is sent to its end."""
    site = await world.serve({("POST", "/echo"): echo}, max_body=1 << 20)
    body = bytes(range(256)) * 3000
    answer = await site.ask("POST /echo", body)
    check.that(answer.body == body, f"POST /echo with {len(body)} bytes", "the same bytes", len(answer.body))


@pytest.mark.task(1)
@in_loop
async def test_unknown_routes(check, world):
    """An unknown path is 404, and a known path with another method is 405."""
    site = await world.serve({("GET", "/tea"): echo, ("POST", "/tea"): echo})
    expected = {"GET /coffee": 404, "GET /tea/": 404, "GET /Tea": 404, "DELETE /tea": 405, "get /tea": 405}
    for first, status in expected.items():
        answer = await site.ask(first)
        check.equal(status, answer.status, f"the status of {first}, the routes being GET /tea and POST /tea")


@pytest.mark.task(1)
@in_loop
async def test_handlers_run_at_the_same_time(check, world):
    """While one handler waits, requests on other connections are handled."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle, ("GET", "/echo"): echo})
    peers = [await site.peer() for _ in range(3)]
    for peer in peers:
        await peer.send(request("GET /gate"))
    await world.patient(gate.arrivals(3), "three times GET /gate at the same time", "all three are handled")
    check.equal(200, (await site.ask("GET /echo")).status, "GET /echo while three handlers wait")
    gate.opened.set()
    for peer in peers:
        check.equal(b"through the gate", (await peer.answer()).body, "GET /gate, when it is opened")


@pytest.mark.task(1)
@in_loop
async def test_a_plain_function_may_block(check, world):
    """A handler that is a plain function may block: the loop goes on meanwhile."""
    opened = threading.Event()
    in_time = []
    world.at_the_end(opened.set)

    def slow(request):
        in_the_loop = threading.current_thread() is threading.main_thread()
        in_time.append(not in_the_loop and opened.wait(BLOCKED))
        return Response(body=request.method.encode())

    async def open_it(request):
        opened.set()
        return Response()

    site = await world.serve({("GET", "/slow"): slow, ("GET", "/open"): open_it})
    peer = await site.peer()
    await peer.send(request("GET /slow"))
    check.equal(200, (await site.ask("GET /open")).status, "GET /open while a plain function blocks")
    answer = await peer.answer("GET /slow")
    check.equal((200, b"GET"), (answer.status, answer.body), "GET /slow: status and body")
    check.equal([True], in_time, "whether GET /open was handled while the handler of GET /slow blocked")


@pytest.mark.task(1)
@in_loop
async def test_a_mistake_of_a_handler_is_500(check, world):
    """A handler that raises, or returns something else than a Response, is a 500; the server goes on."""

    def raises(request):
        raise KeyError("a mistake in a plain handler")

    routes = {("GET", "/boom"): boom, ("GET", "/raises"): raises, ("GET", "/none"): returns(None)}
    routes |= {("GET", "/text"): returns("text"), ("GET", "/echo"): echo}
    site = await world.serve(routes)
    for path in ("/boom", "/raises", "/none", "/text"):
        check.equal(500, (await site.ask(f"GET {path}")).status, f"the status of GET {path}")
    check.equal(200, (await site.ask("GET /echo")).status, "the status of GET /echo afterwards")


# 2. One connection, many requests


@pytest.mark.task(2)
@in_loop
async def test_a_connection_stays_open(check, world):
    """After an answer the next request may come on the same connection, with or without a body."""
    site = await world.serve({("POST", "/echo"): echo, ("GET", "/echo"): echo})
    peer = await site.peer()
    for body in (b"first", b"", b"third\r\n\r\n", b"GET /echo HTTP/1.1\r\n\r\n"):
        first = "POST /echo" if body else "GET /echo"
        await peer.send(request(first, body))
        answer = await peer.answer(f"{first} with the body {body!r}, on the same connection")
        told = (answer.status, answer.body, answer.closes)
        check.equal((200, body or b"nothing", False), told, f"(status, body, Connection: close) of {first}")


@pytest.mark.task(2)
@in_loop
async def test_requests_may_come_together(check, world):
    """Requests that come in one packet are answered one after the other, in their order."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle, ("POST", "/echo"): echo, ("GET", "/boom"): boom})
    peer = await site.peer()
    firsts = ["POST /echo", "GET /gate", "GET /nothing", "GET /boom", "POST /echo"]
    bodies = [b"one", b"", b"", b"", b"five"]
    await peer.send(b"".join(map(request, firsts, bodies)))
    await world.patient(gate.arrivals(), f"{', '.join(firsts)} in one packet", "the second is handled")
    await world.turns()
    gate.opened.set()
    answers = [await peer.answer(f"{first}, in one packet with others") for first in firsts]
    told = [answer.status for answer in answers]
    check.equal([200, 200, 404, 500, 200], told, f"the statuses of {', '.join(firsts)} in one packet")
    told = [answers[n].body for n in (0, 1, 4)]
    check.equal(
        [b"one", b"through the gate", b"five"], told, "the bodies of the first, second and fifth answer"
    )


@pytest.mark.task(2)
@in_loop
async def test_a_refused_body_is_no_request(check, world):
    """A request without a route has a body as well: it is read, and not taken for the next request."""
    smuggled = request("POST /secret")
    seen = []

    async def secret(request):
        seen.append(request)
        return Response()

    site = await world.serve({("POST", "/secret"): secret, ("GET", "/boom"): boom, ("GET", "/echo"): echo})
    peer = await site.peer()
    for first, status in (("POST /nothing", 404), ("PUT /echo", 405), ("GET /boom", 500)):
        await peer.send(request(first, smuggled))
        call = f"{first} with a body that looks like a request"
        check.equal(status, (await peer.answer(call)).status, f"the status of {call}")
        await peer.send(request("GET /echo"))
        check.equal(b"nothing", (await peer.answer()).body, f"GET /echo on the same connection, after {call}")
    check.equal(0, len(seen), "how often the handler of POST /secret was called")


@pytest.mark.task(2)
@in_loop
async def test_the_client_may_close(check, world):
    """With Connection: close, the answer says the same, and the server ends the connection."""
    site = await world.serve({("GET", "/echo"): echo})
    for value in ("close", "Close", "CLOSE"):
        peer = await site.peer()
        await peer.send(request("GET /echo", Connection=value) + request("GET /echo"))
        answer = await peer.answer(f"GET /echo with Connection: {value}")
        told = (answer.status, answer.closes)
        check.equal((200, True), told, f"(status, Connection: close) of GET /echo with Connection: {value}")
        await peer.require_end(f"GET /echo with Connection: {value}")


@pytest.mark.task(2)
@in_loop
async def test_old_clients_close(check, world):
    """A request in HTTP/1.0 is answered, and the connection is closed."""
    site = await world.serve({("GET", "/echo"): echo})
    peer = await site.peer()
    await peer.send(request("GET /echo HTTP/1.0"))
    answer = await peer.answer("GET /echo HTTP/1.0")
    check.equal(
        (200, True), (answer.status, answer.closes), "(status, Connection: close) of GET /echo HTTP/1.0"
    )
    await peer.require_end("GET /echo HTTP/1.0")


# 3. Malformed and too large


async def require_refusal(check, site, data, status):
    """Send bytes that have to be refused: there is one answer, and then the connection ends."""
    peer = await site.peer()
    await peer.send(data)
    answer = await peer.answer()
    call = f"sending {short(data)}"
    check.equal((status, True), (answer.status, answer.closes), f"(status, Connection: close) after {call}")
    await peer.require_end(call)


@pytest.mark.task(3)
@in_loop
async def test_malformed_heads(check, world):
    """A request line or a header that is no such thing is 400, and the connection is closed."""
    gate = Gate()
    site = await world.serve({("GET", "/"): gate.handle})
    for head in (
        *(
            "hello",
            "GET /",
            "GET / HTTP/1.1 more",
            "GET  HTTP/1.1",
            "GET / HTTP/2",
            "GET / HTTP/x.y",
            "GET / FTP/1.1",
        ),
        *(
            "GET / HTTP/1.1\r\nno colon here",
            "GET / HTTP/1.1\r\n: no name",
            "GET / HTTP/1.1\r\na name: value",
        ),
        "GET / HTTP/1.1\r\nHost : loopback",
    ):
        await require_refusal(check, site, f"{head}\r\n\r\n".encode() + request("GET /"), 400)
    check.equal(0, gate.entered, "how often the handler was called")


@pytest.mark.task(3)
@in_loop
async def test_malformed_lengths(check, world):
    """A Content-Length that is no number, or two that differ, is 400, and the connection is closed."""
    gate = Gate()
    site = await world.serve({("POST", "/"): gate.handle})
    for value in ("abc", "-1", "+5", "1_0", "0x10", "5.0", "5 5", "", "\xb2"):
        await require_refusal(check, site, request("POST /", Content_Length=value) + b"12345", 400)
    await require_refusal(check, site, request("POST /", b"12345", Content_length="6"), 400)
    check.equal(0, gate.entered, "how often the handler was called")


@pytest.mark.task(3)
@in_loop
async def test_the_size_of_the_head_is_limited(check, world):
    """A head of max_head bytes is read; a longer one is 431, whether or not it ever ends."""
    site = await world.serve({("GET", "/"): echo}, max_head=300)

    def head(size):
        return request("GET /", X="y" * (size - len(request("GET /", X=""))))

    peer = await site.peer()
    await peer.send(head(300))
    check.equal(200, (await peer.answer()).status, "the status of a request of 300 bytes, max_head being 300")
    await require_refusal(check, site, head(301), 431)
    await require_refusal(check, site, head(600), 431)
    await require_refusal(check, site, head(400).rstrip(), 431)
    await require_refusal(check, site, b"x" * 400, 431)


@pytest.mark.task(3)
@in_loop
async def test_the_size_of_the_body_is_limited(check, world):
    """A body of max_body bytes is read; a longer one is 413, without waiting for it."""
    site = await world.serve({("POST", "/echo"): echo}, max_body=50)
    answer = await site.ask("POST /echo", b"x" * 50)
    check.equal((200, b"x" * 50), (answer.status, answer.body), "POST /echo with 50 bytes, max_body being 50")
    await require_refusal(check, site, request("POST /echo", Content_Length="51"), 413)
    await require_refusal(check, site, request("POST /echo", Content_Length="9" * 30), 413)


@pytest.mark.task(3)
@in_loop
async def test_a_refusal_concerns_one_connection(check, world):
    """While one client sends rubbish, others are served, and so are those who come later."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle, ("GET", "/echo"): echo}, max_head=300)
    peer = await site.peer()
    await peer.send(request("GET /gate"))
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    await require_refusal(check, site, b"rubbish\r\n\r\n", 400)
    await require_refusal(check, site, b"x" * 400, 431)
    check.equal(200, (await site.ask("GET /echo")).status, "GET /echo after two refusals")
    gate.opened.set()
    check.equal(200, (await peer.answer()).status, "GET /gate, two other connections having been refused")


# 4. Slow and vanished clients


@pytest.mark.task(4)
@in_loop
async def test_a_silent_connection_is_closed(check, world):
    """A connection on which nothing comes is closed after the time-out, without a word."""
    site = await world.serve({("GET", "/echo"): echo})
    new, used = await site.peer(), await site.peer()
    await used.send(request("GET /echo"))
    await used.answer()
    await world.pass_time(0.9 * TIMEOUT)
    await used.send(request("GET /echo"))
    check.equal(200, (await used.answer()).status, "GET /echo again after 0.9 of the time-out")
    await world.pass_time(0.2 * TIMEOUT)
    await new.require_end("1.1 of the time-out passing on a new connection")
    await world.pass_time(0.9 * TIMEOUT)
    await used.require_end("1.1 of the time-out passing after an answer")


@pytest.mark.task(4)
@in_loop
async def test_half_a_request_is_not_waited_for(check, world):
    """When only a part of a request comes before the time-out, it is 408, and the connection is closed."""
    site = await world.serve({("POST", "/echo"): echo})
    whole = request("POST /echo", b"hello")
    for part in (whole[:3], whole[:30], whole[:-5], whole[:-1]):
        peer = await site.peer()
        await peer.send(part)
        await site.ask("POST /echo")  # after it, the server has the part as well
        await world.pass_time(1.1 * TIMEOUT)
        call = f"sending {part!r}, and 1.1 of the time-out passing"
        answer = await peer.answer(call)
        check.equal((408, True), (answer.status, answer.closes), f"(status, Connection: close) after {call}")
        await peer.require_end(call)


@pytest.mark.task(4)
@in_loop
async def test_a_trickle_does_not_help(check, world):
    """A client that sends a byte now and then is too slow as well: the time-out is for the whole request."""
    site = await world.serve({("GET", "/echo"): echo})
    peer = await site.peer()
    await peer.send(request("GET /echo"))
    await peer.answer()
    await peer.send(b"GET /echo HTTP/1.1\r\nX: ")
    await site.ask("GET /echo")
    for _ in range(4):
        await peer.send(b"y")
        await site.ask("GET /echo")  # after it, the server has the byte as well
        await world.pass_time(0.3 * TIMEOUT)
    await world.pass_time(0.3 * TIMEOUT)
    call = "sending one byte every 0.3 of the time-out, four times"
    answer = await peer.answer(call)
    check.equal((408, True), (answer.status, answer.closes), f"(status, Connection: close) after {call}")
    await peer.require_end(call)


@pytest.mark.task(4)
@in_loop
async def test_a_handler_may_take_its_time(check, world):
    """The time that a handler takes does not count."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle})
    peer = await site.peer()
    for _ in range(2):
        gate.opened.clear()
        await peer.send(request("GET /gate"))
        await world.patient(gate.arrivals(), "GET /gate", "it is handled")
        await world.pass_time(3 * TIMEOUT)
        gate.opened.set()
        answer = await peer.answer("GET /gate, the handler taking three times the time-out")
        check.equal((200, False), (answer.status, answer.closes), "(status, Connection: close) of GET /gate")


@pytest.mark.task(4)
@in_loop
async def test_half_a_request_and_the_end(check, world):
    """A client that ends its side in the middle of a request is not waited for."""
    gate = Gate()
    site = await world.serve({("POST", "/gate"): gate.handle})
    whole = request("POST /gate", b"hello")
    for part in (b"", whole[:10], whole[:-2]):
        peer = await site.peer()
        await peer.send(part)
        peer.writer.write_eof()
        await peer.rest(f"sending {part!r} and then the end")
    check.equal(0, gate.entered, "how often the handler was called")


@pytest.mark.task(4)
@in_loop
async def test_a_request_and_the_end(check, world):
    """A client that ends its side after its request gets its answer; then the connection is closed."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle})
    peer = await site.peer()
    await peer.send(request("GET /gate"))
    peer.writer.write_eof()
    await world.patient(gate.arrivals(), "GET /gate and then the end", "it is handled")
    await world.turns()
    gate.opened.set()
    check.equal(200, (await peer.answer("GET /gate and then the end")).status, "the status of GET /gate")
    await peer.require_end("GET /gate and then the end")


@pytest.mark.task(4)
@in_loop
async def test_a_client_vanishes(check, world):
    """A client that breaks the connection off is no error: nothing is reported, and others are served."""
    gate = Gate()

    async def large(request):
        await gate.handle(request)
        return Response(body=b"x" * 4_000_000)

    site = await world.serve(
        {("GET", "/gate"): gate.handle, ("GET", "/large"): large, ("GET", "/echo"): echo}
    )
    peers = [await site.peer() for _ in range(4)]
    for peer, data in zip(peers, ("GET /gate", "GET /large", "GET /ec", "GET /large"), strict=True):
        await peer.send(request(data) if "ec" not in data else data.encode())
    await world.patient(gate.arrivals(3), "GET /gate and twice GET /large", "they are handled")
    for peer in peers[:3]:
        peer.reset()
    await world.turns()
    gate.opened.set()
    await world.patient(peers[3].reader.readexactly(1000), "GET /large", "an answer")
    peers[3].reset()
    await world.turns()
    check.equal(200, (await site.ask("GET /echo")).status, "GET /echo after four others have vanished")
    await world.turns()
    gc.collect()
    check.equal([], world.complaints, "what was reported to the exception handler of the loop")


@pytest.mark.task(4)
@in_loop
async def test_a_client_does_not_read(check, world):
    """A client that does not take its answer within the time-out is given up."""
    body = b"x" * 8_000_000
    site = await world.serve({("GET", "/large"): returns(Response(body=body)), ("GET", "/echo"): echo})
    peer = await site.peer(window=50_000)
    await peer.send(request("GET /large"))
    await site.ask("GET /echo")
    for _ in range(4):
        await world.pass_time(1.1 * TIMEOUT)
    got = len(await peer.rest("GET /large, nothing of the answer being read for 4.4 times the time-out"))
    check.at_most(len(body) - 1, got, "how many bytes of the 8,000,000 came when it was read after all")


# 5. A graceful stop


@pytest.mark.task(5)
@in_loop
async def test_what_is_handled_is_finished(check, world):
    """Handlers that run when stop begins finish, and their answers say Connection: close."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle})
    peers = [await site.peer() for _ in range(2)]
    for peer in peers:
        await peer.send(request("GET /gate"))
    await world.patient(gate.arrivals(2), "twice GET /gate", "they are handled")
    stopping = world.begin(site.server.stop(TIMEOUT))
    await world.turns(50)
    check.equal(False, stopping.done(), "whether server.stop() has returned while two handlers run")
    gate.opened.set()
    for peer in peers:
        answer = await peer.answer("GET /gate, which ran when stop began")
        told = (answer.status, answer.body, answer.closes)
        check.equal((200, b"through the gate", True), told, "(status, body, Connection: close) of GET /gate")
        await peer.require_end("an answer during server.stop()")
    await world.patient(stopping, "server.stop() when all handlers have finished", "it returns")


@pytest.mark.task(5)
@in_loop
async def test_an_answer_on_its_way_arrives(check, world):
    """An answer that is being sent when stop begins is sent to its end."""
    body = b"x" * 8_000_000
    site = await world.serve({("GET", "/large"): returns(Response(body=body))})
    peer = await site.peer(window=50_000)
    await peer.send(request("GET /large"))
    head = await world.patient(peer.reader.readuntil(b"\r\n\r\n"), "GET /large", "an answer")
    await world.turns(50)
    stopping = world.begin(site.server.stop(TIMEOUT))
    await world.turns(50)
    rest = await peer.rest("GET /large, and then server.stop()")
    check.that(b" 200 " in head.splitlines()[0], "GET /large: the first line", "status 200", head)
    check.equal(
        len(body), len(rest), "how many bytes of the body come, stop having begun in the middle of them"
    )
    await world.patient(stopping, "server.stop() when the last answer is sent", "it returns")


@pytest.mark.task(5)
@in_loop
async def test_nobody_new_is_let_in(check, world):
    """Once stop has begun, new connections are refused."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle})
    peer = await site.peer()
    await peer.send(request("GET /gate"))
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    world.begin(site.server.stop(TIMEOUT))
    await world.turns()
    told = "whether a new connection is accepted while server.stop() waits for a handler"
    check.equal(False, await site.lets_in(), told)


@pytest.mark.task(5)
@in_loop
async def test_who_waits_is_let_go(check, world):
    """Connections that wait for a request, or have a part of one, are closed at once, without an answer."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle, ("GET", "/echo"): echo})
    new, used, part, busy = [await site.peer() for _ in range(4)]
    await used.send(request("GET /echo"))
    await used.answer()
    await part.send(b"GET /echo HT")
    await busy.send(request("GET /gate"))
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    world.begin(site.server.stop(TIMEOUT))
    for peer, told in ((new, "a new connection"), (used, "after an answer"), (part, "a part of a request")):
        await peer.require_end(f"{told}, and then server.stop()")
    gate.opened.set()
    check.equal(200, (await busy.answer()).status, "the status of GET /gate, which ran when stop began")


@pytest.mark.task(5)
@in_loop
async def test_no_further_request_begins(check, world):
    """A request that waits behind the one that is being handled is not handled any more."""
    gate, other = Gate(), Gate()
    other.opened.set()
    site = await world.serve({("GET", "/gate"): gate.handle, ("GET", "/other"): other.handle})
    peer = await site.peer()
    await peer.send(request("GET /gate") + request("GET /other"))
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    stopping = world.begin(site.server.stop(TIMEOUT))
    await world.turns()
    gate.opened.set()
    call = "GET /gate and GET /other in one packet, server.stop() being called during the first"
    answer = await peer.answer(call)
    check.equal(
        (200, True), (answer.status, answer.closes), f"(status, Connection: close) of GET /gate: {call}"
    )
    await peer.require_end(call)
    await world.patient(stopping, f"server.stop(): {call}", "it returns")
    check.equal(0, other.entered, f"how often the handler of GET /other was called: {call}")


@pytest.mark.task(5)
@in_loop
async def test_the_grace_ends(check, world):
    """Handlers that still run after the grace are cancelled, and their connections end without an answer."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle})
    peer = await site.peer()
    await peer.send(request("GET /gate"))
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    stopping = world.begin(site.server.stop(grace=500))
    await world.pass_time(400)
    told = (stopping.done(), gate.cancelled)
    check.equal((False, 0), told, "(stop has returned, handlers cancelled) after 400 of 500 s of grace")
    await world.pass_time(200)
    await world.patient(stopping, "server.stop(grace=500), a handler still running after 600 s", "it returns")
    check.equal(1, gate.cancelled, "the handlers that were cancelled after 500 s of grace")
    await peer.require_end("GET /gate, the grace being over")


@pytest.mark.task(5)
@in_loop
async def test_nothing_is_left(check, world):
    """When stop has returned, no task is left, and all connections and the port are closed."""
    gate = Gate()
    site = await world.serve({("GET", "/gate"): gate.handle, ("GET", "/echo"): echo})
    peers = [await site.peer() for _ in range(4)]
    await peers[0].send(request("GET /gate"))
    await peers[1].send(request("GET /echo"))
    await peers[2].send(b"GET")
    await world.patient(gate.arrivals(), "GET /gate", "it is handled")
    await peers[1].answer()
    await site.stop(0)
    check.equal([], world.strange_tasks(), "the tasks of the server when server.stop() has returned")
    for peer in peers:
        await peer.require_end("an open connection, and then server.stop(0)")
    await site.stop()
    check.equal(
        False, await site.lets_in(), "whether a connection is accepted when server.stop() has returned"
    )
    other = await world.serve({("GET", "/echo"): echo})
    await other.stop()


# 6. A client of many APIs


class Api:
    """A server of the suite. For each path a script answers; then it waits until the client closes."""

    def __init__(self, world, scripts):
        self.world = world
        self.requests = []
        self.active = 0
        self.peak = 0
        self._scripts = scripts
        self._arrivals = asyncio.Semaphore(0)
        self._connections = set()

    async def start(self):
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    async def arrivals(self, count=1):
        """Wait for as many requests."""
        for _ in range(count):
            await self._arrivals.acquire()

    async def require_end(self, call):
        """Require that the client closes all its connections."""

        async def end():
            while self._connections:
                await asyncio.wait(self._connections)

        await self.world.patient(end(), call, "the client closes its connections")

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self.world.know(task)
        self._connections.add(task)
        exchange = Exchange(self, writer)
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.splitlines()
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            self.requests.append((first, headers))
            self.active += 1
            self.peak = max(self.peak, self.active)
            self._arrivals.release()
            script = self.world.begin(self._scripts[first.split(" ")[1]](exchange))
            await reader.read()  # up to the end
            script.cancel()
        exchange.over()
        self._connections.discard(task)
        writer.close()

    async def end(self):
        self._listener.close()
        for task in self._connections:
            task.cancel()


class Exchange:
    """One answer of an API."""

    def __init__(self, api, writer):
        self._api = api
        self._writer = writer
        self._counts = True

    def over(self):
        """Count the request as answered: the client is about to hold all of it."""
        if self._counts and self._api.active:
            self._api.active -= 1
        self._counts = False

    async def send(self, *pieces, last=True):
        """Send the pieces one by one; before the last one, the request counts as answered."""
        for number, piece in enumerate(pieces, 1):
            if last and number == len(pieces):
                self.over()
            self._writer.write(piece)
            await self._writer.drain()
            if number < len(pieces):
                await self._api.world.turns(3)

    def close(self):
        self.over()
        self._writer.close()


def encoded(body, status="200 OK", **headers):
    headers = {"Content-Type": "application/json", "Content_Length": len(body)} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def sends(*pieces, then_close=False):
    """Return a script that sends the pieces."""

    async def script(exchange):
        await exchange.send(*pieces)
        if then_close:
            exchange.close()

    return script


def answers(data, after=None):
    """Return a script that sends JSON, when an event is set if one is given."""

    async def script(exchange):
        if after is not None:
            await after.wait()
        await exchange.send(encoded(json.dumps(data).encode()))

    return script


async def fetch(world, urls, call, **options):
    """Fetch, and require a list with a result for each address."""
    return results_of(
        world, await world.patient(fetching(world, urls, **options), call, "it returns"), urls, call
    )


def fetching(world, urls, **options):
    return world.begin(fetch_all(urls, **{"timeout": TIMEOUT} | options))


def results_of(world, results, urls, call):
    right = type(results) is list and all(type(result) in (Reply, Failure) for result in results)
    world.check.that(right, call, "a list of Reply and Failure", results)
    world.check.equal(list(urls), [result.url for result in results], f"the addresses of the results: {call}")
    return results


def brief(results):
    """Return what matters of the results: the data, or the name of the problem, with the status."""
    if type(results) is not list or not all(type(result) in (Reply, Failure) for result in results):
        return results
    return [
        (result.status, result.data) if type(result) is Reply else (result.status, problem_of(result))
        for result in results
    ]


def problem_of(failure):
    return failure.problem.name if type(failure.problem) is Problem else failure.problem


@pytest.mark.task(6)
@in_loop
async def test_each_address_has_its_result(check, world):
    """The results are in the order of the addresses, which may come from a generator."""
    last = asyncio.Event()

    async def opens(exchange):
        last.set()
        await exchange.send(encoded(b'{"n": 3}', "201 Created"))

    scripts = {"/1": answers({"n": 1}, last), "/2?x=y": answers([2, None]), "/": opens}
    api = await world.api(scripts)
    urls = [api.url("/1"), api.url("/2?x=y"), api.url("")]
    results = await fetch(world, urls, "fetch_all(three addresses, the first being the last to answer)")
    expected = [(200, {"n": 1}), (200, [2, None]), (201, {"n": 3})]
    check.equal(
        expected, brief(results), "(status, data) of the three replies, the first being the last to come"
    )
    results = await world.patient(world.begin(fetch_all(iter(urls))), "fetch_all(an iterator)", "it returns")
    check.equal(
        expected, brief(results_of(world, results, urls, "fetch_all(an iterator)")), "the same, lazily"
    )
    check.equal([], await fetch(world, [], "fetch_all([])"), "fetch_all([])")
    for limit in (0, -1):
        try:
            await fetch_all([], limit=limit)
        except ValueError:
            continue
        check.that(False, f"fetch_all([], limit={limit})", "it raises ValueError", "it returned")


@pytest.mark.task(6)
@in_loop
async def test_the_request(check, world):
    """A request is a GET in HTTP/1.1 with path and query of the address, Host and Connection: close."""
    api = await world.api({"/a/b?x=1&y=%20": answers(1), "/": answers(2)})
    await fetch(world, [api.url("/a/b?x=1&y=%20"), api.url("")], "fetch_all(two addresses)", limit=1)
    check.equal(
        ["GET /a/b?x=1&y=%20 HTTP/1.1", "GET / HTTP/1.1"],
        [first for first, _ in api.requests],
        "the first lines of the requests for /a/b?x=1&y=%20 and for an address without a path",
    )
    for _, headers in api.requests:
        told = (headers.get("host"), headers.get("connection", "").lower())
        check.equal((f"127.0.0.1:{api.port}", "close"), told, "the headers Host and Connection")


@pytest.mark.task(6)
@in_loop
async def test_answers_come_in_pieces(check, world):
    """An answer is read to its end, however it is cut: by Content-Length, or by the end of the connection."""
    data = {"text": "x" * 300_000}
    body = json.dumps(data).encode()
    small = encoded(b'{"a": 1}')
    unsized = encoded(b'{"b": 2}', Content_Length=None)
    spelt = b"HTTP/1.1 200\r\ncontent-LENGTH:8\r\n\r\n" + b'{"c": 3}' + b"and more"
    scripts = {
        "/small": sends(*(small[n : n + 1] for n in range(len(small)))),
        "/unsized": sends(*(unsized[n : n + 1] for n in range(len(unsized))), then_close=True),
        "/large": sends(*(encoded(body)[n : n + 50_000] for n in range(0, len(encoded(body)), 50_000))),
        "/spelt": sends(spelt),
    }
    api = await world.api(scripts)
    results = await fetch(world, [api.url(path) for path in scripts], "fetch_all(answers in many pieces)")
    expected = [(200, {"a": 1}), (200, {"b": 2}), (200, data), (200, {"c": 3})]
    check.equal(expected, brief(results), "(status, data) of answers that come in many pieces")
    await api.require_end("fetch_all(answers in many pieces)")


@pytest.mark.task(6)
@in_loop
async def test_a_failure_is_a_result(check, world):
    """Whatever goes wrong with one address is its Failure, with its kind; all others have their replies."""
    scripts = {
        "/good": (answers({"good": True}), (200, {"good": True})),
        "/404": (sends(encoded(b'{"error": "?"}', "404 Not Found")), (404, "STATUS")),
        "/500": (sends(encoded(b"oh", "500 Internal Server Error")), (500, "STATUS")),
        "/301": (sends(encoded(b"", "301 Moved Permanently", Location="/good")), (301, "STATUS")),
        "/299": (sends(encoded(b'"odd"', "299 Odd")), (299, "odd")),
        "/300": (sends(encoded(b"[]", "300 Multiple Choices")), (300, "STATUS")),
        "/nothing": (sends(b"", then_close=True), (None, "CONNECTION")),
        "/half-head": (sends(b"HTTP/1.1 200 OK\r\nContent-Le", then_close=True), (None, "CONNECTION")),
        "/half-body": (sends(encoded(b"12345", Content_Length=6), then_close=True), (None, "CONNECTION")),
        "/html": (sends(encoded(b"<p>welcome</p>")), (None, "CONTENT")),
        "/bytes": (sends(encoded(b'"\xff\xfe"')), (None, "CONTENT")),
        "/ssh": (sends(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", then_close=True), (None, "CONTENT")),
        "/radio": (sends(b"ICY 200 OK\r\nContent-Length: 1\r\n\r\n1", then_close=True), (None, "CONTENT")),
        "/length": (sends(encoded(b"1", Content_Length="many"), then_close=True), (None, "CONTENT")),
        "/good-too": (answers("too"), (200, "too")),
    }
    api = await world.api({path: script for path, (script, _) in scripts.items()})
    expected = {api.url(path): outcome for path, (_, outcome) in scripts.items()}
    expected |= dict.fromkeys(
        ("nonsense", "http://", "ftp://127.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1:99999/"),
        (None, "ADDRESS"),
    )
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        expected[f"http://127.0.0.1:{unused.getsockname()[1]}/"] = (None, "CONNECTION")
        results = await fetch(world, list(expected), "fetch_all(good and bad addresses)")
    told = dict(zip(expected, brief(results), strict=True))
    for url, outcome in expected.items():
        check.equal(outcome, told[url], f"(status, data or problem) of {url.replace(str(api.port), '…')}")
    await api.require_end("fetch_all(good and bad addresses)")
    check.equal([], world.strange_tasks(), "the tasks that are left when fetch_all has returned")
    short = await world.api({"/short": sends(b"HTTP/1.1\r\n\r\n", then_close=True)})
    (result,) = await fetch(world, [short.url("/short")], "fetch_all(an answer that has no status)")
    told = "an answer that begins with HTTP/1.1 and has no status"
    check.that(type(result) is Failure, told, "a Failure, with any problem", result)


@pytest.mark.task(6)
@in_loop
async def test_limit_requests_run_at_a_time(check, world):
    """As many requests as the limit allows run at the same time, and never more."""
    opened = asyncio.Event()
    api = await world.api({f"/{n}": answers(n, opened) for n in range(9)})
    task = fetching(world, [api.url(f"/{n}") for n in range(9)], limit=3)
    call = "fetch_all(9 addresses, limit=3)"
    await world.patient(api.arrivals(3), call, "three requests at the same time")
    await world.turns(50)
    opened.set()
    results = await world.patient(task, call, "it returns")
    check.equal([(200, n) for n in range(9)], brief(results), f"(status, data): {call}")
    check.equal(3, api.peak, f"the most requests at a time: {call}")


@pytest.mark.task(6)
@in_loop
async def test_a_slow_api_holds_up_nobody(check, world):
    """While one API is slow, all others are fetched, one after the other."""
    opened = asyncio.Event()
    api = await world.api({"/0": answers(0, opened)} | {f"/{n}": answers(n) for n in range(1, 7)})
    task = fetching(world, [api.url(f"/{n}") for n in range(7)], limit=2)
    call = "fetch_all(7 addresses, limit=2), the first one being slow"
    await world.patient(api.arrivals(7), call, "all others are fetched meanwhile")
    opened.set()
    results = await world.patient(task, call, "it returns")
    check.equal([(200, n) for n in range(7)], brief(results), f"(status, data): {call}")


@pytest.mark.task(6)
@in_loop
async def test_each_request_has_its_timeout(check, world):
    """A request that takes longer than the time-out is a Failure, be the server silent or slow."""
    never = asyncio.Event()

    async def trickles(exchange):
        await exchange.send(encoded(b"", Content_Length=100), last=False)
        for _ in range(4):
            await exchange.send(b" ", last=False)
            await trickle.wait()

    trickle = asyncio.Event()
    api = await world.api({"/silent": answers(1, never), "/trickle": trickles, "/good": answers(2)})
    urls = [api.url(path) for path in ("/silent", "/trickle", "/good")]
    task = fetching(world, urls)
    await world.patient(api.arrivals(3), "fetch_all(three addresses)", "three requests")
    for _ in range(5):
        await world.pass_time(0.3 * TIMEOUT)
        trickle.set()
        trickle.clear()
    call = "fetch_all(a silent server, one that sends a byte now and then, a good one)"
    results = await world.patient(task, call, "it returns after 1.5 of the time-out")
    expected = [(None, "TIMEOUT"), (None, "TIMEOUT"), (200, 2)]
    check.equal(expected, brief(results), f"(status, data or problem): {call}")
    await api.require_end(call)
    check.equal([], world.strange_tasks(), "the tasks that are left when fetch_all has returned")


@pytest.mark.task(6)
@in_loop
async def test_waiting_for_a_place_does_not_count(check, world):
    """The time-out of a request begins with the request, not with the call."""
    events = [asyncio.Event() for _ in range(4)]
    api = await world.api({f"/{n}": answers(n, event) for n, event in enumerate(events)})
    task = fetching(world, [api.url(f"/{n}") for n in range(4)], limit=1)
    call = "fetch_all(4 addresses, limit=1), each of them taking 0.6 of the time-out"
    for event in events:
        await world.patient(api.arrivals(), call, "the next request begins")
        await world.pass_time(0.6 * TIMEOUT)
        event.set()
    results = await world.patient(task, call, "it returns")
    check.equal([(200, n) for n in range(4)], brief(results), f"(status, data or problem): {call}")


@pytest.mark.task(6)
@in_loop
async def test_fetching_can_be_cancelled(check, world):
    """When fetch_all is cancelled, its requests end, its connections are closed, and no task is left."""
    never = asyncio.Event()
    api = await world.api({f"/{n}": answers(n, never) for n in range(5)})
    task = fetching(world, [api.url(f"/{n}") for n in range(5)], limit=3)
    call = "fetch_all(5 addresses, limit=3), cancelled when three requests run"
    await world.patient(api.arrivals(3), call, "three requests")
    task.cancel()
    check.equal(
        (True, True),
        (await world.settled(task), task.cancelled()),
        f"(the task has ended, it was cancelled): {call}",
    )
    check.equal([], world.strange_tasks(), f"the tasks that are left: {call}")
    await api.require_end(call)
    check.equal(3, len(api.requests), f"how many requests came in all: {call}")
