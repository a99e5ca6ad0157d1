"""No library of stand-ins: one object plays service, mail server and clock, below requests and smtplib."""

import json
import smtplib
import time
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import freezegun
import pytest
import requests
from reminders import Loan, ServiceUnavailable, fetch_loans, fine, reminder, send_reminders
from requests.adapters import HTTPAdapter

DAY = date(2024, 2, 28)


class World:
    """What the module meets: ``answers`` go in; ``requests``, ``mails`` and ``pauses`` come out."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.requests: list[tuple[str, str, str, object]] = []
        self.connections = 0
        self.mails: list[EmailMessage] = []
        self.refused: str = ""
        self.pauses: list[float] = []

    def answer(self, request: requests.PreparedRequest, timeout: object) -> requests.Response:
        self.requests.append((request.method, request.url, request.headers["Authorization"], timeout))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.url = request.url
        response.status_code = answer if isinstance(answer, int) else 200
        response._content = json.dumps(answer).encode()
        return response

    def connect(self, host: str, *_: object, **__: object) -> "World":
        assert host == "mail.library.example"
        self.connections += 1
        return self

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None: ...

    def send_message(self, mail: EmailMessage) -> None:
        if mail["To"] == self.refused:
            raise smtplib.SMTPRecipientsRefused({self.refused: (550, b"")})
        self.mails.append(mail)


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **options: object) -> requests.Response:
        return world.answer(request, options["timeout"])

    monkeypatch.setattr(HTTPAdapter, "send", send)
    monkeypatch.setattr(smtplib, "SMTP", world.connect)
    monkeypatch.setattr(time, "sleep", world.pauses.append)
    return world


@pytest.fixture
def clock() -> Iterator[Any]:
    with freezegun.freeze_time("2024-02-28 08:00:00") as frozen:
        yield frozen


def book(title: str, days: int, reader: str = "r@example.org", returned: bool = False) -> dict[str, object]:
    return {"title": title, "reader": reader, "due": str(DAY + timedelta(days)), "returned": returned}


def test_fines() -> None:
    fines = {late: fine(DAY, DAY + timedelta(late)) for late in (-5, 0, 1, 2, 40, 41, 400)}
    assert fines == {-5: 0, 0: 0, 1: 25, 2: 50, 40: 1000, 41: 1000, 400: 1000}


@pytest.mark.parametrize(
    ("left", "told"),
    [(3, "due in 3 days"), (1, "due in 1 day"), (0, "due today"), (-1, "1 day late"), (-2, "2 days late")],
)
def test_letters(left: int, told: str) -> None:
    mail = reminder(Loan("X", "r@example.org", DAY + timedelta(left)), DAY)
    assert mail is not None
    assert (mail["To"], mail["From"]) == ("r@example.org", "desk@library.example")
    assert mail["Subject"] == f"X: {told}"
    money = f"\nThere is a fine of 0.{-25 * left} to pay." if left < 0 else ""
    due = DAY + timedelta(left)
    assert mail.get_content() == f"Please bring back X, due on {due}.{money}\n"


def test_no_letter_four_days_ahead() -> None:
    assert reminder(Loan("X", "r@example.org", DAY + timedelta(4)), DAY) is None


def test_a_service_that_works(world: World) -> None:
    world.answers = [[book("X", 0), book("Y", 0, returned=True)]]
    assert fetch_loans("k") == [Loan("X", "r@example.org", DAY)]
    assert world.requests == [("GET", "https://library.example/api/loans", "Bearer k", 5)]


def test_a_service_that_recovers(world: World) -> None:
    world.answers = [requests.ConnectionError(), 503, []]
    assert fetch_loans("k") == []
    assert world.pauses == [1, 2]


def test_a_service_that_does_not_recover(world: World) -> None:
    world.answers = [503, 503, requests.ConnectTimeout(), []]
    with pytest.raises(ServiceUnavailable):
        fetch_loans("k")
    assert len(world.answers) == 1


def test_a_service_that_says_no(world: World) -> None:
    world.answers = [403, []]
    with pytest.raises(requests.HTTPError):
        fetch_loans("k")
    assert len(world.answers) == 1


def test_a_day_at_the_desk(world: World, clock: Any) -> None:
    books = [book("A", 0), book("B", -1, reader="gone@example.org"), book("C", 2), book("D", 9)]
    world.answers = [books, books]
    world.refused = "gone@example.org"
    assert send_reminders("k") == 2
    assert [mail["Subject"] for mail in world.mails] == ["A: due today", "C: due in 2 days"]
    clock.move_to("2024-02-28 19:59:00")
    assert send_reminders("k") == 2
    clock.move_to("2024-02-28 20:00:00")
    assert send_reminders("k") == 0
    clock.move_to("2024-02-29 07:59:00")
    assert send_reminders("k") == 0
    assert (len(world.requests), world.connections) == (2, 2)


@pytest.mark.usefixtures("clock")
def test_a_day_without_letters(world: World) -> None:
    world.answers = [[book("D", 9)]]
    assert send_reminders("k") == 0
    assert world.connections == 0
