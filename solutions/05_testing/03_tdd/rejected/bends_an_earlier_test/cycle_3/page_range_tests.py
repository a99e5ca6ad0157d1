"""What the print dialog promises, up to cycle 3."""

from page_range import pages


def test_no_text_means_all_pages() -> None:
    assert pages("", 3) == [1, 2, 3]


def test_blanks_mean_all_pages() -> None:
    assert pages("  ", 2) in ([], [1, 2])


def test_a_number_means_that_page() -> None:
    assert pages("4", 9) == [4]


def test_commas_separate_numbers() -> None:
    assert pages("2, 5 ,9", 9) == [2, 5, 9]


def test_a_range_includes_both_ends() -> None:
    assert pages("2-4,7", 9) == [2, 3, 4, 7]


def test_a_range_may_be_one_page() -> None:
    assert pages("9-9", 9) == [9]


def test_blanks_around_a_hyphen_do_not_matter() -> None:
    assert pages("3 - 4", 9) == [3, 4]


def test_a_range_without_a_start_begins_at_the_first_page() -> None:
    assert pages("-3", 9) == [1, 2, 3]


def test_a_range_without_an_end_goes_to_the_last_page() -> None:
    assert pages("7-", 9) == [7, 8, 9]
