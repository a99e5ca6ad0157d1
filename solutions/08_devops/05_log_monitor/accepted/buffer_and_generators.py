"""Reads each byte once and keeps what is unfinished in a buffer; records are joined by a coroutine."""

import bisect
import logging
import os
import re
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import requests


@dataclass(frozen=True)
class Rule:
    name: str
    pattern: str
    threshold: int = 1
    window: float = 60.0
    cooldown: float = 0.0


@dataclass(frozen=True)
class Alert:
    rule: str
    record: str
    at: float
    suppressed: int = 0


class LogFollower:
    def __init__(self, path: str | os.PathLike[str], state: Mapping[str, object] | None = None) -> None:
        self.path = os.fspath(path)
        self.number = -1  # a file descriptor, or -1
        self.buffer = b""
        self.saved = dict(state or {})

    def poll(self) -> list[str]:
        if self.number < 0:
            self._begin()
        if self.number < 0:
            return []
        try:
            found = os.stat(self.path)  # noqa: PTH116
        except FileNotFoundError:
            found = None
        lines = self._read()
        if found is not None and not os.path.samestat(found, os.fstat(self.number)):
            lines += [self.buffer] if self.buffer else []
            self._switch_to(self.path, 0)
            lines += self._read()
        return [line.removesuffix(b"\r").decode(errors="backslashreplace") for line in lines]

    def state(self) -> dict[str, object]:
        if self.number < 0:
            return dict(self.saved)
        about, place = os.fstat(self.number), os.lseek(self.number, 0, os.SEEK_CUR)
        return {
            "st_dev": about.st_dev,
            "st_ino": about.st_ino,
            "read": place,
            "given": place - len(self.buffer),
        }

    def close(self) -> None:
        if self.number >= 0:
            self.saved = self.state()
            os.close(self.number)
            self.number = -1

    def _switch_to(self, path: str, place: int) -> None:
        self.close()
        self.number = os.open(path, os.O_RDONLY)
        self.buffer = b""
        os.lseek(self.number, place, os.SEEK_SET)

    def _begin(self) -> None:
        folder = os.path.dirname(self.path) or "."  # noqa: PTH120
        saved, here = self.saved, None
        if os.path.isdir(folder):  # noqa: PTH112
            for entry in os.scandir(folder):
                if entry.path == self.path or entry.name == self.path:
                    here = entry.path
                about = entry.stat()
                if (about.st_dev, about.st_ino) == (saved.get("st_dev"), saved.get("st_ino")):
                    whole = about.st_size >= saved["read"]
                    self._switch_to(entry.path, saved["given"] if whole else 0)
                    return
        if here is not None:
            self._switch_to(here, 0)

    def _read(self) -> list[bytes]:
        """Return the complete lines of what is new; the rest waits in the buffer."""
        if os.fstat(self.number).st_size < os.lseek(self.number, 0, os.SEEK_CUR):
            os.lseek(self.number, 0, os.SEEK_SET)
            self.buffer = b""
        pieces = [self.buffer]
        while piece := os.read(self.number, 65536):
            pieces.append(piece)
        *lines, self.buffer = b"".join(pieces).split(b"\n")
        return lines


class Webhook:
    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self.url, self.timeout = url, timeout

    def __call__(self, alert: Alert) -> None:
        with requests.Session() as session:
            answer = session.post(self.url, json=vars(alert), timeout=(self.timeout, self.timeout))
        if not answer.ok:
            raise requests.HTTPError(f"status {answer.status_code}", response=answer)


class Monitor:
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
        state = state or {}
        self.follower = LogFollower(path, state.get("follower"))
        self.rules = [(rule, re.compile(rule.pattern)) for rule in rules]
        # for each rule: the times that count, oldest first; the end of its cool-down; the number passed over
        self.counts = {rule.name: ([], None, 0) for rule in rules}
        self.counts |= {
            name: (list(hits), end, over) for name, (hits, end, over) in state.get("counts", {}).items()
        }
        self.receivers = receivers
        self.linger = linger if start is not None else 0.0
        self.clock = clock
        self.lines = list(state.get("lines", ()))
        self.last = state.get("last")
        self.joining = self._join(re.compile(start or ""))
        next(self.joining)

    def poll(self) -> list[Alert]:
        alerts: list[Alert] = []
        for line in self.follower.poll():
            self._count(self.joining.send(line), alerts)
            self.last = self.clock()
        if self.lines and self.clock() - self.last >= self.linger:
            self._count(self.joining.send(None), alerts)
        return alerts

    def state(self) -> dict[str, object]:
        counts = {name: [list(hits), end, over] for name, (hits, end, over) in self.counts.items()}
        return {
            "follower": self.follower.state(),
            "lines": self.lines[:],
            "last": self.last,
            "counts": counts,
        }

    def close(self) -> None:
        self.follower.close()

    def _join(self, start: re.Pattern[str]) -> Generator[str | None, str | None, None]:
        """Take lines, or None for the end of a record; yield what is complete by that."""
        complete = None
        while True:
            line = yield complete
            complete = None
            if self.lines and (line is None or start.match(line)):
                complete = "\n".join(self.lines)
                self.lines = []
            if line is not None:
                self.lines.append(line)

    def _count(self, record: str | None, alerts: list[Alert]) -> None:
        if record is None:
            return
        now = self.clock()
        for rule, pattern in self.rules:
            if not pattern.search(record):
                continue
            hits, end, over = self.counts[rule.name]
            if end is not None and now < end:
                self.counts[rule.name] = hits, end, over + 1
                continue
            hits = [*hits[bisect.bisect_right(hits, now - rule.window) :], now]
            if len(hits) >= rule.threshold:
                self._raise(Alert(rule.name, record, now, over), alerts)
                hits, end, over = [], now + rule.cooldown, 0
            self.counts[rule.name] = hits, end, over

    def _raise(self, alert: Alert, alerts: list[Alert]) -> None:
        alerts.append(alert)
        for receiver in self.receivers:
            try:
                receiver(alert)
            except Exception as error:
                logging.getLogger(__name__).error("%r failed: %r", receiver, error)
