"""What the suite lets the workers do. Given: your module does not need it."""

import os
import socket
import threading

_here = threading.local()

FACTOR = 1
"""What ``scaled`` multiplies by. An initializer sets it, in each worker."""

setups = 0
"""How often ``set_up`` was called in this process."""

unpacked = 0
"""How many parcels were unpickled in this process."""


def report(port, number):
    """Tell the suite that this process is at work on a number, and wait until it lets us go on."""
    if not hasattr(_here, "stream"):
        line = socket.create_connection(("127.0.0.1", port))  # open as long as this process lives
        _here.stream = line.makefile("rw", encoding="ascii")
    _here.stream.write(f"{os.getpid()} {number}\n")
    _here.stream.flush()
    return _here.stream.readline()


def square(item):
    """Return the square of the second of (port, number), when the suite lets us."""
    port, number = item
    report(port, number)
    return number * number


def fail_with_zero(item):
    """Do as ``square`` does, but raise an exception for the number 0."""
    port, number = item
    report(port, number)
    if number == 0:
        raise RuntimeError("zero")
    return number


def set_up(factor):
    """Set what ``scaled`` multiplies by in this process."""
    global FACTOR, setups
    FACTOR = factor
    setups += 1


def scaled(number):
    """Return the number times FACTOR, the calls of ``set_up`` in this process, and the process id."""
    return number * FACTOR, setups, os.getpid()


def fragile(item):
    """Return the second of (port, number) doubled, but raise an exception for 117 and 118."""
    port, number = item
    report(port, number)
    if number in (117, 118):
        raise ValueError(f"no {number}")
    return 2 * number


class Prickly(Exception):
    """An exception that can be pickled, but not unpickled."""

    def __init__(self, colour, size):
        super().__init__(f"{colour} {size}")


def prickly(number):
    """Return the number, but raise an exception for 3."""
    if number == 3:
        raise Prickly("green", 9)
    return number


class Parcel:
    """A text; a process counts how many of them it unpickles."""

    def __init__(self, text):
        self.text = text

    def __reduce__(self):
        return _unpack, (self.text,)


def _unpack(text):
    global unpacked
    unpacked += 1
    return Parcel(text)


def spell(number):
    """Return a parcel with the number."""
    if number < 0:
        raise ValueError("below zero")
    return Parcel(f"{number},")


def join(left, right):
    """Return both texts in one parcel: the order matters."""
    return Parcel(left.text + right.text)


def survey(view):
    """Return what can be seen of a slice: its kind, its length, its first and last number, and its sum."""
    kind = view.format if isinstance(view, memoryview) else type(view).__name__
    return kind, len(view), view[0], view[-1], sum(view)


def survey_low(view):
    """Do as ``survey`` does, but raise an exception if the first number is 4 or more."""
    if view[0] >= 4:
        raise OverflowError(f"{view[0]} is high")
    return survey(view)
