"""The suite of "Locks and semaphores": a stage on which one thread runs at a time, and the suite says which.

Nothing is left to luck. All locks of the hand-in come from the stage, which therefore knows who waits for
what. Before each call, each store and each use of a lock it may let another thread go on, and a scene is
played again and again until every single interruption has been tried. When nobody can go on, that is a
deadlock: it is seen at once, without waiting, and the threads are ended by an exception.

The points at which a thread may be interrupted are written into a copy of the hand-in (``Interruptible``).
"""

import ast
import contextlib
import functools
import itertools
import linecache
import sys
import threading
import time
import types
from pathlib import Path

import locks_and_semaphores
import pytest

PLAYS = 90
"""How often a scene is played in one order of its threads; longer hand-ins are sampled evenly."""

STEPS = 4000
"""The steps of one play. Right hand-ins take some hundreds; one that asks again and again takes more."""

PATIENCE = 4.0
"""Seconds without a step: only a thread that waits for something else than the stage stands still so long."""


class Interruptible(ast.NodeTransformer):
    """Adds points to a module: before each call, store and deletion, and in each round of a loop.

    There a thread has looked, and is about to act. A call gets one more ``**`` that is evaluated last and
    gives nothing; what is stored passes through a function, after it was computed.
    """

    def __init__(self, tree):
        kinds = ast.Global | ast.Nonlocal
        self._shared = {name for node in ast.walk(tree) if isinstance(node, kinds) for name in node.names}

    def visit(self, node):
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="super")):
                pass
            case ast.Call():
                node.keywords.append(ast.keyword(None, call("__before_call__")))
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign(value=ast.expr()):
                if not all(map(self._is_private, getattr(node, "targets", None) or [node.target])):
                    node.value = call("__before_store__", node.value)
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
                node.elt = call("__before_store__", node.elt)
            case ast.For() | ast.While():
                node.body.insert(0, ast.Expr(call("__before_store__")))
            case ast.Delete():
                return [ast.Expr(call("__before_store__")), node]
        return node

    def _is_private(self, target):
        return isinstance(target, ast.Name) and target.id not in self._shared


def call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def interruptible(module):
    """Return the module, read again with points in it."""
    tree = ast.parse(Path(module.__file__).read_bytes(), module.__file__)
    tree = ast.fix_missing_locations(Interruptible(tree).visit(tree))
    again = types.ModuleType(module.__name__)
    vars(again).update(__file__=module.__file__, __before_call__=before_call, __before_store__=before_store)
    exec(compile(tree, module.__file__, "exec"), vars(again))
    return again


def before_call():
    before_store()
    return {}


def before_store(value=None):
    actor = ACTORS.get(threading.get_ident())
    if actor is not None:
        actor.stage.point()
    return value


ACTORS = {}
"""The actors that are on a stage, by the numbers of their threads."""

HAND_IN = locks_and_semaphores.__file__


class StandStill(BaseException):
    """Ends a thread whose play is over."""


class WaitsForEver(AssertionError):
    """The only thread that there is would wait for another one."""

    def __init__(self):
        called = f"{line(innermost())}, with no other thread there"
        super().__init__(f"called:   {called}\nexpected: it goes on\ngot:      it waits for ever")


class Actor:
    """One thread of a play; it runs only in its turn."""

    def __init__(self, stage, name, action):
        self.stage = stage
        self.name = name
        self.action = action
        self.turn = threading.Lock()
        self.turn.acquire()
        self.waits_for = None
        self.until = None
        self.place = None
        self.ended = False

    def can_go_on(self):
        return not self.ended and (self.waits_for is None or self.waits_for())

    def where(self):
        return f"at {line(self.place or innermost())}"


def line(frame):
    if frame is None:
        return "a place outside of your code"
    number = frame.f_lineno or 0
    return f"line {number} ({linecache.getline(HAND_IN, number).strip()})"


class Stage:
    """One play: its threads, whose turn it is, and what it came to.

    A script says at which step which other thread goes on: ``{12: 1}`` is the next one at step 12. Everywhere
    else a thread goes on until it waits or ends. ``options`` are the steps at which there was a choice, and
    how many others there were.
    """

    def __init__(self, script):
        self.sync = Sync(self)
        self.options = []
        self.story = []
        self.ended = {}
        self.told = []
        self.fault = None
        self._script = script
        self._steps = 0
        self._timeouts = itertools.count()
        self._actors = []
        self._over = False
        self._end = threading.Event()

    def play(self, actions, first):
        """Run the actions in threads until all of them have ended, beginning with number ``first``."""
        actors = [Actor(self, name, action) for name, action in actions.items()]
        self._actors = actors[first:] + actors[:first]
        threads = [
            threading.Thread(target=self._perform, args=(actor,), daemon=True) for actor in self._actors
        ]
        for thread in threads:
            thread.start()
        self._actors[0].turn.release()
        steps = -1
        while not self._end.wait(PATIENCE):
            if steps == self._steps:
                self._stop("a thread waits for something that did not come from sync")
            steps = self._steps
        for thread in threads:
            thread.join(PATIENCE if self.fault is None else 0.5)

    def point(self):
        """Let another thread go on here, if the script says so."""
        actor = ACTORS.get(threading.get_ident())
        if actor is not None:
            self._hand_on(actor)

    def wait(self, ready, timeout=None):
        """Wait until ``ready()`` or, with a timeout, until nobody else can go on; tell whether it is."""
        actor = ACTORS.get(threading.get_ident())
        if actor is None:
            if not ready() and timeout is None:
                raise WaitsForEver
            return ready()
        self._hand_on(actor)
        if not ready() and (timeout is None or timeout > 0):
            actor.waits_for = ready
            actor.until = None if timeout is None else (timeout, next(self._timeouts))
            self._hand_on(actor)
            actor.waits_for = actor.until = None
        return ready()

    def rest(self):
        """Stay here until all others have ended or wait."""
        self.wait(lambda: False, sys.float_info.min)

    def refuse_to_sleep(self, seconds):
        """Take the place of ``time.sleep``."""
        actor = ACTORS.get(threading.get_ident())
        if actor is not None:
            self._stop(f"{actor.name!r} sleeps {actor.where()}", actor)

    def _perform(self, actor):
        ACTORS[threading.get_ident()] = actor
        actor.turn.acquire()
        error = None
        try:
            actor.action()
        except BaseException as raised:
            error = raised
        del ACTORS[threading.get_ident()]
        if not self._over:
            actor.ended = True
            self.ended[actor.name] = "done" if error is None else type(error).__name__
            self.told.append(f"{actor.name!r} " + ("is done" if error is None else f"raised {error!r}"))
            self._hand_on(actor)

    def _hand_on(self, actor):
        """Choose who goes on; return when it is this actor's turn again."""
        if self._over:
            raise StandStill
        self._steps += 1
        if self._steps > STEPS:
            self._stop(f"{actor.name!r} goes on and on {actor.where()}", actor)
        waits = actor.ended or actor.waits_for is not None
        if self._script and self._steps not in self._script and not waits:
            return
        ready = [other for other in self._actors if other.can_go_on()] or self._next_timeout()
        if not ready:
            stuck = [other for other in self._actors if not other.ended]
            told = "; ".join(f"{other.name!r} waits {other.where()}" for other in stuck)
            self._stop(f"nobody can go on: {told}" if stuck else None, actor)
            return
        chosen = self._choose(actor, ready)
        if chosen is not actor:
            actor.place = innermost()
            chosen.turn.release()
            if not actor.ended:
                actor.turn.acquire()
                actor.place = None
                if self._over:
                    raise StandStill

    def _choose(self, actor, ready):
        """Return the actor or who comes next in the circle, unless the script says otherwise."""
        place = self._actors.index(actor)
        circle = self._actors[place:] + self._actors[:place]
        usual, *others = [other for other in circle if other in ready]
        if others:
            self.options.append((self._steps, len(others)))
        number = self._script.get(self._steps, 0)
        if not 0 < number <= len(others):
            return usual
        chosen = others[number - 1]
        self.story.append(f"{chosen.name!r} went on while {usual.name!r} was {usual.where()}")
        return chosen

    def _next_timeout(self):
        """Let the shortest timeout elapse: nothing else can happen."""
        timed = [actor for actor in self._actors if actor.until is not None]
        first = sorted(timed, key=lambda actor: actor.until)[:1]
        for actor in first:
            actor.waits_for = actor.until = None
        return first

    def _stop(self, fault, actor=None):
        """End the play; all who have not ended leave it by an exception."""
        self.fault = fault
        self._over = True
        for other in self._actors:
            if other is not actor and other.turn.locked():
                other.turn.release()
        self._end.set()
        if actor is not None and not actor.ended:
            raise StandStill


def innermost():
    """Return the innermost frame of the hand-in in this thread, if there is one."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != HAND_IN:
        frame = frame.f_back
    return frame


class Sync:
    """What a hand-in gets in place of the module ``threading``."""

    def __init__(self, stage):
        self.made = 0
        self._stage = stage
        for kind in (Lock, RLock, Condition, Semaphore, BoundedSemaphore, Event):
            setattr(self, kind.__name__, functools.partial(self._make, kind))

    def _make(self, kind, *arguments, **named):
        self.made += 1
        return kind(self._stage, *arguments, **named)


class Block:
    """What can be held by a ``with`` block."""

    def __init__(self, stage):
        self._stage = stage

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class Lock(Block):
    again = False
    owner = None
    depth = 0

    def acquire(self, blocking=True, timeout=-1):
        mine = self.again and self.depth and self.owner == threading.get_ident()
        if not mine and not self._stage.wait(lambda: not self.depth, patience(blocking, timeout)):
            return False
        self.owner, self.depth = threading.get_ident(), self.depth + 1
        return True

    def release(self):
        self._stage.point()
        if not self.depth or (self.again and self.owner != threading.get_ident()):
            raise RuntimeError("release of a lock that is not held")
        self.depth -= 1

    def locked(self):
        return self.depth > 0


class RLock(Lock):
    again = True


class Condition(Block):
    def __init__(self, stage, lock=None):
        super().__init__(stage)
        if lock is not None and not isinstance(lock, Lock):
            raise TypeError("the lock of a Condition has to come from sync, too")
        self._lock = RLock(stage) if lock is None else lock
        self._asleep = []
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def wait(self, timeout=None):
        self._require_lock()
        mark = object()
        self._asleep.append(mark)
        held = self._lock.owner, self._lock.depth
        self._lock.depth = 0
        woken = self._stage.wait(lambda: mark not in self._asleep, timeout)
        if not woken:
            self._asleep.remove(mark)
        self._stage.wait(lambda: not self._lock.depth)
        self._lock.owner, self._lock.depth = held
        return woken

    def wait_for(self, predicate, timeout=None):
        while not (result := predicate()):
            if not self.wait(timeout):
                return predicate()
        return result

    def notify(self, n=1):
        self._stage.point()
        self._require_lock()
        del self._asleep[:n]

    def notify_all(self):
        self.notify(len(self._asleep))

    def _require_lock(self):
        if not self._lock.depth or self._lock.owner != threading.get_ident():
            raise RuntimeError("the lock of the condition is not held")


class Semaphore(Block):
    bounded = False

    def __init__(self, stage, value=1):
        super().__init__(stage)
        if value < 0:
            raise ValueError("a semaphore begins with 0 or more")
        self._value = value
        self._bound = value if self.bounded else float("inf")

    def acquire(self, blocking=True, timeout=None):
        if not self._stage.wait(lambda: self._value > 0, patience(blocking, timeout)):
            return False
        self._value -= 1
        return True

    def release(self, n=1):
        self._stage.point()
        if n < 1 or self._value + n > self._bound:
            raise ValueError("a semaphore was released too many times")
        self._value += n


class BoundedSemaphore(Semaphore):
    bounded = True


class Event:
    def __init__(self, stage):
        self._stage = stage
        self._set = False

    def set(self, to=True):
        self._stage.point()
        self._set = to

    def clear(self):
        self.set(False)

    def is_set(self):
        self._stage.point()
        return self._set

    def wait(self, timeout=None):
        return self._stage.wait(lambda: self._set, timeout)


def patience(blocking, timeout):
    """Return the timeout that is meant by the arguments of ``acquire``."""
    if not blocking:
        return 0
    return None if timeout is None or timeout < 0 else timeout


PLAYED = interruptible(locks_and_semaphores)
Bank, ConnectionPool, ReadWriteLock = PLAYED.Bank, PLAYED.ConnectionPool, PLAYED.ReadWriteLock
InsufficientFunds, PoolEmpty = PLAYED.InsufficientFunds, PLAYED.PoolEmpty


@pytest.fixture
def stage():
    """A stage without a play: what the suite calls in its own thread runs alone."""
    return Stage({})


@pytest.fixture
def explore(check, monkeypatch):
    """Play a scene with every single interruption.

    A scene is a generator: it gets a stage, yields the actions by name, is sent what was played, and checks
    what came of it. ``outcomes`` are those of the threads, in any order. With ``orders=1`` only the first
    action begins; otherwise each of them does once.
    """
    sleep = time.sleep

    def play(scene, call, outcomes, script, first):
        stage = Stage(script)
        running = scene(stage)
        actions = next(running)
        check.that(stage.sync.made > 0, call, "locks made by sync", "sync was asked for none")
        monkeypatch.setattr(time, "sleep", stage.refuse_to_sleep)
        stage.play(actions, first)
        monkeypatch.setattr(time, "sleep", sleep)
        told = ", and ".join([call, *stage.story])
        check.that(stage.fault is None, told, "every thread comes to its end", stage.fault)
        expected = sorted(outcomes or ["done"] * len(actions))
        right = sorted(stage.ended.values()) == expected
        check.that(right, told, f"the threads end so: {', '.join(expected)}", "; ".join(stage.told))
        with contextlib.suppress(StopIteration):
            running.send(told)
        return stage.options

    def explore(scene, call, outcomes=None, orders=None):
        for first in range(orders or len(next(scene(Stage({}))))):
            options = play(scene, call, outcomes, {}, first)
            scripts = [{step: number} for step, others in options for number in range(1, others + 1)]
            for script in scripts[:: len(scripts) // PLAYS + 1]:
                play(scene, call, outcomes, script, first)

    return explore


def open_accounts(stage, *balances, owners=("Ann", "Bob", "Cyd", "Dan")):
    bank = Bank(sync=stage.sync)
    return bank, *(bank.open(owner, balance) for owner, balance in zip(owners, balances, strict=False))


def require_balances(check, call, expected, *accounts):
    for account, balance in zip(accounts, expected, strict=True):
        check.returns(balance, lambda account=account: account.balance, f"{account.owner}'s balance: {call}")


# 1. Accounts


@pytest.mark.task(1)
def test_deposit_withdraw_balance(check, stage):
    """What is deposited is added, and what is withdrawn is taken away, down to nothing."""
    _, ann = open_accounts(stage, 100)
    check.equal("Ann", ann.owner, 'bank.open("Ann", 100).owner')
    require_balances(check, 'bank.open("Ann", 100)', [100], ann)
    check.returns(None, lambda: ann.deposit(25), "account.deposit(25)")
    check.returns(None, lambda: ann.withdraw(45), "account.withdraw(45)")
    require_balances(check, "100 + 25 - 45", [80], ann)
    ann.withdraw(80)
    require_balances(check, "80 - 80", [0], ann)
    check.returns(0, lambda: Bank().open("Eve").balance, 'Bank().open("Eve").balance')


@pytest.mark.task(1)
def test_an_account_never_owes(check, stage):
    """Withdrawing more than there is raises InsufficientFunds and changes nothing; the account stays free."""
    _, ann = open_accounts(stage, 100)
    check.raises(InsufficientFunds, lambda: ann.withdraw(101), "account.withdraw(101) from 100")
    require_balances(check, "100, and withdraw(101) was refused", [100], ann)
    check.returns(None, lambda: ann.withdraw(100), "account.withdraw(100) after withdraw(101) was refused")


@pytest.mark.task(1)
def test_amounts_are_positive(check, stage):
    """An amount of zero or less is a ValueError, and so is a negative balance at the opening."""
    bank, ann = open_accounts(stage, 100)
    for amount in (0, -1):
        check.raises(ValueError, lambda amount=amount: ann.deposit(amount), f"account.deposit({amount})")
        check.raises(ValueError, lambda amount=amount: ann.withdraw(amount), f"account.withdraw({amount})")
    check.raises(ValueError, lambda: bank.open("Bob", -1), 'bank.open("Bob", -1)')
    require_balances(check, "100, and nothing but refused calls", [100], ann)
    check.returns(100, bank.total, "bank.total() after nothing but refused calls")


@pytest.mark.task(1)
def test_no_change_is_lost(check, explore):
    """When several threads deposit and withdraw at the same time, every change counts."""

    def scene(stage):
        _, ann = open_accounts(stage, 100)
        call = yield {
            "deposit(50)": lambda: ann.deposit(50),
            "deposit(7)": lambda: ann.deposit(7),
            "withdraw(30)": lambda: ann.withdraw(30),
        }
        require_balances(check, call, [127], ann)

    explore(scene, "an account with 100, and at the same time deposit(50), deposit(7) and withdraw(30)")


@pytest.mark.task(1)
def test_the_same_money_is_not_withdrawn_twice(check, explore):
    """Of two withdrawals for which the money does not suffice, one is carried out and one is refused."""

    def scene(stage):
        _, ann = open_accounts(stage, 100)
        call = yield {"withdraw(70)": lambda: ann.withdraw(70), "withdraw(70) too": lambda: ann.withdraw(70)}
        require_balances(check, call, [30], ann)

    call = "an account with 100, and twice withdraw(70) at the same time"
    explore(scene, call, ["InsufficientFunds", "done"])


# 2. Transfers without deadlock


def crossing(check, *balances, owners=("Ann", "Bob", "Cyd"), pairs=((0, 1), (1, 0))):
    """Return a scene in which each pair is a transfer of 10 from one account to the other."""

    def scene(stage):
        bank, *accounts = open_accounts(stage, *balances, owners=owners)
        left = list(balances)
        actions = {}
        for source, target in pairs:
            left[source] -= 10
            left[target] += 10
            move = functools.partial(bank.transfer, accounts[source], accounts[target], 10)
            actions[f"{source + 1} to {target + 1}"] = move
        call = yield actions
        require_balances(check, call, left, *accounts)

    return scene


def refuse(amount):
    raise PermissionError


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.task(2)
def test_money_moves(check, stage):
    """A transfer takes the amount from one account and adds it to the other, down to nothing."""
    bank, ann, bob = open_accounts(stage, 100, 5)
    check.returns(None, lambda: bank.transfer(ann, bob, 30), "bank.transfer(ann, bob, 30)")
    require_balances(check, "Ann 100 and Bob 5, and transfer(ann, bob, 30)", [70, 35], ann, bob)
    bank.transfer(bob, ann, 35)
    require_balances(check, "Ann 70 and Bob 35, and transfer(bob, ann, 35)", [105, 0], ann, bob)
    check.returns(105, bank.total, "bank.total()")


@pytest.mark.task(2)
def test_accounts_that_look_the_same_are_two(check, stage):
    """Accounts with the same owner and the same balance are different: money moves, and both count."""
    bank, first, second = open_accounts(stage, 100, 100, owners=("Ann", "Ann"))
    call = "two accounts of Ann's with 100 each, and bank.transfer(first, second, 30)"
    check.returns(None, lambda: bank.transfer(first, second, 30), "bank.transfer(first, second, 30)")
    require_balances(check, call, [70, 130], first, second)
    check.returns(200, bank.total, f"bank.total(): {call}")


@pytest.mark.task(2)
def test_all_or_nothing(check, stage):
    """A transfer that is refused moves nothing."""
    bank, ann, bob = open_accounts(stage, 100, 5)
    call = "bank.transfer(ann, bob, {}), Ann having 100"
    check.raises(InsufficientFunds, lambda: bank.transfer(ann, bob, 101), call.format(101))
    for amount in (0, -5):
        check.raises(ValueError, lambda amount=amount: bank.transfer(ann, bob, amount), call.format(amount))
    require_balances(check, "Ann 100 and Bob 5, and refused transfers", [100, 5], ann, bob)


@pytest.mark.task(2)
def test_opposite_transfers_do_not_deadlock(check, explore):
    """A transfer from one account to another and one back, at the same time, both come to their end."""
    explore(crossing(check, 100, 90), "transfers 1 to 2 and 2 to 1 at the same time", orders=1)


@pytest.mark.task(2)
def test_accounts_that_look_the_same_do_not_deadlock(check, explore):
    """Opposite transfers end, too, if the two accounts have the same owner and the same balance."""
    scene = crossing(check, 100, 100, owners=("Ann", "Ann"))
    explore(scene, "transfers 1 to 2 and 2 to 1 at the same time, both accounts being Ann's with 100")


@pytest.mark.task(2)
def test_transfers_in_a_circle_do_not_deadlock(check, explore):
    """Transfers from a first account to a second, on to a third and back to the first all end."""
    scene = crossing(check, 50, 50, 50, pairs=((0, 1), (1, 2), (2, 0)))
    explore(scene, "transfers 1 to 2, 2 to 3 and 3 to 1 at the same time", orders=1)


@pytest.mark.task(2)
def test_an_account_may_be_its_own_target(check, explore):
    """A transfer from an account to itself ends and changes nothing; the money has to be there."""

    def scene(stage):
        bank, ann = open_accounts(stage, 100)
        call = yield {"60": lambda: bank.transfer(ann, ann, 60), "101": lambda: bank.transfer(ann, ann, 101)}
        require_balances(check, call, [100], ann)

    call = "transfers of 60 and of 101 from an account with 100 to itself"
    explore(scene, call, ["InsufficientFunds", "done"])


@pytest.mark.task(2)
def test_no_transfer_is_lost(check, explore):
    """Transfers and withdrawals of the same account at the same time all count."""

    def scene(stage):
        bank, ann, bob, cyd = open_accounts(stage, 100, 100, 100)
        call = yield {
            "Ann to Bob": lambda: bank.transfer(ann, bob, 10),
            "Bob withdraws": lambda: bob.withdraw(5),
            "Cyd to Bob": lambda: bank.transfer(cyd, bob, 20),
        }
        require_balances(check, call, [90, 125, 80], ann, bob, cyd)

    explore(
        scene, "transfers of 10 from Ann and of 20 from Cyd to Bob, who withdraws 5, all having 100", orders=2
    )


@pytest.mark.task(2)
def test_money_is_never_on_the_way(check, explore):
    """The total is that of one moment: no transfer is seen half done, and none is held up for good."""

    def scene(stage):
        bank, ann, bob = open_accounts(stage, 100, 100)
        totals = []
        call = yield {
            "total": lambda: totals.append(bank.total()),
            "Ann to Bob": lambda: bank.transfer(ann, bob, 10),
            "Bob to Ann": lambda: bank.transfer(bob, ann, 30),
        }
        check.equal([200], totals, f"what bank.total() returned: {call}")

    explore(scene, "bank.total() during transfers Ann to Bob and Bob to Ann, who have 100 each", orders=2)


@pytest.mark.task(2)
def test_a_transfer_may_be_vetoed(check, stage):
    """One call of approve gets the amount, if the money is there; when it raises, nothing moves."""
    bank, ann, bob = open_accounts(stage, 100, 5)
    asked = []
    bank.transfer(ann, bob, 30, approve=asked.append)
    check.equal([30], asked, "the calls of approve in bank.transfer(ann, bob, 30, approve=approve)")
    require_balances(check, "Ann 100 and Bob 5, and 30 approved", [70, 35], ann, bob)
    call = "bank.transfer(ann, bob, 71, approve=approve), Ann having 70"
    check.raises(InsufficientFunds, lambda: bank.transfer(ann, bob, 71, approve=asked.append), call)
    check.equal([30], asked, f"the calls of approve after {call}")
    call = "bank.transfer(ann, bob, 10, approve=approve), approve raising PermissionError"
    check.raises(PermissionError, lambda: bank.transfer(ann, bob, 10, approve=refuse), call)
    require_balances(check, call, [70, 35], ann, bob)


@pytest.mark.task(2)
def test_only_an_exception_is_a_veto(check, stage):
    """What approve returns does not matter, not even False."""
    bank, ann, bob = open_accounts(stage, 100, 5)
    call = "bank.transfer(ann, bob, 30, approve=approve), approve returning {}"
    for answer, left in ((False, [70, 35]), (None, [40, 65]), (0, [10, 95])):
        told = call.format(answer)
        approve = {30: answer}.get
        check.returns(None, lambda approve=approve: bank.transfer(ann, bob, 30, approve=approve), told)
        require_balances(check, told, left, ann, bob)


@pytest.mark.task(2)
def test_a_transfer_to_itself_is_approved_too(check, stage):
    """A transfer from an account to itself asks once, if the money is there, and can be vetoed."""
    bank, ann = open_accounts(stage, 100)
    asked = []
    call = "bank.transfer(ann, ann, {}, approve=approve), Ann having 100"
    check.returns(None, lambda: bank.transfer(ann, ann, 60, approve=asked.append), call.format(60))
    check.equal([60], asked, f"the calls of approve in {call.format(60)}")
    refused = functools.partial(bank.transfer, ann, ann, 101, approve=asked.append)
    check.raises(InsufficientFunds, refused, call.format(101))
    check.equal([60], asked, f"the calls of approve after {call.format(101)}")
    vetoed = functools.partial(bank.transfer, ann, ann, 60, approve=refuse)
    check.raises(PermissionError, vetoed, f"{call.format(60)}, approve raising PermissionError")
    require_balances(check, "Ann 100, and only transfers from Ann to Ann", [100], ann)


@pytest.mark.task(2)
def test_a_failed_transfer_leaves_the_accounts_free(check, explore):
    """After a transfer that was refused or vetoed, other threads go on with both accounts."""

    def scene(stage):
        bank, ann, bob = open_accounts(stage, 100, 100)
        call = yield {
            "Ann to Bob, vetoed": lambda: bank.transfer(ann, bob, 10, approve=refuse),
            "Bob to Ann, too much": lambda: bank.transfer(bob, ann, 500),
            "Bob to Ann": lambda: bank.transfer(bob, ann, 10),
        }
        require_balances(check, call, [110, 90], ann, bob)

    call = "a vetoed transfer Ann to Bob, a refused one and a good one Bob to Ann"
    explore(scene, call, ["InsufficientFunds", "PermissionError", "done"], orders=1)


@pytest.mark.task(2)
def test_an_interrupted_approval_leaves_the_accounts_free(check, explore):
    """KeyboardInterrupt is no subclass of Exception; when approve raises it, others go on as well."""

    def scene(stage):
        bank, ann, bob = open_accounts(stage, 100, 100)
        call = yield {
            "Ann to Bob": lambda: bank.transfer(ann, bob, 10, approve=interrupt),
            "Bob to Ann": lambda: bank.transfer(bob, ann, 10),
        }
        require_balances(check, call, [110, 90], ann, bob)

    call = "a transfer Ann to Bob whose approve raises KeyboardInterrupt, and a good one Bob to Ann"
    explore(scene, call, ["KeyboardInterrupt", "done"], orders=1)


class Approval:
    """An approval that takes its time: until nobody else can go on. It remembers who had come to an end."""

    def __init__(self, stage):
        self.asked = 0
        self.ended = None
        self._stage = stage

    def __call__(self, amount):
        self.asked += 1
        self._stage.rest()
        self.ended = sorted(self._stage.ended)

    def during(self, action):
        """Return an action that begins while the approval is being asked for."""
        return lambda: (self._stage.wait(lambda: self.asked), action())


@pytest.mark.task(2)
def test_other_accounts_are_not_held_up(check, explore):
    """While one transfer waits for its approval, other accounts are free, for transfers too."""

    def scene(stage):
        bank, ann, bob, cyd, dan = open_accounts(stage, 100, 100, 100, 100)
        approve = Approval(stage)
        call = yield {
            "Ann to Bob": lambda: bank.transfer(ann, bob, 10, approve=approve),
            "Cyd to Dan": approve.during(lambda: bank.transfer(cyd, dan, 10)),
            "Dan withdraws": approve.during(lambda: dan.withdraw(1)),
        }
        told = f"the threads that came to their end while approve ran: {call}"
        check.equal(["Cyd to Dan", "Dan withdraws"], approve.ended, told)

    call = "a long approval of Ann to Bob, and meanwhile Cyd to Dan, and Dan withdraws"
    explore(scene, call, orders=1)


@pytest.mark.task(2)
def test_an_approved_transfer_is_carried_out(check, explore):
    """While approve runs, nobody else changes the two accounts."""

    def scene(stage):
        bank, ann, bob = open_accounts(stage, 100, 100)
        approve = Approval(stage)
        call = yield {
            "Ann to Bob": lambda: bank.transfer(ann, bob, 80, approve=approve),
            "Ann withdraws": approve.during(lambda: ann.withdraw(50)),
            "Bob deposits": approve.during(lambda: bob.deposit(1)),
        }
        check.equal([], approve.ended, f"the threads that came to their end while approve ran: {call}")
        require_balances(check, call, [20, 181], ann, bob)

    call = (
        "a long approval of 80 from Ann to Bob, who have 100; meanwhile Ann withdraws 50 and Bob deposits 1"
    )
    explore(scene, call, ["InsufficientFunds", "done", "done"], orders=1)


@pytest.mark.task(2)
def test_nothing_is_approved_without_the_money(check, explore):
    """A transfer that had to wait looks for the money afterwards, before it asks for an approval."""

    def scene(stage):
        bank, ann, bob, cyd = open_accounts(stage, 100, 0, 0)
        approve, asked = Approval(stage), []
        late = functools.partial(bank.transfer, ann, cyd, 50, approve=asked.append)
        call = yield {
            "Ann to Bob": lambda: bank.transfer(ann, bob, 80, approve=approve),
            "Ann to Cyd": approve.during(late),
        }
        check.equal([], asked, f"the calls of approve for Ann to Cyd: {call}")
        require_balances(check, call, [20, 80, 0], ann, bob, cyd)

    call = "Ann has 100; a long approval of 80 from Ann to Bob, and meanwhile 50 from Ann to Cyd"
    explore(scene, call, ["InsufficientFunds", "done"], orders=1)


@pytest.mark.task(2)
def test_what_was_free_may_be_taken_later(check, explore):
    """A transfer that waits for its target finds its source free, too, when it goes on."""

    def scene(stage):
        bank, ann, bob, cyd, dan = open_accounts(stage, 100, 100, 0, 0)
        first, second = Approval(stage), Approval(stage)
        call = yield {
            "Bob to Dan": lambda: bank.transfer(bob, dan, 10, approve=first),
            "Ann to Bob": first.during(lambda: bank.transfer(ann, bob, 50)),
            "Ann to Cyd": first.during(lambda: bank.transfer(ann, cyd, 80, approve=second)),
        }
        told = f"{call}; 80 from Ann to Cyd were {'' if second.asked else 'not '}approved"
        left = [20, 90, 80, 10] if second.asked else [50, 140, 0, 10]
        require_balances(check, told, left, ann, bob, cyd, dan)

    call = (
        "Ann and Bob have 100; a long approval of 10 from Bob to Dan,"
        " meanwhile 50 from Ann to Bob, and a long approval of 80 from Ann to Cyd"
    )
    explore(scene, call, ["InsufficientFunds", "done", "done"], orders=1)


# 3. A bounded pool of connections


class Office:
    """Makes connections, and knows how many there are."""

    def __init__(self, stage, *, during_connect=None, during_close=None):
        self.stage = stage
        self.made = []
        self.closed = []
        self.shared = []
        self.failures = 0
        self.error = ConnectionRefusedError
        self.peak = 0
        self._open = 0
        self._during_connect = during_connect or stage.point
        self._during_close = during_close or stage.point

    def pool(self, size):
        return ConnectionPool(self.connect, size, sync=self.stage.sync)

    def connect(self):
        self._open += 1
        self.peak = max(self.peak, self._open)
        self._during_connect()
        if self.failures:
            self.failures -= 1
            self._open -= 1
            raise self.error
        self.made.append(Wire(self))
        return self.made[-1]

    def close(self, wire):
        self._during_close()
        self.closed.append(wire)
        self._open -= 1


class Wire:
    """A connection. It notices when two threads have it."""

    def __init__(self, office):
        self._office = office
        self._users = 0

    def close(self):
        self._office.close(self)

    def use(self):
        self._users += 1
        if self._users > 1:
            self._office.shared.append(self)
        self._office.stage.rest()
        self._users -= 1


def visit(pool):
    wire = pool.acquire()
    wire.use()
    pool.release(wire)


def free_places(pool, most=9):
    """Return how many connections can be had without waiting, and give them back."""
    had = []
    try:
        while len(had) < most:
            had.append(pool.acquire(block=False))
    except PoolEmpty:
        pass
    for wire in had:
        pool.release(wire)
    return len(had)


def require_pool(check, call, office, pool, *, made=None, closed=0, peak, free):
    """Check what became of the connections, and how many can be had now."""
    check.equal([], office.shared, f"the connections that two threads had at the same time: {call}")
    if made is not None:
        check.equal(made, len(office.made), f"how many connections were made: {call}")
    check.equal(closed, len(office.closed), f"how many connections were closed: {call}")
    check.equal(peak, office.peak, f"the most connections at a time: {call}")
    check.returns(free, lambda: free_places(pool), f"how many connections can be had without waiting: {call}")


@pytest.mark.task(3)
def test_connections_are_made_when_needed(check, stage):
    """Nothing is connected before it is needed, and an idle connection is used again before one is made."""
    office = Office(stage)
    pool = office.pool(3)
    check.equal(0, len(office.made), "the connections made by ConnectionPool(connect, 3)")
    first, second = pool.acquire(), pool.acquire()
    right = first is not second and [first, second] == office.made
    check.that(right, "pool.acquire(), twice", "the two results of connect()", [first, second])
    check.returns(None, lambda: pool.release(first), "pool.release(first)")
    check.identical(first, pool.acquire(), "pool.acquire() after first was released")
    pool.release(second)
    pool.release(first)
    require_pool(check, "a pool of 3, two used and released", office, pool, made=2, peak=2, free=3)


@pytest.mark.task(3)
def test_the_size_is_at_least_one(check):
    """A size below 1 is a ValueError."""
    for size in (0, -1):
        call = f"ConnectionPool(connect, {size})"
        check.raises(ValueError, lambda size=size: ConnectionPool(object, size), call)
    check.returns(1, lambda: free_places(ConnectionPool(object, 1)), "how many connections a pool of 1 gives")


@pytest.mark.task(3)
def test_who_does_not_want_to_wait_is_told(check, stage):
    """Without waiting, acquire raises PoolEmpty if all connections are in use, and takes no place by that."""
    office = Office(stage)
    pool = office.pool(2)
    first, _ = pool.acquire(block=False), pool.acquire(block=False)
    for _ in range(3):
        check.raises(PoolEmpty, lambda: pool.acquire(block=False), "pool.acquire(block=False), 2 of 2 in use")
    pool.release(first)
    require_pool(check, "a pool of 2, one of them in use", office, pool, made=2, peak=2, free=1)


@pytest.mark.task(3)
def test_who_does_not_want_to_wait_never_waits(check, explore):
    """Of two threads that want the last place without waiting, one gets it and one gets PoolEmpty."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(1)
        wires = []
        take = functools.partial(pool.acquire, block=False)
        call = yield {"acquire": lambda: wires.append(take()), "acquire too": lambda: wires.append(take())}
        check.equal(office.made, wires, f"what acquire returned: {call}")
        require_pool(check, call, office, pool, made=1, peak=1, free=0)

    call = "a pool of 1, and two threads that call pool.acquire(block=False)"
    explore(scene, call, ["PoolEmpty", "done"], orders=1)


@pytest.mark.task(3)
def test_others_wait_for_a_connection(check, explore):
    """There are never more connections than the size; who comes later waits until one is released."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(2)
        call = yield {f"visitor {n}": lambda: visit(pool) for n in (1, 2, 3)}
        require_pool(check, call, office, pool, made=2, peak=2, free=2)

    explore(scene, "a pool of 2, and three threads that acquire, work and release", orders=1)


@pytest.mark.task(3)
def test_an_idle_connection_is_lent_once(check, explore):
    """Threads that come at the same time never get the same connection."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(2)
        for wire in [pool.acquire(), pool.acquire()]:
            pool.release(wire)
        call = yield {f"visitor {n}": lambda: visit(pool) for n in (1, 2)}
        require_pool(check, call, office, pool, made=2, peak=2, free=2)

    explore(scene, "a pool of 2, both idle, and two threads that acquire, work and release", orders=1)


@pytest.mark.task(3)
def test_a_failed_connect_costs_no_place(check, explore):
    """When connect raises, acquire raises the same, and the place is free for whoever waits."""

    def scene(stage):
        office = Office(stage, during_connect=stage.rest)
        office.failures = 2
        pool = office.pool(1)
        call = yield {f"visitor {n}": lambda: visit(pool) for n in (1, 2, 3)}
        require_pool(check, call, office, pool, made=1, peak=1, free=1)

    call = "a pool of 1, connect failing twice, and three threads that acquire, work and release"
    explore(scene, call, ["ConnectionRefusedError", "ConnectionRefusedError", "done"], orders=1)


@pytest.mark.task(3)
def test_an_interrupted_connect_costs_no_place(check, explore):
    """KeyboardInterrupt is no subclass of Exception; when connect raises it, the place is free as well."""

    def scene(stage):
        office = Office(stage)
        office.failures, office.error = 1, KeyboardInterrupt
        pool = office.pool(1)
        call = yield {f"visitor {n}": lambda: visit(pool) for n in (1, 2)}
        require_pool(check, call, office, pool, made=1, peak=1, free=1)

    call = (
        "a pool of 1, connect once raising KeyboardInterrupt, and two threads that acquire, work and release"
    )
    explore(scene, call, ["KeyboardInterrupt", "done"], orders=1)


@pytest.mark.task(3)
def test_a_slow_connect_holds_up_nobody(check, explore):
    """While one thread connects, others release connections and acquire idle ones."""

    def scene(stage):
        began, ended = [], []

        def connect():
            began.append(True)
            if len(began) == 3:
                stage.rest()
                ended.extend(stage.ended)

        def change():
            stage.wait(lambda: len(began) == 3)
            pool.release(first)
            pool.release(pool.acquire())

        office = Office(stage, during_connect=connect)
        pool = office.pool(3)
        first, _ = pool.acquire(), pool.acquire()
        call = yield {"slow": pool.acquire, "quick": change}
        check.equal(["quick"], ended, f"the threads that came to their end while connect ran: {call}")
        require_pool(check, call, office, pool, made=3, peak=3, free=1)

    call = "a pool of 3 with 2 in use: 'slow' connects, and meanwhile 'quick' releases and acquires"
    explore(scene, call, orders=1)


@pytest.mark.task(3)
def test_only_what_is_lent_can_be_released(check, stage):
    """Releasing what is not in use, also for the second time, is a ValueError and changes nothing."""
    office = Office(stage)
    pool = office.pool(2)
    wire, other = pool.acquire(), pool.acquire()
    pool.release(wire)
    for broken in (False, True):
        told = f"pool.release(wire, broken={broken})"
        again = functools.partial(pool.release, wire, broken=broken)
        check.raises(ValueError, again, f"{told}, wire having been released before")
        foreign = functools.partial(pool.release, Wire(office), broken=broken)
        check.raises(ValueError, foreign, f"{told}, wire being no connection of the pool")
    call = "a pool of 2, one of them in use, after four wrong releases"
    require_pool(check, call, office, pool, made=2, peak=2, free=1)
    pool.release(other)
    require_pool(check, "the same with none in use", office, pool, made=2, peak=2, free=2)


@pytest.mark.task(3)
def test_of_two_releases_one_counts(check, explore):
    """When two threads release the same connection at the same time, one of them gets ValueError."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(2)
        wire, _ = pool.acquire(), pool.acquire()
        call = yield {"release": lambda: pool.release(wire), "release too": lambda: pool.release(wire)}
        require_pool(check, call, office, pool, made=2, peak=2, free=1)

    call = "a pool of 2, both in use, and two threads that release the same one"
    explore(scene, call, ["ValueError", "done"], orders=1)


@pytest.mark.task(3)
def test_a_broken_connection_is_replaced(check, explore):
    """A broken connection is closed and not used again; its place is free when it is closed."""

    def scene(stage):
        office = Office(stage, during_close=stage.rest)
        pool = office.pool(1)
        wire = pool.acquire()
        call = yield {"release": lambda: pool.release(wire, broken=True), "visitor": lambda: visit(pool)}
        require_pool(check, call, office, pool, made=2, closed=1, peak=1, free=1)
        check.identical(wire, office.closed[0], f"the connection that was closed: {call}")

    explore(scene, "a pool of 1, in use: release(wire, broken=True), and another thread that acquires")


@pytest.mark.task(3)
def test_a_block_gives_its_connection_back(check, explore):
    """A block lends its connection with pool.connection(); if it raises, the connection counts as broken."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(1)

        def work(wrong=False):
            with pool.connection() as wire:
                wire.use()
                if wrong:
                    raise KeyError

        call = yield {"fail": lambda: work(wrong=True), "work": work, "work too": work}
        require_pool(check, call, office, pool, closed=1, peak=1, free=1)

    call = "a pool of 1, and three blocks with pool.connection(), of which one raises KeyError"
    explore(scene, call, ["KeyError", "done", "done"], orders=2)


@pytest.mark.task(3)
def test_an_interrupted_block_gives_its_connection_back(check, explore):
    """KeyboardInterrupt is no subclass of Exception; a block that raises it leaves a broken one as well."""

    def scene(stage):
        office = Office(stage)
        pool = office.pool(1)

        def fail():
            with pool.connection():
                raise KeyboardInterrupt

        call = yield {"fail": fail, "visitor": lambda: visit(pool)}
        require_pool(check, call, office, pool, closed=1, peak=1, free=1)

    call = "a pool of 1, a block with pool.connection() that raises KeyboardInterrupt, and another thread"
    explore(scene, call, ["KeyboardInterrupt", "done"], orders=1)


# 4. Readers and writers


class Room:
    """Where readers and writers meet. It knows who went in, and who met whom."""

    def __init__(self, stage):
        self.lock = ReadWriteLock(sync=stage.sync)
        self.came = []
        self.log = []
        self.clashes = []
        self.most_readers = 0
        self._inside = []
        self._stage = stage

    def people(self, *names, after=lambda: True, stay=None):
        """Return an action for each name: when ``after()`` is true, go in, stay while others can go on."""
        stay = stay or self._stage.rest
        return {name: functools.partial(self._visit, name, after, stay) for name in names}

    def has_seen(self, *names):
        """Return a function that tells whether all of them have gone in."""
        return lambda: set(names) <= set(self.log)

    def _visit(self, name, after, stay):
        self._stage.wait(after)
        self.came.append(name)
        with self.lock.reading() if name.startswith("reader") else self.lock.writing():
            self.log.append(name)
            self._inside.append(name)
            readers = sum(other.startswith("reader") for other in self._inside)
            self.most_readers = max(self.most_readers, readers)
            if 1 < len(self._inside) != readers:
                self.clashes.append(tuple(self._inside))
            try:
                stay()
            finally:
                self._inside.remove(name)


def require_readers(check, call, room, count):
    check.equal(count, room.most_readers, f"how many readers were inside at the same time: {call}")
    check.equal([], room.clashes, f"who was inside together, and should not have been: {call}")


@pytest.mark.task(4)
def test_readers_read_together(check, explore):
    """Any number of readers is inside at the same time."""

    def scene(stage):
        room = Room(stage)
        call = yield room.people("reader 1", "reader 2", "reader 3")
        require_readers(check, call, room, 3)

    explore(scene, "three readers, each staying until nobody else can go on", orders=1)


@pytest.mark.task(4)
def test_readers_come_and_go_together(check, explore):
    """Readers that come and go at the same moment are all counted: the writer goes in after the last."""

    def scene(stage):
        room = Room(stage)
        both = room.has_seen("reader 1", "reader 2")
        readers = room.people("reader 1", "reader 2", stay=lambda: stage.wait(both))
        call = yield readers | room.people("writer", after=both)
        require_readers(check, call, room, 2)

    explore(scene, "two readers that leave at the same moment, and a writer that waits for them", orders=1)


@pytest.mark.task(4)
def test_a_writer_is_alone_among_readers(check, explore):
    """A writer waits until all readers have left, and readers wait until it has left."""

    def scene(stage):
        room = Room(stage)
        call = yield room.people("reader 1", "writer", "reader 2")
        require_readers(check, call, room, room.most_readers)

    explore(scene, "two readers and a writer, each staying until nobody else can go on", orders=2)


@pytest.mark.task(4)
def test_a_writer_is_alone_among_writers(check, explore):
    """Of several writers one is inside, and the others wait."""

    def scene(stage):
        room = Room(stage)
        call = yield room.people("writer 1", "reader", "writer 2")
        require_readers(check, call, room, 1)

    explore(scene, "two writers and a reader, each staying until nobody else can go on", orders=2)


@pytest.mark.task(4)
def test_all_readers_follow_a_writer(check, explore):
    """When a writer leaves, all readers that waited for it go in together."""

    def scene(stage):
        room = Room(stage)
        readers = room.people("reader 1", "reader 2", after=room.has_seen("writer"))
        call = yield room.people("writer") | readers
        require_readers(check, call, room, 2)

    explore(scene, "a writer inside, two readers waiting for it", orders=1)


@pytest.mark.task(4)
def test_a_block_that_raises_lets_others_in(check, explore):
    """An exception leaves the block as it is, and the lock is given back."""

    def scene(stage):
        def fail():
            stage.rest()
            raise KeyError

        room = Room(stage)
        call = yield room.people("reader 1", "writer 1", stay=fail) | room.people("writer 2")
        require_readers(check, call, room, 1)

    call = "a reader and a writer whose blocks raise KeyError, and another writer"
    explore(scene, call, ["KeyError", "KeyError", "done"], orders=2)


@pytest.mark.task(4)
def test_an_interrupted_block_lets_others_in(check, explore):
    """KeyboardInterrupt is no subclass of Exception; a block that raises it gives the lock back as well."""

    def scene(stage):
        room = Room(stage)
        call = yield room.people("reader 1", "writer 1", stay=interrupt) | room.people("writer 2")
        require_readers(check, call, room, 1)

    call = "a reader and a writer whose blocks raise KeyboardInterrupt, and another writer"
    explore(scene, call, ["KeyboardInterrupt", "KeyboardInterrupt", "done"], orders=1)


@pytest.mark.task(4)
def test_the_lock_can_be_used_again(check, stage):
    """One thread may read and write as often as it likes, one after the other."""
    room = Room(stage)
    for action in [*room.people("reader 1", "writer 1", "writer 2", "reader 2").values()] * 2:
        check.returns(None, action, "with lock.reading() and with lock.writing(), one after the other")


# 5. No writer starves


class Rush:
    """Reader 1 is inside, writers wait for it, and only then more readers come."""

    def __init__(self, stage, *names, first_fails=False):
        def stay():
            stage.rest()  # after it, the writers wait
            self._began = True
            stage.rest()  # after it, the others wait or have gone in
            if first_fails:
                raise KeyError

        self._began = False
        self.room = Room(stage)
        writers = [name for name in names if name.startswith("writer")]
        late = [name for name in names if name not in writers]
        self.actions = {
            **self.room.people("reader 1", stay=stay),
            **self.room.people(*writers, after=self.room.has_seen("reader 1")),
            **self.room.people(*late, after=lambda: self._began),
        }


@pytest.mark.task(5)
def test_a_waiting_writer_is_not_overtaken(check, explore):
    """A reader that comes when a writer waits goes in after the writer, though another reader is inside."""

    def scene(stage):
        rush = Rush(stage, "writer", "reader 2")
        call = yield rush.actions
        check.equal(["reader 1", "writer", "reader 2"], rush.room.log, f"who went in, in this order: {call}")

    explore(scene, "reader 1 is inside, the writer waits, and then reader 2 comes", orders=1)


@pytest.mark.task(5)
def test_late_readers_go_in_together(check, explore):
    """The readers that were kept out for a writer all go in when it has left."""

    def scene(stage):
        rush = Rush(stage, "writer", "reader 2", "reader 3")
        call = yield rush.actions
        check.equal(["reader 1", "writer"], rush.room.log[:2], f"who went in first: {call}")
        require_readers(check, call, rush.room, 2)

    explore(scene, "reader 1 is inside, the writer waits, and then readers 2 and 3 come", orders=1)


@pytest.mark.task(5)
def test_several_writers_wait(check, explore):
    """When several writers wait, one of them goes in before a reader that comes later; all get in."""

    def scene(stage):
        rush = Rush(stage, "writer 1", "writer 2", "reader 2")
        call = yield rush.actions
        log = rush.room.log
        right = len(log) == 4 and log[0] == "reader 1" and log[1] != "reader 2"
        check.that(right, f"who went in, in this order: {call}", "a writer after reader 1", log)
        require_readers(check, call, rush.room, 1)

    explore(scene, "reader 1 is inside, writers 1 and 2 wait, and then reader 2 comes", orders=1)


@pytest.mark.task(5)
def test_a_reader_that_fails_lets_the_writer_in(check, explore):
    """When the block of the reader that a writer waits for raises, the writer goes in."""

    def scene(stage):
        rush = Rush(stage, "writer", "reader 2", first_fails=True)
        call = yield rush.actions
        check.equal(["reader 1", "writer", "reader 2"], rush.room.log, f"who went in, in this order: {call}")

    call = (
        "reader 1 is inside, the writer waits, then reader 2 comes, and the block of reader 1 raises KeyError"
    )
    explore(scene, call, ["KeyError", "done", "done"], orders=1)


@pytest.mark.task(5)
def test_a_late_reader_takes_nobodys_place(check, explore):
    """A reader that comes when a writer waits is not let in for one that was let in before and is slow."""

    def scene(stage):
        room = Room(stage)
        call = yield {
            **room.people("writer 1"),
            **room.people(
                "reader 1",
                after=room.has_seen("writer 1"),
                stay=lambda: stage.wait(lambda: "reader 3" in room.came),
            ),
            **room.people("writer 2", after=room.has_seen("reader 1")),
            **room.people("reader 3", after=lambda: "writer 2" in room.came),
            **room.people("reader 2", after=room.has_seen("writer 1")),
        }
        log = room.log
        require_readers(check, call, room, room.most_readers)
        if stage.story:
            return  # reader 3 may have come before writer 2 had begun to wait
        place = {name: log.index(name) for name in log}
        right = place["reader 3"] > min(place["writer 2"], place["reader 2"])
        check.that(right, f"who went in, in this order: {call}", "reader 3 not before writer 2", log)

    call = (
        "readers 1 and 2 wait for writer 1; it leaves, reader 1 goes in, reader 2 is slow,"
        " and then writer 2 comes, and after it reader 3"
    )
    explore(scene, call, orders=1)
