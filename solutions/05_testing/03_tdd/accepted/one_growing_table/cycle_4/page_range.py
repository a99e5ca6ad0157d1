"""The pages that a print dialog is asked for."""

import re


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    chosen: set[int] = set()
    for part in text.split(","):
        if "-" not in part:
            chosen.add(int(part))
            continue
        found = re.fullmatch(r"\s*(\d*)\s*-\s*(\d*)\s*", part)
        assert found is not None
        low, high = int(found[1] or 1), int(found[2] or last)
        chosen.update(range(low, high + 1))
    return sorted(chosen)
