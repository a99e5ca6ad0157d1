"""The suite of "A log monitor": files are changed between two polls, and the clock is moved by hand."""

import contextlib
import json
import logging
import os
import tracemalloc

import pytest
import requests
import requests_mock as mocking
from hypothesis import given, settings
from hypothesis import strategies as st
from log_monitor import Alert, LogFollower, Monitor, Rule, Webhook

HOOK = "http://alerts.test/hook"
EVERYTHING = Rule("all", "")
TRACEBACK = "Traceback (most recent call last):\n  File 'a.py', line 1\n    f()\nValueError: no"


class Log:
    """The file that is followed, and what happens to it."""

    def __init__(self, path):
        self.path = path

    def write(self, data, path=None):
        with (path or self.path).open("ab") as file:
            file.write(data)

    def rename(self, number=1):
        new = self.path.with_name(f"{self.path.name}.{number}")
        os.rename(self.path, new)  # noqa: PTH104
        return new

    def truncate(self, size=0):
        os.truncate(self.path, size)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    return Log(folder / "app.log")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def opened():
    """Everything that has a file open at the end is closed."""
    with contextlib.ExitStack() as stack:

        def keep(thing):
            stack.callback(closed, thing)
            return thing

        yield keep


@pytest.fixture
def network():
    with mocking.Mocker() as mocker:
        yield mocker


def closed(thing):
    with contextlib.suppress(Exception):
        thing.close()


def gives(check, expected, follower, when):
    """Require the lines of a poll."""
    check.returns(expected, follower.poll, f"follower.poll(), {when}")


def alerts(check, expected, monitor, when):
    """Require the alerts of a poll, as tuples of rule, record, time and number passed over."""
    call = f"monitor.poll(), {when}"

    def polled():
        found = monitor.poll()
        check.that(
            type(found) is list and all(type(alert) is Alert for alert in found),
            call,
            "a list of alerts",
            found,
        )
        return [(alert.rule, alert.record, alert.at, alert.suppressed) for alert in found]

    check.returns(expected, polled, call)


def records(check, expected, monitor, when):
    """Require the records for which a rule that finds everything raises alerts."""
    check.returns(
        expected, lambda: [alert.record for alert in monitor.poll()], f"the records of monitor.poll(), {when}"
    )


def raised(check, monitor, when="alerts of a poll"):
    """Return the times and suppressed numbers of the alerts of a poll."""
    try:
        return [(alert.at, alert.suppressed) for alert in monitor.poll()]
    except Exception as error:
        return check.that(
            False, f"monitor.poll(), {when}", "alerts", f"it raised {type(error).__name__}: {error}"
        )


def through_json(check, thing):
    """Return the state as it comes back from a file."""
    call = f"{type(thing).__name__}.state()"
    try:
        state = thing.state()
        back = json.loads(json.dumps(state))
    except Exception as error:
        return check.that(False, call, "data for json.dumps", f"{type(error).__name__}: {error}")
    check.equal(back, state, f"{call}, which is the same after json.loads(json.dumps(…))")
    return back


def open_files():
    """Return how many files this process has open."""
    count = 0
    for number in range(256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            count += 1
    return count


# --- 1. Complete lines


@pytest.mark.task(1)
def test_lines_as_they_come(check, log, opened):
    """Each poll returns the lines that have come since the last one."""
    log.write(b"first\nsecond\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["first", "second"], follower, "two lines were there")
    gives(check, [], follower, "nothing new")
    log.write(b"third\n")
    gives(check, ["third"], follower, "one new line")
    log.write(b"\n\nx\n")
    gives(check, ["", "", "x"], follower, "two of the three new lines are empty")


@pytest.mark.task(1)
def test_an_unfinished_line_waits(check, log, opened):
    """A line is returned once, as a whole, when its end has come."""
    log.write(b"one\ntw")
    follower = opened(LogFollower(str(log.path)))
    gives(check, ["one"], follower, "the second line has no end")
    log.write(b"o and")
    gives(check, [], follower, "it still has none")
    log.write(b" more\nthr")
    gives(check, ["two and more"], follower, "now it has")
    log.write(b"ee\n")
    gives(check, ["three"], follower, "and the next one too")


@pytest.mark.task(1)
def test_a_file_that_is_not_there_yet(check, log, opened):
    """No file gives no lines; when it appears, it is read from its start."""
    follower = opened(LogFollower(log.path))
    gives(check, [], follower, "there is no file")
    gives(check, [], follower, "there still is none")
    log.write(b"hello\nwor")
    gives(check, ["hello"], follower, "now there is one")
    log.write(b"ld\n")
    gives(check, ["world"], follower, "the second line was finished")


@pytest.mark.task(1)
def test_characters_that_are_cut(check, log, opened):
    """A character that is cut in two comes out as one."""
    follower = opened(LogFollower(log.path))
    whole = "naïve €5 😀 end\n".encode()
    for at in range(len(whole) - 1):
        log.write(whole[at : at + 1])
        gives(check, [], follower, f"{at + 1} of {len(whole)} bytes were written")
    log.write(whole[-1:])
    gives(check, ["naïve €5 😀 end"], follower, "all bytes were written, one at a time")
    log.write(b"next\n")
    gives(check, ["next"], follower, "and a line behind it")


@pytest.mark.task(1)
def test_bytes_that_are_no_text(check, log, opened):
    """A byte that is no UTF-8 is shown with a backslash, and does no harm to the next line."""
    follower = opened(LogFollower(log.path))
    log.write(b"caf\xe9 \xff\xfe!\n\xe2\x82\nok \xe2\x82\xac\n")
    gives(check, ["caf\\xe9 \\xff\\xfe!", "\\xe2\\x82", "ok €"], follower, "some bytes are no UTF-8")


@pytest.mark.task(1)
def test_ends_of_lines(check, log, opened):
    """Only a newline ends a line, with or without a carriage return before it."""
    follower = opened(LogFollower(log.path))
    log.write(b"a\r\nb\r")
    gives(check, ["a"], follower, r"after b'a\r\nb\r'")
    log.write(b"\nc\rd\x0b\x0c\x1ce\r\r\n")
    gives(check, ["b", "c\rd\x0b\x0c\x1ce\r"], follower, r"after b'\nc\rd\x0b\x0c\x1ce\r\r\n'")
    log.write("f\x85g\u2028h\n".encode())
    gives(check, ["f\x85g\u2028h"], follower, "with other line ends of Unicode in the line")


@pytest.mark.task(1)
@settings(max_examples=25)
@given(
    st.lists(st.binary(max_size=6) | st.sampled_from(["é\n".encode(), b"\n", b"\xf0\x9f\x98"]), max_size=12)
)
def test_pieces_do_not_matter(check, tmp_path, pieces):
    """However the log is cut into pieces, the same lines come out."""
    log = Log(tmp_path / "pieces.log")
    log.path.write_bytes(b"")
    follower = LogFollower(log.path)
    got = []
    try:
        for piece in pieces:
            log.write(piece)
            got += follower.poll()
    finally:
        closed(follower)
    lines = b"".join(pieces).split(b"\n")[:-1]
    expected = [line.removesuffix(b"\r").decode("utf-8", "backslashreplace") for line in lines]
    check.equal(expected, got, f"the lines of all polls, one after each of {pieces}")


@pytest.mark.task(1)
def test_what_was_read_is_not_read_again(check, log, opened):
    """A poll takes memory for what is new, not for lines that were returned before."""
    follower = behind_much(check, log, opened)
    log.write(b"news\n")
    gives_with_little_memory(check, ["news"], follower, "one new line behind 4 MB")


def behind_much(check, log, opened):
    """Return a follower that has read 4 MB."""
    log.write((b"x" * 999 + b"\n") * 4000)
    follower = opened(LogFollower(log.path))
    check.returns(4000, lambda: len(follower.poll()), "len(follower.poll()), with 4 MB in the log")
    return follower


def gives_with_little_memory(check, expected, follower, when):
    """Require the lines of a poll that has no reason to hold 4 MB."""
    tracemalloc.start()
    try:
        gives(check, expected, follower, when)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    check.at_most(1_500_000, peak, f"bytes of memory for follower.poll(), {when}")


# --- 2. Rotation and truncation


@pytest.mark.task(2)
def test_the_rest_of_a_renamed_file(check, log, opened):
    """What the old file got before and after it was renamed comes first, then the new file."""
    log.write(b"1\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "one line")
    log.write(b"2\n")
    old = log.rename()
    log.write(b"3\n", old)
    log.write(b"4\n5\n")
    gives(check, ["2", "3", "4", "5"], follower, "2 was written, the file renamed, 3 written, a new one made")
    gives(check, [], follower, "nothing new")
    log.write(b"6\n")
    gives(check, ["6"], follower, "a line in the new file")


@pytest.mark.task(2)
def test_nobody_has_the_name(check, log, opened):
    """While no file has the name, the old one is followed on."""
    log.write(b"1\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "one line")
    old = log.rename()
    log.write(b"2\n3", old)
    gives(check, ["2"], follower, "the file was renamed, and got another line")
    log.write(b"3\n", old)
    gives(check, ["33"], follower, "the renamed file got the end of its line")
    log.write(b"4\n", old)
    log.write(b"5\n")
    gives(check, ["4", "5"], follower, "there is a new file")


@pytest.mark.task(2)
def test_an_unfinished_line_of_an_old_file(check, log, opened):
    """The unfinished line at the end of the old file is a line when the new file is seen."""
    log.write(b"1\nhalf")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "the second line has no end")
    log.rename()
    gives(check, [], follower, "the file was renamed, and there is no other")
    log.write(b"new\n")
    gives(check, ["half", "new"], follower, "there is a new file")
    gives(check, [], follower, "nothing new")


@pytest.mark.task(2)
def test_deleted_and_made_again(check, log, opened):
    """What a deleted file held is not lost, and the new one is read from its start."""
    log.write(b"1\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "one line")
    with log.path.open("ab") as program:
        program.write(b"2\n")
        program.flush()
        log.path.unlink()
        gives(check, ["2"], follower, "2 was written and the file deleted")
        program.write(b"3\nend")
    gives(check, ["3"], follower, "its program wrote on")
    log.write(b"4 is longer than all that was there before\n")
    gives(check, ["end", "4 is longer than all that was there before"], follower, "there is a new file")
    log.path.unlink()
    log.write(b"5\n")
    gives(check, ["5"], follower, "deleted and made again at once")


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [4, 12, 40], ids=["shorter", "as long", "longer"])
def test_new_files_of_any_size(check, log, opened, size):
    """A new file is read from its start, whether it is shorter than the old one or longer."""
    log.write(b"0123456789a\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["0123456789a"], follower, "one line")
    log.rename()
    log.write(b"n" * (size - 1) + b"\n")
    gives(check, ["n" * (size - 1)], follower, f"a new file of {size} bytes, the old one had 12")


@pytest.mark.task(2)
def test_truncated(check, log, opened):
    """All that is in a truncated file is new, also when it was written to again."""
    log.write(b"one\ntwo\nthree\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["one", "two", "three"], follower, "three lines")
    log.truncate()
    gives(check, [], follower, "the file was emptied")
    log.write(b"four\n")
    gives(check, ["four"], follower, "and written to")
    log.write(b"five\n")
    gives(check, ["five"], follower, "and written to again")
    log.truncate()
    log.write(b"six\n")
    gives(check, ["six"], follower, "the file was emptied and written to")
    gives(check, [], follower, "nothing new")


@pytest.mark.task(2)
def test_truncated_within_a_line(check, log, opened):
    """An unfinished line of a truncated file is gone, and no piece of it is left in another line."""
    log.write(b"one\nan unfinished line")
    follower = opened(LogFollower(log.path))
    gives(check, ["one"], follower, "the second line has no end")
    log.truncate()
    log.write(b"1\n2 and 3\n")
    gives(
        check,
        ["1", "2 and 3"],
        follower,
        "emptied and written to: smaller than before, larger than what was returned",
    )
    log.write(b"half")
    gives(check, [], follower, "a line without an end")
    log.truncate()
    gives(check, [], follower, "emptied")
    log.write(b"x\n")
    gives(check, ["x"], follower, "and written to")


@pytest.mark.task(2)
def test_nothing_happened(check, log, opened):
    """A file that has not changed gives nothing, neither after a rotation nor with an unfinished line."""
    log.write(b"a\nb")
    follower = opened(LogFollower(log.path))
    gives(check, ["a"], follower, "the second line has no end")
    for _ in range(3):
        gives(check, [], follower, "nothing new")
    log.rename()
    log.write(b"c\nd")
    gives(check, ["b", "c"], follower, "a new file")
    for _ in range(3):
        gives(check, [], follower, "nothing new")


@pytest.mark.task(2)
def test_one_open_file(check, log, opened):
    """However often the log is rotated, at most one file is open, and none after close."""
    before = open_files()
    follower = opened(LogFollower(log.path))
    for number in range(1, 6):
        log.write(b"%d\n" % number)
        gives(check, [str(number)], follower, f"file {number}")
        check.at_most(
            before + 1, open_files(), f"open files after {number - 1} rotations, {before} without the log"
        )
        log.rename(number)
    follower.close()
    check.equal(before, open_files(), "open files after follower.close()")


# --- 3. Records


@pytest.mark.task(3)
def test_lines_are_records(check, log, opened, clock):
    """Without start each line is a record, complete at once."""
    log.write(b"a\n  b\n\nc")
    monitor = opened(Monitor(log.path, [EVERYTHING], clock=clock))
    records(check, ["a", "  b", ""], monitor, "three lines and one without an end")
    log.write(b"c\n")
    records(check, ["cc"], monitor, "its end came")


@pytest.mark.task(3)
def test_a_traceback_is_one_record(check, log, opened, clock):
    """Lines that begin no record belong to the one before, and the next one completes it."""
    monitor = opened(Monitor(log.path, [EVERYTHING], start=r"\d\d:\d\d ", linger=5, clock=clock))
    log.write(f"12:00 ERROR a\n{TRACEBACK}\n12:01 INFO b\n12:02 INFO c\n".encode())
    records(
        check,
        [f"12:00 ERROR a\n{TRACEBACK}", "12:01 INFO b"],
        monitor,
        "three records, of which two are complete",
    )
    log.write(b"12:03 INFO d\n\n  e\n")
    records(check, ["12:02 INFO c"], monitor, "a fourth began")
    log.write(b"at 12:04 f\n12:05 g\n")
    records(
        check, ["12:03 INFO d\n\n  e\nat 12:04 f"], monitor, "start matches only at the beginning of a line"
    )


@pytest.mark.task(3)
def test_a_record_may_go_on(check, log, opened, clock):
    """A record waits for its next line, and is complete `linger` seconds after its last one."""
    monitor = opened(Monitor(log.path, [EVERYTHING], start="[A-Z]", linger=2.0, clock=clock))
    log.write(b"ERROR\n a\n")
    records(check, [], monitor, "a record that may go on")
    clock.now += 1.5
    log.write(b" b\n")
    records(check, [], monitor, "it went on, 1.5 s later")
    clock.now += 1.75
    records(check, [], monitor, "1.75 s after its last line")
    clock.now += 0.25
    records(check, ["ERROR\n a\n b"], monitor, "2 s after its last line, with linger=2.0")
    clock.now += 10
    records(check, [], monitor, "nothing new")
    log.write(b" late\n")
    clock.now += 10
    records(check, [], monitor, "a line that begins no record, after the record before it was complete")
    clock.now += 2
    records(check, [" late"], monitor, "2 s later")


@pytest.mark.task(3)
def test_no_lingering(check, log, opened, clock):
    """With linger=0 the last record is complete at the poll that has read it."""
    monitor = opened(Monitor(log.path, [EVERYTHING], start="[A-Z]", linger=0, clock=clock))
    log.write(b"x\ny\nA\n b\nB\n")
    records(check, ["x\ny", "A\n b", "B"], monitor, "linger=0, the first two lines begin no record")
    records(check, [], monitor, "nothing new")


@pytest.mark.task(3)
def test_a_record_in_two_files(check, log, opened, clock):
    """Neither a rotation nor a truncation ends a record."""
    monitor = opened(Monitor(log.path, [EVERYTHING], start="[A-Z]", clock=clock))
    log.write(b"A long first line\n 1\n")
    records(check, [], monitor, "a record that may go on")
    log.rename()
    log.write(b" 2\n")
    records(check, [], monitor, "it went on in the new file")
    log.truncate()
    log.write(b"3\n")
    records(check, [], monitor, "and went on after the file was truncated")
    clock.now += 1
    records(check, ["A long first line\n 1\n 2\n3"], monitor, "1 s later, which is the usual linger")


@pytest.mark.task(3)
def test_a_closed_monitor_has_no_open_file(check, log, opened, clock):
    """After close a monitor has no file open."""
    log.write(b"a\n")
    before = open_files()
    monitor = opened(Monitor(log.path, [EVERYTHING], clock=clock))
    records(check, ["a"], monitor, "one line")
    monitor.close()
    check.equal(before, open_files(), "open files after monitor.close(), of which none was the log before")


# --- 4. Rules


def hits(check, log, monitor, clock, times):
    """Write one line at each of the times and return the (time, suppressed) of all alerts."""
    found = []
    for moment in times:
        clock.now = float(moment)
        log.write(b"hit\n")
        found += raised(check, monitor, f"at {moment}")
    return found


@pytest.mark.task(4)
def test_an_alert_for_each_hit(check, log, opened, clock):
    """With a threshold of 1 and no cool-down each hit is an alert; what the pattern does not find is none."""
    monitor = opened(Monitor(log.path, [Rule("disk", r"disk \w+ full$")], clock=clock))
    log.write(b"x: disk sda full\ndisk sdb full?\ndisk sdc full\n")
    expected = [("disk", "x: disk sda full", 1000.0, 0), ("disk", "disk sdc full", 1000.0, 0)]
    alerts(check, expected, monitor, "two of three lines are hits")
    alerts(check, [], monitor, "nothing new")


@pytest.mark.task(4)
def test_the_whole_record_is_searched(check, log, opened, clock):
    """A pattern is searched in all lines of a record, and a record is one hit however often it is found."""
    rules = [Rule("value", r"ValueError"), Rule("both", r"(?s)File.*no$"), Rule("key", "KeyError")]
    monitor = opened(Monitor(log.path, rules, start="ERROR", linger=3, clock=clock))
    log.write(f"ERROR ValueError\n{TRACEBACK}\n".encode())
    alerts(check, [], monitor, "the record may go on")
    clock.now += 3
    record = f"ERROR ValueError\n{TRACEBACK}"
    alerts(check, [("value", record, 1003.0, 0), ("both", record, 1003.0, 0)], monitor, "3 s later")


@pytest.mark.task(4)
def test_enough_hits_in_a_window(check, log, opened, clock):
    """The hit that makes enough in the last seconds raises the alert, and uses them up."""
    rule = Rule("r", "hit", threshold=3, window=60)
    monitor = opened(Monitor(log.path, [rule], clock=clock))
    got = hits(check, log, monitor, clock, [0, 10, 59, 60, 61, 62, 63])
    check.equal([(59.0, 0), (62.0, 0)], got, f"alerts of {rule} for hits at 0, 10, 59, 60, 61, 62 and 63")


@pytest.mark.task(4)
def test_the_window_slides(check, log, opened, clock):
    """The window reaches back from each hit; a hit that is as old as the window is long has left it."""
    rule = Rule("r", "hit", threshold=3, window=60)
    monitor = opened(Monitor(log.path, [rule], clock=clock))
    got = hits(check, log, monitor, clock, [0, 50, 61, 65, 100, 130, 160, 162, 189])
    check.equal(
        [(65.0, 0), (162.0, 0)],
        got,
        f"alerts of {rule} for hits at 0, 50, 61, 65, 100, 130, 160, 162 and 189",
    )


@pytest.mark.task(4)
def test_the_cool_down(check, log, opened, clock):
    """In the cool-down hits raise no alert, do not count and are told by the next alert."""
    rule = Rule("r", "hit", threshold=2, window=30, cooldown=100)
    monitor = opened(Monitor(log.path, [rule], clock=clock))
    times = [0, 5, 6, 7, 90, 104, 105, 120, 121, 219, 220, 249, 251]
    got = hits(check, log, monitor, clock, times)
    check.equal([(5.0, 0), (120.0, 4), (249.0, 2)], got, f"alerts of {rule} for hits at {times}")


@pytest.mark.task(4)
def test_many_hits_in_one_poll(check, log, opened, clock):
    """Hits of one poll happen at the same time, one after the other."""
    rules = [Rule("two", "x", threshold=2), Rule("cool", "x", threshold=3, cooldown=1)]
    monitor = opened(Monitor(log.path, rules, clock=clock))
    log.write(b"x1\nx2\nx3\nx4\nx5\nx6\nx7\n")
    expected = [("two", "x2"), ("cool", "x3"), ("two", "x4"), ("two", "x6")]
    alerts(check, [(rule, text, 1000.0, 0) for rule, text in expected], monitor, "seven hits")
    clock.now += 1
    log.write(b"x8\nx9\nx10\n")
    later = [("two", "x8", 1001.0, 0), ("two", "x10", 1001.0, 0), ("cool", "x10", 1001.0, 4)]
    alerts(check, later, monitor, "three more hits, 1 s later")


@pytest.mark.task(4)
def test_rules_do_not_disturb_each_other(check, log, opened, clock):
    """Each rule has its own hits and its own cool-down."""
    rules = [Rule("b", "b", threshold=2), Rule("a", "a", cooldown=50), Rule("ab", "a|b", threshold=3)]
    monitor = opened(Monitor(log.path, rules, clock=clock))
    log.write(b"a1\nb1\na2\n")
    alerts(check, [("a", "a1", 1000.0, 0), ("ab", "a2", 1000.0, 0)], monitor, "a1, b1 and a2 were written")
    clock.now += 50
    log.write(b"b2\na3\n")
    alerts(
        check, [("b", "b2", 1050.0, 0), ("a", "a3", 1050.0, 1)], monitor, "b2 and a3 were written, 50 s later"
    )


def alerts_of(rule, times):
    """Return the (time, suppressed) of the alerts that the README asks for."""
    found, counting, last, suppressed = [], [], None, 0
    for now in times:
        if last is not None and now < last + rule.cooldown:
            suppressed += 1
            continue
        counting.append(now)
        if sum(now - rule.window < hit for hit in counting) >= rule.threshold:
            found.append((now, suppressed))
            counting, last, suppressed = [], now, 0
    return found


@pytest.mark.task(4)
@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 6), min_size=5, max_size=20),
    st.integers(1, 4),
    st.integers(1, 10),
    st.integers(0, 12),
)
def test_any_hits(check, tmp_path, pauses, threshold, window, cooldown):
    """Whenever hits come, the alerts are those that the rule asks for."""
    log = Log(tmp_path / "any.log")
    log.path.write_bytes(b"")
    rule = Rule("r", "hit", threshold, window, cooldown)
    clock = Clock()
    times = [float(sum(pauses[: number + 1])) for number in range(len(pauses))]
    monitor = Monitor(log.path, [rule], clock=clock)
    try:
        got = hits(check, log, monitor, clock, times)
    finally:
        closed(monitor)
    check.equal(alerts_of(rule, times), got, f"alerts of {rule} for hits at {times}")


# --- 5. Receivers and the webhook


@pytest.mark.task(5)
def test_receivers_are_told(check, log, opened, clock):
    """Each receiver gets each alert, in order, and poll returns them as well."""
    first, second = [], []
    rules = [Rule("a", "a"), Rule("b", "b")]
    monitor = opened(Monitor(log.path, rules, [first.append, second.append], clock=clock))
    log.write(b"ab\nb\n")
    expected = [("a", "ab", 1000.0, 0), ("b", "ab", 1000.0, 0), ("b", "b", 1000.0, 0)]
    alerts(check, expected, monitor, "three alerts")
    for name, got in (("first", first), ("second", second)):
        plain = [(alert.rule, alert.record, alert.at, alert.suppressed) for alert in got]
        check.equal(expected, plain, f"what the {name} receiver got")
    log.write(b"c\n")
    alerts(check, [], monitor, "a line that is no hit")
    check.equal(3, len(second), "alerts that the second receiver got, afterwards")


@pytest.mark.task(5)
def test_a_receiver_that_fails(check, log, opened, clock, caplog):
    """A receiver that raises harms neither the other receivers nor the next alerts nor the monitor."""
    got = []

    def broken(alert):
        got.append(("broken", alert.record))
        raise RuntimeError("no paper")

    monitor = opened(
        Monitor(
            log.path, [EVERYTHING], [broken, lambda alert: got.append(("good", alert.record))], clock=clock
        )
    )
    log.write(b"1\n2\n")
    with caplog.at_level(logging.ERROR, logger="log_monitor"):
        alerts(
            check,
            [("all", "1", 1000.0, 0), ("all", "2", 1000.0, 0)],
            monitor,
            "the first receiver raises RuntimeError",
        )
    check.equal(
        sorted((who, what) for who in ("broken", "good") for what in "12"), sorted(got), "what receivers got"
    )
    logged = [record.levelno for record in caplog.records if record.name == "log_monitor"]
    check.that(logging.ERROR in logged, "the log, after a receiver raised", "a record of level ERROR", logged)
    log.write(b"3\n")
    with caplog.at_level(logging.CRITICAL, logger="log_monitor"):
        alerts(check, [("all", "3", 1000.0, 0)], monitor, "the next alert")
    check.that(("good", "3") in got, "the other receiver, at the next alert", "told", got)


@pytest.mark.task(5)
def test_the_webhook_posts_json(check, network):
    """The webhook posts an alert as JSON, with a limit of time."""
    network.post(HOOK, status_code=204)
    alert = Alert("disk", "zwei Zeilen:\n\\xff ä", 12.5, 3)
    call = f"Webhook({HOOK!r}, timeout=2.5)({alert})"
    check.returns("sent", lambda: (Webhook(HOOK, timeout=2.5)(alert), "sent")[1], call)
    sent = network.request_history
    check.equal(["POST"], [request.method for request in sent], "the methods of the requests")
    body = {"rule": "disk", "record": "zwei Zeilen:\n\\xff ä", "at": 12.5, "suppressed": 3}
    check.returns(body, sent[0].json, "the body of the request, as JSON")
    check.that(
        "json" in sent[0].headers.get("Content-Type", ""),
        "its Content-Type",
        "that of JSON",
        dict(sent[0].headers),
    )
    limit = sent[0].timeout
    check.that(limit in (2.5, (2.5, 2.5)), "the timeout of the request", "2.5", limit)
    Webhook(HOOK)(alert)
    limit = network.request_history[-1].timeout
    check.that(limit in (5.0, (5.0, 5.0)), "the timeout of a request of Webhook(url)", "5.0", limit)


@pytest.mark.task(5)
def test_the_webhook_says_when_it_failed(check, network):
    """No answer and a status from 400 are a RequestException."""
    alert = Alert("disk", "full", 1.0)
    for status in (400, 404, 500, 503, 599):
        network.post(HOOK, status_code=status)
        call = f"Webhook(url)(alert), answered with {status}"
        check.raises(requests.RequestException, lambda: Webhook(HOOK)(alert), call)
    for error in (requests.ConnectionError("refused"), requests.ReadTimeout("too slow")):
        network.post(HOOK, exc=error)
        check.raises(
            requests.RequestException, lambda: Webhook(HOOK)(alert), f"Webhook(url)(alert), {error!r}"
        )


@pytest.mark.task(5)
def test_the_monitor_outlives_its_webhook(check, log, opened, clock, network):
    """While the webhook does not answer, the log is read on; when it does, it is told."""
    network.post(
        HOOK, [{"exc": requests.ConnectionError("down")}, {"status_code": 503}, {"status_code": 200}]
    )
    monitor = opened(Monitor(log.path, [EVERYTHING], [Webhook(HOOK)], clock=clock))
    for text in ("one", "two", "three"):
        log.write(text.encode() + b"\n")
        alerts(check, [("all", text, 1000.0, 0)], monitor, "no answer, then 503, then 200")
    bodies = [request.json().get("record") for request in network.request_history]
    check.equal(["one", "two", "three"], bodies, "the records that were sent")


# --- 6. Restart


def restarted(check, log, opened, follower):
    """Return a follower that goes on where another one was stopped."""
    state = through_json(check, follower)
    follower.close()
    return opened(LogFollower(log.path, state))


@pytest.mark.task(6)
def test_a_restart_loses_and_repeats_nothing(check, log, opened):
    """A follower goes on behind the last line that was returned, whatever characters came before."""
    follower = opened(LogFollower(log.path))
    follower = restarted(check, log, opened, follower)
    gives(check, [], follower, "there is no file, and it was started twice")
    log.write("äöü €\nzwei 😀\n".encode())
    gives(check, ["äöü €", "zwei 😀"], follower, "two lines")
    follower = restarted(check, log, opened, follower)
    follower = restarted(check, log, opened, follower)
    gives(check, [], follower, "started twice without a poll, nothing new")
    log.write(b"three\nfour\n")
    follower = restarted(check, log, opened, follower)
    gives(check, ["three", "four"], follower, "started again, two lines came meanwhile")


@pytest.mark.task(6)
def test_a_restart_within_a_line(check, log, opened):
    """A line that was unfinished at the restart comes as a whole."""
    log.write("one\nzwei €".encode()[:-1])
    follower = opened(LogFollower(log.path))
    gives(check, ["one"], follower, "the second line has no end, and is cut in a character")
    follower = restarted(check, log, opened, follower)
    gives(check, [], follower, "started again, nothing new")
    log.write("€".encode()[-1:] + b"5\n")
    follower = restarted(check, log, opened, follower)
    gives(check, ["zwei €5"], follower, "started again, the line was finished meanwhile")


@pytest.mark.task(6)
def test_renamed_before_the_restart(check, log, opened):
    """A file that was renamed while nobody watched is found in its folder, and its rest comes first."""
    log.write(b"1\n2")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "the second line has no end")
    state = through_json(check, follower)
    follower.close()
    log.write(b"2\n3\nend")
    log.path.with_name("app.log.1").write_bytes(b"an older one\n")
    old = log.path.with_name("app-20240229.log")
    log.path.rename(old)
    follower = opened(LogFollower(log.path, state))
    gives(check, ["22", "3"], follower, "started again, renamed meanwhile, and no other file has the name")
    log.write(b"ing\n", old)
    follower = restarted(check, log, opened, follower)
    log.write(b"new\n")
    gives(check, ["ending", "new"], follower, "started once more, and there is a new file")
    follower = restarted(check, log, opened, follower)
    gives(check, [], follower, "and once more")


@pytest.mark.task(6)
def test_replaced_within_a_line_before_the_restart(check, log, opened):
    """If there is a new file already, the unfinished line at the end of the renamed one is a line."""
    log.write(b"1\nha")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "the second line has no end")
    state = through_json(check, follower)
    follower.close()
    log.write(b"lf")
    log.rename()
    log.write(b"new\n")
    follower = opened(LogFollower(log.path, state))
    gives(check, ["half", "new"], follower, "started again, renamed meanwhile, and there is a new file")
    gives(check, [], follower, "nothing new")


@pytest.mark.task(6)
def test_gone_before_the_restart(check, log, opened, tmp_path):
    """If the old file is gone, a new one is read from its start as soon as it is there."""
    log.write(b"1\nha")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "the second line has no end")
    state = through_json(check, follower)
    follower.close()
    new = tmp_path / "new.log"
    new.write_bytes(b"lf of it\nand more\n")  # it exists before the old one is deleted: their numbers differ
    log.path.unlink()
    follower = opened(LogFollower(log.path, state))
    got = polled(check, follower, "started again, the file is gone, and there is no other")
    follower = restarted(check, log, opened, follower)
    got += polled(check, follower, "started once more")
    new.rename(log.path)
    got += polled(check, follower, "there is a new file")
    got += polled(check, follower, "nothing new")
    expected = ["lf of it", "and more"]
    check.that(
        got in (expected, ["ha", *expected]),
        "the lines of all polls after the restart, the old file ended with b'ha'",
        f"{expected!r}, after 'ha' or without it",
        got,
    )


def polled(check, follower, when):
    """Return the lines of a poll of which more than one answer is right."""
    try:
        lines = follower.poll()
    except Exception as error:
        lines = f"it raised {type(error).__name__}: {error}"
    check.that(type(lines) is list, f"follower.poll(), {when}", "a list of lines", lines)
    return lines


@pytest.mark.task(6)
def test_a_restart_does_not_read_all_again(check, log, opened):
    """The first poll after a restart takes no memory for lines that were returned before."""
    follower = restarted(check, log, opened, behind_much(check, log, opened))
    log.write(b"news\n")
    gives_with_little_memory(check, ["news"], follower, "started again, one new line behind 4 MB")


@pytest.mark.task(6)
def test_gone_or_truncated_before_the_restart(check, log, opened):
    """If the old file is gone or was truncated, the file is read from its start."""
    log.write(b"a first line\nand a second one\n")
    follower = opened(LogFollower(log.path))
    gives(check, ["a first line", "and a second one"], follower, "two lines")
    state = through_json(check, follower)
    follower.close()
    log.truncate()
    log.write(b"x\n")
    follower = opened(LogFollower(log.path, state))
    gives(check, ["x"], follower, "started again, truncated and written to meanwhile")
    state = through_json(check, follower)
    follower.close()
    other = log.path.with_name("other")
    other.write_bytes(b"a new file that is longer\n")
    other.replace(log.path)
    follower = opened(LogFollower(log.path, state))
    gives(
        check,
        ["a new file that is longer"],
        follower,
        "started again, another file was put in its place meanwhile",
    )


@pytest.mark.task(6)
def test_truncated_within_a_line_before_the_restart(check, log, opened):
    """The state knows of an unfinished line, too, when the file is smaller than it was."""
    log.write(b"1\nan unfinished line")
    follower = opened(LogFollower(log.path))
    gives(check, ["1"], follower, "the second line has no end")
    state = through_json(check, follower)
    follower.close()
    log.truncate()
    log.write(b"new 1\nnew 2\n")
    follower = opened(LogFollower(log.path, state))
    gives(check, ["new 1", "new 2"], follower, "started again, truncated and written to meanwhile")


@pytest.mark.task(6)
def test_a_state_does_not_change(check, log, opened, clock):
    """A state stays as it was, whatever the monitor does later; after close it can still be asked for."""
    rule = Rule("r", "x", threshold=3, cooldown=5)
    monitor = opened(Monitor(log.path, [rule], start="[A-Z]", clock=clock))
    log.write(b"X x\n y\n")
    alerts(check, [], monitor, "a record that may go on")
    state = monitor.state()
    copied = through_json(check, monitor)
    log.write(b" z\nA x\nB x\nC x\n")
    monitor.poll()
    check.equal(copied, state, "monitor.state(), after another poll")
    monitor.close()
    log.write(b"D x\n")
    later = through_json(check, monitor)
    monitor = opened(Monitor(log.path, [EVERYTHING], start="[A-Z]", clock=clock, state=later))
    records(check, ["C x"], monitor, "with the state of a closed one")
    monitor = opened(Monitor(log.path, [EVERYTHING], start="[A-Z]", clock=clock, state=state))
    records(check, ["X x\n y\n z", "A x", "B x", "C x"], monitor, "with the state before another poll")
    check.equal(copied, state, "the state that was given to a monitor, after its poll")


@pytest.mark.task(6)
def test_a_monitor_goes_on_with_its_record(check, log, opened, clock):
    """An unfinished record, and the time of its last line, outlive a restart."""
    options = {"start": "[A-Z]", "linger": 4, "clock": clock}
    log.write(b"ERROR\n a\n")
    monitor = opened(Monitor(log.path, [EVERYTHING], **options))
    records(check, [], monitor, "a record that may go on")
    for _ in range(2):
        state = through_json(check, monitor)
        monitor.close()
        monitor = opened(Monitor(log.path, [EVERYTHING], state=state, **options))
    clock.now += 3
    records(check, [], monitor, "started twice, 3 s after the last line of the record")
    clock.now += 1
    records(check, ["ERROR\n a"], monitor, "4 s after the last line of the record")


@pytest.mark.task(6)
@pytest.mark.parametrize(
    "restarts", [False, True], ids=["without restarts", "with a restart before each poll"]
)
def test_a_monitor_goes_on_with_its_counts(check, log, opened, clock, restarts):
    """Windows, cool-downs and the numbers of those passed over are the same with restarts as without."""
    rules = [
        Rule("two", "x", threshold=2, window=10, cooldown=20),
        Rule("three", "x", threshold=3, window=30),
    ]
    monitor = opened(Monitor(log.path, rules, clock=clock))
    got = []
    for now in (0, 10, 19, 20, 25, 38, 39, 40, 45, 49, 50):
        if restarts:
            state = through_json(check, monitor)
            monitor.close()
            monitor = opened(Monitor(log.path, rules, clock=clock, state=state))
        clock.now = float(now)
        log.write(b"x\n")
        got += [(alert.rule, alert.at, alert.suppressed) for alert in monitor.poll()]
    expected = [
        ("two", 19.0, 0),
        ("three", 19.0, 0),
        ("three", 38.0, 0),
        ("two", 40.0, 3),
        ("three", 45.0, 0),
    ]
    check.equal(expected, got, "the alerts for hits at 0, 10, 19, 20, 25, 38, 39, 40, 45, 49 and 50")
