"""The `.env` file is read character by character; sources are a ChainMap, settings are records."""

import contextlib
import re
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = object()


@dataclass(frozen=True)
class Field:
    parse: Callable[[str], object]
    default: object = field(default=REQUIRED, repr=False)
    secret: bool = False


class SettingsError(ValueError):
    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class Secret:
    """Keeps the value in a closure, out of `vars`."""

    __slots__ = ("reveal",)

    def __init__(self, value: object) -> None:
        self.reveal = lambda: value

    def __repr__(self) -> str:
        return "<secret>"


@dataclass(frozen=True)
class _Record:
    variable: str
    value: object
    text: str | None
    secret: bool


class Settings(Mapping[str, object]):
    def __init__(self, records: Mapping[str, _Record]) -> None:
        self._records = records

    def __getitem__(self, name: str) -> object:
        return self._records[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<settings {', '.join(self)}>"

    def child_environment(self, environ: Mapping[str, str], reveal: Collection[str] = ()) -> dict[str, str]:
        for name in reveal:
            _ = self._records[name]
        child = dict(environ)
        for name, record in self._records.items():
            if record.secret and name not in reveal:
                child.pop(record.variable, None)
            elif record.text is not None:
                child[record.variable] = record.text
        return child


def to_bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in ConfigParser.BOOLEAN_STATES:
        raise ValueError(f"{text!r} is neither true nor false")
    return ConfigParser.BOOLEAN_STATES[word]


def to_int(text: str) -> int:
    sign, digits = (text.strip()[:1], text.strip()[1:])
    if sign not in ("+", "-"):
        sign, digits = "", text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"{text!r} is no whole number")
    return -int(digits) if sign == "-" else int(digits)


def to_duration(text: str) -> timedelta:
    seconds = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    parts = re.findall("([0-9]+)(ms|[dhms])", text)
    order = [list(seconds).index(unit) for _, unit in parts]
    whole = "".join(map("".join, parts)) == text.strip()
    if not parts or not whole or order != sorted(set(order)):
        raise ValueError(f"{text!r} is no duration")
    return timedelta(milliseconds=sum(int(number) * seconds[unit] for number, unit in parts))


def to_list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))


def to_path(text: str) -> Path:
    if text.strip():
        return Path(text.strip())
    raise ValueError("empty")


def to_url(text: str) -> str:
    scheme, between, rest = text.strip().partition("://")
    parts = urlsplit(f"//{rest}")
    if scheme.lower() not in {"http", "https"} or not between or parts.hostname is None:
        raise ValueError(f"{text!r} is no address on the web")
    if parts.port is not None and parts.port > 65535:
        raise ValueError(f"{text!r} has no good port")
    return text.strip()


def _record(wanted: Field, variable: str, source: Mapping[str, str]) -> _Record:
    text = source.get(variable)
    if text is None and wanted.default is REQUIRED:
        raise ValueError("missing")
    value = wanted.default
    if text is not None:
        try:
            value = wanted.parse(text)
        except ValueError:
            raise ValueError("wrong") from None
    return _Record(variable, Secret(value) if wanted.secret else value, text, wanted.secret)


def load(fields: Mapping[str, Field], *sources: Mapping[str, str], prefix: str = "") -> Settings:
    source: ChainMap[str, str] = ChainMap(*map(dict, sources))
    records, problems = {}, {}
    for name, wanted in fields.items():
        variable = f"{prefix}{name.upper()}"
        try:
            records[name] = _record(wanted, variable, source)
        except ValueError as error:
            problems[variable] = str(error)
    if not problems:
        return Settings(records)
    raise SettingsError(problems)


def parse_dotenv(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    known = ChainMap(dict(environ), found)
    problems = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        try:
            _read_line(line.strip(" \t"), found, known)
        except ValueError as error:
            problems[f"line {number}"] = str(error)
    if problems:
        raise SettingsError(problems)
    return found


def _read_line(line: str, found: dict[str, str], known: Mapping[str, str]) -> None:
    if not line or line[0] == "#":
        return
    name, equals, rest = line.partition("=")
    words = name.split()
    if len(words) == 2 and words[0] == "export":
        del words[0]
    if not equals or len(words) != 1 or not (words[0].isascii() and words[0].isidentifier()):
        raise ValueError("no assignment")
    value = rest.strip(" \t")
    if value[:1] not in ("'", '"'):
        end = min((at for at in (rest.find(" #"), rest.find("\t#")) if at >= 0), default=len(rest))
        found[words[0]] = _fill(rest[:end].strip(" \t"), known)
        return
    inside, behind = _unquote(value)
    if behind and not (behind[0] in " \t" and behind.lstrip(" \t").startswith("#")):
        raise ValueError("something behind the quote")
    found[words[0]] = inside if value[0] == "'" else _fill(inside, known)


def _unquote(value: str) -> tuple[str, str]:
    """Return what is in the quotes with its escapes read, and what is behind them."""
    quote, at, characters = value[0], 1, []
    while at < len(value) and value[at] != quote:
        if quote == '"' and value[at] == "\\" and value[at + 1 : at + 2] in ("n", '"', "\\"):
            at += 1
            characters.append("\n" if value[at] == "n" else value[at])
        else:
            characters.append(value[at])
        at += 1
    if at == len(value):
        raise ValueError("no closing quote")
    return "".join(characters), value[at + 1 :]


def _fill(value: str, known: Mapping[str, str]) -> str:
    done = ""
    while value:
        before, dollar, rest = value.partition("${")
        done += before
        name, brace, behind = rest.partition("}")
        if brace and name.isascii() and name.isidentifier():
            with contextlib.suppress(KeyError):
                done += known[name]
                value = behind
                continue
            raise ValueError("it refers to nothing")
        done += dollar
        value = rest
    return done
