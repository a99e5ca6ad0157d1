"""A new period begins when the old one is over, and forgets it: hits around its end are never counted together.

Loses: 4
"""

import logging
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import requests

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """What to look for, and how often within how many seconds it takes to raise an alert."""

    name: str
    pattern: str
    threshold: int = 1
    window: float = 60.0
    cooldown: float = 0.0


@dataclass(frozen=True)
class Alert:
    """A rule has had enough hits: the record and time of the last one, how many were passed over."""

    rule: str
    record: str
    at: float
    suppressed: int = 0


class LogFollower:
    """Gives the complete lines of a log file, each of them once."""

    def __init__(self, path: str | os.PathLike[str], state: Mapping[str, object] | None = None) -> None:
        self._path = Path(path)
        self._file: BinaryIO | None = None
        self._left = dict(state or {})  # where another follower left off, until a file is open
        self._offset = 0  # of the first line that was not given out, in bytes
        self._size = 0  # of the file, as far as it was seen: more than the offset while a line is unfinished

    def poll(self) -> list[str]:
        """Return the lines that have become complete since the last call."""
        lines: list[str] = []
        if self._file is None and not self._open_first():
            return lines
        # Ask for the name before reading: what is written in between is read, and a file that
        # takes the name after this question is found at the next poll.
        while self._replaced():
            lines += self._read(to_the_end=True)
            self.close()
            if not self._open(self._path):
                return lines
        return lines + self._read()

    def state(self) -> dict[str, object]:
        """Return what another follower needs to go on, as plain data."""
        if self._file is None:
            return dict(self._left)
        device, inode = _identity(os.fstat(self._file.fileno()))
        return {"device": device, "inode": inode, "offset": self._offset, "size": self._size}

    def close(self) -> None:
        """Close the file; `state` still tells where it was left."""
        if self._file is not None:
            self._left = self.state()
            self._file.close()
            self._file = None

    def _open_first(self) -> bool:
        """Open the file that another follower left, whatever its name is now, or else the one at the path."""
        if self._left:
            wanted = (self._left["device"], self._left["inode"])
            for path in self._candidates():
                if _identity_of(path) == wanted and self._open(path):
                    self._offset, self._size = self._left["offset"], self._left["size"]
                    return True
        return self._open(self._path)

    def _candidates(self) -> Iterator[Path]:
        yield self._path
        if self._path.parent.is_dir():
            yield from self._path.parent.iterdir()

    def _open(self, path: Path) -> bool:
        try:
            self._file = path.open("rb", buffering=0)
        except FileNotFoundError:
            return False
        self._offset = self._size = 0
        return True

    def _replaced(self) -> bool:
        """Tell whether another file has the name now; none has it in the middle of a rotation."""
        assert self._file is not None
        current = _identity_of(self._path)
        return current is not None and current != _identity(os.fstat(self._file.fileno()))

    def _read(self, to_the_end: bool = False) -> list[str]:
        """Return the complete lines, and the unfinished one too if nobody is going to finish it."""
        assert self._file is not None
        if os.fstat(self._file.fileno()).st_size < self._size:
            self._offset = 0
        self._file.seek(self._offset)
        data = self._file.read()
        self._size = self._offset + len(data)
        complete = data if to_the_end else data[: data.rfind(b"\n") + 1]
        self._offset += len(complete)
        lines = complete.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return [line.removesuffix(b"\r").decode("utf-8", "backslashreplace") for line in lines]


class Webhook:
    """Sends alerts to an address, as JSON."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self._url = url
        self._timeout = timeout

    def __call__(self, alert: Alert) -> None:
        """Send an alert; raise `requests.RequestException` if it did not arrive."""
        requests.post(self._url, json=asdict(alert), timeout=self._timeout).raise_for_status()


class Monitor:
    """Puts the lines of a log together to records, and tells receivers when a rule has enough hits."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        rules: Sequence[Rule],
        receivers: Sequence[Callable[[Alert], object]] = (),
        *,
        start: str | None = None,
        linger: float = 1.0,
        clock: Callable[[], float] = time.time,
        state: Mapping[str, object] | None = None,
    ) -> None:
        left = state or {"file": None, "record": [], "touched": 0.0, "counters": {}}
        self._follower = LogFollower(path, left["file"])
        self._record = list(left["record"])  # the lines of the record that may go on
        self._touched = left["touched"]  # when its last line came
        self._counters = [_Counter(rule, **left["counters"].get(rule.name, {})) for rule in rules]
        self._receivers = tuple(receivers)
        self._start = re.compile(start) if start is not None else None
        self._linger = linger
        self._clock = clock

    def poll(self) -> list[Alert]:
        """Read what is new, tell the receivers of all alerts, and return these."""
        now = self._clock()
        alerts = [
            alert
            for record in self._records(now)
            for counter in self._counters
            if (alert := counter.see(record, now)) is not None
        ]
        for alert in alerts:
            self._tell(alert)
        return alerts

    def state(self) -> dict[str, object]:
        """Return what another monitor needs to go on, as plain data."""
        return {
            "file": self._follower.state(),
            "record": list(self._record),
            "touched": self._touched,
            "counters": {counter.rule.name: counter.state() for counter in self._counters},
        }

    def close(self) -> None:
        """Close the file."""
        self._follower.close()

    def _records(self, now: float) -> Iterator[str]:
        """Yield the records that are complete: nothing can be added to them."""
        for line in self._follower.poll():
            if self._record and (self._start is None or self._start.match(line)):
                yield self._take_record()
            self._record.append(line)
            self._touched = now
        if self._record and (self._start is None or now - self._touched >= self._linger):
            yield self._take_record()

    def _take_record(self) -> str:
        record = "\n".join(self._record)
        self._record.clear()
        return record

    def _tell(self, alert: Alert) -> None:
        for receiver in self._receivers:
            try:
                receiver(alert)
            except Exception:  # one receiver's trouble is neither the others' nor the monitor's
                logger.exception("a receiver did not take the alert of rule %s", alert.rule)


class _Counter:
    """The hits of one rule."""

    def __init__(
        self, rule: Rule, hits: Sequence[float] = (), last: float | None = None, suppressed: int = 0
    ) -> None:
        self.rule = rule
        self._pattern = re.compile(rule.pattern)
        self._hits = deque(hits)
        self._last = last
        self._suppressed = suppressed

    def see(self, record: str, now: float) -> Alert | None:
        """Count the record if it is a hit; return an alert if that makes enough of them."""
        rule = self.rule
        if self._pattern.search(record) is None:
            return None
        if self._last is not None and now - self._last < rule.cooldown:
            self._suppressed += 1
            return None
        self._hits.append(now)
        if now - self._hits[0] >= rule.window:
            self._hits = deque([now])
        if len(self._hits) < rule.threshold:
            return None
        alert = Alert(rule.name, record, now, self._suppressed)
        self._hits.clear()
        self._last, self._suppressed = now, 0
        return alert

    def state(self) -> dict[str, object]:
        return {"hits": list(self._hits), "last": self._last, "suppressed": self._suppressed}


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _identity_of(path: Path) -> tuple[int, int] | None:
    try:
        return _identity(path.stat())
    except FileNotFoundError:
        return None
