"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    if not text.strip():
        return list(range(1, last + 1))
    return [int(part) for part in text.split(",")]
