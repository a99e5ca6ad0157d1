"""What the outcome of a run depends on, as a key: what was found out counts until one of these changes."""

import functools
import hashlib
import sys
from pathlib import Path

from grader import submission as submissions
from grader.model import Exercise, Submission
from grader.trusted import trusted_digest

TAKES_PART = ("checks.py", "pytest_plugin.py", "fixtures", "worker")
"""The grader's sources that take part in a run."""


def evidence_key(exercise: Exercise, submission: Submission, *more: object) -> str:
    """Return the SHA-256, in hexadecimal digits, of all that the outcome of one run depends on.

    Args:
        exercise: whose suite is run.
        submission: what it is run against.
        more: what else matters, such as the options of the run; their texts count.

    """
    parts = (running_digest(), trusted_digest(exercise), submissions.digest(submission), *map(str, more))
    return hashlib.sha256(":".join(parts).encode()).hexdigest()


@functools.cache
def running_digest() -> str:
    """Return the SHA-256 of the interpreter and of the grader's sources that take part in a run."""
    top = Path(submissions.__file__).parent
    total = hashlib.sha256(f"{sys.version}:{sys.platform}".encode())
    for name in TAKES_PART:
        for path in sorted([top / name, *(top / name).rglob("*.py")]):
            if path.is_file():
                total.update(path.read_bytes())
    return total.hexdigest()
