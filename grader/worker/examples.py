"""Runs the README's examples as doctests against the hand-in."""

import doctest
import sys
import time
from pathlib import Path
from typing import Any

from grader.worker.events import Events

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def run_examples(job: dict[str, Any], say: Events) -> None:
    """Run the examples in the job's target files, with its root folder on the import path."""
    sys.path.insert(0, job["root"])
    failures: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for target in job["targets"]:
        text = Path(job["root"], target).read_text(encoding="utf-8")
        blocks = text.replace("\n```", "\n\n```")  # or the closing fence would be expected output
        test = doctest.DocTestParser().get_doctest(blocks, {}, target, target, 0)
        runner.run(test, out=failures.append, clear_globs=False)
    say("examples", failures=failures)
    say("finished", cpu_seconds=time.process_time(), leftovers=[])
