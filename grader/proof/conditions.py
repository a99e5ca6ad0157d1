"""Under what other circumstances a verdict has to stay the same: what differs between machines and days."""

import contextlib
import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.workspace import remove

LOCALES = ("C", "tr_TR.UTF-8", "C.UTF-8")
"""In Turkish the small letter of I has no dot. Where a locale is not installed, programs take C for it."""
UMASKS = (0o077, 0o002, 0o022, 0o000)
ZONES = ("IST-5:30", "EST5EDT,M3.2.0,M11.1.0", "UTC0")
SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
"""A program that keeps a core busy until its parent is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What one repeat runs under: options of pytest, variables of the worker, and the umask."""

    options: tuple[str, ...]
    variables: Mapping[str, str]
    umask: int

    def __str__(self) -> str:
        told = [f"{name}={value}" for name, value in self.variables.items()]
        return " ".join([*self.options, *told, f"umask={self.umask:03o}", "on busy cores"])


def conditions(number: int, now: datetime.datetime) -> Conditions:
    """Return the conditions of a repeat; a dozen in a row have each locale with each time zone.

    Args:
        number: of the repeat, from 1.
        now: the present moment; one of the time zones has put its clocks forward in this very hour.

    """
    gap = f"AAA0BBB,{now.timetuple().tm_yday - 1}/{now.hour},{(now.timetuple().tm_yday + 180) % 365}/0"
    zones = (gap, *ZONES)
    variables = {
        "PYTHONHASHSEED": str(number),
        "LC_ALL": LOCALES[number % len(LOCALES)],
        "TZ": zones[number % len(zones)],
    }
    options = ("--order-seed", str(number), "--free-draw", "--hypothesis-seed", str(number))
    return Conditions(options=options, variables=variables, umask=UMASKS[number // 2 % len(UMASKS)])


@contextlib.contextmanager
def applied(wanted: Conditions) -> Iterator[tuple[Path, Path]]:
    """Set the umask and keep every core busy; yield a folder with an odd name, and one that is read-only.

    The umask is that of this process, which lays out the workspaces; a run itself begins with one of its
    own. Run nothing else beside the block.
    """
    before = os.umask(wanted.umask)
    place = Path(tempfile.mkdtemp(prefix="kata ü 'x' "))
    spinners = [subprocess.Popen([sys.executable, "-I", "-c", SPIN]) for _ in range(os.cpu_count() or 1)]
    try:
        yield place, _read_only(place / "home")
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
        remove(place)
        os.umask(before)


def _read_only(folder: Path) -> Path:
    """Return a folder in which nobody can write, not even who may write everywhere."""
    folder.mkdir()
    folder.chmod(0o555)
    return Path("/proc") if os.access(folder, os.W_OK) and Path("/proc").is_dir() else folder
