"""Leaks found by freezing all that is there; pairs of references; a `__del__` with a registry for the end."""

import atexit
import gc
import itertools
import time
import types
import weakref


def find_leaks(func, kind=object, *, collect=True):
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()  # the collector knows nothing of what is there, and lists only what is new
    try:
        func()
        if collect:
            gc.collect()
        found = gc.get_objects()  # before anything is made to go through it
        return [item for item in found if kind in type(item).__mro__]
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


class Signal:
    def __init__(self):
        self._pairs = []

    def connect(self, callback):
        if type(callback) is types.MethodType:
            self._pairs.append([weakref.ref(callback.__self__), callback.__func__])
        else:
            self._pairs.append([None, callback])

    def disconnect(self, callback):
        for index, pair in enumerate(self._pairs):
            if _resolved(pair) == callback:
                del self._pairs[index]
                pair[:] = [None, None]
                return
        raise ValueError("not connected")

    def emit(self, *arguments):
        self._pairs = [pair for pair in self._pairs if _resolved(pair) is not None]
        for pair in self._pairs[:]:
            callback = _resolved(pair)
            if callback is not None:
                callback(*arguments)

    def __len__(self):
        return len([pair for pair in self._pairs if _resolved(pair) is not None])


def _resolved(pair):
    reference, function = pair
    if reference is None:
        return function
    owner = reference()
    return None if owner is None else types.MethodType(function, owner)


class _Reference(weakref.ref):
    """Knows where its entry is."""

    __slots__ = ("cache", "key")


def _forget(reference):
    cache = reference.cache()
    if cache is not None:
        cache._entries.pop(reference.key, None)


class IdentityCache:
    def __init__(self, compute):
        self._compute = compute
        self._entries = {}

    def get(self, item):
        try:
            return self._entries[id(item)][0]
        except KeyError:
            pass
        result = self._compute(item)
        reference = _Reference(item, _forget)
        reference.cache = weakref.ref(self)
        reference.key = id(item)
        self._entries[reference.key] = [result, reference]
        return result

    def __len__(self):
        return len(self._entries)


_out = {}
_numbers = itertools.count()


def _give_back(number):
    if number in _out:
        handle, release = _out.pop(number)
        release(handle)


@atexit.register
def _give_all_back():
    for number in list(_out):
        _give_back(number)


class Lease:
    def __init__(self, handle, release):
        self.handle = handle
        self._number = next(_numbers)
        _out[self._number] = handle, release

    closed = property(lambda self: self._number not in _out)

    def close(self):
        _give_back(self._number)

    __del__ = close


class CollectorWatch:
    def __init__(self, clock=time.perf_counter):
        self.collections = [0] * 3
        self.collected = 0
        self.seconds = 0.0
        self._clock = clock

    def __enter__(self):
        def notice(phase, info):
            if phase == "start":
                begun.append(self._clock())
                return
            self.seconds += self._clock() - begun.pop()
            self.collections[info["generation"]] += 1
            self.collected += info["collected"]

        begun = []
        self._stop = lambda: gc.callbacks.remove(notice)
        gc.callbacks.append(notice)
        return self

    def __exit__(self, *_):
        self._stop()
