"""Tests what happens when all goes well; nobody is late, nothing fails, no boundary is near.

Loses: 2, 5
"""

import smtplib
import time
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage

import pytest
from freezegun import freeze_time
from reminders import Loan, fetch_loans, fine, reminder, send_reminders
from requests_mock import Mocker

URL = "https://library.example/api/loans"
TODAY = date(2025, 3, 14)
NOON = "2025-03-14 12:00:00"


class _Mailbox:
    """Stands for ``smtplib.SMTP``: keeps what is sent, and refuses the readers whom it is told to refuse."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.sent: list[EmailMessage] = []
        self.refused: set[str] = set()

    def __call__(self, host: str, *_: object, **__: object) -> "_Mailbox":
        self.hosts.append(host)
        return self

    def __enter__(self) -> "_Mailbox":
        return self

    def __exit__(self, *_: object) -> None: ...

    def send_message(self, message: EmailMessage) -> None:
        if message["To"] in self.refused:
            raise smtplib.SMTPRecipientsRefused({message["To"]: (550, b"unknown")})
        self.sent.append(message)


@pytest.fixture(name="mailbox")
def _mailbox(monkeypatch: pytest.MonkeyPatch) -> _Mailbox:
    mailbox = _Mailbox()
    monkeypatch.setattr(smtplib, "SMTP", mailbox)
    return mailbox


@pytest.fixture(name="pauses", autouse=True)
def _pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits in these tests: the pauses are written down instead."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


@pytest.fixture(name="noon")
def _noon() -> Iterator[None]:
    with freeze_time(NOON):
        yield


def _entry(
    title: str, due: str, reader: str = "ada@example.org", returned: bool = False
) -> dict[str, object]:
    return {"title": title, "reader": reader, "due": due, "returned": returned}


def _subject(due: date) -> str | None:
    message = reminder(Loan("Emma", "ada@example.org", due), TODAY)
    return None if message is None else message["Subject"]


@pytest.mark.parametrize(
    ("due", "cents"),
    [
        (date(2025, 3, 20), 0),
        (date(2025, 3, 14), 0),
        (date(2025, 2, 28), 14 * 25),
    ],
)
def test_the_fine_grows_by_the_day_up_to_a_limit(due: date, cents: int) -> None:
    assert fine(due, TODAY) == cents


@pytest.mark.parametrize(
    ("due", "subject"),
    [
        (date(2025, 3, 15), "Emma: due in 1 day"),
        (date(2025, 3, 14), "Emma: due today"),
    ],
)
def test_the_subject_says_how_much_time_is_left(due: date, subject: str | None) -> None:
    assert _subject(due) == subject


def test_a_reminder_goes_to_the_reader_and_comes_from_the_desk() -> None:
    message = reminder(Loan("Emma", "ada@example.org", TODAY), TODAY)

    assert message is not None
    assert (message["To"], message["From"]) == ("ada@example.org", "desk@library.example")


def test_a_reminder_in_time_names_no_fine() -> None:
    message = reminder(Loan("Emma", "ada@example.org", date(2025, 3, 16)), TODAY)

    assert message is not None
    assert message.get_content() == "Please bring back Emma, due on 2025-03-16.\n"


def test_the_loans_that_are_out_are_fetched(requests_mock: Mocker) -> None:
    requests_mock.get(
        URL, json=[_entry("Emma", "2025-03-14"), _entry("Persuasion", "2025-03-10", returned=True)]
    )

    assert fetch_loans("a-token") == [Loan("Emma", "ada@example.org", TODAY)]


def test_the_request_carries_the_token_and_a_timeout(requests_mock: Mocker) -> None:
    requests_mock.get(URL, json=[])

    fetch_loans("a-token")

    assert requests_mock.last_request.headers["Authorization"] == "Bearer a-token"
    assert requests_mock.last_request.timeout == 5


@pytest.mark.usefixtures("noon")
def test_each_reminder_is_sent_and_counted(requests_mock: Mocker, mailbox: _Mailbox) -> None:
    requests_mock.get(
        URL, json=[_entry("Emma", "2025-03-14"), _entry("Dune", "2025-03-15"), _entry("It", "2025-06-01")]
    )

    assert send_reminders("a-token") == 2
    assert [message["Subject"] for message in mailbox.sent] == ["Emma: due today", "Dune: due in 1 day"]
    assert mailbox.hosts == ["mail.library.example"]
