"""Another right implementation: classes behind the functions, and recursion in place of a loop."""

import contextlib
import datetime
import email.message
import http
import smtplib
import time
import typing

import requests


class ServiceUnavailable(Exception):
    """The loans could not be read, although they were asked for three times."""

    def __init__(self) -> None:
        super().__init__("the library's service is down")


class Loan(typing.NamedTuple):
    """A book that somebody has taken home."""

    title: str
    reader: str
    due: datetime.date

    def days_late(self, today: datetime.date) -> int:
        """Return how many days ago it was due; negative before that."""
        return (today - self.due).days


def fine(due: datetime.date, today: datetime.date) -> int:
    """Return what is to be paid, in cents."""
    return sorted((0, 25 * (today - due).days, 1000))[1]


def reminder(loan: Loan, today: datetime.date) -> email.message.EmailMessage | None:
    """Return the e-mail about a loan, if it is time for one."""
    late = loan.days_late(today)
    plural = "" if abs(late) == 1 else "s"
    match (late > 0) - (late < 0):
        case 1:
            when = f"{late} day{plural} late"
        case 0:
            when = "due today"
        case _ if late >= -3:
            when = f"due in {-late} day{plural}"
        case _:
            return None
    mail = email.message.EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = loan.reader, "desk@library.example", f"{loan.title}: {when}"
    body = [f"Please bring back {loan.title}, due on {loan.due}."]
    if cents := fine(loan.due, today):
        euros, rest = divmod(cents, 100)
        body.append(f"There is a fine of {euros}.{rest:0>2} to pay.")
    mail.set_content("\n".join(body))
    return mail


class Service:
    """The library's service."""

    def __init__(self, token: str) -> None:
        self.arguments = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 5}

    def ask(self, attempts: int = 3) -> requests.Response:
        """Ask until there is an answer."""
        answer = None
        with contextlib.suppress(requests.ConnectionError):
            answer = requests.request("get", "https://library.example/api/loans", **self.arguments)
        if answer is not None and answer.status_code != http.HTTPStatus.SERVICE_UNAVAILABLE:
            return answer
        if attempts == 1:
            raise ServiceUnavailable
        time.sleep(4 - attempts)
        return self.ask(attempts - 1)


def fetch_loans(token: str) -> list[Loan]:
    """Return the loans that are still out."""
    answer = Service(token).ask()
    answer.raise_for_status()
    loans = []
    for entry in answer.json():
        if entry["returned"]:
            continue
        loans.append(Loan(entry["title"], entry["reader"], datetime.date.fromisoformat(entry["due"])))
    return loans


def send_reminders(token: str) -> int:
    """Send the reminders of today; return how many were accepted."""
    now = datetime.datetime.now(datetime.UTC)
    if now.hour not in range(8, 20):
        return 0
    messages = [reminder(loan, now.date()) for loan in fetch_loans(token)]
    if not any(messages):
        return 0
    with smtplib.SMTP("mail.library.example", timeout=5) as connection:
        return sum(_accepted(connection, message) for message in messages if message is not None)


def _accepted(connection: smtplib.SMTP, message: email.message.EmailMessage) -> bool:
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused:
        return False
    return True
