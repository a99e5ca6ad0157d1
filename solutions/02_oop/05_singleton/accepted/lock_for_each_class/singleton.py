"""A slot with a lock of its own for each class; the decorator changes the class that it is given."""

from threading import RLock


class Slot:
    def __init__(self):
        self.lock, self.full, self.content = RLock(), False, None

    def get(self, make):
        if not self.full:
            with self.lock:
                if not self.full:
                    self.content = make()
                    self.full = True
        return self.content


class Copies:
    """Copies of the object are the object; a pickle of it is a call of its class."""

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce_ex__(self, protocol):
        return type(self), ()


class Singleton(Copies):
    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        cls._slot = Slot()

    def __new__(cls, *args, **kwargs):
        def make():
            made = object.__new__(cls)
            made.setup(*args, **kwargs)
            return made

        return cls._slot.get(make)

    def setup(self, *args, **kwargs):
        pass


class SingletonMeta(type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls._slot = Slot()
        for name in ("__copy__", "__deepcopy__", "__reduce_ex__"):
            setattr(cls, name, vars(Copies)[name])

    def __call__(cls, *args, **kwargs):
        def make():
            made = cls.__new__(cls, *args, **kwargs)
            made.__init__(*args, **kwargs)
            return made

        return cls._slot.get(make)


def singleton(cls):
    slot, initialise = Slot(), cls.__init__

    def new(kind, *args, **kwargs):
        if kind is not cls:
            return object.__new__(kind)

        def make():
            made = object.__new__(cls)
            initialise(made, *args, **kwargs)
            return made

        return slot.get(make)

    def init(self, *args, **kwargs):
        if type(self) is not cls:  # an object of a subclass, which is not single
            initialise(self, *args, **kwargs)

    cls.__new__, cls.__init__ = staticmethod(new), init
    for name in ("__copy__", "__deepcopy__", "__reduce_ex__"):
        setattr(cls, name, vars(Copies)[name])
    return cls
