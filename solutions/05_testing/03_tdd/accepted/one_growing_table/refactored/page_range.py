"""The pages that a print dialog is asked for."""

import re


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    chosen: set[int] = set()
    for part in text.split(",") if text.strip() else ["-" + str(last)]:
        found = re.fullmatch(r"\s*(?:([0-9]+)|(?=.*[0-9])([0-9]*)\s*-\s*([0-9]*))\s*", part)
        if found is None:
            raise ValueError(f"{part!r} is no page and no range")
        page, first, end = found.groups()
        low, high = int(page or first or 1), int(page or end or last)
        if not 1 <= low <= high <= last:
            raise ValueError(f"{part!r} is not in this document")
        chosen.update(range(low, high + 1))
    return sorted(chosen)
