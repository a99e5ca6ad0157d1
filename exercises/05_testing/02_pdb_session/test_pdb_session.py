"""A session with pdb: scripts of commands drive the real debugger, on logs that nobody has seen."""

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAM, FIXED, HELPER = "hire.py", "hire_fixed.py", "pdb_session.py"
LOGS = ("given", "another")
FRIDAY, SATURDAY = "friday.log", "saturday.log"
SEEDS = {(FRIDAY, "given"): 5, (FRIDAY, "another"): 11, (SATURDAY, "given"): 6, (SATURDAY, "another"): 14}
RIDERS = ("Ada", "Bo", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Juna", "Kim", "Lea")
PRICE = 5
DAY = 24 * 60
WORD = re.compile(r"-?\w[\w:]*")
ENOUGH = 600_000
"""Bytes of output after which nothing more is read."""


@pytest.mark.task(1)
@pytest.mark.parametrize("log", LOGS)
def test_it_stops_in_charge_for_the_one_ride(check, stage, log):
    """With stop.pdb the program waits first, and only once, in charge() for the one ride below zero."""
    session, day, call = stage.session(check, "stop.pdb", FRIDAY, log)
    inside = [event for event in session.waits if event["stopped"] != "<module>"]
    functions = [event["stopped"] for event in inside[:1]]
    check.equal(["charge"], functions, f"{call}: the function in which it waits first")
    calls = dict.fromkeys(event["call"] for event in inside if event["stopped"] == "charge")
    rides = [session.calls[call].get("ride", "") for call in calls]
    check.equal([day.wrong.shown], rides, f"{call}: the rides for which it waits in charge()")


@pytest.mark.task(1)
@pytest.mark.parametrize("log", LOGS)
def test_it_shows_that_ride(check, stage, log):
    """With stop.pdb the debugger shows, in charge(), the ride and its end."""
    session, day, call = stage.session(check, "stop.pdb", FRIDAY, log)
    shown = session.shown("charge")
    wanted = (day.wrong.rider, day.wrong.bike, day.wrong.start, day.wrong.end)
    check.that(
        set(wanted) <= words(shown),
        f"{call}: what is shown while charge() is looked at",
        f"rider, bike, start and end of the ride: {', '.join(wanted)}",
        shown or "nothing",
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("log", LOGS)
def test_it_shows_the_bill_change(check, stage, log):
    """With stop.pdb the debugger shows, in finish(), the bill of this rider before and after the ride."""
    session, day, call = stage.session(check, "stop.pdb", FRIDAY, log)
    before, after = (str(cents) for cents in day.bill)
    stops = session.by_moment("finish")
    first = next((number for number, shown in enumerate(stops) if before in words(shown)), len(stops))
    check.that(
        first < len(stops),
        f"{call}: what is shown while finish() is looked at",
        f"the bill of {day.wrong.rider} before the ride is added: {before}",
        "".join(stops) or "nothing",
    )
    check.that(
        any(after in words(shown) for shown in stops[first + 1 :]),
        f"{call}: what is shown while finish() is looked at, at later stops",
        f"the bill of {day.wrong.rider} after the ride is added: {after}",
        "".join(stops[first + 1 :]) or "nothing",
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("log", LOGS)
def test_the_program_ends_after_the_stop(check, stage, log):
    """With stop.pdb the program waits in a function, and runs to its end after that."""
    session, _, call = stage.session(check, "stop.pdb", FRIDAY, log)
    told = ", ".join(sorted(session.stopped)) or "nowhere"
    check.that(len(session.stopped - {"<module>"}) > 0, call, "it waits in a function", told)
    check.equal("finished", session.ended, f"{call}: how the program ended")


@pytest.mark.task(3)
@pytest.mark.parametrize("log", LOGS)
def test_it_shows_every_ride(check, stage, log):
    """With watch.pdb the debugger shows the rider and the cents of each ride, in their order."""
    session, day, call = stage.session(check, "watch.pdb", FRIDAY, log)
    moments = iter(session.by_moment())
    for number, ride in enumerate(day.rides, 1):
        found = any({ride.rider, str(ride.cents)} <= words(shown) for shown in moments)
        check.that(
            found,
            call,
            f"ride {number} is shown after those before it: {ride.rider} and {ride.cents}",
            " | ".join(line for shown in session.by_moment() for line in shown.splitlines())[-600:]
            or "nothing",
        )


@pytest.mark.task(3)
@pytest.mark.parametrize("log", LOGS)
def test_it_never_lets_the_program_wait(check, stage, log):
    """With watch.pdb the program waits at its start only, and runs to its end."""
    session, _, call = stage.session(check, "watch.pdb", FRIDAY, log)
    check.that(bool(session.by_moment()), call, "something is shown while the program runs", "nothing")
    waits = [event["stopped"] for event in session.waits if event["stopped"] != "<module>"]
    check.equal([], waits, f"{call}: the functions in which the program waits")
    check.equal("finished", session.ended, f"{call}: how the program ended")


@pytest.mark.task(4)
@pytest.mark.parametrize("log", LOGS)
def test_it_shows_the_line_that_was_read(check, stage, log):
    """With crash.pdb the debugger shows, post mortem and in read(), the line of the log and its number."""
    session, day, call = stage.session(check, "crash.pdb", SATURDAY, log)
    shown = session.shown("read", late=True)
    number, line = day.failing
    check.that(
        {str(number), *line.split()} <= words(shown),
        f"{call}: what is shown while read() is looked at, after the error",
        f"line {number}: {line!r}",
        shown or "nothing",
    )


@pytest.mark.task(4)
@pytest.mark.parametrize("log", LOGS)
def test_it_shows_the_ride_that_fails(check, stage, log):
    """With crash.pdb the debugger then shows, further down in charge(), the ride that cannot be charged."""
    session, day, call = stage.session(check, "crash.pdb", SATURDAY, log)
    late = [(event["frame"], event["text"]) for event in session.prints if event["moment"] < 0]
    places = [frame for frame, _ in late]
    first = places.index("read") if "read" in places else len(places)
    check.that(
        "charge" in places[first:],
        f"{call}: the frames that are looked at, after the error",
        "read(), and charge() after it",
        ", ".join(dict.fromkeys(places)) or "none",
    )
    shown = "".join(text for frame, text in late[first:] if frame == "charge")
    check.that(
        {day.wrong.rider, day.wrong.bike, "None"} <= words(shown),
        f"{call}: what is shown while charge() is looked at, after the error and after read()",
        f"the ride: {day.wrong.rider}, {day.wrong.bike}, None",
        shown or "nothing",
    )


SCENES = {
    "plain": ("rides by day cost what they did", ["09:00 out 7 {}", "09:31 in 7"], 31),
    "nothing": (
        "a ride of no minutes costs nothing",
        ["09:00 out 7 {}", "09:00 in 7"],
        0,
    ),
    "midnight": ("a ride past midnight costs its minutes", ["23:50 out 7 {}", "00:20 in 7"], 30),
    "long": ("a ride may be long: up to a minute less than a day", ["10:00 out 7 {}", "09:59 in 7"], DAY - 1),
    "swap": (
        "a ride with a swap costs all its minutes",
        ["09:00 out 7 {}", "09:10 swap 7 8", "09:45 in 8"],
        45,
    ),
    "twice": (
        "a bicycle may be swapped twice",
        ["09:00 out 7 {}", "09:10 swap 7 8", "09:20 swap 8 9", "10:00 in 9"],
        60,
    ),
    "swap_late": (
        "a ride with a swap may go past midnight",
        ["23:30 out 7 {}", "23:40 swap 7 8", "00:15 in 8"],
        45,
    ),
    "again": (
        "a bicycle that was left at a swap can be hired again",
        ["09:00 out 7 Zoe", "09:10 swap 7 8", "09:11 out 7 {}", "09:12 in 8", "09:31 in 7"],
        20,
    ),
}


@pytest.mark.task(5)
@pytest.mark.parametrize("scene", SCENES)
def test_the_bill_is_right(check, stage, scene):
    """Each ride is charged from the minute in which it began to the minute in which it ended."""
    told, lines, length = SCENES[scene]
    bills = stage.bills()
    rider = RIDERS[[*SCENES].index(scene)]
    wanted = f"{rider:10} {length * PRICE / 100:8.2f}"
    got = next((line for line in bills.splitlines() if line.split()[:1] == [rider]), bills[-600:])
    log = "; ".join(lines).format(rider)
    check.that(got.rstrip() == wanted, f"python {FIXED} LOG (a log with {log})", f"{wanted!r}: {told}", got)


@pytest.mark.task(5)
@pytest.mark.parametrize("name", [FRIDAY, SATURDAY])
def test_it_prints_the_bills_and_nothing_else(check, stage, name):
    """On both logs the fixed program prints all bills in their order, and nothing else."""
    day = Day(SEEDS[name, "given"], swaps=name == SATURDAY)
    wanted = "".join(f"{rider:10} {cents / 100:8.2f}\n" for rider, cents in sorted(day.right.items()))
    got = stage.run([str(stage.hand_in / FIXED), str(stage.exercise / name)])
    check.equal(wanted, got, f"python {FIXED} {name}")


@pytest.mark.task(6)
def test_arguments_and_result_pass(check, stage):
    """The decorated function gets its arguments, by position and by name, and its result comes back."""
    check.equal(
        "result (1, 2, 3)",
        stage.helper("result"),
        "debug_on_error(f)(1, c=3, b=2), where f returns (a, b, c)",
    )


@pytest.mark.task(6)
def test_it_looks_like_the_function(check, stage):
    """The decorated function keeps its name and its docstring."""
    check.equal(
        "name lend 'Lend it.'",
        stage.helper("name"),
        "debug_on_error(lend): its __name__ and __doc__",
    )


@pytest.mark.task(6)
def test_the_debugger_starts_where_the_error_is(check, stage):
    """When an error leaves the function, pdb starts post mortem, in the frame that raised it."""
    shown = stage.helper("error")
    call = "debug_on_error(f)(), where f calls g, g raises an Exception; commands: p here, up, p there, q"
    check.that("(Pdb)" in shown, call, "a prompt of the debugger", shown or "nothing")
    check.that("'in g 4711'" in shown, call, "p here shows the local variable of g", shown)
    check.that("'in f 815'" in shown, call, "p there, one frame up, shows that of f", shown)


@pytest.mark.task(6)
def test_the_error_goes_on(check, stage):
    """After the session the very same exception goes on to the caller."""
    call = "debug_on_error(f)(), where f raises an error, after the session"
    check.that(
        "caught the very same error" in stage.helper("error").splitlines(),
        call,
        "the caller catches the very same exception",
        stage.helper("error"),
    )


@pytest.mark.task(6)
@pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt"])
def test_an_exit_is_no_error(check, stage, kind):
    """SystemExit and KeyboardInterrupt go on to the caller and open no debugger."""
    check.equal(f"caught {kind}", stage.helper(kind), f"debug_on_error(f)(), where f raises {kind}")


@dataclass(frozen=True)
class Ride:
    """A ride as the log tells it; ``cents`` is what the given program makes of it."""

    rider: str
    bike: str
    start: str
    end: str
    cents: int

    @property
    def shown(self) -> str:
        """The text that the program's own ``Ride`` has."""
        return f"Ride(rider={self.rider!r}, bike={self.bike!r}, start={self.start!r})"


class Day:
    """A log made up from a seed: with swaps, or with one ride past midnight."""

    def __init__(self, seed: int, *, swaps: bool) -> None:
        self.lines: list[str] = []
        self.rides: list[Ride] = []
        self.right: dict[str, int] = {}
        self.bill = (0, 0)
        self.failing = (0, "")
        self._bills: dict[str, int] = {}
        self._draw = random.Random(seed)
        self._riders = list(RIDERS)
        self._bikes = [str(number) for number in self._draw.sample(range(10, 99), 20)]
        self._out: list[tuple[str, str, int, bool]] = []
        self.wrong = Ride("", "", "", "", 0)
        self._go((8 if swaps else 16) * 60, (14 if swaps else 22) * 60, swaps)
        if not swaps:
            self._cross(23 * 60 + 41 + self._draw.randrange(18))
            self._go(DAY + 70, DAY + 200, swaps)

    def _go(self, now: int, until: int, swaps: bool) -> None:
        """Let rides begin and end; one is over in no time."""
        nothing = now + 90
        while now < until or self._out:
            now += self._draw.randrange(1, 12 if not self._out else 8)
            if nothing and now > nothing:
                nothing = 0
                self._start(now)
                self._end(now, -1)
            elif self._out and (now >= until or len(self._out) > 3 or self._draw.random() < 0.4):
                self._end(now, self._draw.randrange(len(self._out)))
            elif swaps and self._out and now > 11 * 60 and self._draw.random() < 0.2:
                self._swap(now, self._draw.randrange(len(self._out)))
            else:
                self._start(now)

    def _start(self, now: int, rider: str = "") -> None:
        rider = rider or self._draw.choice(self._riders)
        self._riders.remove(rider)
        bike = self._bikes.pop(self._draw.randrange(len(self._bikes)))
        self.lines.append(f"{clock(now)} out {bike} {rider}")
        self._out.append((rider, bike, now, False))

    def _swap(self, now: int, index: int) -> None:
        rider, old, start, _ = self._out[index]
        new = self._bikes.pop(self._draw.randrange(len(self._bikes)))
        self._bikes.append(old)
        self.lines.append(f"{clock(now)} swap {old} {new}")
        self._out[index] = (rider, new, start, True)

    def _end(self, now: int, index: int) -> None:
        rider, bike, start, swapped = self._out.pop(index)
        self._riders.append(rider)
        self._bikes.append(bike)
        self.lines.append(f"{clock(now)} in {bike}")
        cents = (now % DAY - start % DAY) * PRICE
        ride = Ride(rider, bike, clock(start), clock(now), cents)
        if swapped and not self.failing[0]:
            self.failing, self.wrong = (len(self.lines), self.lines[-1]), ride
        if cents < 0:
            self.bill = (self._bills.get(rider, 0), self._bills.get(rider, 0) + cents)
            self.wrong = ride
        self.rides.append(ride)
        self._bills[rider] = self._bills.get(rider, 0) + cents
        self.right[rider] = self.right.get(rider, 0) + (now - start) * PRICE

    def _cross(self, now: int) -> None:
        """Let the rider with the highest bill ride past midnight."""
        self._start(now, max(self._bills, key=self._bills.__getitem__))
        self._end(DAY + now % 29 + 3, 0)


def clock(minutes: int) -> str:
    """Return a time of day such as ``07:45``."""
    return f"{minutes % DAY // 60:02}:{minutes % 60:02}"


def words(text: str) -> set[str]:
    """Return the words, times and numbers in a text."""
    return set(WORD.findall(text))


@dataclass
class Session:
    """What ``replay.py`` wrote down of a session, or nothing if it did not come to its end."""

    events: list[dict] = field(default_factory=list)
    calls: list[dict] = field(default_factory=list)
    ended: str = ""

    @property
    def waits(self) -> list[dict]:
        """The moments at which the debugger asks for a command."""
        return [event for event in self.events if event["kind"] == "waits"]

    @property
    def prints(self) -> list[dict]:
        """What the debugger prints, but for its prompts."""
        return [
            event for event in self.events if event["kind"] == "prints" and event["text"].strip() != "(Pdb)"
        ]

    @property
    def stopped(self) -> set[str]:
        """The functions in which the program waits."""
        return {event["stopped"] for event in self.waits}

    def shown(self, frame: str, late: bool = False) -> str:
        """Return what is printed while a frame is looked at: before an error, or post mortem."""
        return "".join(
            event["text"]
            for event in self.prints
            if event["frame"] == frame and (event["moment"] < 0) is late
        )

    def by_moment(self, frame: str = "") -> list[str]:
        """Return what is printed inside of functions, or at one frame: a text for each moment."""
        texts: dict[int, str] = {}
        for event in self.prints:
            if event["stopped"] != "<module>" and frame in ("", event["frame"]):
                texts[event["moment"]] = texts.get(event["moment"], "") + event["text"]
        return [*texts.values()]


class Stage:
    """Runs the hand-in in processes of its own, each of them once."""

    def __init__(self, exercise: Path, hand_in: Path, folder: Path) -> None:
        self.exercise, self.hand_in, self.folder = exercise, hand_in, folder
        self._sessions: dict[tuple[str, str], tuple[Session, str]] = {}
        self._texts: dict[str, str] = {}

    def session(self, check, script: str, name: str, log: str) -> tuple[Session, Day, str]:
        """Return what a script does on a log, what is to be seen there, and how to call that."""
        day = Day(SEEDS[name, log], swaps=name == SATURDAY)
        call = f"python replay.py {script} {PROGRAM} {name if log == 'given' else 'ANOTHER_LOG'}"
        if (script, log) not in self._sessions:
            self._sessions[script, log] = self._play(script, day, f"{script}-{log}")
        session, output = self._sessions[script, log]
        check.that(bool(session.ended), call, "the session comes to its end", output[-600:] or "no output")
        return session, day, call

    def _play(self, script: str, day: Day, name: str) -> tuple[Session, str]:
        log, record = self.folder / f"{name}.log", self.folder / f"{name}.json"
        log.write_text("\n".join(day.lines) + "\n", encoding="utf-8")
        replay = [str(self.exercise / "replay.py"), "--record", str(record)]
        arguments = [str(self.hand_in / script), str(self.exercise / PROGRAM), str(log)]
        output = self.run([*replay, *arguments])
        try:
            return Session(**json.loads(record.read_text(encoding="utf-8"))), output
        except (OSError, ValueError):
            return Session(), output

    def bills(self) -> str:
        """Return what the fixed program prints for a log with all scenes, one after the other."""
        if FIXED not in self._texts:
            log = self.folder / "scenes.log"
            lines = [
                line.format(rider)
                for rider, (_, lines, _) in zip(RIDERS, SCENES.values(), strict=False)
                for line in lines
            ]
            log.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._texts[FIXED] = self.run([str(self.hand_in / FIXED), str(log)])
        return self._texts[FIXED]

    def helper(self, part: str) -> str:
        """Return what is printed in one part of the script that uses the helper."""
        if HELPER not in self._texts:
            script = self.folder / "uses_the_helper.py"
            script.write_text(USES_THE_HELPER, encoding="utf-8")
            arguments = [str(script), str(self.hand_in)]
            self._texts[HELPER] = self.run(arguments, "p here\nup\np there\nq\n")
        output = self._texts[HELPER]
        found = re.search(rf"^-- {part}\n(.*?)\n?^-- end$", output, re.MULTILINE | re.DOTALL)
        return found[1] if found else f"it did not come that far: {output[-500:]}"

    def run(self, arguments: list[str], typed: str = "") -> str:
        """Run a Python program and return what it prints; one that prints without end is cut off."""
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        keys = self.folder / "typed"
        keys.write_text(typed, encoding="utf-8")
        with keys.open("rb") as source:
            process = subprocess.Popen(
                [sys.executable, "-E", "-S", "-B", "-u", *arguments],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        assert process.stdout is not None
        try:
            return process.stdout.read(ENOUGH).decode("utf-8", "replace")
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.stdout.close()
            process.wait()


@pytest.fixture(scope="module")
def stages():
    """The stages of this run, one for each hand-in."""
    return {}


@pytest.fixture
def stage(stages, exercise, hand_in, tmp_path_factory):
    """The stage on which this hand-in plays; what was played before is not played again."""
    if hand_in not in stages:
        stages[hand_in] = Stage(exercise, hand_in, tmp_path_factory.mktemp("stage"))
    return stages[hand_in]


USES_THE_HELPER = '''
import sys

sys.path.insert(0, sys.argv[1])
from pdb_session import debug_on_error


def part(name):
    print(f"-- {name}")


part("result")
print("result", debug_on_error(lambda a, b, c: (a, b, c))(1, c=3, b=2))
print("-- end")


def lend():
    """Lend it."""


part("name")
lent = debug_on_error(lend)
print("name", lent.__name__, repr(lent.__doc__))
print("-- end")


class Unpaid(Exception):
    pass


raised = Unpaid("nobody")


def g():
    here = f"in g {4000 + 711}"
    raise raised


@debug_on_error
def f():
    there = f"in f {800 + 15}"
    g()


part("error")
try:
    f()
except Exception as error:
    print()
    print("caught", "the very same error" if error is raised else "another error")
print("-- end")

for kind in (SystemExit, KeyboardInterrupt):

    @debug_on_error
    def leave():
        raise kind

    part(kind.__name__)
    try:
        leave()
    except BaseException as error:
        print("caught", type(error).__name__)
    print("-- end")
'''
