"""What the print dialog promises, up to cycle 1."""

from page_range import pages


def test_no_text_means_all_pages() -> None:
    assert pages("", 3) == [1, 2, 3]


def test_blanks_mean_all_pages() -> None:
    assert pages("  ", 2) == [1, 2]
