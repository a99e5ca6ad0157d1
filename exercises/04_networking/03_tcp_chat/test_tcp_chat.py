"""The suite of "A chat over TCP": framing piece by piece, and a server in a process of its own.

Partial reads and writes are forced: the suite's connections give one byte at a time and take three, and a
message of a mebibyte fits into no buffer of the system. A client that does not read has small buffers and
is flooded until they are full. Waiting ends as soon as the bytes are there; PATIENCE is for wrong hand-ins.
"""

import contextlib
import functools
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tcp_chat import ChatClient, FrameError, FrameTooLarge, FrameTruncated, receive_frame, send_frame

PATIENCE = 5.0
"""Seconds to wait for bytes that a right hand-in sends at once."""

SMALL = 16_384
"""Bytes of the buffers of a client that does not read."""

BULK = "abcdefgh" * 512
"""4 KiB of text: 40 of them are more than small buffers hold."""

END = "(the end of the stream)"
RESET = "(the connection was reset)"

DRIVER = """
import sys, threading
sys.path.insert(0, sys.argv[1])
threading.stack_size(2**19)
from tcp_chat import ChatServer

def say(*words):
    print(*words, flush=True)

def begin(**options):
    server = ChatServer(**options)
    server.start()
    port = int(server.address[1])
    say("listening", port)
    return server, port

def stop(grace):
    try:
        server.stop(grace)
    except Exception as error:
        return f"it raised {type(error).__name__}: {error}"
    return [it.name for it in threading.enumerate() if it is not threading.main_thread()]

server, port = begin(**{name: int(value) for name, value in (word.split("=") for word in sys.argv[2:])})
for line in sys.stdin:
    order, _, value = line.strip().partition(" ")
    if order == "threads":
        say("threads", threading.active_count() - 1)
    elif order == "stop":
        say("stopping")
        say("stopped", stop(float(value)))
    elif order == "again":
        server, port = begin(port=port)
    elif order == "with":
        with ChatServer() as other:
            say("inside", int(other.address[1]))
            sys.stdin.readline()
        say("outside")
"""
"""Runs the hand-in's server, tells its port, and obeys what comes on standard input."""

THRIFTY = {"MALLOC_ARENA_MAX": "2"}
"""Keeps a hundred threads below the limit of memory, of which they reserve much and use little."""


def frame(text):
    payload = text.encode() if isinstance(text, str) else text
    return struct.pack(">I", len(payload)) + payload


# Connections for the framing and the client


class Connection(socket.socket):
    """A connected socket that gives and takes a few bytes at a time, and may break."""

    gives, takes, breaks_after = 1, 3, None

    def recv(self, size, flags=0):
        return super().recv(self._allowed(size), flags)

    def recv_into(self, buffer, nbytes=0, flags=0):
        return super().recv_into(buffer, self._allowed(nbytes or len(buffer)), flags)

    def send(self, data, flags=0):
        return super().send(memoryview(data)[: self.takes], flags)

    def sendmsg(self, buffers, *rest):
        return super().send(b"".join(buffers)[: self.takes])

    def _allowed(self, size):
        if self.breaks_after is not None:
            self.breaks_after -= 1
            if self.breaks_after < 0:
                raise ConnectionResetError("the other side broke off")
        return min(size, self.gives)


@pytest.fixture
def pair():
    with contextlib.ExitStack() as opened:
        yield lambda **habits: tuple(map(opened.enter_context, new_pair(**habits)))


def new_pair(**habits):
    """Return the connection for the hand-in and its far end, which is the suite's."""
    near, far = socket.socketpair()
    connection = Connection(fileno=near.detach())
    vars(connection).update(habits)
    for end in (connection, far):
        end.settimeout(PATIENCE)
    return connection, far


def fed(pair, *streams, **habits):
    """Return a connection on which bytes come in, and then the end of the stream."""
    connection, far = pair(**habits)
    far.sendall(b"".join(streams))
    far.shutdown(socket.SHUT_WR)
    return connection


def rest_of(connection):
    """Return the bytes that come until the end of the stream, or until it stays silent."""
    pieces = b""
    with contextlib.suppress(OSError):
        while piece := connection.recv(65_536):
            pieces += piece
    return pieces


# 1. Frames on a stream


@pytest.mark.task(1)
def test_a_frame_is_a_size_and_a_payload(check, pair):
    """A frame is the size of its payload in four bytes, the greatest first, and then the payload."""
    for payload in (b"hello", bytes(range(256)) * 2, b""):
        connection, far = pair(takes=65_536)
        send_frame(connection, payload)
        connection.close()
        call = f"send_frame(connection, <{len(payload)} bytes>)"
        check.equal(frame(payload), rest_of(far), f"the bytes that arrive after {call}")


@pytest.mark.task(1)
def test_a_send_may_take_less(check, pair):
    """A frame is sent whole, even if the connection takes a few bytes at a time."""
    for takes in (1, 3, 5):
        connection, far = pair(takes=takes)
        send_frame(connection, b"a longer payload")
        connection.close()
        call = f"send_frame(connection, b'a longer payload'), where send takes at most {takes} bytes"
        check.equal(frame(b"a longer payload"), rest_of(far), f"the bytes that arrive after {call}")


@pytest.mark.task(1)
def test_a_recv_may_give_less(check, pair):
    """A frame is waited for until it is whole, however few bytes come at a time."""
    for gives in (1, 3, 5, 65_536):
        receive = functools.partial(receive_frame, fed(pair, frame(b"a longer payload"), gives=gives))
        call = f"receive_frame(connection), where recv gives at most {gives} bytes"
        check.returns(b"a longer payload", receive, call)


@pytest.mark.task(1)
def test_frames_that_come_together(check, pair):
    """Of several frames that came together one is taken; the others stay for the next calls."""
    stream = [frame(b"one"), frame(b"two, longer"), frame(b"three")]
    connection = fed(pair, *stream, gives=65_536)
    call = "receive_frame(connection), three frames having come"
    check.returns(b"one", lambda: receive_frame(connection), call)
    check.equal(b"".join(stream[1:]), rest_of(connection), f"what is left in the connection after {call}")


@pytest.mark.task(1)
def test_empty_frames_and_the_end(check, pair):
    """A frame without payload gives b"", and None is the end of the stream between two frames."""
    connection = fed(pair, frame(b""), frame(b"last"))
    for number, expected in enumerate((b"", b"last", None, None), 1):
        call = f"receive_frame(connection), call {number}, b'', b'last' and the end having come"
        check.returns(expected, functools.partial(receive_frame, connection), call)


@pytest.mark.task(1)
@settings(max_examples=25)
@given(
    payloads=st.lists(st.binary(max_size=40), max_size=4),
    gives=st.integers(1, 9),
    takes=st.integers(1, 9),
)
def test_what_is_sent_is_received(check, payloads, gives, takes):
    """Whatever is sent comes out again, wherever the stream is cut into pieces."""
    with contextlib.ExitStack() as opened:
        connection, far = map(opened.enter_context, new_pair(takes=takes))
        with ThreadPoolExecutor(1) as reader, connection:  # many small pieces fill the system's buffer
            arrived = reader.submit(rest_of, far)
            for payload in payloads:
                send_frame(connection, payload)
        stream = arrived.result()
        call = f"send_frame(connection, payload) for payload in {payloads}, {takes} bytes at a time"
        check.equal(b"".join(map(frame, payloads)), stream, f"the bytes that arrive after {call}")
        connection, far = map(opened.enter_context, new_pair(gives=gives))
        far.sendall(stream)
        far.close()
        for number, payload in enumerate([*payloads, None], 1):
            call = f"receive_frame(connection), call {number}, {payloads} coming in pieces of {gives}"
            check.returns(payload, functools.partial(receive_frame, connection), call)


# 2. Limits and broken streams


@pytest.mark.task(2)
def test_a_payload_of_the_limit(check, pair):
    """A payload of exactly the limit is sent and received."""
    connection, far = pair(takes=65_536)
    send_frame(connection, b"12345678", limit=8)
    connection.close()
    call = "send_frame(connection, b'12345678', limit=8)"
    check.equal(frame(b"12345678"), rest_of(far), f"the bytes that arrive after {call}")
    connection = fed(pair, frame(b"12345678"), gives=65_536)
    call = "receive_frame(connection, limit=8), 8 bytes having come"
    check.returns(b"12345678", lambda: receive_frame(connection, limit=8), call)


@pytest.mark.task(2)
def test_the_limit_that_is_not_given(check, pair):
    """Without another word the limit is 65,536 bytes."""
    connection = fed(pair, struct.pack(">I", 65_537), gives=65_536)
    call = "send_frame(connection, bytes(65_537))"
    check.raises(FrameTooLarge, lambda: send_frame(connection, bytes(65_537)), call)
    call = "receive_frame(connection), a size of 65,537 having come"
    check.raises(FrameTooLarge, lambda: receive_frame(connection), call)


@pytest.mark.task(2)
def test_too_large_to_send(check, pair):
    """A payload above the limit raises FrameTooLarge, and no byte is sent."""
    connection, far = pair()
    call = "send_frame(connection, b'123456789', limit=8)"
    check.raises(FrameTooLarge, lambda: send_frame(connection, b"123456789", limit=8), call)
    connection.close()
    check.equal(b"", rest_of(far), f"the bytes that arrive after {call}")


@pytest.mark.task(2)
def test_too_large_to_receive(check, pair):
    """A size above the limit raises FrameTooLarge before a byte of the payload is read."""
    for size, follows in ((9, b"123456789"), (2**32 - 1, b"1234"), (9, b"")):
        connection = fed(pair, struct.pack(">I", size), follows, gives=65_536)
        call = f"receive_frame(connection, limit=8), a size of {size} and {follows} having come"
        error = check.raises(FrameTooLarge, functools.partial(receive_frame, connection, limit=8), call)
        check.that(isinstance(error, FrameError), call, "a FrameError", error)
        check.equal(follows, rest_of(connection), f"what is left in the connection after {call}")


@pytest.mark.task(2)
def test_the_end_inside_a_frame(check, pair):
    """When the stream ends inside a frame, FrameTruncated says so, which is a FrameError."""
    whole = frame(b"hello")
    for length in range(1, len(whole)):
        call = f"receive_frame(connection), {whole[:length]} and the end having come"
        for expected in (FrameTruncated, FrameError):
            receive = functools.partial(receive_frame, fed(pair, whole[:length]))
            check.raises(expected, receive, call)


@pytest.mark.task(2)
def test_errors_of_the_connection_come_out(check, pair):
    """What goes wrong with the connection itself comes out as it is."""
    for reads in (0, 1):
        connection = fed(pair, frame(b"hello"), gives=65_536, breaks_after=reads)
        call = f"receive_frame(connection), where recv raises ConnectionResetError after {reads} calls"
        check.raises(ConnectionResetError, functools.partial(receive_frame, connection), call)


# 3. The client


@pytest.mark.task(3)
def test_a_client_sends_text(check, pair):
    """A client sends its name and then each text as one frame in UTF-8."""
    connection, far = pair()
    client = ChatClient(connection, "Zoë")
    for text in ("good morning", "", "déjà vu 🙂\n"):
        client.send(text)
    client.close()
    stream = b"".join(map(frame, ("Zoë", "good morning", "", "déjà vu 🙂\n")))
    call = "ChatClient(connection, 'Zoë') and send(text) for 'good morning', '' and 'déjà vu 🙂\\n'"
    check.equal(stream, rest_of(far), f"the bytes that arrive after {call}")


@pytest.mark.task(3)
def test_a_client_receives_text(check, pair):
    """Messages come out as text, however their bytes arrive, and None at the end."""
    connection = fed(pair, frame("bob: déjà vu 🙂"), frame("bob: 一二三"))
    client = ChatClient(connection, "ann")
    for number, expected in enumerate(("bob: déjà vu 🙂", "bob: 一二三", None), 1):
        call = f"client.receive(), call {number}, two messages and the end having come a byte at a time"
        check.returns(expected, client.receive, call)


@pytest.mark.task(3)
def test_a_frame_is_decoded_by_itself(check, pair):
    """A payload that is not UTF-8 raises FrameError, even if the next one would complete it."""
    connection = fed(pair, frame(b"caf\xc3"), frame(b"\xa9"))
    client = ChatClient(connection, "ann")
    call = "client.receive(), the payloads b'caf\\xc3' and b'\\xa9' having come"
    check.raises(FrameError, client.receive, call)


@pytest.mark.task(3)
def test_a_client_that_has_finished_still_receives(check, pair):
    """After finish() the other side sees the end, and messages are still received."""
    connection, far = pair()
    client = ChatClient(connection, "ann")
    client.finish()
    check.equal(frame("ann"), rest_of(far), "the bytes that arrive until the end after client.finish()")
    with contextlib.suppress(OSError):
        far.sendall(frame("bob: bye"))
    check.returns("bob: bye", client.receive, "client.receive() after client.finish()")


@pytest.mark.task(3)
def test_the_limit_of_a_client(check, pair):
    """A client sends up to its limit and receives up to a hundred bytes more."""
    connection, far = pair()
    client = ChatClient(connection, "ann", frame_limit=10)
    call = "client.send('ééééé!') with a frame_limit of 10"
    check.raises(FrameTooLarge, lambda: client.send("ééééé!"), call)
    client.send("ééééé")
    with contextlib.suppress(OSError):
        far.sendall(frame("x" * 110) + frame("x" * 111))
    call = "client.receive() with a frame_limit of 10, {} bytes having come"
    check.returns("x" * 110, client.receive, call.format(110))
    check.raises(FrameTooLarge, client.receive, call.format(111))
    client.close()
    call = "sending 11 bytes and 10 bytes with a frame_limit of 10"
    check.equal(frame("ann") + frame("ééééé"), rest_of(far), f"the bytes that arrive after {call}")


@pytest.mark.task(3)
def test_a_client_is_closed(check, pair):
    """A with statement closes the connection, and close() may be called again."""
    connection, far = pair()
    with ChatClient(connection, "ann") as client:
        check.that(type(client) is ChatClient, "ChatClient(…).__enter__()", "the client", client)
    check.equal(frame("ann"), rest_of(far), "the bytes that arrive until the end after the with statement")
    check.returns(None, client.close, "client.close() after the with statement")


@pytest.mark.task(3)
def test_a_client_connects(check):
    """ChatClient.connect connects to an address and introduces the client."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        with ChatClient.connect(listener.getsockname()[:2], "ann") as client, listener.accept()[0] as far:
            far.settimeout(PATIENCE)
            client.send("hello")
            far.sendall(frame("ann: hello"))
            call = "client.receive() after client = ChatClient.connect(address, 'ann')"
            check.returns("ann: hello", client.receive, call)
            client.finish()
            call = "ChatClient.connect(address, 'ann'), send('hello') and finish()"
            check.equal(frame("ann") + frame("hello"), rest_of(far), f"the bytes that arrive after {call}")


# Peers of the server


class Peer:
    """A client of the suite's own; everything it does is on a real connection."""

    def __init__(self, check, port, name, buffer=None, *, expected=True):
        self.check = check
        self.refused = False
        self.name = name
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._bytes = b""
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError as error:
            self.socket.close()
            if expected or isinstance(error, TimeoutError):
                check.that(False, f"{name} connects to the server", "a connection", repr(error))
            self.refused = True

    def say(self, *texts):
        """Send frames, all in one piece."""
        self.send(b"".join(map(frame, texts)))

    def send(self, data):
        """Send bytes; a server that has dropped this peer, or has no room for them, is seen later."""
        with contextlib.suppress(OSError):
            self.socket.sendall(data)

    def hear(self, after, expected="a message"):
        """Return the text of the next message, END or RESET; silence fails the case."""
        if self.refused:
            return RESET
        try:
            header = self._take(4)
            payload = self._take(struct.unpack(">I", header)[0]) if len(header) == 4 else header
        except TimeoutError:
            call = f"what {self.name} hears next, after {after}"
            return self.check.that(False, call, expected, f"nothing in {PATIENCE:g} s")
        except ConnectionError:
            return RESET
        return payload.decode(errors="backslashreplace") if len(header) == 4 else END

    def hears(self, *texts, after):
        """Require the next messages to be these."""
        for text in texts:
            got = self.hear(after, repr(text[:80]))
            self.check.equal(text, got, f"what {self.name} hears next, after {after}")

    def is_dropped(self, *, after):
        """Require the end of the connection, of either kind."""
        got = self.hear(after, "the end of the connection")
        call = f"what {self.name} hears next, after {after}"
        self.check.that(got in (END, RESET), call, "the end of the connection", got)

    def hears_nothing_more(self, *, after):
        """Require the end of the connection, of either kind; that others leave may be told before."""
        heard = [text for text in self.hears_until(END, after=after) if not text.endswith(" left")]
        got = heard[0] if heard else ""
        call = f"what {self.name} hears next, after {after}"
        self.check.that(got in (END, RESET), call, "the end of the connection", got)

    def hears_until(self, last, *, after):
        """Return what comes up to a message, which is included, or to the end."""
        heard = []
        while not heard or heard[-1] not in (last, END, RESET):
            heard.append(self.hear(after, repr(last[:80])))
        return heard

    def finish(self):
        """Say that nothing more will be sent."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Close the connection in the rudest way."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _take(self, size):
        """Return the next bytes; fewer at the end of the stream."""
        pieces = [self._bytes]
        missing = size - len(self._bytes)
        while missing > 0 and (piece := self.socket.recv(65_536)):
            pieces.append(piece)
            missing -= len(piece)
        whole = b"".join(pieces)
        self._bytes = whole[size:]
        return whole[:size]


class Chat:
    """One server in its own process, and the peers that were connected to it."""

    def __init__(self, check, start):
        self.check = check
        self._start = start
        self._peers = []
        self.members = []

    def open(self, **options):
        """Start the server; ``options`` are those of ChatServer."""
        self.program = self._start([f"{name}={value}" for name, value in options.items()])
        self.port = int(self.program.wait_for_line("listening"))

    def order(self, order, answer, call):
        """Give the driver an order; return the rest of the line that answers it."""
        self.program.send(order)
        try:
            return self.program.wait_for_line(answer, PATIENCE)
        except AssertionError as error:
            got = str(error).partition("got:")[2].strip()
            return self.check.that(False, call, f"it is done within {PATIENCE:g} s", f"the server is {got}")

    def stop(self, grace, after):
        """Stop the server; require that no exception and no thread is left of it."""
        call = f"server.stop({grace}), after {after}"
        left = self.order(f"stop {grace}", "stopped", call)
        self.check.equal("[]", left, f"the names of the threads after {call}")

    def connect(self, name, buffer=None, *, expected=True):
        """Connect a peer that says nothing yet."""
        peer = Peer(self.check, self.port, name, buffer, expected=expected)
        self._peers.append(peer)
        return peer

    def join(self, *names, buffer=None):
        """Connect peers, one after the other, and let everybody hear of them."""
        joined = []
        for name in names:
            peer = self.connect(name, buffer)
            peer.say(name)
            self.members.append(peer)
            joined.append(peer)
            for member in self.members:
                member.hears(f"* {name} joined", after=f"{name!r} joined")
        return joined if len(names) > 1 else joined[0]

    def lose(self, peer, *, after):
        """Require that everybody else hears that a peer has left."""
        self.members.remove(peer)
        for member in self.members:
            member.hears(f"* {peer.name} left", after=after)

    def talk(self, speaker, *listeners, after):
        """Require that a message of one peer reaches these."""
        text = f"is anybody there, after {after}?"
        speaker.say(text)
        for listener in listeners:
            listener.hears(f"{speaker.name}: {text}", after=after)

    def close(self):
        for peer in self._peers:
            peer.socket.close()


@pytest.fixture
def chat(check, programs, hand_in, tmp_path):
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "-B", str(tmp_path / "driver.py"), str(hand_in)]
    chat = Chat(check, lambda options: programs.start([*command, *options], environment=THRIFTY))
    yield chat
    chat.close()


STALLED = []
"""Why a flood came to a halt before: a server that waits for the slow once does it each time."""


def flood(chat, slow, speaker, listener, messages, until=None):
    """Let a peer talk, until the listener has heard ``until``, while another one does not read."""
    if STALLED:
        chat.check.that(False, f"{speaker.name} talks while {slow.name} does not read", *STALLED)
    heard = []
    for number in range(messages):
        speaker.say(f"{number} {BULK}")
        for peer in (speaker, listener):
            last = f"{speaker.name}: {number} {BULK}"
            try:
                found = peer.hears_until(last, after=f"message {number} to one that does not read")
            except AssertionError:
                STALLED[:] = ["the others hear every message", f"{peer.name} hears no message {number}"]
                raise
            chat.check.equal(last, found[-1], f"what {peer.name} hears while {slow.name} does not read")
        heard += found
        if until in heard:
            break
    return heard


def bulk(speaker, messages):
    return [f"{speaker.name}: {number} {BULK}" for number in range(messages)]


# 4. Everybody hears everybody


@pytest.mark.task(4)
def test_everybody_hears_everybody(chat):
    """What one says reaches all, itself included, and all hear who joins."""
    chat.open()
    ann, bob, cyd = chat.join("ann", "bob", "cyd")
    for speaker, text in ((bob, "hello"), (ann, "hello, bob"), (cyd, "me too")):
        speaker.say(text)
        for member in (ann, bob, cyd):
            member.hears(f"{speaker.name}: {text}", after=f"{speaker.name!r} said {text!r}")


@pytest.mark.task(4)
def test_messages_keep_their_order(chat):
    """Messages that one sends at once arrive in their order, each of them once."""
    chat.open()
    ann = chat.join("ann")
    bob = chat.connect("bob")
    texts = [f"message {number}" for number in range(50)]
    bob.say("bob", *texts)
    for member in (ann, bob):
        spoken = [f"bob: {text}" for text in texts]
        member.hears("* bob joined", *spoken, after="'bob' sent 51 frames in one piece")


@pytest.mark.task(4)
def test_any_text_is_handed_on(chat):
    """Any text is handed on as it is: empty, with line ends, with any character."""
    chat.open()
    ann, bob = chat.join("ann", "bob")
    for text in ("", "two\nlines\r\n", "\0", "déjà vu 🙂", "* bob left", "cyd: hello", " spaces "):
        ann.say(text)
        for member in (ann, bob):
            member.hears(f"ann: {text}", after=f"'ann' said {text!r}")


@pytest.mark.task(4)
def test_many_at_a_time(chat):
    """Twenty members talk at the same time, and each hears everything."""
    chat.open()
    members = chat.join(*(f"m{number}" for number in range(20)))
    for member in members:
        member.say(f"I am {member.name}")
    expected = sorted(f"{member.name}: I am {member.name}" for member in members)
    for member in members:
        heard = sorted(member.hear("all 20 talked") for _ in members)
        chat.check.equal(expected, heard, f"what {member.name!r} hears (sorted), after all 20 talked")


@pytest.mark.task(4)
def test_a_large_message(chat):
    """A message of a mebibyte, which comes and goes in many pieces, arrives whole."""
    chat.open(frame_limit=2**20, backlog_limit=2**24, send_buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    text = "0123456789abcdef" * 2**16
    ann.say(text)
    for member in (ann, bob):
        member.hears(f"ann: {text}", after="'ann' said 1,048,576 characters")


@pytest.mark.task(4)
def test_names(chat):
    """A name has up to 20 letters and digits of any script; two members may have the same."""
    chat.open()
    chat.join("a", "Zoë7", "名前", "x" * 20, "a", "é" * 20, "7up", "42")


# 5. Slow and bad peers


@pytest.mark.task(5)
def test_a_silent_peer_holds_up_nobody(chat):
    """Peers that connect and say nothing, or half a frame, hold up nobody, and hear nothing."""
    chat.open()
    late = chat.connect("late")
    chat.connect("half").send(frame("half")[:5])
    ann, bob = chat.join("ann", "bob")
    chat.talk(ann, ann, bob, after="two peers connected and did not give their names")
    late.say("late")
    for member in (late, ann, bob):
        member.hears("* late joined", after="'late' gave its name at last")


@pytest.mark.task(5)
def test_a_slow_client_holds_up_nobody(chat):
    """While one client does not read, the others hear everything; when it reads, it does, too."""
    chat.open(send_buffer=SMALL)
    slow = chat.join("slow", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, slow, ann, bob, 40)
    slow.hears(*bulk(ann, 40), after="'ann' said 40 times 4 KiB")


@pytest.mark.task(5)
def test_a_client_that_is_too_slow_is_dropped(chat, check):
    """A client for which more than the backlog limit waits is dropped, and the others hear that it left."""
    chat.open(backlog_limit=65_536, send_buffer=SMALL)
    slow = chat.join("slow", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    heard = flood(chat, slow, ann, bob, 200, until="* slow left")
    after = "'slow' did not read 200 times 4 KiB, with a backlog_limit of 65,536"
    if "* slow left" not in heard:
        bob.hears("* slow left", after=after)
    heard = slow.hears_until(END, after=after)
    check.that(heard[-1] in (END, RESET), f"'slow' listens, after {after}", "the end at last", heard[-1])
    check.at_most(199, len(heard), f"the messages that are still delivered to 'slow', after {after}")


@pytest.mark.task(5)
def test_bad_names(chat):
    """A peer whose first frame is not a name is dropped, and nobody hears of it."""
    chat.open()
    ann = chat.join("ann")
    for name in ("", " ", "a b", "x" * 21, "bob\n", "* ann", b"caf\xc3"):
        bad = chat.connect("bad")
        bad.say(name)
        bad.is_dropped(after=f"giving the name {name!r}")
        chat.talk(ann, ann, after=f"a peer gave the name {name!r}")


@pytest.mark.task(5)
def test_text_that_is_not_utf8(chat):
    """A client whose payload is not UTF-8 is dropped, even if its next one would complete it."""
    chat.open()
    ann, bad = chat.join("ann", "bad")
    bad.say(b"caf\xc3", b"\xa9")
    chat.lose(bad, after="'bad' sent the payloads b'caf\\xc3' and b'\\xa9'")
    bad.is_dropped(after="sending the payloads b'caf\\xc3' and b'\\xa9'")
    chat.talk(ann, ann, after="'bad' was dropped")


@pytest.mark.task(5)
def test_a_frame_that_is_too_large(chat):
    """A client that announces more than the limit is dropped at once, without waiting for the payload."""
    chat.open(frame_limit=50)
    ann, big, huge = chat.join("ann", "big", "huge")
    big.say("x" * 50)
    for member in (ann, big, huge):
        member.hears("big: " + "x" * 50, after="'big' said 50 bytes, with a frame_limit of 50")
    big.say("x" * 51)
    chat.lose(big, after="'big' sent a frame of 51 bytes, with a frame_limit of 50")
    huge.send(struct.pack(">I", 2**32 - 1))
    chat.lose(huge, after="'huge' announced 4,294,967,295 bytes and sent none")
    huge.is_dropped(after="announcing 4,294,967,295 bytes")
    chat.talk(ann, ann, after="'huge' was dropped")


@pytest.mark.task(5)
def test_a_frame_that_is_cut(chat):
    """Of a frame that is not whole when the stream ends nothing is said."""
    chat.open()
    ann = chat.join("ann")
    for sent in (frame("good bye")[:2], frame("good bye")[:-1]):
        cut = chat.join("cut")
        cut.send(sent)
        cut.socket.close()
        chat.lose(cut, after=f"'cut' sent {sent} and closed")
    chat.talk(ann, ann, after="'cut' left")


@pytest.mark.task(5)
def test_a_reset(chat):
    """A connection that is reset is a client that left, and all goes on."""
    chat.open()
    ann, rude = chat.join("ann", "rude")
    rude.reset()
    chat.lose(rude, after="the connection of 'rude' was reset")
    bob = chat.join("bob")
    chat.talk(ann, ann, bob, after="the connection of 'rude' was reset")


@pytest.mark.task(5)
def test_a_reset_while_the_server_is_sending(chat):
    """When a connection is reset while messages wait for it, the others hear once that the client left."""
    chat.open(send_buffer=SMALL)
    rude = chat.join("rude", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, rude, ann, bob, 40)
    rude.reset()
    chat.lose(rude, after="the connection of 'rude' was reset while messages waited for it")
    chat.talk(bob, ann, bob, after="'rude' left")


# 6. Leave and stop


@pytest.mark.task(6)
def test_leaving_is_told(chat):
    """When a client closes its connection, the others hear once that it left."""
    chat.open()
    ann, bob, cyd = chat.join("ann", "bob", "cyd")
    cyd.say("bye")
    cyd.socket.close()
    for member in (ann, bob):
        member.hears("cyd: bye", "* cyd left", after="'cyd' said 'bye' and closed")
    chat.talk(ann, ann, bob, after="'cyd' left")


@pytest.mark.task(6)
def test_last_words(chat):
    """A client that sends its name and some messages and finishes hears them all, and then the end."""
    chat.open()
    ann = chat.join("ann")
    hasty = chat.connect("hasty")
    hasty.say("hasty", "one", "two", "three")
    hasty.finish()
    spoken = ("* hasty joined", "hasty: one", "hasty: two", "hasty: three")
    ann.hears(*spoken, "* hasty left", after="'hasty' said three words and finished")
    hasty.hears(*spoken, END, after="saying three words and finishing")


@pytest.mark.task(6)
def test_who_finishes_still_gets_what_waits(chat):
    """A client that has finished gets everything that was waiting for it, and then the end."""
    chat.open(send_buffer=SMALL)
    slow = chat.join("slow", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, slow, ann, bob, 40)
    slow.finish()
    for member in (ann, bob):
        member.hears("* slow left", after="'slow' finished, while messages wait for it")
    slow.hears(*bulk(ann, 40), END, after="finishing, while 40 messages of 4 KiB wait for it")


@pytest.mark.task(6)
def test_a_stop_ends_all_connections(chat):
    """After stop() each connection has come to its end, and no thread is left."""
    chat.open()
    silent = chat.connect("silent")
    members = chat.join("ann", "bob")  # so the server has let in the silent one, who came before them
    chat.talk(members[0], *members, after="they joined")
    chat.stop(5, "two members took everything and a third peer said nothing")
    silent.is_dropped(after="server.stop()")
    for member in members:
        member.hears_nothing_more(after="server.stop()")


@pytest.mark.task(6)
def test_a_second_stop_does_nothing(chat):
    """A server that has been stopped can be told to stop once more."""
    chat.open()
    chat.stop(5, "server.start()")
    chat.stop(5, "server.start() and server.stop()")


@pytest.mark.task(6)
def test_a_stop_delivers_what_waits(chat):
    """Messages that wait for a client when the server is stopped are still delivered."""
    chat.open(send_buffer=SMALL)
    slow = chat.join("slow", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, slow, ann, bob, 40)
    chat.members.remove(slow)
    guests = ("cyd", "dan", "eve", "fay")
    chat.join(*guests)
    after = "server.stop(30), while 40 messages of 4 KiB waited for 'slow'"
    chat.program.send("stop 30")
    for member in chat.members:  # who ends connections early has by now ended that of 'slow', too
        member.hears_nothing_more(after=after)
    slow.hears(*bulk(ann, 40), *(f"* {name} joined" for name in guests), after=after)
    slow.hears_nothing_more(after=f"{after} and were delivered")
    chat.order("", "stopped", f"{after} and then took them")


@pytest.mark.task(6)
def test_a_stop_takes_no_more_clients(chat):
    """Whoever comes while a stop waits for a slow client is refused, or seen to the door at once."""
    chat.open(send_buffer=SMALL)
    slow = chat.join("slow", buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, slow, ann, bob, 40)
    after = "server.stop(30), while 40 messages of 4 KiB wait for 'slow'"
    chat.program.send("stop 30")
    for member in (ann, bob):  # this is how to see that the stop has begun
        member.hears_nothing_more(after=after)
    for _ in range(8):  # the door may close a moment after the first have been sent home
        late = chat.connect("late", expected=False)
        late.say("late")
        heard = late.hears_until(END, after=f"connecting after {after}")
        if "* late joined" not in heard:
            break
    call = f"what 'late' hears, the last of 8 that connect one after the other after {after}"
    chat.check.that("* late joined" not in heard, call, "the end of the connection", heard)


@pytest.mark.task(6)
def test_a_stop_does_not_wait_for_ever(chat):
    """Clients that never read hold up stop(grace) for that time only, and not each of them for that time."""
    chat.open(send_buffer=SMALL)
    slow, *_ = chat.join(*(f"slow{number}" for number in range(24)), buffer=SMALL)
    ann, bob = chat.join("ann", "bob")
    flood(chat, slow, ann, bob, 40)
    chat.stop(0.25, "24 clients did not read 40 messages of 4 KiB")


@pytest.mark.task(6)
def test_the_port_is_free_again(chat, check):
    """After stop() another server can have the same port at once, though there were clients."""
    chat.open()
    ann, bob = chat.join("ann", "bob")
    chat.talk(ann, ann, bob, after="they joined")
    chat.stop(5, "two clients joined")
    call = "ChatServer(port=port).start(), after server.stop() of a server on this port"
    port = chat.order("again", "listening", call)
    check.equal(str(chat.port), port, f"the port of {call}")
    chat.members.clear()
    chat.join("cyd")


@pytest.mark.task(6)
def test_threads_end_with_their_clients(chat, check):
    """When clients have come and gone, their threads have ended."""
    chat.open()
    ann = chat.join("ann")
    counting = "threading.active_count() in the process of the server"
    before = int(chat.order("threads", "threads", counting))
    for _ in range(20):
        guest = chat.join("guest")
        guest.finish()
        guest.hears(END, after="finishing")
        chat.lose(guest, after="'guest' finished")
    for _ in range(100):  # the last threads may still be on their way out
        now = int(chat.order("threads", "threads", counting))
        if now <= before + 10:
            break
        chat.talk(ann, ann, after="20 guests left")
    check.at_most(before + 10, now, f"the threads, {before} at first, after 20 guests came and went")


@pytest.mark.task(6)
def test_a_server_in_a_with_statement(chat):
    """A with statement starts the server and stops it."""
    chat.open()
    chat.port = int(chat.order("with", "inside", "with ChatServer() as server"))
    ann = chat.join("ann")
    chat.talk(ann, ann, after="with ChatServer() as server")
    chat.order("on", "outside", "the end of the with statement")
    ann.is_dropped(after="the end of the with statement")
