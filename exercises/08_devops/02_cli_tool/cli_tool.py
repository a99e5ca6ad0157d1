"""Tells which requests were slow: a small tool that behaves well in a pipeline."""

import sys
from collections.abc import Sequence

SLOW = 500.0
"""Milliseconds above which a request is slow, if nobody says otherwise."""
VARIABLE = "SLOW_OVER"
"""The environment variable that may say otherwise."""

INTERRUPTED = 130
"""The exit code that shells report for a program that SIGINT has ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    raise NotImplementedError("read the arguments, run the command that they name, return the exit code")


if __name__ == "__main__":
    sys.exit(main())
