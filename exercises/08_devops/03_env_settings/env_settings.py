"""Settings of a program, read from its environment and from a `.env` file."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

REQUIRED = object()
"""The default of a setting that has none. (Given.)"""


@dataclass(frozen=True)
class Field:
    """One setting: how its text is read, what it is when it is not set, whether it is secret (given)."""

    parse: Callable[[str], object]
    default: object = field(default=REQUIRED, repr=False)
    secret: bool = False


class SettingsError(ValueError):
    """All that is wrong: for each variable, or for each `line N` of a file, what the matter is (given)."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class Secret:
    """A value that shows itself only when it is asked to."""

    def __init__(self, value: object) -> None:
        raise NotImplementedError("keep the value, and show it in no text")

    def reveal(self) -> object:
        """Return the value."""
        raise NotImplementedError("return the value")


class Settings(Mapping[str, object]):
    """What `load` has read: a mapping of names to values that cannot be changed."""

    def __getitem__(self, name: str) -> object:
        raise NotImplementedError("return the value of a setting, or raise KeyError")

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError("go through the names of the settings")

    def __len__(self) -> int:
        raise NotImplementedError("return the number of settings")

    def child_environment(self, environ: Mapping[str, str], reveal: Collection[str] = ()) -> dict[str, str]:
        """Return an environment for a child process: with these settings, and without the secret ones."""
        raise NotImplementedError("return a new dict for a child process")


def to_bool(text: str) -> bool:
    """Read `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`."""
    raise NotImplementedError("return True or False, or raise ValueError")


def to_int(text: str) -> int:
    """Read a whole number in decimal digits."""
    raise NotImplementedError("return the number, or raise ValueError")


def to_duration(text: str) -> timedelta:
    """Read a duration such as `90s` or `1h30m`."""
    raise NotImplementedError("return the duration, or raise ValueError")


def to_list(text: str) -> tuple[str, ...]:
    """Read the items between commas."""
    raise NotImplementedError("return the items as a tuple")


def to_path(text: str) -> Path:
    """Read a path."""
    raise NotImplementedError("return the path, or raise ValueError")


def to_url(text: str) -> str:
    """Read an address on the web."""
    raise NotImplementedError("return the address, or raise ValueError")


def load(fields: Mapping[str, Field], *sources: Mapping[str, str], prefix: str = "") -> Settings:
    """Read the settings from the first source that has them.

    Raises:
        SettingsError: settings are missing or wrong; it tells all of them.

    """
    raise NotImplementedError("return the settings, or raise SettingsError with all problems")


def parse_dotenv(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Read the text of a `.env` file.

    Raises:
        SettingsError: lines are wrong; it tells all of them by their numbers.

    """
    raise NotImplementedError("return the variables of the file, or raise SettingsError with all bad lines")
