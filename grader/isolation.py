"""How a worker is launched. The steps of grading know only this interface, not what stands behind it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Isolation(Protocol):
    """A way to launch a worker."""

    @property
    def name(self) -> str:
        """The name that ``--isolation`` and the reports use."""
        ...

    def command(self, *options: str) -> list[str]:
        """Return the command line that starts a worker with these options."""
        ...

    def environment(self) -> dict[str, str]:
        """Return all variables that the worker starts with."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """An ordinary process: deadlines, memory limit and a swept process tree, but no wall around files.

    ``variables`` are added to the worker's environment, which is otherwise empty but for the search path.
    """

    name: str = "none"
    variables: Mapping[str, str] = field(default_factory=dict)

    def command(self, *options: str) -> list[str]:
        """Start Python without the user's site folder and without the current folder on its path."""
        return [sys.executable, "-P", "-s", "-m", "grader.worker", *options]

    def environment(self) -> dict[str, str]:
        """Return the search path (the environment's own programs first) and fixed locale and hash seed."""
        programs = os.path.dirname(sys.executable)  # noqa: PTH120 - joined into PATH as text
        fixed = {
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONUTF8": "1",
            "PYTHONHASHSEED": "0",
            "MALLOC_ARENA_MAX": "2",  # threads reserve address space, which the memory limit counts
        }
        system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        return fixed | system | dict(self.variables)


def choose(name: str) -> Isolation:
    """Return the isolation of that name; ``auto`` is the strongest there is."""
    return {"auto": Plain, "none": Plain}[name]()
