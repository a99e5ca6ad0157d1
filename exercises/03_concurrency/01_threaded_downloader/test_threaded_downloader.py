"""The suite of "A threaded downloader": a real server on loopback whose handlers decide who waits for whom.

Overlaps are forced, not hoped for: a handler holds its request until other requests have arrived. A right
hand-in makes them arrive, so nobody waits for long; a wrong one runs into PATIENCE and then into a check.
"""

import contextlib
import gc
import itertools
import socket
import threading
import tracemalloc
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threaded_downloader import Download, State, download_all

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

PATIENCE = 3.0
"""Seconds that a handler holds a request for an event which right hand-ins bring about: a ceiling."""

SILENCE = 0.2
"""The timeout, in seconds, for servers that never answer in time."""

PIECE = bytes(range(256)) * 256
"""64 KiB of a long body."""

MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True, scope="module")
def _forget_connections():
    """Collect the connections that a hand-in left to the garbage collector: they cost nobody a point."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def stage(http_server, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    stage = Stage(http_server)
    yield stage
    stage.over.set()


class Stage:
    """The loopback server with cues: who has arrived, and who is held until somebody else has."""

    def __init__(self, server):
        self.server = server
        self.over = threading.Event()
        self.came_in_time = {}
        self.played_to_the_end = False
        self._before = set(threading.enumerate())
        self._arrivals = {}
        self._patience = PATIENCE

    def arrival(self, path):
        """Return the event that is set when a request for ``path`` arrives."""
        return self._arrivals.setdefault(path, threading.Event())

    def play(self, path, body=b"", *, hold_for=(), then=None, **answer):
        """Answer ``path`` after waiting for the events of ``hold_for`` and calling ``then``.

        A body that is a function is called for each request and gives the pieces.
        """
        arrived = self.arrival(path)

        def handler(request):
            arrived.set()
            self.came_in_time[path] = all(event.wait(self._patience) for event in hold_for)
            if not self.came_in_time[path]:
                self._patience = 0  # one disappointment is enough: a wrong hand-in fails soon
            if then is not None:
                then()
            return self.server.response(body=body() if callable(body) else body, **answer)

        return self.server.add(path, handler)

    def play_in_turn(self, path, *answers):
        """Answer the first request for ``path`` with the first answer, and so on; the last one stays."""
        left = [self.server.response(**answer) for answer in answers]
        return self.server.add(path, lambda request: left.pop(0) if len(left) > 1 else left[0])

    def asked(self, path):
        """Return the number of requests for ``path``."""
        return sum(request.path == path for request in self.server.requests)

    def crew(self):
        """Return the threads of the hand-in."""
        running = threading.enumerate()  # first, since the server knows its threads before they run
        return [thread for thread in running if thread not in self._before | self.server.threads]

    def long_body(self, meanwhile):
        """Yield a piece, call ``meanwhile``, and go on for ``PATIENCE`` or longer while the client reads."""
        yield PIECE
        meanwhile()
        for _ in range(400):
            self.over.wait(PATIENCE / 400)
            yield PIECE
        self.played_to_the_end = True


def broken_off(body=b"half of"):
    """Return the answer whose connection ends a hundred bytes before its body does."""
    return {"body": body, "headers": {"Content-Length": str(len(body) + 100)}}


def fetch(check, jobs, **options):
    """Call the hand-in with one worker and no further try, unless told otherwise; return its list."""
    results = download_all(jobs, **{"workers": 1, "retries": 0, "sleep": lambda seconds: None} | options)
    right = type(results) is list and all(type(result) is Download for result in results)
    check.that(right, "download_all(…)", "a list of Download objects", results)
    return results


def fetch_one(check, url, path, **options):
    results = fetch(check, [(url, path)], **options)
    check.equal(1, len(results), "len(download_all([(url, path)]))")
    return results[0]


def states(results):
    return [result.state.name if type(result.state) is State else result.state for result in results]


def content(path):
    return path.read_bytes() if path.is_file() else "no such file"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# 1. Many at a time


@pytest.mark.task(1)
def test_results_are_in_the_order_of_the_jobs(check, stage, folder):
    """The results are in the order of the jobs, also when the first job is the last to finish."""
    first = stage.play("/0", b"first", hold_for=[stage.arrival("/3")])
    urls = [first, *(stage.play(f"/{n}", b"later") for n in (1, 2, 3))]
    paths = [folder / f"{n}.bin" for n in range(4)]
    results = fetch(check, list(zip(urls, paths, strict=True)), workers=2)
    call = "download_all(4 jobs, workers=2), the first job being the last to finish"
    check.equal(urls, [result.url for result in results], f"[download.url for download in {call}]")
    check.equal(paths, [result.path for result in results], f"[download.path for download in {call}]")
    check.equal(["DONE"] * 4, states(results), f"[download.state for download in {call}]")


@pytest.mark.task(1)
def test_as_many_as_workers_run_at_a_time(check, stage, folder):
    """With three workers, three requests run at the same time, and never more."""
    together = threading.Barrier(3)
    trios = []

    def meet():
        with contextlib.suppress(threading.BrokenBarrierError):
            trios.append(together.wait(PATIENCE))

    urls = [stage.play(f"/{n}", b"x", then=meet) for n in range(9)]
    fetch(check, [(url, folder / url[-1]) for url in urls], workers=3)
    call = "download_all(9 jobs, workers=3), each request being held until three are there"
    check.equal(9, len(trios), f"the requests that ran beside two others in {call}")
    check.equal(3, stage.server.peak, f"the most requests at a time in {call}")


@pytest.mark.task(1)
def test_there_are_no_more_threads_than_workers(check, stage, folder):
    """However many jobs there are, there are at most as many threads as workers."""
    one_is_done = threading.Event()
    counts = []

    def count():
        counts.append(len(stage.crew()))

    def progress(download, done, total):
        count()
        one_is_done.set()

    urls = [stage.play("/0", b"x")]
    urls += [stage.play(f"/{n}", b"x", hold_for=[one_is_done], then=count) for n in range(1, 12)]
    jobs = [(url, folder / f"{n}") for n, url in enumerate(urls)]
    fetch(check, jobs, workers=3, progress=progress)
    call = "the threads besides the calling one during download_all(12 jobs, workers=3)"
    check.at_most(3, max(counts, default=0), call)


@pytest.mark.task(1)
def test_a_slow_download_holds_up_nobody(check, stage, folder):
    """While one download is slow, the other workers go through all the other jobs."""
    others = [f"/{n}" for n in range(1, 9)]
    urls = [stage.play("/0", b"slow", hold_for=[stage.arrival(path) for path in others])]
    urls += [stage.play(path, b"x") for path in others]
    fetch(check, [(url, folder / url[-1]) for url in urls], workers=3)
    call = "download_all(9 jobs, workers=3), the first request being held until the other eight have come"
    check.that(stage.came_in_time.get("/0"), call, "all of them come", "some never came while it was held")


@pytest.mark.task(1)
def test_jobs_may_be_a_generator_of_the_calling_thread(check, stage, folder):
    """Items are taken from ``jobs`` in the calling thread only."""
    takers = []

    def jobs():
        for n in range(5):
            takers.append(threading.current_thread())
            yield stage.play(f"/{n}", b"x"), folder / f"{n}"

    results = fetch(check, jobs(), workers=2)
    check.equal(["DONE"] * 5, states(results), "the states of download_all(a generator of 5 jobs, workers=2)")
    strangers = sorted({taker.name for taker in takers} - {threading.current_thread().name})
    check.equal([], strangers, "the other threads that took items from the generator")


@pytest.mark.task(1)
def test_no_job_and_no_worker(check):
    """No jobs give an empty list; fewer than one worker are refused, even without jobs."""
    check.equal([], download_all([]), "download_all([])")
    check.equal([], download_all(iter(()), workers=1), "download_all(iter(()), workers=1)")
    check.raises(ValueError, lambda: download_all([], workers=0), "download_all([], workers=0)")
    check.raises(ValueError, lambda: download_all([], workers=-2), "download_all([], workers=-2)")


@pytest.mark.task(1)
def test_all_threads_end(check, stage, folder):
    """When ``download_all`` returns, its threads have ended."""
    urls = [stage.play(f"/{n}", b"x") for n in range(3)]
    fetch(check, [(url, folder / url[-1]) for url in urls], workers=8)
    for thread in stage.crew():
        thread.join(PATIENCE)
    check.equal(
        [], [thread.name for thread in stage.crew()], "the threads left by download_all(3 jobs, workers=8)"
    )


# 2. Whole files or none


@pytest.mark.task(2)
def test_the_file_is_the_body(check, stage, folder):
    """The file holds the body byte for byte, with or without Content-Length, in an old file's place."""
    (folder / "sized").write_bytes(b"something that was here before, and longer")
    answers = {
        "sized": {"body": b"\x00\xff\r\n\x1a caf\xc3\xa9"},
        "empty": {"body": b""},
        "unsized": {"body": lambda: [b"one,", b"two,", b"three"]},
    }
    for name, answer in answers.items():
        whole = answer["body"] if type(answer["body"]) is bytes else b"".join(answer["body"]())
        result = fetch_one(check, stage.play(f"/{name}", **answer), folder / name)
        call = f"download_all([(url, path)]), the body being {whole!r}"
        check.equal(["DONE"], states([result]), f"[download.state for download in {call}]")
        check.equal(whole, content(folder / name), f"path.read_bytes() after {call}")
        check.equal(len(whole), result.size, f"the size in {call}")
    check.equal(sorted(answers), names(folder), "the names in the folder afterwards")


@pytest.mark.task(2)
def test_a_failed_job_leaves_no_file(check, stage, folder):
    """A body that breaks off is a failure, and no part of it stays in the folder."""
    for body in (b"", b"half of", PIECE * 3):
        result = fetch_one(check, stage.play("/broken", **broken_off(body)), folder / "data")
        call = (
            f"download_all([(url, path)]), the connection ending after {len(body)} of {len(body) + 100} bytes"
        )
        check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
        check.equal(0, result.size, f"the size in {call}")
        check.equal([], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(2)
def test_a_failed_job_keeps_the_file_of_before(check, stage, folder):
    """A job that fails leaves the file that was there before as it was, whatever the failure."""
    path = folder / "data"
    path.write_bytes(b"of before")
    for reason, answer in (
        ("a connection that breaks off", broken_off()),
        ("status 404", {"status": 404, "body": b"no such page"}),
        ("status 500", {"status": 500, "body": b"oh"}),
    ):
        fetch_one(check, stage.play("/failing", **answer), path)
        check.equal(b"of before", content(path), f"path.read_bytes() after {reason}")
        check.equal(["data"], names(folder), f"the names in the folder after {reason}")


@pytest.mark.task(2)
def test_jobs_in_one_folder_do_not_disturb_each_other(check, stage, folder):
    """Files with similar names are fetched into one folder at the same time, and each gets its own body."""
    all_but_one = threading.Event()

    def slowly():
        yield b"first half, "
        all_but_one.wait(PATIENCE)
        yield b"second half"

    jobs = [
        (stage.play("/slow", slowly, headers={"Content-Length": "23"}), folder / "photo.jpg"),
        (stage.play("/quick", b"quick", hold_for=[stage.arrival("/slow")]), folder / "photo.png"),
        (stage.play("/last", b"last", then=all_but_one.set), folder / "photo"),
    ]
    fetch(check, jobs, workers=2)
    files = {name: content(folder / name) for name in ("photo.jpg", "photo.png", "photo")}
    expected = {"photo.jpg": b"first half, second half", "photo.png": b"quick", "photo": b"last"}
    check.equal(expected, files, "the files of download_all(3 jobs in one folder, workers=2)")
    check.equal(sorted(expected), names(folder), "the names in that folder")


@pytest.mark.task(2)
@given(body=st.binary(max_size=300))
@settings(max_examples=15)
def test_any_body_arrives(check, stage, folder, body):
    """Whatever the bytes of the body are, the file has them."""
    fetch_one(check, stage.play("/any", body), folder / "any")
    check.equal(body, content(folder / "any"), f"path.read_bytes() after fetching {body!r}")


@pytest.mark.task(2)
def test_a_large_body_is_never_in_memory(check, stage, folder):
    """A body of 16 MiB needs at most 4 MiB of memory on its way to the disk."""
    count = 16 * MEBIBYTE // len(PIECE)
    url = stage.play(
        "/large", lambda: itertools.repeat(PIECE, count), headers={"Content-Length": str(16 * MEBIBYTE)}
    )
    fetch_one(check, stage.play("/small", b"x"), folder / "small")  # so that late imports are not counted
    tracemalloc.start()
    try:
        result = fetch_one(check, url, folder / "large")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    call = "download_all([(url, path)]), the body having 16 MiB"
    check.equal(["DONE"], states([result]), f"[download.state for download in {call}]")
    check.equal(16 * MEBIBYTE, (folder / "large").stat().st_size, f"the size of the file after {call}")
    check.at_most(4 * MEBIBYTE, peak, f"the most bytes of memory in use during {call}")


# 3. A failure is a result


@pytest.mark.task(3)
def test_one_failure_does_not_stop_the_others(check, stage, folder):
    """Each failure is reported in its place, and the jobs after it are done."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        urls = [
            stage.play("/good", b"good"),
            stage.server.url("/missing"),
            f"http://127.0.0.1:{unused.getsockname()[1]}/refused",
            stage.play("/broken", **broken_off()),
            "nonsense",
            "http://",
            stage.play("/good-too", b"good too"),
        ]
        results = fetch(check, [(url, folder / f"{n}") for n, url in enumerate(urls)])
    call = "download_all([good, 404, refused, broken off, 'nonsense', 'http://', good])"
    expected = ["DONE", "FAILED", "FAILED", "FAILED", "FAILED", "FAILED", "DONE"]
    check.equal(expected, states(results), f"[download.state for download in {call}]")
    for url, result in zip(urls, results, strict=True):
        wrong = (
            not isinstance(result.error, Exception)
            if result.state is State.FAILED
            else result.error is not None
        )
        check.that(
            not wrong, f"download.error for {url}", "an exception if FAILED, otherwise None", result.error
        )
    statuses = [result.status for result in results]
    check.equal([200, 404, None, 200, None, None, 200], statuses, f"[download.status for download in {call}]")
    check.equal(["0", "6"], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(3)
def test_only_200_is_a_success(check, stage, folder):
    """Every status but 200 is a failure, and the status is reported."""
    for status in (204, 206, 400, 404, 500, 503):
        body = b"" if status == 204 else b"words of the server"
        result = fetch_one(check, stage.play("/odd", body, status=status), folder / "odd")
        call = f"download_all([(url, path)]), the status being {status}"
        check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
        check.equal(status, result.status, f"the status in {call}")
        check.equal((1, 0), (result.attempts, result.size), f"(download.attempts, download.size) of {call}")
        check.equal([], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(3)
def test_a_server_that_does_not_answer_is_a_failure(check, stage, folder):
    """A server that accepts the request and stays silent longer than the timeout is a failure."""
    url = stage.play("/silent", b"at last", hold_for=[stage.over])
    result = fetch_one(check, url, folder / "silent", timeout=SILENCE)
    call = f"download_all([(url, path)], timeout={SILENCE}), the server never answering"
    check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
    check.that(isinstance(result.error, Exception), f"the error in {call}", "an exception", result.error)


@pytest.mark.task(3)
def test_a_server_that_stops_in_the_middle_is_a_failure(check, stage, folder):
    """A server that falls silent in the middle of a body is a failure, and leaves no part of a file."""

    def falls_silent():
        yield PIECE
        stage.over.wait(PATIENCE)
        yield PIECE

    url = stage.play("/half", falls_silent, headers={"Content-Length": str(2 * len(PIECE))})
    result = fetch_one(check, url, folder / "half", timeout=SILENCE)
    call = f"download_all([(url, path)], timeout={SILENCE}), the server falling silent after half of the body"
    check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
    check.equal([], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(3)
def test_a_file_that_cannot_be_written_is_a_failure(check, stage, folder):
    """A file that cannot be written is a failure of its job alone."""
    (folder / "file").write_bytes(b"a file, not a folder")
    url = stage.play("/good", b"good")
    results = fetch(check, [(url, folder / "file" / "below"), (url, folder / "good")])
    call = "download_all([(url, below a file), (url, path)])"
    check.equal(["FAILED", "DONE"], states(results), f"[download.state for download in {call}]")
    check.equal(["file", "good"], names(folder), f"the names in the folder after {call}")


# 4. Try again, but not always


@pytest.mark.task(4)
def test_a_busy_server_is_asked_again(check, stage, folder):
    """A job whose first two answers are 503 is done by the third, after waiting 1 and 2 back-offs."""
    waits = []
    url = stage.play_in_turn("/busy", {"status": 503}, {"status": 503}, {"body": b"at last"})
    result = fetch_one(check, url, folder / "busy", retries=5, backoff=0.5, sleep=waits.append)
    call = "download_all([(url, path)], retries=5, backoff=0.5), the statuses being 503, 503, 200"
    check.equal(["DONE"], states([result]), f"[download.state for download in {call}]")
    check.equal((3, 200), (result.attempts, result.status), f"(download.attempts, download.status) of {call}")
    check.equal([0.5, 1.0], waits, f"what sleep was called with in {call}")
    check.equal(b"at last", content(folder / "busy"), f"path.read_bytes() after {call}")


@pytest.mark.task(4)
def test_the_tries_end(check, stage, folder):
    """After the last further try the job has failed, and nobody sleeps any more."""
    for retries, expected in ((4, [0.25, 0.5, 1.0, 2.0]), (1, [0.25]), (0, [])):
        waits = []
        url, before = stage.play("/down", status=500), stage.asked("/down")
        result = fetch_one(check, url, folder / "down", retries=retries, backoff=0.25, sleep=waits.append)
        call = f"download_all([(url, path)], retries={retries}, backoff=0.25), the status always being 500"
        check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
        check.equal(retries + 1, stage.asked("/down") - before, f"the requests that came during {call}")
        check.equal((retries + 1, 500), (result.attempts, result.status), f"(attempts, status) of {call}")
        check.equal(expected, waits, f"what sleep was called with in {call}")


@pytest.mark.task(4)
def test_statuses_that_are_tried_again(check, stage, folder):
    """429, 500, 502, 503 and 504 are tried again; no other status is."""
    for status, tries in (
        *((status, 2) for status in (429, 500, 502, 503, 504)),
        *((status, 1) for status in (201, 204, 206, 400, 401, 403, 404, 410, 501, 505)),
    ):
        waits = []
        body = b"" if status == 204 else b"words of the server"
        url = stage.play(f"/{status}", body, status=status)
        result = fetch_one(check, url, folder / "file", retries=1, backoff=1.0, sleep=waits.append)
        call = f"download_all([(url, path)], retries=1, backoff=1.0), the status being {status}"
        check.equal(tries, stage.asked(f"/{status}"), f"the requests that came during {call}")
        check.equal(tries, result.attempts, f"the attempts of {call}")
        check.equal([1.0] * (tries - 1), waits, f"what sleep was called with in {call}")


@pytest.mark.task(4)
def test_a_broken_connection_is_tried_again(check, stage, folder):
    """A body that broke off is fetched again from its beginning."""
    url = stage.play_in_turn("/shaky", broken_off(b"AAAA" * 9), broken_off(b"BB"), {"body": b"the whole"})
    result = fetch_one(check, url, folder / "shaky", retries=3)
    call = "download_all([(url, path)], retries=3), the connection breaking off twice"
    check.equal(["DONE"], states([result]), f"[download.state for download in {call}]")
    check.equal((3, 9), (result.attempts, result.size), f"(download.attempts, download.size) of {call}")
    check.equal(b"the whole", content(folder / "shaky"), f"path.read_bytes() after {call}")


@pytest.mark.task(4)
def test_a_refused_connection_is_tried_again(check, folder):
    """A connection that is refused is tried again."""
    waits = []
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        result = fetch_one(check, url, folder / "file", retries=2, backoff=3.0, sleep=waits.append)
    call = "download_all([(url, path)], retries=2, backoff=3.0), nobody listening at the address"
    check.equal(
        (["FAILED"], 3), (states([result]), result.attempts), f"([download.state], attempts) of {call}"
    )
    check.equal([3.0, 6.0], waits, f"what sleep was called with in {call}")


@pytest.mark.task(4)
def test_a_silent_server_is_tried_again(check, stage, folder):
    """A server that stays silent is tried again."""
    url = stage.play("/silent", b"at last", hold_for=[stage.over])
    result = fetch_one(check, url, folder / "silent", retries=1, timeout=SILENCE)
    call = f"download_all([(url, path)], retries=1, timeout={SILENCE}), the server never answering"
    check.equal(
        (["FAILED"], 2), (states([result]), result.attempts), f"([download.state], attempts) of {call}"
    )


@pytest.mark.task(4)
def test_hopeless_jobs_are_not_tried_again(check, stage, folder):
    """An address that cannot be used and a file that cannot be written are not tried again."""
    (folder / "file").write_bytes(b"a file, not a folder")
    good = stage.play("/good", b"good")
    for url, path in (
        *((it, folder / "a") for it in ("nonsense", "http://", "http://127.0.0.1:no-port/")),
        (good, folder / "file" / "b"),
    ):
        waits = []
        result = fetch_one(check, url, path, retries=3, sleep=waits.append)
        call = f"download_all([({url!r}, {'/'.join(path.parts[-2:])!r})], retries=3)"
        check.equal(["FAILED"], states([result]), f"[download.state for download in {call}]")
        check.equal([], waits, f"what sleep was called with in {call}")


@pytest.mark.task(4)
def test_the_worker_sleeps(check, stage, folder):
    """``sleep`` is called in the thread of the worker, not in the calling one."""
    sleepers = []
    url = stage.play("/busy", status=503)
    fetch_one(
        check, url, folder / "busy", retries=2, sleep=lambda _: sleepers.append(threading.current_thread())
    )
    where = ["the calling thread" if it is threading.current_thread() else "another" for it in sleepers]
    check.equal(
        ["another"] * 2, where, "the threads in which download_all([(url, path)], retries=2) called sleep"
    )


# 5. Progress


@pytest.mark.task(5)
def test_progress_is_called_once_for_each_job(check, stage, folder):
    """``progress`` gets each job's result, the count so far and the number of jobs, failures included."""
    calls = []
    urls = [stage.play("/a", b"a"), stage.server.url("/missing"), stage.play("/b", b"b")]
    jobs = [(url, folder / f"{n}") for n, url in enumerate(urls)]
    results = fetch(check, jobs, progress=lambda *arguments: calls.append(arguments))
    call = "download_all([good, 404, good], workers=1, progress=progress)"
    check.equal(
        [3] * 3, [len(arguments) for arguments in calls], f"the numbers of arguments of progress in {call}"
    )
    check.equal(
        [(1, 3), (2, 3), (3, 3)], [it[1:] for it in calls], f"the (done, total) of progress in {call}"
    )
    shown = [download for download, _, _ in calls]
    check.that(
        shown == results, f"the downloads given to progress in {call}", f"those returned: {results}", shown
    )


@pytest.mark.task(5)
def test_progress_comes_while_others_run(check, stage, folder):
    """``progress`` tells of a finished job while another is still running."""
    told = threading.Event()
    jobs = [
        (stage.play("/quick", b"x"), folder / "quick"),
        (stage.play("/slow", b"x", hold_for=[told]), folder / "slow"),
    ]
    fetch(check, jobs, workers=2, progress=lambda *_: told.set())
    call = "download_all([quick, slow], workers=2), slow being held until progress has told of quick"
    check.that(stage.came_in_time.get("/slow"), call, "progress is called meanwhile", "it was not called")


@pytest.mark.task(5)
def test_progress_is_called_in_the_calling_thread(check, stage, folder):
    """``progress`` is called in the thread that called ``download_all``."""
    callers = []
    urls = [stage.play(f"/{n}", b"x") for n in range(4)]
    jobs = [(url, folder / url[-1]) for url in urls]
    fetch(check, jobs, workers=2, progress=lambda *_: callers.append(threading.current_thread()))
    where = ["the calling thread" if it is threading.current_thread() else "another" for it in callers]
    check.equal(
        ["the calling thread"] * 4, where, "the threads in which download_all(4 jobs) called progress"
    )


# 6. Stop


@pytest.mark.task(6)
def test_a_stop_before_the_start(check, stage, folder):
    """If ``cancel`` is set already, no request is made, and every job is reported as cancelled."""
    cancel = threading.Event()
    cancel.set()
    urls = [stage.play(f"/{n}", b"x") for n in range(3)]
    results = fetch(check, [(url, folder / url[-1]) for url in urls], cancel=cancel)
    call = "download_all(3 jobs, cancel=an event that is set)"
    check.equal(["CANCELLED"] * 3, states(results), f"[download.state for download in {call}]")
    check.equal(
        [0] * 3, [result.attempts for result in results], f"[download.attempts for download in {call}]"
    )
    check.equal(0, len(stage.server.requests), f"the requests that came during {call}")
    check.equal([], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(6)
def test_a_stop_in_the_middle_of_a_body(check, stage, folder):
    """A running download stops before its next piece; what is done stays, and nothing more is begun."""
    cancel = threading.Event()
    jobs = [
        (stage.play("/quick", b"quick"), folder / "quick"),
        (stage.play("/long", lambda: stage.long_body(cancel.set)), folder / "long"),
        (stage.play("/later", b"later"), folder / "later"),
    ]
    calls, waits = [], []
    results = fetch(
        check,
        jobs,
        cancel=cancel,
        progress=lambda *arguments: calls.append(arguments),
        retries=1,
        sleep=waits.append,
    )
    call = "download_all([quick, long, later], workers=1, cancel=cancel), set in the middle of the long body"
    check.equal([], waits, f"what sleep was called with in {call}")
    check.equal(
        ["DONE", "CANCELLED", "CANCELLED"], states(results), f"[download.state for download in {call}]"
    )
    check.that(not stage.played_to_the_end, call, "it stops reading the long body", "it read to the end")
    check.equal(
        [1, 1, 0], [result.attempts for result in results], f"[download.attempts for download in {call}]"
    )
    errors = [result.error for result in results]
    check.equal([None] * 3, errors, f"[download.error for download in {call}]")
    check.equal(0, stage.asked("/later"), f"the requests for the later job in {call}")
    check.equal(["quick"], names(folder), f"the names in the folder after {call}")
    check.equal(3, len(calls), f"the calls of progress in {call}")


@pytest.mark.task(6)
def test_a_stop_while_waiting_for_the_next_try(check, stage, folder):
    """A job that was waiting for its next try makes no further try, and is cancelled."""
    cancel = threading.Event()
    url = stage.play("/busy", status=503)
    result = fetch_one(check, url, folder / "busy", retries=3, sleep=lambda _: cancel.set(), cancel=cancel)
    call = (
        "download_all([(url, path)], retries=3, cancel=cancel), the status being 503, cancel set during sleep"
    )
    check.equal(["CANCELLED"], states([result]), f"[download.state for download in {call}]")
    check.equal(1, stage.asked("/busy"), f"the requests that came during {call}")


@pytest.mark.task(6)
def test_an_exception_in_progress_stops_everything(check, stage, folder):
    """An exception in ``progress`` stops the running downloads, and comes out when the threads have ended."""

    class Enough(Exception):
        pass

    calls = []

    def progress(*arguments):
        calls.append(arguments)
        raise Enough("no more")

    jobs = [
        (stage.play("/quick", b"quick", hold_for=[stage.arrival("/long")]), folder / "quick"),
        (stage.play("/long", lambda: stage.long_body(lambda: None)), folder / "long"),
    ]
    call = "download_all([quick, long], workers=2, progress=progress), progress raising at its first call"
    check.raises(Enough, lambda: fetch(check, jobs, workers=2, progress=progress), call)
    check.that(not stage.played_to_the_end, call, "it stops reading the long body", "it read to the end")
    for thread in stage.crew():
        thread.join(PATIENCE)
    check.equal([], [thread.name for thread in stage.crew()], f"the threads left by {call}")
    check.equal(1, len(calls), f"the calls of progress in {call}")
    check.equal(["quick"], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(6)
def test_the_exception_waits_for_the_threads(check, stage, folder):
    """When an exception of ``progress`` leaves ``download_all``, none of its threads is left."""

    class Enough(Exception):
        pass

    told = threading.Event()

    def progress(*_):
        told.set()
        raise Enough("no more")

    def body():
        yield PIECE
        told.wait(PATIENCE)
        stage.over.wait(SILENCE)  # nothing comes for a moment: whoever does not wait has returned by then
        yield PIECE

    jobs = [
        (stage.play("/quick", b"quick", hold_for=[stage.arrival("/slow")]), folder / "quick"),
        (stage.play("/slow", body), folder / "slow"),
    ]
    call = "download_all([quick, slow], workers=2, progress=progress), progress raising at its first call"
    check.raises(Enough, lambda: fetch(check, jobs, workers=2, progress=progress), call)
    left = [thread.name for thread in stage.crew()]
    check.equal([], left, f"the threads that are left when the exception has come out of {call}")
