"""Comments are cut off before anybody looks for quotes, and half of a quoted value with them.

Loses: 3
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = object()
"""The default of a setting that has none."""

_WORDS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
_UNITS = {"days": "d", "hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms"}
_DURATION = re.compile("".join(rf"(?:(?P<{name}>[0-9]+){unit})?" for name, unit in _UNITS.items()))

_ENTRY = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(.*)")
_SINGLE = re.compile(r"'([^']*)'(?:[ \t]+#.*)?")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"(?:[ \t]+#.*)?')
_COMMENT = re.compile(r"[ \t]#.*")
_ESCAPE = re.compile(r'\\([n"\\])')
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Field:
    """One setting: how its text is read, what it is when it is not set, and whether it is secret."""

    parse: Callable[[str], object]
    default: object = field(default=REQUIRED, repr=False)
    secret: bool = False


class SettingsError(ValueError):
    """All that is wrong: for each variable, or for each `line N` of a file, what the matter is."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class Secret:
    """A value that shows itself only when it is asked to."""

    def __init__(self, value: object) -> None:
        self._value = value

    def reveal(self) -> object:
        """Return the value."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(********)"

    def __str__(self) -> str:
        return "********"


@dataclass(frozen=True, eq=False)
class Settings(Mapping[str, object]):
    """What `load` has read: a mapping of names to values that cannot be changed."""

    _values: Mapping[str, object]
    _texts: Mapping[str, str] = field(repr=False)  # as they were found, by variable
    _secrets: Mapping[str, str] = field(repr=False)  # the variables of the secret settings, by name

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def child_environment(self, environ: Mapping[str, str], reveal: Collection[str] = ()) -> dict[str, str]:
        """Return an environment for a child process: with these settings, and without the secret ones."""
        hidden = set(self._secrets.values()) - {self._secrets[name] for name in reveal}
        return {name: text for name, text in {**environ, **self._texts}.items() if name not in hidden}


def to_bool(text: str) -> bool:
    """Read `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`."""
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


def to_int(text: str) -> int:
    """Read a whole number in decimal digits."""
    if not re.fullmatch("[+-]?[0-9]+", text.strip()):
        raise ValueError("not a whole number")
    return int(text)


def to_duration(text: str) -> timedelta:
    """Read a duration such as `90s` or `1h30m`."""
    parts = _DURATION.fullmatch(text.strip())
    if parts is None or parts.lastgroup is None:
        raise ValueError("not a duration such as 1h30m")
    return timedelta(**{name: int(digits) for name, digits in parts.groupdict(default="0").items()})


def to_list(text: str) -> tuple[str, ...]:
    """Read the items between commas."""
    return tuple(item for part in text.split(",") if (item := part.strip()))


def to_path(text: str) -> Path:
    """Read a path."""
    if not text.strip():
        raise ValueError("an empty path")
    return Path(text.strip())


def to_url(text: str) -> str:
    """Read an address on the web."""
    url = text.strip()
    parts = urlsplit(url)  # ValueError: brackets that do not match
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in url:
        raise ValueError("not an http or https address with a host")
    _ = parts.port  # ValueError: not a port
    return url


def load(fields: Mapping[str, Field], *sources: Mapping[str, str], prefix: str = "") -> Settings:
    """Read the settings from the first source that has them.

    Raises:
        SettingsError: settings are missing or wrong; it tells all of them.

    """
    values: dict[str, object] = {}
    texts: dict[str, str] = {}
    problems: dict[str, str] = {}
    variables = {name: prefix + name.upper() for name in fields}
    for name, wanted in fields.items():
        variable = variables[name]
        source = next((source for source in sources if variable in source), None)
        if source is None:
            value = wanted.default
            if value is REQUIRED:
                problems[variable] = "required, and not set"
        else:
            texts[variable] = source[variable]
            try:
                value = wanted.parse(texts[variable])
            except ValueError as error:
                problems[variable] = "not what it has to be (it is secret)" if wanted.secret else str(error)
                continue
        values[name] = Secret(value) if wanted.secret else value
    if problems:  # outside of any `except`: no exception of a parser, which may quote a secret, comes along
        raise SettingsError(problems)
    return Settings(
        values, texts, {name: variables[name] for name, wanted in fields.items() if wanted.secret}
    )


def parse_dotenv(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Read the text of a `.env` file.

    Raises:
        SettingsError: lines are wrong; it tells all of them by their numbers.

    """
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            problems[f"line {number}"] = "not NAME=value"
            continue
        try:
            found[entry[1]] = _value(_COMMENT.sub("", entry[2], count=1), {**found, **environ})
        except ValueError as error:
            problems[f"line {number}"] = str(error)
    if problems:
        raise SettingsError(problems)
    return found


def _value(text: str, known: Mapping[str, str]) -> str:
    """Return the value that is written behind an `=`; the message of a ValueError quotes nothing of it."""
    start = text.lstrip()[:1]
    if start not in ("'", '"'):
        return _with_references(_COMMENT.sub("", text, count=1).strip(), known)
    quoted = (_SINGLE if start == "'" else _DOUBLE).fullmatch(text.strip())
    if quoted is None:
        raise ValueError("the value does not end with its quote")
    if start == "'":
        return quoted[1]
    plain = _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], quoted[1])
    return _with_references(plain, known)


def _with_references(text: str, known: Mapping[str, str]) -> str:
    """Put the values in the places of their names, in one pass: what is put in is not looked at again."""
    try:
        return _REFERENCE.sub(lambda reference: known[reference[1]], text)
    except KeyError:
        raise ValueError("it refers to a variable that is not set above") from None
