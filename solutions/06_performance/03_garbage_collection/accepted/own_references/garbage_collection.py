"""The same with weak references that are keys, and with callbacks that are told where to look."""

import atexit
import functools
import gc
import time
import types
import weakref


def find_leaks(func, kind=object, *, collect=True):
    held = []
    enabled = gc.isenabled()
    gc.disable()
    try:
        held.extend(gc.get_objects())
        func()
        if collect:
            gc.collect()
        found = gc.get_objects()
        held.append(held)
        old = {id(item) for item in held}
        return [item for item in found if issubclass(type(item), kind) and id(item) not in old]
    finally:
        held.clear()
        (gc.enable if enabled else gc.disable)()


class _Key(weakref.ref):
    """A weak reference that equals itself only, whatever it refers to."""

    __slots__ = ("_hash", "followers")

    def __init__(self, item, callback=None):
        super().__init__(item, callback)
        self._hash = id(item)

    def __hash__(self):
        return self._hash

    def __eq__(self, other):
        return self is other or (self() is not None and self() is other())


def _drop(owner, key):
    alive = owner()
    if alive is not None:
        alive._table.pop(key, None)


class Signal:
    def __init__(self):
        self._table = {}
        self._count = 0

    def connect(self, callback):
        self._count += 1
        number = self._count
        if isinstance(callback, types.MethodType):
            drop = functools.partial(_drop_number, weakref.ref(self), number)
            self._table[number] = weakref.WeakMethod(callback, drop)
        else:
            self._table[number] = functools.partial(_itself, callback)

    def disconnect(self, callback):
        numbers = [number for number, link in self._table.items() if link() == callback]
        if not numbers:
            raise ValueError(callback)
        del self._table[numbers[0]]

    def emit(self, *arguments):
        for number in sorted(self._table):
            if number in self._table:
                self._table[number]()(*arguments)

    def __len__(self):
        return len(self._table)


def _drop_number(owner, number, _):
    _drop(owner, number)


def _itself(callback):
    return callback


class IdentityCache:
    def __init__(self, compute):
        self._compute = compute
        self._table = {}

    def get(self, item):
        key = _Key(item, functools.partial(_drop, weakref.ref(self)))
        if key not in self._table:
            self._table[key] = self._compute(item)
        return self._table[key]

    def __len__(self):
        return len(self._table)


_waiting = {}


def _release(key):
    work = _waiting.pop(key, None)
    if work is not None:
        work()


def _release_all():
    while _waiting:
        _release(next(iter(_waiting)))


atexit.register(_release_all)


class Lease:
    def __init__(self, handle, release):
        self.handle = handle
        self._key = weakref.ref(self, lambda reference: _release(id(reference)))
        _waiting[id(self._key)] = functools.partial(_call, self._key, release, handle)

    @property
    def closed(self):
        return id(self._key) not in _waiting

    def close(self):
        _release(id(self._key))


def _call(reference, release, handle):
    del reference  # it had to live for as long as the lease
    release(handle)


class CollectorWatch:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock
        self.collections = [0, 0, 0]
        self.collected = 0
        self.times = []

    @property
    def seconds(self):
        return sum(end - begin for begin, end in zip(self.times[::2], self.times[1::2], strict=False))

    def __enter__(self):
        gc.callbacks.insert(0, self)
        return self

    def __call__(self, phase, info):
        self.times.append(self.clock())
        if phase == "stop":
            self.collections[info["generation"]] += 1
            self.collected += info["collected"]

    def __exit__(self, *_):
        gc.callbacks.remove(self)
