"""The classes of unittest, its mocks, and freezegun as a decorator."""

# ruff: noqa: PT009, PT027 - the assertions of unittest are the point

import datetime
import smtplib
import time
import unittest
from unittest import mock

import reminders
import requests
import requests_mock
from freezegun import freeze_time

ADDRESS = "https://library.example/api/loans"
ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


def day(number: int) -> datetime.date:
    return datetime.date(2025, 1, number)


def loan(due: int) -> reminders.Loan:
    return reminders.Loan(title="Ulysses", reader=ADA, due=day(due))


class Money(unittest.TestCase):
    def test_nothing_is_paid_before_or_on_the_day(self) -> None:
        for due in (10, 11, 31):
            with self.subTest(due=due):
                self.assertEqual(reminders.fine(day(due), day(10)), 0)

    def test_a_quarter_is_paid_for_each_day(self) -> None:
        self.assertEqual(reminders.fine(day(9), day(10)), 25)
        self.assertEqual(reminders.fine(day(1), day(31)), 750)

    def test_ten_euros_are_the_most(self) -> None:
        today = day(1) + datetime.timedelta(days=500)
        self.assertEqual(reminders.fine(day(1), today), 1000)


class Letters(unittest.TestCase):
    def subject(self, due: int, today: int) -> str:
        message = reminders.reminder(loan(due), day(today))
        self.assertIsNotNone(message)
        return str(message["Subject"])

    def test_there_is_none_while_there_is_time(self) -> None:
        self.assertIsNone(reminders.reminder(loan(14), day(10)))

    def test_it_tells_the_days(self) -> None:
        told = [self.subject(10, today) for today in (7, 8, 9, 10, 11, 12)]
        expected = [
            "due in 3 days",
            "due in 2 days",
            "due in 1 day",
            "due today",
            "1 day late",
            "2 days late",
        ]
        self.assertEqual(told, [f"Ulysses: {text}" for text in expected])

    def test_it_is_addressed(self) -> None:
        message = reminders.reminder(loan(10), day(10))
        self.assertEqual(message["To"], ADA)
        self.assertEqual(message["From"], "desk@library.example")

    def test_it_asks_for_money_only_when_it_is_late(self) -> None:
        early = reminders.reminder(loan(12), day(10)).get_content()
        late = reminders.reminder(loan(6), day(10)).get_content()
        self.assertNotIn("fine", early)
        self.assertIn("There is a fine of 1.00 to pay.", late)
        self.assertIn("due on 2025-01-06", late)


class World(unittest.TestCase):
    """A service, a mail server and a clock of cardboard."""

    def setUp(self) -> None:
        self.service = requests_mock.Mocker()
        self.service.start()
        self.addCleanup(self.service.stop)
        self.smtp = self.patched(smtplib, "SMTP")
        self.send = self.smtp.return_value.__enter__.return_value.send_message
        self.smtp.return_value.__exit__.return_value = False
        self.sleep = self.patched(time, "sleep")

    def patched(self, owner: object, name: str) -> mock.MagicMock:
        patcher = mock.patch.object(owner, name)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def answer(self, *readers: str, returned: bool = False) -> None:
        entries = [
            {"title": "Ulysses", "reader": one, "due": "2025-01-10", "returned": returned} for one in readers
        ]
        self.service.get(ADDRESS, json=entries)


class Service(World):
    def test_loans_are_read(self) -> None:
        self.answer(ADA)
        self.assertEqual(reminders.fetch_loans("t"), [loan(10)])
        self.answer(ADA, returned=True)
        self.assertEqual(reminders.fetch_loans("t"), [])

    def test_the_request_is_polite(self) -> None:
        self.answer()
        reminders.fetch_loans("secret")
        request = self.service.last_request
        self.assertEqual((request.headers["authorization"], request.timeout), ("Bearer secret", 5))

    def test_it_may_stumble_twice(self) -> None:
        stumbles = [{"exc": requests.ConnectionError}, {"status_code": 503}]
        self.service.get(ADDRESS, [*stumbles, {"json": []}])
        self.assertEqual(reminders.fetch_loans("t"), [])
        self.sleep.assert_has_calls([mock.call(1), mock.call(2)])
        self.assertEqual(self.sleep.call_count, 2)

    def test_it_may_not_stumble_three_times(self) -> None:
        self.service.get(ADDRESS, [{"status_code": 503}] * 3 + [{"json": []}])
        self.assertRaises(reminders.ServiceUnavailable, reminders.fetch_loans, "t")

    def test_a_refusal_is_final(self) -> None:
        self.service.get(ADDRESS, [{"status_code": 401}, {"json": []}])
        self.assertRaises(requests.HTTPError, reminders.fetch_loans, "wrong")


class Sending(World):
    @freeze_time("2025-01-10 10:30:00")
    def test_everybody_is_written_to(self) -> None:
        self.answer(ADA, BOB)
        self.assertEqual(reminders.send_reminders("t"), 2)
        self.assertEqual([call.args[0]["To"] for call in self.send.call_args_list], [ADA, BOB])
        self.assertEqual(self.smtp.call_args.args[0], "mail.library.example")

    @freeze_time("2025-01-10 10:30:00")
    def test_whoever_is_refused_is_passed_over(self) -> None:
        self.answer(BOB, ADA, EVE)
        self.send.side_effect = [None, smtplib.SMTPRecipientsRefused({}), None]
        self.assertEqual(reminders.send_reminders("t"), 2)
        self.assertEqual(self.send.call_count, 3)

    @freeze_time("2024-12-01 10:30:00")
    def test_no_letters_no_mail_server(self) -> None:
        self.answer(ADA)
        self.assertEqual(reminders.send_reminders("t"), 0)
        self.smtp.assert_not_called()

    def test_the_desk_has_hours(self) -> None:
        self.answer(ADA)
        sent = {}
        for hour in range(24):
            with freeze_time(f"2025-01-10 {hour:02}:30:00"):
                sent[hour] = reminders.send_reminders("t")
        self.assertEqual([hour for hour, count in sent.items() if count], list(range(8, 20)))
