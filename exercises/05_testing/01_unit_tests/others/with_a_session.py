"""Another right implementation: a session, a table of messages, a generator."""

import smtplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.message import EmailMessage

import requests

ADDRESS = "https://library.example/api/loans"


class ServiceUnavailable(Exception):
    """The loans could not be read, although they were asked for three times."""


@dataclass(frozen=True)
class Loan:
    """A book that somebody has taken home."""

    title: str
    reader: str
    due: date


def fine(due: date, today: date) -> int:
    """Return what is to be paid, in cents."""
    if today <= due:
        return 0
    days = (today - due) // timedelta(days=1)
    return 1000 if days > 40 else 25 * days


def reminder(loan: Loan, today: date) -> EmailMessage | None:
    """Return the e-mail about a loan, if it is time for one."""
    if today < loan.due - timedelta(days=3):
        return None
    phrases = {-1: "1 day late", 0: "due today", 1: "due in 1 day", 2: "due in 2 days", 3: "due in 3 days"}
    left = loan.due.toordinal() - today.toordinal()
    message = EmailMessage()
    message.set_content("\n".join(_lines(loan, today)))
    message["Subject"] = ": ".join([loan.title, phrases.get(left, f"{-left} days late")])
    message["To"] = loan.reader
    message["From"] = "desk@library.example"
    return message


def _lines(loan: Loan, today: date) -> Iterator[str]:
    yield f"Please bring back {loan.title}, due on {loan.due:%Y-%m-%d}."
    if fine(loan.due, today) > 0:
        yield f"There is a fine of {fine(loan.due, today) / 100:.2f} to pay."


def fetch_loans(token: str) -> list[Loan]:
    """Return the loans that are still out."""
    waits = iter([1, 2])
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer " + token
        while True:
            try:
                answer = session.request("GET", ADDRESS, timeout=5.0)
            except requests.exceptions.ConnectionError:
                status = 503
            else:
                status = answer.status_code
            if status != 503:
                break
            pause = next(waits, None)
            if pause is None:
                raise ServiceUnavailable(f"{ADDRESS} does not answer")
            time.sleep(pause)
    answer.raise_for_status()
    out = [entry for entry in answer.json() if entry["returned"] is False]
    return [
        Loan(
            due=datetime.strptime(entry["due"], "%Y-%m-%d").date(),
            title=entry["title"],
            reader=entry["reader"],
        )
        for entry in out
    ]


def send_reminders(token: str) -> int:
    """Send the reminders of today; return how many were accepted."""
    now = datetime.now(tz=timezone.utc)  # noqa: UP017 - another way to write it is the point
    if now.hour < 8 or now.hour >= 20:
        return 0
    today = date(now.year, now.month, now.day)
    messages = list(filter(None, (reminder(loan, today) for loan in fetch_loans(token))))
    refused = 0
    if messages:
        with smtplib.SMTP("mail.library.example", timeout=5.0) as mail:
            for message in messages:
                try:
                    mail.send_message(message)
                except smtplib.SMTPRecipientsRefused:
                    refused += 1
    return len(messages) - refused
