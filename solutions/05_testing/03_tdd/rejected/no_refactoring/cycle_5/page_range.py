"""The pages that a print dialog is asked for."""

import re


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    chosen: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*([0-9]*)\s*(-?)\s*([0-9]*)\s*", part)
        if not found or not (found[1] or found[3]):
            raise ValueError(f"{part!r} is no page and no range")
        first, hyphen, end = found.groups()
        low = int(first or 1)
        high = int(end or last) if hyphen else low
        if (end and not hyphen) or not 1 <= low <= high <= last:
            raise ValueError(f"{part!r} is not within 1-{last}")
        chosen += range(low, high + 1)
    return sorted(set(chosen))
