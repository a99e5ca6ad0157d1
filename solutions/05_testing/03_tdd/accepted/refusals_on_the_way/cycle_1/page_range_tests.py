"""The print dialog, cycle 1."""

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
