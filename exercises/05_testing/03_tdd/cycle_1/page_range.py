"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    raise NotImplementedError("make the new tests of this cycle pass, and keep the others passing")
