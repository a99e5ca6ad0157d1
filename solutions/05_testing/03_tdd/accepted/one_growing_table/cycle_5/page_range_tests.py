"""One table: text, last page, and what is printed. None means that the text is refused."""

import pytest
from page_range import pages

TABLE = [
    ("", 4, [1, 2, 3, 4]),
    (" ", 1, [1]),
    ("3", 4, [3]),
    (" 4 ", 4, [4]),
    ("2-3", 4, [2, 3]),
    ("2 - 2", 4, [2]),
    ("-2", 4, [1, 2]),
    ("3-", 4, [3, 4]),
    ("1,3", 4, [1, 3]),
    ("4,1-2", 4, [1, 2, 4]),
    ("2,2,1-2", 4, [1, 2]),
    ("0", 4, None),
    ("5", 4, None),
    ("+2", 4, None),
    ("3-2", 4, None),
    ("0-1", 4, None),
    ("3-5", 4, None),
    ("-", 4, None),
]


def _printed(text: str, last: int) -> list[int] | None:
    try:
        return pages(text, last)
    except ValueError:
        return None


@pytest.mark.parametrize(("text", "last", "expected"), TABLE, ids=[repr(row[:2]) for row in TABLE])
def test_the_table(text: str, last: int, expected: list[int] | None) -> None:
    assert _printed(text, last) == expected
