"""No lock is held while an object is made: others wait on a condition until the maker is done or fails."""

import copyreg
import threading

_changed = threading.Condition()
_done, _in_the_making = {}, set()


def _call_the_class(thing):
    return type(thing), ()


def _only(cls, make):
    with _changed:
        _changed.wait_for(lambda: cls not in _in_the_making)
        if cls in _done:
            return _done[cls]
        _in_the_making.add(cls)
    try:
        made = make()
        with _changed:
            _done[cls] = made
        return made
    finally:
        with _changed:
            _in_the_making.remove(cls)
            _changed.notify_all()


class SingletonMeta(type):
    def __new__(mcs, *args):
        cls = type.__new__(mcs, *args)
        copyreg.pickle(cls, _call_the_class)
        return cls

    def __call__(cls, *args, **kwargs):
        return _only(cls, lambda: type.__call__(cls, *args, **kwargs))


def singleton(cls):
    class Single(cls, metaclass=SingletonMeta):
        __doc__ = cls.__doc__
        __module__ = cls.__module__
        __qualname__ = cls.__qualname__

    Single.__name__ = cls.__name__
    return Single


class Singleton:
    def __init_subclass__(cls):
        copyreg.pickle(cls, _call_the_class)

    def __new__(cls, *args, **kwargs):
        return _only(cls, lambda: cls._made(args, kwargs))

    @classmethod
    def _made(cls, args, kwargs):
        made = super().__new__(cls)
        made.setup(*args, **kwargs)
        return made

    def setup(self, *args, **kwargs):
        """Do nothing."""
