"""The suite of "A thread-safe queue": threads that run one at a time, in an order that is decided here.

The queue is given locks, conditions and a clock of the suite (class ``Stage``). So a thread runs until it
sleeps or ends, or is stopped before a chosen line, and time passes when a case says so. Nothing is left to
chance: a race that can be lost is lost every time, and a thread that nobody wakes is seen to be asleep.
"""

import ast
import contextlib
import functools
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import thread_safe_queue
from hypothesis import given, settings
from hypothesis import strategies as st
from thread_safe_queue import BoundedQueue, Empty, Full, ShutDown

PATIENCE = [4.0, 0.5]
"""Real seconds that a running thread may take to sleep or end: the first time, and later. A ceiling."""

STEPS = 500
"""How many steps (lines, calls of a lock, a condition or the clock) an actor takes at most in one go."""

ALARMS = 50
"""How often an actor is woken at most by a time-out, before its call is taken for a poll."""

START = 1_000.0
"""What the clock says at first."""

SHOWN = (type(None), bool, int, str)
FALSE = (None, 0, "", [])
"""Items that are false, and yet are items."""

READY_MADE = {"queue", "_queue", "multiprocessing", "concurrent", "asyncio"}


class Abandoned(BaseException):
    """Ends an actor whose case is over, or who would never end."""


class Actor:
    """A call in a thread of its own. It moves only while the stage has given it its turn."""

    def __init__(self, stage: "Stage", call: str, action: Callable[[], object]) -> None:
        self.stage = stage
        self.call = call
        self.action = action
        self.value: object = None
        self.outcome = "asleep"
        """What became of the call: "asleep" as long as it has not ended."""
        self.steps = 0
        self.stop_at = 0
        """The step before which the others get their turn; 0 for none."""
        self.stopped_before = ""
        self.stuck = False
        self.late = False
        """Whether its deadline came while it slept."""
        self.alarms = 0
        self.given_up = ""
        """Why its call was ended from here, whatever the hand-in made of that."""
        self.deadline: float | None = None
        self.ready: Callable[[], bool] = lambda: True
        self.turn = threading.Lock()
        self.turn.acquire()
        self._begun = 0
        self.thread = threading.Thread(target=self._run, name=call, daemon=True)

    @property
    def ended(self) -> bool:
        return self.outcome != "asleep"

    @property
    def can_go_on(self) -> bool:
        return not self.ended and (self.late or self.ready())

    def _run(self) -> None:
        self.turn.acquire()
        try:
            sys.settrace(self._trace)
            self.value = self.action()
            told = repr(self.value) if type(self.value) in SHOWN else f"an object of {type(self.value)}"
            outcome = f"returned {told}"
        except BaseException as error:
            known = next((kind for kind in (Empty, Full, ShutDown) if isinstance(error, kind)), type(error))
            outcome = f"raised {known.__name__}"
        finally:
            sys.settrace(None)
        self.outcome = self.given_up or outcome
        self.stage.back.release()

    def _trace(self, frame, event, arg):
        """Follow the lines of the hand-in, and of nothing else."""
        return self._trace_line if frame.f_globals.get("__name__") == thread_safe_queue.__name__ else None

    def _trace_line(self, frame, event, arg):
        if event == "line":
            self.step(f"line {frame.f_lineno}")
        return self._trace_line

    def step(self, place: str) -> None:
        """Be stopped here if that is the plan."""
        if self.stage.over:
            raise Abandoned("abandoned")
        self.steps += 1
        if self.steps - self._begun > STEPS:
            self.given_up = f"went on for {STEPS:,} steps, neither asleep nor at an end"
            raise Abandoned(self.given_up)
        if self.steps == self.stop_at:
            self.stopped_before = place
            self.sleep(lambda: True)

    def sleep(self, ready: Callable[[], bool], deadline: float | None = None) -> bool:
        """Give the turn back until it is ``ready()`` or the deadline comes; tell whether it was in time."""
        if self.stage.over:
            raise Abandoned("abandoned")
        if self.alarms >= ALARMS:
            self.given_up = f"woke up {ALARMS} times because of a time-out, and waits again"
            raise Abandoned(self.given_up)
        self.ready, self.deadline = ready, deadline
        self.late = deadline is not None and deadline <= self.stage.now
        self.alarms += self.late
        self.stage.back.release()
        self.turn.acquire()
        if self.stage.over:
            raise Abandoned("abandoned")
        in_time, self.late, self.deadline = not self.late, False, None
        return in_time

    def go(self, patience: float) -> bool:
        """Run until the next sleep or the end; tell whether one of them came."""
        if self.thread.ident is None:
            self.thread.start()
        self._begun = self.steps
        self.turn.release()
        return self.stage.back.acquire(timeout=patience)


class StageLock:
    """A ``threading.Lock`` of the stage."""

    def __init__(self, stage: "Stage") -> None:
        self.stage = stage
        self.owner: Actor | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        actor = self.stage.actor
        actor.step("taking a lock")
        deadline = None if timeout < 0 else self.stage.now + timeout
        while self.owner is not None:
            if not blocking or not actor.sleep(lambda: self.owner is None, deadline):
                return False
        self.owner = actor
        return True

    def release(self) -> None:
        if self.stage.over:
            return
        if self.owner is None:
            raise RuntimeError("release of a lock that nobody holds")
        self.owner = None
        self.stage.actor.step("going on after a lock is released")

    def locked(self) -> bool:
        return self.owner is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class StageRLock(StageLock):
    """A ``threading.RLock`` of the stage."""

    depth = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self.owner is not self.stage.actor and not super().acquire(blocking, timeout):
            return False
        self.depth += 1
        return True

    def release(self) -> None:
        if self.owner is not self.stage.actor and not self.stage.over:
            raise RuntimeError("release of a lock that another thread holds")
        self.depth -= 1
        if self.depth == 0:
            super().release()


class StageCondition:
    """A ``threading.Condition`` of the stage. It wakes in the order of falling asleep."""

    def __init__(self, stage: "Stage", lock: StageLock | None = None) -> None:
        if lock is not None and not isinstance(lock, StageLock):
            raise TypeError("condition() takes a lock that lock() made, or nothing")
        self.stage = stage
        self.lock = StageRLock(stage) if lock is None else lock
        self.acquire, self.release = self.lock.acquire, self.lock.release
        self.sleepers: list[list[bool]] = []

    def __enter__(self) -> bool:
        return self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def _must_be_held(self) -> None:
        if self.lock.owner is not self.stage.actor and not self.stage.over:
            raise RuntimeError("the lock of the condition is not held")

    def wait(self, timeout: float | None = None) -> bool:
        actor = self.stage.actor
        self._must_be_held()
        actor.step("waiting")
        called = [False]
        self.sleepers.append(called)
        depth, self.lock.depth = getattr(self.lock, "depth", 0), 0
        self.lock.owner = None
        in_time = actor.sleep(lambda: called[0], None if timeout is None else self.stage.now + timeout)
        # As with real threads, a sleeper whose time is over can still be notified until it runs again.
        self.sleepers = [other for other in self.sleepers if other is not called]
        while self.lock.owner is not None:
            actor.sleep(lambda: self.lock.owner is None)
        self.lock.owner, self.lock.depth = actor, depth
        return in_time

    def wait_for(self, predicate: Callable[[], object], timeout: float | None = None) -> object:
        end = None if timeout is None else self.stage.now + timeout
        while not (result := predicate()):
            left = None if end is None else end - self.stage.now
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n: int = 1) -> None:
        self._must_be_held()
        for called in self.sleepers[:n]:
            called[0] = True
        del self.sleepers[:n]
        self.stage.actor.step("going on after a notification")

    def notify_all(self) -> None:
        self.notify(len(self.sleepers))


class Stage:
    """Decides whose turn it is and what time it is, and keeps the story for the reports."""

    def __init__(self, check) -> None:
        self.check = check
        self.now = START
        self.over = False
        self.actors: list[Actor] = []
        self.actor: Actor = None
        self.story: list[str] = []
        self.queue: BoundedQueue = None
        self.back = threading.Lock()
        self.back.acquire()
        self._conditions: list[StageCondition] = []

    def open(self, maxsize: int, *items: object) -> "Stage":
        """Make the queue and put the items in; nobody else is there yet."""
        self.check.equal([], ready_made(), "the modules with ready-made queues that the hand-in imports")
        self.story = [f"queue = BoundedQueue({maxsize})"]
        maker = self.add(self.story[0], lambda: self._made(maxsize))
        self.turn(maker)
        made = type(maker.value) is BoundedQueue
        self.check.that(made, f"BoundedQueue({maxsize}, lock=…, …)", "a BoundedQueue", maker.outcome)
        self.queue = maker.value
        for item in items:
            self.expect("returned None", self.do("put", item))
        return self

    def _made(self, maxsize: int) -> BoundedQueue:
        return BoundedQueue(
            maxsize, lock=lambda: StageLock(self), condition=self._condition, clock=self.clock
        )

    def _condition(self, lock: StageLock | None = None) -> StageCondition:
        self._conditions.append(StageCondition(self, lock))
        return self._conditions[-1]

    def clock(self) -> float:
        self.actor.step("reading the clock")
        return self.now

    def do(self, method: str, *arguments: object, **options: object) -> Actor:
        """Begin a call in a thread of its own, and let this thread alone run until it sleeps or ends."""
        actor = self.plan(method, *arguments, **options)
        self.turn(actor)
        while actor.late and not actor.ended:  # a deadline that has come already is no sleep
            self.turn(actor)
        self.story.append(f"{actor.call} {actor.outcome}")
        return actor

    def plan(self, method: str, *arguments: object, **options: object) -> Actor:
        """Add an actor whose first turn is still to come; "get, task_done" is one that calls both."""
        words = [repr(it) if type(it) in SHOWN else "…" for it in arguments]
        words += [f"{name}={value!r}" for name, value in options.items()]
        first, *others = method.split(", ")
        calls = [f"{first}({', '.join(words)})", *(f"{other}()" for other in others)]

        def action() -> object:
            value = getattr(self.queue, first)(*arguments, **options)
            for other in others:
                getattr(self.queue, other)()
            return value

        return self.add(f"{chr(ord('A') + len(self.actors) - 1)}: {', '.join(calls)}", action)

    def add(self, call: str, action: Callable[[], object]) -> Actor:
        self.actors.append(Actor(self, call, action))
        return self.actors[-1]

    def settle(self, *first: Actor) -> None:
        """Let everybody run who can, one at a time, until all sleep or have ended. No time passes."""
        order = [*first, *(actor for actor in self.actors if actor not in first)]
        while can := [actor for actor in order if actor.can_go_on]:
            for actor in can:
                if actor.can_go_on:
                    self.turn(actor)

    def wait(self, seconds: float, settle: bool = True) -> None:
        """Let time pass, from deadline to deadline; without ``settle`` nobody gets a turn at the end."""
        self.story.append(f"{seconds:g} s pass")
        end = self.now + seconds
        while True:
            deadlines = [it.deadline for it in self.actors if not it.can_go_on and it.deadline is not None]
            self.now = min([end, *deadlines])
            for actor in self.actors:
                if not actor.can_go_on and actor.deadline is not None and actor.deadline <= self.now:
                    actor.late = True
                    actor.alarms += 1
            if settle or self.now < end:
                self.settle()
            if self.now >= end:
                return

    def startle(self) -> None:
        """Wake everybody who waits for a condition, though nothing has happened."""
        self.story.append("all wake up for no reason")
        for condition in self._conditions:
            for called in condition.sleepers:
                called[0] = True
            condition.sleepers = []
        self.settle()

    def expect(self, outcome: str, actor: Actor) -> None:
        """Require that this became of the call."""
        __tracebackhide__ = True
        self.check.equal(outcome, actor.outcome, f"{self.told()} → {actor.call}")

    def expect_item(self, item: object, actor: Actor) -> None:
        """Require that the call returned this very object."""
        __tracebackhide__ = True
        call = f"{self.told()} → {actor.call}"
        self.check.that(actor.outcome.startswith("returned "), call, f"it returns {item!r}", actor.outcome)
        self.check.identical(item, actor.value, call)

    def expect_all(self, outcomes: list[str], *actors: Actor) -> None:
        """Require these outcomes, whoever has which."""
        __tracebackhide__ = True
        got = sorted(actor.outcome for actor in actors)
        self.check.equal(outcomes, got, f"{self.told()} → {', '.join(actor.call for actor in actors)}")

    def told(self) -> str:
        return " | ".join(self.story)

    def turn(self, actor: Actor) -> None:
        self.actor = actor
        if not actor.go(PATIENCE[0]):
            PATIENCE[0] = PATIENCE[1]
            actor.stuck = True
            actor.outcome = "waits for something that neither lock() nor condition() made, or never ends"
            self.check.that(False, f"{self.told()} → {actor.call}", "it sleeps or ends", actor.outcome)

    def close(self) -> None:
        """End everybody."""
        self.over = True
        for actor in self.actors:
            if actor.thread.ident is not None and not actor.stuck:
                if not actor.ended:
                    actor.go(PATIENCE[0])
                actor.thread.join(PATIENCE[0])


@functools.cache
def ready_made() -> list[str]:
    """Return the forbidden modules that the hand-in imports."""
    names = set()
    for node in ast.walk(ast.parse(Path(thread_safe_queue.__file__).read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return sorted(names & READY_MADE)


@pytest.fixture
def stages(check) -> Iterator[Callable[[], Stage]]:
    """Make stages, and close them all in the end."""
    made = []

    def make() -> Stage:
        made.append(Stage(check))
        return made[-1]

    yield make
    for stage in made:
        stage.close()


@pytest.fixture
def stage(stages) -> Stage:
    return stages()


Call = tuple[str, ...]


def every_switch(check, prepare: Callable[[Stage], object], *calls: Call) -> Iterator[tuple[Stage, ...]]:
    """Yield a stage with the actors of ``calls`` for each way to stop one of them and run the others there.

    One actor after the other runs until it sleeps or ends, in each order. And once more for each step of
    each actor: there it is stopped, the others run as far as they can, and then it goes on.
    """

    def played(order: tuple[int, ...], stopped: int | None, step: int) -> tuple[Stage, list[Actor]]:
        stage = Stage(check)
        try:
            prepare(stage)
            actors = [stage.plan(*call) for call in calls]
            if stopped is not None:
                actors[stopped].stop_at = step
            for index in order:
                stage.turn(actors[index])
            stage.settle(*(actors[index] for index in order if index != stopped))
        except BaseException:
            stage.close()
            raise
        for index in order:
            actor = actors[index]
            where = f", stopped before {actor.stopped_before} for the others" if index == stopped else ""
            stage.story.append(actor.call + where)
        return stage, actors

    for order in itertools.permutations(range(len(calls))):
        stage, actors = played(order, None, 0)
        plans = [(index, step) for index in order for step in range(1, actors[index].steps + 1)]
        try:
            yield stage, *actors
        finally:
            stage.close()
        for index, step in plans:
            stage, actors = played(order, index, step)
            try:
                yield stage, *actors
            finally:
                stage.close()


# 1. First in, first out


@pytest.mark.task(1)
def test_items_come_out_in_order(check, stage):
    """Items come out in the order in which they went in, and ``qsize`` says how many are in."""
    stage.open(3, "x", "y")
    stage.expect("returned 2", stage.do("qsize"))
    stage.expect("returned 'x'", stage.do("get"))
    for item, size in (("z", 2), ("u", 3)):
        stage.expect("returned None", stage.do("put", item))
        stage.expect(f"returned {size}", stage.do("qsize"))
    for item in ("y", "z", "u"):
        stage.expect(f"returned {item!r}", stage.do("get"))
    stage.expect("returned 0", stage.do("qsize"))


@pytest.mark.task(1)
def test_any_object_is_an_item(stage):
    """Items are passed on as they are: None, an empty list, equal objects, an exception."""
    items = [None, [], [], 0, False, ValueError("an item")]
    stage.open(6, *items)
    for item in items:
        stage.expect_item(item, stage.do("get"))


@pytest.mark.task(1)
def test_without_block_nobody_waits(check, stage):
    """With ``block=False`` a full queue raises Full and an empty one Empty, at once, whatever the timeout."""
    stage.open(1)
    stage.expect("raised Empty", stage.do("get", block=False))
    stage.expect("returned None", stage.do("put", 1, block=False))
    stage.expect("raised Full", stage.do("put", 2, block=False))
    stage.expect("raised Full", stage.do("put", 3, False, 5.0))
    stage.expect("raised Full", stage.do("put", 4, block=False, timeout=-1))
    stage.expect("returned 1", stage.do("qsize"))
    stage.expect("returned 1", stage.do("get", block=False))
    stage.expect("raised Empty", stage.do("get", False, 5.0))
    stage.expect("raised Empty", stage.do("get", block=False, timeout=-1))


@pytest.mark.task(1)
def test_a_queue_has_room_for_one_at_least(check, stage):
    """A ``maxsize`` below 1 raises ValueError; 1 is room for one item."""
    for maxsize in (0, -1):
        check.raises(ValueError, lambda maxsize=maxsize: BoundedQueue(maxsize), f"BoundedQueue({maxsize})")
    stage.open(1, "only")
    stage.expect("returned 'only'", stage.do("get"))


@pytest.mark.task(1)
@settings(max_examples=40)
@given(maxsize=st.integers(1, 4), moves=st.lists(st.sampled_from(["put", "get"]), max_size=20))
def test_it_behaves_as_a_list_with_a_limit(check, stages, maxsize, moves):
    """Any series of puts and gets without waiting gives what a list with a limit would give."""
    stage, model, expected, got = stages().open(maxsize), [], [], []
    for number, move in enumerate(moves):
        if move == "get":
            expected.append(model.pop(0) if model else "Empty")
        else:
            expected.append("Full" if len(model) == maxsize else None)
            model += [number][: maxsize - len(model)]

    def play() -> None:
        for number, move in enumerate(moves):
            try:
                got.append(stage.queue.put(number, False) if move == "put" else stage.queue.get(False))
            except (Empty, Full) as error:
                got.append("Full" if isinstance(error, Full) else "Empty")

    actor = stage.add("a series", play)
    stage.turn(actor)
    check.equal(expected, got, f"{stage.told()} | without blocking: {', '.join(moves)}")
    stage.expect("returned None", actor)


# 2. Wait for room, wait for an item


@pytest.mark.task(2)
def test_get_waits_for_an_item(check, stage):
    """``get`` on an empty queue sleeps until an item is put, and returns it."""
    stage.open(2)
    getter = stage.do("get")
    stage.expect("asleep", getter)
    stage.expect("returned None", stage.do("put", "late"))
    stage.settle()
    stage.expect("returned 'late'", getter)
    stage.expect("returned 0", stage.do("qsize"))


@pytest.mark.task(2)
def test_put_waits_for_room(check, stage):
    """``put`` on a full queue sleeps until an item is taken; nothing is in the queue too early."""
    stage.open(2, "a", "b")
    putter = stage.do("put", "c")
    stage.expect("asleep", putter)
    stage.expect("returned 2", stage.do("qsize"))
    stage.expect("returned 'a'", stage.do("get"))
    stage.settle()
    stage.expect("returned None", putter)
    for item in ("b", "c"):
        stage.expect(f"returned {item!r}", stage.do("get"))


@pytest.mark.task(2)
def test_a_false_item_is_an_item(stage):
    """None, 0 and "" are items like others for a ``get`` or ``put`` that sleeps."""
    stage.open(1)
    for item in FALSE:
        getter = stage.do("get")
        stage.expect("returned None", stage.do("put", item))
        stage.settle()
        stage.expect_item(item, getter)
    stage.do("put", "x")
    for item in FALSE:
        putter = stage.do("put", item)
        stage.expect("asleep", putter)
        stage.do("get")
        stage.settle()
        stage.expect("returned None", putter)
        stage.expect_item(item, stage.do("get"))
        stage.do("put", "x")


@pytest.mark.task(2)
def test_who_wakes_looks_again_for_an_item(check, stage):
    """An item may be gone before the woken thread runs: then it sleeps again, and the next item wakes it."""
    stage.open(1)
    first = stage.do("get")
    stage.do("put", 1)
    second = stage.do("get")
    stage.settle()
    stage.expect_all(["asleep", "returned 1"], first, second)
    stage.do("put", 2)
    stage.settle()
    stage.expect_all(["returned 1", "returned 2"], first, second)


@pytest.mark.task(2)
def test_who_wakes_looks_again_for_room(check, stage):
    """Room may be gone before the woken thread runs: then it sleeps again, and the limit is kept."""
    stage.open(1, "a")
    first = stage.do("put", "b")
    stage.do("get")
    second = stage.do("put", "c")
    stage.settle()
    stage.expect_all(["asleep", "returned None"], first, second)
    stage.expect("returned 1", stage.do("qsize"))
    got = [stage.do("get").outcome]
    stage.settle()
    got.append(stage.do("get").outcome)
    check.equal(["returned 'b'", "returned 'c'"], sorted(got), f"{stage.told()} → the last two get()")


@pytest.mark.task(2)
def test_a_wake_up_without_a_reason(check, stage):
    """A thread that wakes up for no reason goes back to sleep, and nothing is lost."""
    stage.open(1)
    getters = [stage.do("get"), stage.do("get")]
    for _ in range(2):
        stage.startle()
        stage.expect_all(["asleep", "asleep"], *getters)
    for item in (1, 2, 3):
        stage.do("put", item)
        stage.settle()
    stage.expect_all(["returned 1", "returned 2"], *getters)
    putter = stage.do("put", 4)
    stage.startle()
    stage.expect("asleep", putter)
    stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(2)
def test_each_item_wakes_somebody(check, stage):
    """When several threads wait and as many items come, all of them wake, whoever runs first."""
    stage.open(2)
    getters = [stage.do("get"), stage.do("get")]
    for item in (1, 2):
        stage.do("put", item)
    stage.settle(*reversed(getters))
    stage.expect_all(["returned 1", "returned 2"], *getters)


@pytest.mark.task(2)
def test_a_wake_up_reaches_the_right_kind(check, stage):
    """With getters and putters asleep at once, a wake-up for a putter is not lost on a getter."""
    stage.open(1)
    getters = [stage.do("get"), stage.do("get")]
    putters = [stage.do("put", item) for item in ("x", "y", "z")]
    stage.settle()
    for putter in putters:
        stage.expect("returned None", putter)
    for getter in getters:
        check.that(getter.ended, f"{stage.told()} → {getter.call}", "it returned an item", getter.outcome)
    stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(2)
def test_who_waits_does_nothing(check, stage):
    """A waiting thread takes no step while nothing happens, for hours: it does not look again and again."""
    stage.open(1)
    getter = stage.do("get")
    stage.expect("asleep", getter)
    steps = getter.steps
    stage.wait(36_000.0)
    stage.expect("asleep", getter)
    check.equal(steps, getter.steps, f"{stage.told()} → the steps that {getter.call} has taken so far")


@pytest.mark.task(2)
def test_two_puts_into_one_place(check):
    """Two threads that put at once never exceed the limit, wherever one of them is interrupted."""
    for stage, *putters in every_switch(check, lambda stage: stage.open(1), ("put", "x"), ("put", "y")):
        stage.expect_all(["asleep", "returned None"], *putters)
        stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(2)
def test_two_gets_of_one_item(check):
    """Two threads that get at once never take the same item, wherever one of them is interrupted."""
    for stage, *getters in every_switch(check, lambda stage: stage.open(2, "x"), ("get",), ("get",)):
        stage.expect_all(["asleep", "returned 'x'"], *getters)


@pytest.mark.task(2)
def test_a_put_and_a_get_find_each_other(check):
    """A put and a get at the same time both end, wherever one of them is interrupted."""
    for stage, putter, getter in every_switch(check, lambda stage: stage.open(1), ("put", "x"), ("get",)):
        stage.expect("returned None", putter)
        stage.expect("returned 'x'", getter)


@pytest.mark.task(2)
def test_a_get_and_a_put_find_each_other(check):
    """A get from a full queue and a put into it both end, wherever one of them is interrupted."""
    for stage, getter, putter in every_switch(
        check, lambda stage: stage.open(1, "x"), ("get",), ("put", "y")
    ):
        stage.expect("returned 'x'", getter)
        stage.expect("returned None", putter)
        stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(2)
@settings(max_examples=40)
@given(
    maxsize=st.integers(1, 2),
    moves=st.lists(st.tuples(st.sampled_from(["put", "get", "turn"]), st.integers(0, 5)), max_size=12),
)
def test_nobody_sleeps_in_vain(check, stages, maxsize, moves):
    """Whatever the order of calls and turns, no item is lost or doubled and nobody sleeps in vain."""
    stage = stages().open(maxsize)
    calls = {"put": [], "get": []}
    for number, (move, pick) in enumerate(moves):
        can = [actor for actor in stage.actors if actor.can_go_on]
        if move in calls:
            calls[move].append(stage.do(move, *[number] * (move == "put")))
        elif can:
            stage.turn(can[pick % len(can)])
    stage.settle()
    ended = {method: sum(it.outcome.startswith("returned ") for it in calls[method]) for method in calls}
    entered = min(len(calls["put"]), len(calls["get"]) + maxsize)
    left = min(len(calls["put"]), len(calls["get"]))
    check.equal({"put": entered, "get": left}, ended, f"{stage.told()} → how many calls return")
    stage.expect(f"returned {entered - left}", stage.do("qsize"))
    went = [getter.value for getter in calls["get"] if getter.ended]
    went += [stage.do("get").value for _ in range(entered - left)]
    came = [int(putter.call.partition("(")[2][:-1]) for putter in calls["put"] if putter.ended]
    check.equal(sorted(came, key=repr), sorted(went, key=repr), f"{stage.told()} → the items that came out")


@pytest.mark.task(2)
def test_real_threads(check):
    """With the locks of Python, three threads that put and three that get exchange 60 items, each once."""
    queue, taken = BoundedQueue(2), [[], [], []]

    def produce(numbers: range) -> None:
        with contextlib.suppress(Exception):
            for number in numbers:
                queue.put(number)

    def consume(into: list[object]) -> None:
        with contextlib.suppress(Exception):
            into.extend(queue.get() for _ in range(20))

    crew = [threading.Thread(target=produce, args=(range(i, 60, 3),), daemon=True) for i in range(3)]
    crew += [threading.Thread(target=consume, args=(into,), daemon=True) for into in taken]
    for thread in crew:
        thread.start()
    patience = PATIENCE[0]
    for thread in crew:
        thread.join(patience)
        patience = 0.1 if thread.is_alive() else patience
    call = "BoundedQueue(2), 3 real threads that put 20 numbers each, and 3 that get 20 each"
    check.equal(0, sum(thread.is_alive() for thread in crew), f"{call} → the threads that never end")
    numbers = sorted(itertools.chain(*taken), key=repr)
    check.equal(sorted(range(60), key=repr), numbers, f"{call} → the numbers that came")


# 3. Wait until a deadline


@pytest.mark.task(3)
def test_get_gives_up_in_time(check, stage):
    """``get(timeout=10)`` sleeps for 10 seconds and then raises Empty."""
    stage.open(1)
    getter = stage.do("get", timeout=10)
    stage.wait(9.75)
    stage.expect("asleep", getter)
    stage.wait(0.25)
    stage.expect("raised Empty", getter)
    stage.expect("returned 0", stage.do("qsize"))


@pytest.mark.task(3)
def test_put_gives_up_in_time(check, stage):
    """``put(item, timeout=10)`` sleeps for 10 seconds and then raises Full, and the item is not in."""
    stage.open(1, "x")
    putter = stage.do("put", "y", True, 10)
    stage.wait(9.75)
    stage.expect("asleep", putter)
    stage.wait(0.25)
    stage.expect("raised Full", putter)
    stage.expect("returned 'x'", stage.do("get"))
    stage.expect("raised Empty", stage.do("get", block=False))


@pytest.mark.task(3)
def test_what_comes_in_time_is_taken(check, stage):
    """An item or room that comes before the deadline is used at once."""
    stage.open(1)
    getter = stage.do("get", timeout=10)
    stage.wait(4)
    stage.do("put", "x")
    stage.settle()
    stage.expect("returned 'x'", getter)
    stage.do("put", "y")
    putter = stage.do("put", "z", timeout=2.5)
    stage.wait(2.25)
    stage.do("get")
    stage.settle()
    stage.expect("returned None", putter)


@pytest.mark.task(3)
def test_a_false_item_in_time(stage):
    """None, 0 and "" are items for a ``get`` that sleeps with a deadline, too."""
    stage.open(1)
    for item in FALSE:
        getter = stage.do("get", timeout=10)
        stage.wait(4)
        stage.expect("asleep", getter)
        stage.expect("returned None", stage.do("put", item))
        stage.settle()
        stage.expect_item(item, getter)


@pytest.mark.task(3)
def test_a_wake_up_for_no_reason_does_not_prolong(check, stage):
    """However often a thread wakes up meanwhile, its deadline stays where it was."""
    stage.open(1)
    getter = stage.do("get", timeout=10)
    for seconds in (4, 4, 1.75):
        stage.wait(seconds)
        stage.startle()
        stage.expect("asleep", getter)
    stage.wait(0.25)
    stage.expect("raised Empty", getter)
    stage.do("put", "x")
    putter = stage.do("put", "y", timeout=10)
    for seconds in (6, 3.75):
        stage.wait(seconds)
        stage.startle()
        stage.expect("asleep", putter)
    stage.wait(0.25)
    stage.expect("raised Full", putter)


@pytest.mark.task(3)
def test_a_stolen_item_does_not_prolong(check, stage):
    """A thread whose item was taken away by another one waits for the rest of its time only."""
    stage.open(1)
    getter = stage.do("get", timeout=10)
    for item in (1, 2):
        stage.wait(4)
        stage.do("put", item)
        thief = stage.do("get")
        stage.settle()
        if getter.ended:  # the queue handed the item over to who came first, and the other one waits
            stage.expect(f"returned {item}", getter)
            stage.expect("asleep", thief)
            return
    stage.wait(1.75)
    stage.expect("asleep", getter)
    stage.wait(0.25)
    stage.expect("raised Empty", getter)


@pytest.mark.task(3)
def test_no_time_at_all(check, stage):
    """``timeout=0`` does what can be done at once; a negative one raises ValueError and changes nothing."""
    stage.open(1)
    stage.expect("raised Empty", stage.do("get", timeout=0))
    stage.expect("returned None", stage.do("put", "x", timeout=0))
    stage.expect("raised Full", stage.do("put", "y", timeout=0))
    stage.expect("raised ValueError", stage.do("put", "z", timeout=-1))
    stage.expect("raised ValueError", stage.do("get", timeout=-0.5))
    stage.expect("returned 'x'", stage.do("get", timeout=0))
    stage.expect("raised ValueError", stage.do("get", timeout=-1))
    stage.expect("raised ValueError", stage.do("put", "z", timeout=-1))
    stage.expect("returned 0", stage.do("qsize"))


@pytest.mark.task(3)
def test_a_wake_up_in_the_last_moment_is_not_lost(check, stage):
    """An item put while a get runs out of time wakes another one, or is returned by the late one."""
    stage.open(1)
    late, other = stage.do("get", timeout=10), stage.do("get")
    stage.wait(10, settle=False)
    stage.do("put", "x")
    stage.settle()
    told = {late.outcome, other.outcome}
    good = told in ({"returned 'x'", "asleep"}, {"returned 'x'", "raised Empty"})
    check.that(good, f"{stage.told()} → both get()", "one of them returns 'x'", sorted(told))
    stage.expect("returned 0", stage.do("qsize"))


@pytest.mark.task(3)
def test_room_in_the_last_moment_is_not_lost(check, stage):
    """Room made while a put runs out of time lets another one in, or the late one."""
    stage.open(1, "x")
    late, other = stage.do("put", "y", timeout=10), stage.do("put", "z")
    stage.wait(10, settle=False)
    stage.expect("returned 'x'", stage.do("get"))
    stage.settle()
    told = {late.outcome, other.outcome}
    good = told in ({"returned None", "asleep"}, {"returned None", "raised Full"})
    check.that(good, f"{stage.told()} → both put()", "one of them returns", sorted(told))
    stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(3)
def test_who_waits_with_a_deadline_does_nothing(check, stage):
    """A thread that waits with a deadline is woken by time once at most, when the deadline comes."""
    stage.open(1)
    getter = stage.do("get", timeout=7_200)
    stage.expect("asleep", getter)
    steps = getter.steps
    stage.wait(7_100)
    stage.expect("asleep", getter)
    check.equal(steps, getter.steps, f"{stage.told()} → the steps that {getter.call} has taken so far")
    stage.wait(100)
    stage.expect("raised Empty", getter)


# 4. Know when the work is done


@pytest.mark.task(4)
def test_join_waits_for_every_item(check, stage):
    """``join`` sleeps until ``task_done`` was called for every item; that they were taken is not enough."""
    stage.open(2, "x", "y")
    joiner = stage.do("join")
    for method in ("get", "get", "task_done"):
        stage.expect("asleep", joiner)
        check.that(stage.do(method).ended, stage.told(), f"{method}() returns", "it sleeps")
        stage.settle()
    stage.expect("asleep", joiner)
    stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect("returned None", joiner)


@pytest.mark.task(4)
def test_join_counts_every_item(check, stage):
    """Items that go in while ``join`` sleeps count as well, and it is ``put`` that counts."""
    stage.open(3, "x")
    joiner = stage.do("join")
    stage.do("put", "y")
    for _ in range(2):
        stage.settle()
        stage.expect("asleep", joiner)
        stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect("returned None", joiner)
    stage.expect("returned 2", stage.do("qsize"))


@pytest.mark.task(4)
def test_everybody_who_joins_wakes(check, stage):
    """A ``join`` that wakes for no reason sleeps again; with the last item done all of them wake."""
    stage.open(1, "x")
    joiners = [stage.do("join") for _ in range(3)]
    stage.startle()
    stage.expect_all(["asleep"] * 3, *joiners)
    stage.do("get")
    stage.do("task_done")
    stage.settle()
    stage.expect_all(["returned None"] * 3, *joiners)


@pytest.mark.task(4)
def test_more_done_than_put(check, stage):
    """Without an unfinished item ``join`` returns at once and ``task_done`` raises ValueError."""
    stage.open(1)
    for item in ("x", "y"):
        stage.expect("returned None", stage.do("join"))
        stage.expect("raised ValueError", stage.do("task_done"))
        stage.do("put", item)
        stage.do("get")
        stage.expect("asleep", stage.do("join"))
        stage.expect("returned None", stage.do("task_done"))
    stage.expect("returned None", stage.do("join"))


@pytest.mark.task(4)
def test_who_did_not_get_in_does_not_count(check, stage):
    """A ``put`` that raised Full is no unfinished item."""
    stage.open(1, "x")
    stage.expect("raised Full", stage.do("put", "y", block=False))
    stage.do("get")
    stage.do("task_done")
    stage.expect("returned None", stage.do("join"))
    stage.expect("raised ValueError", stage.do("task_done"))


@pytest.mark.task(4)
def test_an_item_for_a_sleeping_get_counts(stage):
    """An item that a sleeping ``get`` receives is unfinished until ``task_done``, like any other."""
    stage.open(1)
    getter = stage.do("get")
    stage.expect("returned None", stage.do("put", "x"))
    joiner = stage.do("join")
    stage.expect("asleep", joiner)
    stage.settle()
    stage.expect("returned 'x'", getter)
    stage.expect("asleep", joiner)
    stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect("returned None", joiner)
    stage.expect("raised ValueError", stage.do("task_done"))


@pytest.mark.task(4)
def test_an_item_of_a_sleeping_put_counts(stage):
    """An item whose ``put`` had to sleep is unfinished until ``task_done``, like any other."""
    stage.open(1, "x")
    putter, joiner = stage.do("put", "y"), stage.do("join")
    stage.expect("returned 'x'", stage.do("get"))
    stage.settle()
    stage.expect("returned None", putter)
    for _ in range(2):
        stage.expect("asleep", joiner)
        stage.expect("returned None", stage.do("task_done"))
        stage.settle()
    stage.expect("returned None", joiner)
    stage.expect("raised ValueError", stage.do("task_done"))


@pytest.mark.task(4)
def test_an_item_counts_before_its_put_runs_on(stage):
    """If ``get`` brings the item of a sleeping ``put`` in, it is unfinished before that ``put`` runs on."""
    stage.open(1, "x")
    putter = stage.do("put", "y")
    stage.expect("returned 'x'", stage.do("get"))
    brought_in = stage.do("qsize").outcome == "returned 1"  # otherwise 'y' comes in when its put runs on
    stage.expect("returned None", stage.do("task_done"))
    joiner = stage.do("join")
    if brought_in:
        stage.expect("asleep", joiner)
    stage.settle()
    stage.expect("returned None", putter)
    if brought_in:
        stage.expect("asleep", joiner)
    stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect("returned None", joiner)
    stage.expect("raised ValueError", stage.do("task_done"))


@pytest.mark.task(4)
def test_who_has_an_item_may_call_it_done(check):
    """Whoever has taken an item can call ``task_done`` at once, wherever its ``put`` is interrupted."""
    calls = ("put", "x"), ("get, task_done",)
    for stage, putter, worker in every_switch(check, lambda stage: stage.open(1), *calls):
        stage.expect("returned None", putter)
        stage.expect("returned 'x'", worker)
        stage.expect("returned None", stage.do("join"))


@pytest.mark.task(4)
def test_a_join_takes_no_wake_up_away(check, stage):
    """A sleeping ``join`` does not use up the wake-up of a ``get`` that sleeps as well."""
    stage.open(1, "x")
    stage.do("get")
    joiner, getter = stage.do("join"), stage.do("get")
    stage.do("put", "y")
    stage.settle()
    stage.expect("returned 'y'", getter)
    stage.expect("asleep", joiner)


@pytest.mark.task(4)
def test_a_done_and_a_join(check):
    """A ``join`` during the last ``task_done`` returns, wherever one of them is interrupted."""
    for stage, done, joiner in every_switch(
        check, lambda stage: stage.open(1, "x"), ("task_done",), ("join",)
    ):
        stage.expect("returned None", done)
        stage.expect("returned None", joiner)


@pytest.mark.task(4)
def test_two_dones_at_once(check):
    """Two ``task_done`` at the same time both count, wherever one of them is interrupted."""
    for stage, *_ in every_switch(
        check, lambda stage: stage.open(2, "x", "y"), ("task_done",), ("task_done",)
    ):
        stage.expect("returned None", stage.do("join"))
        stage.expect("raised ValueError", stage.do("task_done"))


# 5. Shut down


@pytest.mark.task(5)
@pytest.mark.parametrize("items", [(), ("x",)], ids=["with room", "without room"])
def test_nothing_gets_in_any_more(check, stage, items):
    """After ``shutdown`` every ``put`` raises ShutDown, whether there is room or not."""
    stage.open(1, *items)
    stage.expect("returned None", stage.do("shutdown"))
    for options in ({}, {"block": False}, {"timeout": 5}, {"timeout": 0}):
        stage.expect("raised ShutDown", stage.do("put", "y", **options))
    stage.expect(f"returned {len(items)}", stage.do("qsize"))


@pytest.mark.task(5)
def test_the_rest_is_drained(check, stage):
    """After ``shutdown()`` the items that are in come out, and then every ``get`` raises ShutDown."""
    stage.open(3, "x", "y", "z")
    stage.do("shutdown")
    stage.expect("returned 'x'", stage.do("get"))
    stage.expect("returned 'y'", stage.do("get", block=False))
    stage.expect("returned 'z'", stage.do("get", timeout=1))
    for options in ({}, {"block": False}, {"timeout": 1}, {"timeout": 0}):
        stage.expect("raised ShutDown", stage.do("get", **options))


@pytest.mark.task(5)
def test_a_negative_timeout_after_a_shutdown(stage):
    """A negative timeout raises ValueError after ``shutdown`` too, and changes nothing."""
    stage.open(2, "x")
    stage.do("shutdown")
    for size in (1, 0):
        stage.expect("raised ValueError", stage.do("put", "y", timeout=-1))
        stage.expect("raised ValueError", stage.do("get", timeout=-1))
        stage.expect(f"returned {size}", stage.do("qsize"))
        stage.expect("raised ShutDown", stage.do("put", "y", timeout=0))
        stage.expect("returned 'x'" if size else "raised ShutDown", stage.do("get", timeout=0))


@pytest.mark.task(5)
def test_everybody_who_gets_wakes(check, stage):
    """``shutdown`` wakes every ``get`` that sleeps, with a deadline or without: they raise ShutDown."""
    stage.open(2)
    getters = [stage.do("get"), stage.do("get", timeout=60), stage.do("get")]
    stage.do("shutdown")
    stage.settle()
    stage.expect_all(["raised ShutDown"] * 3, *getters)


@pytest.mark.task(5)
def test_everybody_who_puts_wakes(check, stage):
    """``shutdown`` wakes every ``put`` that sleeps: they raise ShutDown, and their items are not in."""
    stage.open(1, "x")
    putters = [stage.do("put", 1), stage.do("put", 2, timeout=60), stage.do("put", 3)]
    stage.do("shutdown")
    stage.settle()
    stage.expect_all(["raised ShutDown"] * 3, *putters)
    stage.expect("returned 'x'", stage.do("get"))
    stage.expect("raised ShutDown", stage.do("get"))


@pytest.mark.task(5)
def test_a_join_during_the_drain(check, stage):
    """After ``shutdown()`` a ``join`` still sleeps until the items that were in are dealt with."""
    stage.open(2, "x", "y")
    joiner = stage.do("join")
    stage.do("shutdown")
    for _ in range(2):
        stage.settle()
        stage.expect("asleep", joiner)
        stage.do("get")
        stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect("returned None", joiner)


@pytest.mark.task(5)
def test_an_immediate_shutdown_drops_the_items(check, stage):
    """``shutdown(immediate=True)`` drops the items: ``get`` raises ShutDown, sleeping puts do as well."""
    stage.open(2, "x", "y")
    putter = stage.do("put", "z")
    stage.expect("returned None", stage.do("shutdown", immediate=True))
    stage.settle()
    stage.expect("raised ShutDown", putter)
    stage.expect("returned 0", stage.do("qsize"))
    stage.expect("raised ShutDown", stage.do("get"))
    stage.expect("raised ShutDown", stage.do("get", block=False))


@pytest.mark.task(5)
def test_dropped_items_are_done(check, stage):
    """Dropped items need no ``task_done``; an item that was taken before still does."""
    stage.open(3, "x", "y", "z")
    stage.do("get")
    joiners = [stage.do("join"), stage.do("join")]
    stage.do("shutdown", True)
    stage.settle()
    stage.expect_all(["asleep"] * 2, *joiners)
    stage.expect("returned None", stage.do("task_done"))
    stage.settle()
    stage.expect_all(["returned None"] * 2, *joiners)
    stage.expect("raised ValueError", stage.do("task_done"))


@pytest.mark.task(5)
def test_dropping_wakes_who_joins(check, stage):
    """An immediate shutdown that leaves nothing unfinished wakes every sleeping ``join``."""
    stage.open(2, "x", "y")
    joiners = [stage.do("join"), stage.do("join")]
    stage.do("shutdown", immediate=True)
    stage.settle()
    stage.expect_all(["returned None"] * 2, *joiners)


@pytest.mark.task(5)
def test_shut_down_again(check, stage):
    """``shutdown`` may be called again: an immediate one drops what is left, another one changes nothing."""
    stage.open(2, "x", "y")
    for immediate, size in ((False, 2), (False, 2), (True, 0), (False, 0), (True, 0)):
        stage.expect("returned None", stage.do("shutdown", immediate))
        stage.expect(f"returned {size}", stage.do("qsize"))
        stage.expect("raised ShutDown", stage.do("put", "z", block=False))
    stage.expect("raised ShutDown", stage.do("get", block=False))
    stage.expect("returned None", stage.do("join"))


@pytest.mark.task(5)
def test_room_in_the_moment_of_shutdown(check, stage):
    """A ``put`` that was woken for room, but runs only after the shutdown, lets nothing in any more."""
    stage.open(1, "x")
    putter = stage.do("put", "y")
    stage.expect("returned 'x'", stage.do("get"))
    stage.do("shutdown")
    size = stage.do("qsize")  # 1 if the get itself has brought 'y' in, on behalf of the sleeping put
    stage.settle()
    stage.expect(size.outcome, stage.do("qsize"))
    stage.expect("returned None" if size.outcome == "returned 1" else "raised ShutDown", putter)


@pytest.mark.task(5)
def test_an_item_in_the_moment_of_shutdown(stage):
    """A ``get`` that was woken for an item, but runs only after the shutdown, still returns the item."""
    stage.open(1)
    getter = stage.do("get")
    stage.expect("returned None", stage.do("put", "x"))
    stage.do("shutdown")
    stage.settle()
    stage.expect("returned 'x'", getter)
    stage.expect("raised ShutDown", stage.do("get"))


@pytest.mark.task(5)
@pytest.mark.parametrize("late", [True, False], ids=["deadline first", "shutdown first"])
def test_a_deadline_in_the_moment_of_shutdown(check, stages, late):
    """Who runs out of time and is shut down raises ShutDown, or Empty and Full, and nothing gets in."""
    for method, own, items in (("get", "Empty", []), ("put", "Full", ["x"])):
        stage = stages().open(1, *items)
        sleeper = stage.do(method, *["y"] * (method == "put"), timeout=1)
        stage.expect("asleep", sleeper)
        if late:
            stage.wait(1, settle=False)
        stage.do("shutdown")
        if not late:
            stage.wait(1, settle=False)
        stage.settle()
        good = sleeper.outcome in ("raised ShutDown", f"raised {own}")
        call = f"{stage.told()} → {sleeper.call}"
        check.that(good, call, f"it raises ShutDown or {own}", sleeper.outcome)
        stage.expect(f"returned {len(items)}", stage.do("qsize"))


@pytest.mark.task(5)
def test_a_shutdown_and_a_get(check):
    """A ``get`` during a ``shutdown`` never stays asleep, wherever one of them is interrupted."""
    for stage, _, getter in every_switch(check, lambda stage: stage.open(1), ("shutdown",), ("get",)):
        stage.expect("raised ShutDown", getter)


@pytest.mark.task(5)
def test_a_shutdown_and_a_put(check):
    """A ``put`` during a ``shutdown`` never stays asleep, wherever one of them is interrupted."""
    for stage, _, putter in every_switch(
        check, lambda stage: stage.open(1, "x"), ("shutdown",), ("put", "y")
    ):
        stage.expect("raised ShutDown", putter)
        stage.expect("returned 1", stage.do("qsize"))


@pytest.mark.task(5)
def test_an_immediate_shutdown_and_a_get(check):
    """An item is either taken or dropped by an immediate shutdown, wherever one of them is interrupted."""
    calls = ("shutdown", True), ("get",)
    for stage, _, getter in every_switch(check, lambda stage: stage.open(1, "x"), *calls):
        taken = getter.outcome == "returned 'x'"
        stage.expect("returned 'x'" if taken else "raised ShutDown", getter)
        stage.expect("returned None" if taken else "raised ValueError", stage.do("task_done"))
        stage.expect("returned None", stage.do("join"))
