"""The pages that a print dialog is asked for."""

import re


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    if "-" not in text:
        return [int(text)]
    found = re.fullmatch(r"\s*(\d*)\s*-\s*(\d*)\s*", text)
    assert found is not None
    low, high = int(found[1] or 1), int(found[2] or last)
    return list(range(low, high + 1))
