"""What the print dialog promises, up to cycle 2."""

from page_range import pages


def test_no_text_means_all_pages() -> None:
    assert pages("", 3) == [1, 2, 3]


def test_blanks_mean_all_pages() -> None:
    assert pages("  ", 2) == [1, 2]


def test_a_number_means_that_page() -> None:
    assert pages("4", 9) == [4]


def test_commas_separate_numbers() -> None:
    assert pages("2, 5 ,9", 9) == [2, 5, 9]
