"""Writes the events of a run: one JSON object a line."""

import json
import os


class Events:
    """Writes events to the descriptor that the supervisor reads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._process = os.getpid()

    def __call__(self, event: str, **fields: object) -> None:
        """Write one event; a forked copy of this process says nothing."""
        if os.getpid() != self._process:
            return
        line = json.dumps({"event": event, **fields}).encode() + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]
