"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    chosen: list[int] = []
    for part in text.split(","):
        first, hyphen, end = part.partition("-")
        low = int(first.strip() or 1)
        high = int(end.strip() or last) if hyphen else low
        chosen += range(low, high + 1)
    return sorted(set(chosen))
