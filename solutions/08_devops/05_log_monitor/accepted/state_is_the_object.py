"""All that the objects remember is in one dict, which is the state; lines come from `readline`."""

import contextlib
import copy
import dataclasses
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
        self.path = Path(path)
        self.file = None
        self.memory = {"file": None, "place": 0, "unfinished": 0, **(state or {})}

    def poll(self) -> list[str]:
        return list(self._lines())

    def state(self) -> dict[str, object]:
        return copy.deepcopy(self.memory)

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file = None

    def _lines(self) -> Iterator[str]:
        if self.file is None and self.memory["file"] is not None:
            with contextlib.suppress(StopIteration):
                siblings = self.path.parent.glob("*")
                self.file = next(path for path in siblings if _number(path) == self.memory["file"]).open("rb")
        if self.file is not None:
            there = _number(self.path)
            over = there is not None and there != self.memory["file"]
            yield from self._rest(over)
            if not over:
                return
        with contextlib.suppress(FileNotFoundError):
            self.close()
            self.memory |= {"file": _number(self.path), "place": 0, "unfinished": 0}
            self.file = self.path.open("rb")
            yield from self._rest(False)

    def _rest(self, over: bool) -> Iterator[str]:
        size = os.stat(self.file.fileno()).st_size  # noqa: PTH116
        if size < self.memory["place"] + self.memory["unfinished"]:
            self.memory["place"] = 0
        self.memory["unfinished"] = 0
        self.file.seek(self.memory["place"])
        while line := self.file.readline():
            if not line.endswith(b"\n") and not over:
                self.memory["unfinished"] = len(line)
                break
            self.memory["place"] += len(line)
            yield re.sub(rb"\r?\n\Z", b"", line).decode("utf-8", errors="backslashreplace")


class Webhook:
    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self.request = requests.Request("POST", url)
        self.timeout = timeout

    def __call__(self, alert: Alert) -> None:
        answer = requests.request(
            self.request.method, self.request.url, json=dataclasses.asdict(alert), timeout=self.timeout
        )
        answer.raise_for_status()


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
        fresh = {
            "record": None,
            "due": None,
            "hits": {},
            "quiet_until": {},
            "suppressed": {},
            "follower": None,
        }
        self.memory = copy.deepcopy(fresh | dict(state or {}))
        self.follower = LogFollower(path, self.memory["follower"])
        self.rules, self.receivers = rules, receivers
        self.start, self.linger, self.clock = start, linger, clock

    def poll(self) -> list[Alert]:
        now = self.clock()
        complete = []
        for line in self.follower.poll():
            begins = self.start is None or re.match(self.start, line)
            if self.memory["record"] is None or begins:
                complete.append(self.memory["record"])
                self.memory["record"] = line
            else:
                self.memory["record"] += f"\n{line}"
            self.memory["due"] = now if self.start is None else now + self.linger
        if self.memory["record"] is not None and self.memory["due"] <= now:
            complete.append(self.memory["record"])
            self.memory["record"] = None
        alerts = []
        for record in complete:
            if record is not None:
                alerts += [alert for rule in self.rules for alert in self._judge(rule, record, now)]
        for receiver in self.receivers:
            for alert in alerts:
                try:
                    receiver(alert)
                except Exception:
                    logging.getLogger("log_monitor").exception("not taken: %s", alert)
        return alerts

    def state(self) -> dict[str, object]:
        return copy.deepcopy(self.memory | {"follower": self.follower.state()})

    def close(self) -> None:
        self.follower.close()

    def _judge(self, rule: Rule, record: str, now: float) -> Iterator[Alert]:
        if re.search(rule.pattern, record) is None:
            return
        hits, quiet, suppressed = (self.memory[key] for key in ("hits", "quiet_until", "suppressed"))
        if rule.name in quiet and now < quiet[rule.name]:
            suppressed[rule.name] = suppressed.get(rule.name, 0) + 1
            return
        recent = [hit for hit in hits.get(rule.name, []) if hit > now - rule.window] + [now]
        if len(recent) >= rule.threshold:
            yield Alert(rule.name, record, now, suppressed.pop(rule.name, 0))
            quiet[rule.name] = now + rule.cooldown
            recent = []
        hits[rule.name] = recent


def _number(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return [found.st_dev, found.st_ino]
