"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return [*range(1, last + 1)]
    chosen = {page for part in text.split(",") for page in _part(part.strip(), last)}
    return [page for page in range(1, last + 1) if page in chosen]


def _part(part: str, last: int) -> range:
    """Return the pages of one part."""
    if part == "-" or part.count("-") > 1:
        raise ValueError(f"{part!r} is no range")
    first, _, end = part.partition("-")
    low = _number(first) if first else 1
    high = low if "-" not in part else _number(end) if end.strip() else last
    if not part or low < 1 or high < low or high > last:
        raise ValueError(f"{part!r} is not in this document")
    return range(low, high + 1)


def _number(text: str) -> int:
    if not (text.strip().isdecimal() and text.isascii()):
        raise ValueError(f"{text!r} is no number")
    return int(text)
