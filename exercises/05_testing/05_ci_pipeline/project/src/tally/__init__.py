"""Counts words and draws the counts as bars."""

from collections import Counter

import rulers


def bars(text: str) -> list[str]:
    """Return one line for each word, the most frequent first."""
    counts = Counter(text.split()).most_common()
    return [f"{rulers.bar(count)} {word}" for word, count in counts]
