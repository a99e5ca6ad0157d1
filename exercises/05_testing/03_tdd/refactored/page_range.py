"""The pages that a print dialog is asked for."""


def pages(text: str, last: int) -> list[int]:
    """Return the pages that ``text`` asks for, of a document whose last page is ``last``."""
    raise NotImplementedError("say the same as the code of cycle 5 in a clearer way")
