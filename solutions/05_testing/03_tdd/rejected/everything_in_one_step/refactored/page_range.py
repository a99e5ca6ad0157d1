"""The pages that a print dialog is asked for."""

import re

_PAGE = re.compile(r"\s*([0-9]+)\s*")
_RANGE = re.compile(r"\s*([0-9]*)\s*-\s*([0-9]*)\s*")


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    return sorted({page for part in text.split(",") for page in _part(part, last)})


def _part(part: str, last: int) -> range:
    """Return the pages of what stands between two commas."""
    low, high = _ends(part, last)
    if not 1 <= low <= high <= last:
        raise ValueError(f"{part!r} is not within 1-{last}")
    return range(low, high + 1)


def _ends(part: str, last: int) -> tuple[int, int]:
    """Return the first and the last page of a part, whether there are such pages or not."""
    if page := _PAGE.fullmatch(part):
        return int(page[1]), int(page[1])
    ends = _RANGE.fullmatch(part)
    if ends is None or not (ends[1] or ends[2]):
        raise ValueError(f"{part!r} is no page and no range")
    return int(ends[1] or 1), int(ends[2] or last)
