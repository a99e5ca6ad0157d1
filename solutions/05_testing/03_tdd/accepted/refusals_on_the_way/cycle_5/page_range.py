"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return [*range(1, last + 1)]
    chosen: set[int] = set()
    for part in text.split(","):
        chosen |= set(_part(part, last))
    return sorted(chosen)


def _part(text: str, last: int) -> list[int]:
    """Return the pages of one part."""
    first, end = (*text.split("-"), text)[:2] if text.count("-") < 2 else ("", "")
    if text.strip() == "-" or not text.strip():
        raise ValueError(text)
    first, end = first.strip() or "1", end.strip() or str(last)
    if not (first + end).isdecimal() or not (first + end).isascii():
        raise ValueError(text)
    if not 1 <= int(first) <= int(end) <= last:
        raise ValueError(text)
    return [*range(int(first), int(end) + 1)]
