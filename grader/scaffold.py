"""Makes the two folders of a new exercise; `kata verify` understands them and says what is missing."""

import re
from pathlib import Path

from grader.catalog import NUMBERED, exercise_folders
from grader.errors import UsageError
from grader.proof.documents import taken_names


def scaffold(root: Path, topic: str, slug: str) -> list[Path]:
    """Write the files of a new exercise at the end of its topic; return their absolute paths.

    Args:
        root: the top of the repository.
        topic: an existing topic with or without its number, or ``NN_name`` for a new one.
        slug: the name of the exercise: lower case, digits and underscores.

    Raises:
        UsageError: the name cannot be used, or there is no such topic.

    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise UsageError(f"{slug!r} is no slug", "use lower-case letters, digits and underscores")
    taken = taken_names() | {folder.name[3:]: "another exercise" for folder in exercise_folders(root)}
    if slug in taken:
        raise UsageError(f"{slug!r} is the name of {taken[slug]} already", "choose another name")
    place = _topic(root, topic)
    numbers = [int(folder.name[:2]) for folder in place.glob("[0-9][0-9]_*")] if place.is_dir() else []
    name = f"{max(numbers, default=0) + 1:02d}_{slug}"
    folder, mirror = place / name, root / "solutions" / place.name / name
    texts = {
        folder / "README.md": README,
        folder / "exercise.toml": TOML,
        folder / f"{slug}.py": STUB,
        folder / f"test_{slug}.py": SUITE,
        mirror / f"{slug}.py": REFERENCE,
        mirror / "DISCUSSION.md": DISCUSSION,
        mirror / "accepted" / ".gitkeep": "",
        mirror / "rejected" / ".gitkeep": "",
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("SLUG", slug), encoding="utf-8")
    return list(texts)


def _topic(root: Path, topic: str) -> Path:
    tree = root / "exercises"
    known = sorted(path for path in tree.iterdir() if path.is_dir() and NUMBERED.fullmatch(path.name))
    for path in known:
        if topic in (path.name, path.name[3:]):
            return path
    if NUMBERED.fullmatch(topic):
        return tree / topic
    names = ", ".join(path.name[3:] for path in known)
    raise UsageError(f"there is no topic {topic!r}", f"use one of {names}, or NN_name for a new one")


README = """\
# SLUG

Why would somebody want this? Tell it without code, in two to six sentences.

## Tasks

### 1. Double a number

- `double(number)` returns twice the number.

## API

```python
def double(number: int) -> int: ...
```

## Examples

```python
>>> from SLUG import double
>>> double(21)
42

```

## Constraints

- **May the number be negative?** Yes.

## Out of scope

Numbers that are not integers.
"""
TOML = """\
title = "SLUG"
summary = "One sentence for the table of exercises."
difficulty = "easy"
assurance = "B"
assurance_reason = "why it cannot be A"

[[tasks]]
title = "Double a number"
points = 10
hints = ["Where to look.", "The idea, in words.", "The step that is missing."]
"""
STUB = '''\
"""SLUG: what this module is for."""


def double(number: int) -> int:
    """Return twice the number."""
    raise NotImplementedError("return twice the number")
'''
SUITE = '''\
"""The suite of SLUG."""

import pytest
from SLUG import double


@pytest.mark.task(1)
def test_a_number_is_doubled(check):
    """Doubling a number returns twice the number."""
    check.equal(14, double(7), "double(7)")
'''
REFERENCE = '''\
"""SLUG: what this module is for."""


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number
'''
DISCUSSION = """\
# SLUG: discussion

Why it is done so, what it costs, and what else was possible.
"""
