"""The print dialog, cycle 4."""

import unittest

from page_range import pages


class TestPages(unittest.TestCase):
    def ask(self, text: str, expected: list[int]) -> None:
        self.assertEqual(expected, pages(text, 12))  # noqa: PT009

    def refuse(self, *texts: str) -> None:
        for text in texts:
            with self.subTest(text), self.assertRaises(ValueError):  # noqa: PT027
                pages(text, 12)

    def test_one_page(self) -> None:
        self.ask("5", [5])
        self.ask(" 12 ", [12])

    def test_pages_that_are_not_there(self) -> None:
        self.refuse("0", "13")

    def test_what_is_no_page(self) -> None:
        self.refuse("+1", "1_1")

    def test_all_pages(self) -> None:
        self.ask("", list(range(1, 13)))
        self.ask("\t ", list(range(1, 13)))

    def test_ranges(self) -> None:
        self.ask("3-5", [3, 4, 5])
        self.ask("10 -", [10, 11, 12])
        self.ask("- 2", [1, 2])

    def test_ranges_that_are_not_there(self) -> None:
        with self.assertRaises(ValueError):  # noqa: PT027
            pages("7-6", 12)
        self.ask("6-6", [6])
        self.refuse("0-2", "11-13", "-")
