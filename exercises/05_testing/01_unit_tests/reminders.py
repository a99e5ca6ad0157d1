"""Reminds the readers of a library of the books that they have to bring back."""

import smtplib
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage

import requests

LOANS_URL = "https://library.example/api/loans"
MAIL_HOST = "mail.library.example"
SENDER = "desk@library.example"
TIMEOUT = 5
CENTS_PER_DAY = 25
HIGHEST_FINE = 1000


class ServiceUnavailable(Exception):
    """The loans could not be read, although they were asked for three times."""


@dataclass(frozen=True)
class Loan:
    """A book that somebody has taken home; ``reader`` is an e-mail address."""

    title: str
    reader: str
    due: date


def fine(due: date, today: date) -> int:
    """Return what is to be paid, in cents: 25 for each day after ``due``, at most 1000."""
    late = (today - due).days
    return max(0, min(late * CENTS_PER_DAY, HIGHEST_FINE))


def reminder(loan: Loan, today: date) -> EmailMessage | None:
    """Return the e-mail about a loan; ``None`` while more than three days are left."""
    left = (loan.due - today).days
    if left > 3:
        return None
    if left > 0:
        when = f"due in {left} {_days(left)}"
    elif left == 0:
        when = "due today"
    else:
        when = f"{-left} {_days(-left)} late"
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = loan.reader
    message["Subject"] = f"{loan.title}: {when}"
    text = f"Please bring back {loan.title}, due on {loan.due.isoformat()}."
    cents = fine(loan.due, today)
    if cents:
        text += f"\nThere is a fine of {cents // 100}.{cents % 100:02} to pay."
    message.set_content(text)
    return message


def fetch_loans(token: str) -> list[Loan]:
    """Ask the library's service for the loans that are still out."""
    for attempt in range(3):
        if attempt > 0:
            time.sleep(attempt)
        try:
            answer = requests.get(LOANS_URL, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)
        except requests.ConnectionError:
            continue
        if answer.status_code == 503:
            continue
        answer.raise_for_status()
        return [
            Loan(item["title"], item["reader"], date.fromisoformat(item["due"]))
            for item in answer.json()
            if not item["returned"]
        ]
    raise ServiceUnavailable("no answer after three attempts")


def send_reminders(token: str) -> int:
    """Send the reminders of today, from 8:00 to 20:00 UTC; return how many were accepted."""
    now = datetime.now(UTC)
    if not 8 <= now.hour < 20:
        return 0
    found = [reminder(loan, now.date()) for loan in fetch_loans(token)]
    messages = [message for message in found if message is not None]
    if not messages:
        return 0
    sent = 0
    with smtplib.SMTP(MAIL_HOST, timeout=TIMEOUT) as connection:
        for message in messages:
            try:
                connection.send_message(message)
            except smtplib.SMTPRecipientsRefused:
                continue
            sent += 1
    return sent


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
