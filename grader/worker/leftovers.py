"""What a run left behind in its own process: threads, open files, variables, paths, modules."""

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of a process at one moment."""

    threads: frozenset[threading.Thread]
    descriptors: dict[int, str]
    environment: dict[str, str]
    paths: tuple[str, ...]
    finders: tuple[int, ...]
    modules: dict[str, Any]

    @classmethod
    def take(cls) -> "Snapshot":
        """Look at this process."""
        return cls(
            threads=frozenset(threading.enumerate()),
            descriptors=_descriptors(),
            environment=dict(os.environ),
            paths=tuple(sys.path),
            finders=tuple(map(id, sys.meta_path)),
            modules=dict(sys.modules),
        )

    def changes(self, later: "Snapshot", root: str) -> list[str]:
        """Say what is different ``later``; paths and modules of the run's own ``root`` are its own."""
        found = [f"thread {thread.name!r} is still running" for thread in later.threads - self.threads]
        found += [
            f"descriptor {number} is still open: {target}"
            for number, target in later.descriptors.items()
            if self.descriptors.get(number) != target
        ]
        found += [
            f"environment variable {name} was {'changed' if name in later.environment else 'removed'}"
            for name, value in self.environment.items()
            if later.environment.get(name) != value
        ]
        added = later.environment.keys() - self.environment.keys()
        found += [f"environment variable {name} was added" for name in sorted(added)]
        found += [f"sys.path was extended by {path}" for path in _new_paths(self.paths, later.paths, root)]
        if later.finders != self.finders:
            found.append("sys.meta_path was changed")
        found += [
            f"module {name} was {'replaced in' if name in later.modules else 'removed from'} sys.modules"
            for name, module in self.modules.items()
            if later.modules.get(name) is not module
        ]
        return found


def _new_paths(before: tuple[str, ...], after: tuple[str, ...], root: str) -> list[str]:
    inside = Path(root)
    return [path for path in after if path not in before and inside not in (Path(path), *Path(path).parents)]


def _descriptors() -> dict[int, str]:
    """Return the open descriptors and what they refer to; empty where the system does not tell."""
    found: dict[int, str] = {}
    try:
        numbers = os.listdir("/proc/self/fd")  # noqa: PTH208 - a Path for each descriptor is not needed
    except OSError:
        return found
    for number in numbers:
        try:
            found[int(number)] = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115
        except OSError:  # the descriptor that listed the folder
            continue
    return found
