"""One table: text, last page, and what is printed. None means that the text is refused."""

import pytest
from page_range import pages

TABLE = [
    ("", 4, [1, 2, 3, 4]),
    (" ", 1, [1]),
]


def _printed(text: str, last: int) -> list[int] | None:
    try:
        return pages(text, last)
    except ValueError:
        return None


@pytest.mark.parametrize(("text", "last", "expected"), TABLE, ids=[repr(row[:2]) for row in TABLE])
def test_the_table(text: str, last: int, expected: list[int] | None) -> None:
    assert _printed(text, last) == expected
