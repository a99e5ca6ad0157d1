"""Reckon what each rider pays for hired bicycles: ``python hire.py LOG``."""

import dataclasses
import sys
from collections.abc import Iterable
from pathlib import Path

CENTS_A_MINUTE = 5
MINUTES_A_DAY = 24 * 60


@dataclasses.dataclass
class Ride:
    """A bicycle on its way: who has it, and since when."""

    rider: str
    bike: str
    start: str


def minutes(clock: str) -> int:
    """Return the minutes from midnight to a time such as ``07:45``."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def charge(ride: Ride, end: str) -> int:
    """Return what a ride costs, in cents."""
    length = (minutes(end) - minutes(ride.start)) % MINUTES_A_DAY  # it may end after midnight
    return length * CENTS_A_MINUTE


def finish(bills: dict[str, int], rides: dict[str, Ride], bike: str, end: str) -> None:
    """End the ride on a bicycle and put it on the bill of its rider."""
    ride = rides.pop(bike)
    cents = charge(ride, end)
    bills[ride.rider] = bills.get(ride.rider, 0) + cents


def read(lines: Iterable[str]) -> dict[str, int]:
    """Return the bills, rider to cents, that the lines of a log make."""
    bills: dict[str, int] = {}
    rides: dict[str, Ride] = {}
    for number, line in enumerate(lines, 1):
        clock, event, bike, *rest = line.split()
        if event == "out":
            rides[bike] = Ride(rest[0], bike, clock)
        elif event == "swap":
            rides[rest[0]] = dataclasses.replace(rides.pop(bike), bike=rest[0])
        elif event == "in":
            finish(bills, rides, bike, clock)
        else:
            raise ValueError(f"line {number}: what is {event!r}?")
    return bills


def main() -> None:
    """Print the bill of each rider, in the order of their names."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    for rider, cents in sorted(read(lines).items()):
        sys.stdout.write(f"{rider:10} {cents / 100:8.2f}\n")


if __name__ == "__main__":
    main()
