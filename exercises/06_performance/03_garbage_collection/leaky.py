"""What runs today, and leaks. Read it, and let find_leaks show it to you; nobody asks you to change it."""


class LeakySignal:
    """Keeps every object alive whose method was ever connected."""

    def __init__(self):
        self.callbacks = []

    def connect(self, callback):
        self.callbacks.append(callback)

    def emit(self, *arguments):
        for callback in self.callbacks:
            callback(*arguments)


class LeakyCache:
    """Keeps every item alive, because otherwise a new one could get its id and its result."""

    def __init__(self, compute):
        self.compute = compute
        self.entries = {}

    def get(self, item):
        if id(item) not in self.entries:
            self.entries[id(item)] = (item, self.compute(item))
        return self.entries[id(item)][1]


class LeakyLease:
    """Gives back its handle in the end, which comes when somebody breaks the circle."""

    def __init__(self, handle, release):
        self.give_back = lambda: release(self.handle)
        self.handle = handle

    def __del__(self):
        self.give_back()
