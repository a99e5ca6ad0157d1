"""Follows a log file through all that happens to it, and raises an alert when something happens too often."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What to look for, and how often within how many seconds it takes to raise an alert (given)."""

    name: str
    pattern: str
    threshold: int = 1
    window: float = 60.0
    cooldown: float = 0.0


@dataclass(frozen=True)
class Alert:
    """A rule has had enough hits: the record and time of the last one, how many were passed over (given)."""

    rule: str
    record: str
    at: float
    suppressed: int = 0


class LogFollower:
    """Gives the complete lines of a log file, each of them once."""

    def __init__(self, path: str | os.PathLike[str], state: Mapping[str, object] | None = None) -> None:
        raise NotImplementedError("remember the path, and where another follower left off")

    def poll(self) -> list[str]:
        """Return the lines that have become complete since the last call."""
        raise NotImplementedError("read what is new, through truncation and rotation, and return its lines")

    def state(self) -> dict[str, object]:
        """Return what another follower needs to go on, as plain data."""
        raise NotImplementedError("return which file is read, and how far, in bytes")

    def close(self) -> None:
        """Close the file; `state` still tells where it was left."""
        raise NotImplementedError("close the file")


class Webhook:
    """Sends alerts to an address, as JSON."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        raise NotImplementedError("remember the address and the timeout")

    def __call__(self, alert: Alert) -> None:
        """Send an alert; raise `requests.RequestException` if it did not arrive."""
        raise NotImplementedError("post the alert, and look at the status of the answer")


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
        raise NotImplementedError("make a follower, and take over what another monitor left")

    def poll(self) -> list[Alert]:
        """Read what is new, tell the receivers of all alerts, and return these."""
        raise NotImplementedError("put lines together to records, count hits, tell the receivers")

    def state(self) -> dict[str, object]:
        """Return what another monitor needs to go on, as plain data."""
        raise NotImplementedError("return the state of the follower, the unfinished record, and the counts")

    def close(self) -> None:
        """Close the file."""
        raise NotImplementedError("close the file")
