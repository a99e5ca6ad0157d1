"""Makes the suite's calls of the hand-in, each line of them in a child process of its own.

An audit hook sees every operation on the suite's files before it happens, whichever function it comes from.
"""

import errno
import gc
import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
READS = {"os.listdir", "os.scandir"}
TWO_PATHS = {"os.link", "os.rename", "os.symlink"}
CHANGES = {
    *TWO_PATHS,
    *("os.chmod", "os.chown", "os.mkdir", "os.remove", "os.rmdir", "os.setxattr", "os.truncate", "os.utime"),
}

now: dict[str, Any] = {"root": "", "parts": [], "fault": {}}
"""The job at hand, and what has been seen of it."""


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Count an operation, and let it fail if it is to fail."""
    if event == "open":
        change = bool((arguments[2] or 0) & WRITING)
    elif event in READS or event in CHANGES:
        change = event in CHANGES
    else:
        return
    given = arguments[: 2 if event in TWO_PATHS else 1]
    paths = [os.path.abspath(os.fsdecode(it)) for it in given if isinstance(it, str | bytes | os.PathLike)]  # noqa: PTH100
    if not now["root"] or not any(path.startswith(now["root"]) for path in paths):
        return
    now["all"] += 1
    if change:
        now["changes"].append(" ".join([event, *paths]))
    elif event == "open":
        now["opened"].append(paths[0])
    if now["all"] == now["fault"].get("at"):
        if now["fault"]["kind"] == "kill":
            os._exit(99)
        raise OSError(errno.EIO, "injected", paths[0])
    if event in ("os.link", "os.rename") and len({part(path) for path in paths}) == 2:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), *paths)


def part(path: str) -> str:
    """Return the file system, so to speak, that a path belongs to."""
    return next((it for it in now["parts"] if path.startswith(it)), "")


def carry_out(module: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Make the calls of a job; return what came of the last one, which may be made to fail."""
    now.update(root=job["root"], parts=job["parts"], fault={})
    answer: dict[str, Any] = {}
    for number, (name, plain, options) in enumerate(job["calls"], start=1):
        arguments = [Path(it) if isinstance(it, str) else it for it in plain]
        if name == "apply_plan":
            arguments[0] = [module.Step(Path(source), Path(target)) for source, target in plain[0]]
        function = getattr(module, name)
        now.update(all=0, changes=[], opened=[])
        if number == len(job["calls"]):
            begin(job["fault"])
        try:
            answer = {"value": told(function(*arguments, **options))}
        except Exception as error:
            kinds = [it.__name__ for it in type(error).__mro__]
            answer = {"raised": kinds, "told": f"{type(error).__name__}: {error}"}
    return answer | {name: now[name] for name in ("all", "changes", "opened")}


def begin(fault: dict[str, Any]) -> None:
    """Let the next call fail as told; ``room`` is a limit for the size of files."""
    now["fault"] = fault
    if "room" in fault:
        if fault["kind"] == "kill":
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault["room"], fault["room"]))


def told(value: object) -> object:
    """Return a value as plain data: steps as pairs, anything unexpected as its text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list) and all(hasattr(it, "source") and hasattr(it, "target") for it in value):
        return [[str(it.source), str(it.target)] for it in value]
    return repr(value)


def serve(module: Any, orders: Iterable[str], answers: Any) -> None:
    """Carry out each line of jobs in a child, which answers each, and tell how it ended."""
    for line in orders:
        child = os.fork()
        if not child:
            signal.alarm(8)
            resource.setrlimit(resource.RLIMIT_CPU, (4, 4))
            sys.addaudithook(hook)
            for job in json.loads(line):
                print(json.dumps(carry_out(module, job)), file=answers, flush=True)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps({"status": status}), file=answers, flush=True)


def main() -> None:
    """Keep the pipes for the suite, import the hand-in, and serve."""
    answers, orders = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(0), "r")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    sys.path.insert(0, sys.argv[1])
    try:
        module = importlib.import_module("file_automation")
    except BaseException as error:
        print(json.dumps({"ready": f"it cannot be imported: {error!r}"}), file=answers, flush=True)
        return
    print(json.dumps({"ready": True}), file=answers, flush=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()
    gc.freeze()  # the children share more memory that way
    serve(module, orders, answers)


if __name__ == "__main__":
    main()
