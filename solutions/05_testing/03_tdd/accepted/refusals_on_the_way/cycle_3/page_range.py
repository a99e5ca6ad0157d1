"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    text = text.strip()
    if not text:
        return [*range(1, last + 1)]
    if not text.isdigit() or not 1 <= int(text) <= last:
        raise ValueError(text)
    return [int(text)]
