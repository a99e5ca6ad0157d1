"""Values sit in a MappingProxyType behind the settings; one regular expression reads a whole line."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

REQUIRED = object()

_LINE = re.compile(
    r"""
    [ \t]* (?: \#.* )? |                                # nothing, or a comment
    [ \t]* (?: export [ \t]+ )? (?P<name> [A-Za-z_] \w* ) [ \t]* = [ \t]*
    (?: ' (?P<single> [^']* ) '      [ \t]* (?: (?<=[ \t]) \# .* )?
      | " (?P<double> (?: \\. | [^"\\] )* ) " [ \t]* (?: (?<=[ \t]) \# .* )?
      | (?! ['"] ) (?P<plain> .*? ) [ \t]* (?: (?<=[ \t]) \# .* )?
    )
    """,
    re.VERBOSE | re.ASCII,
)
_DURATION = re.compile(r"(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?", re.ASCII)
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


@dataclass(frozen=True)
class Field:
    parse: Callable[[str], object]
    default: object = field(default=REQUIRED, repr=False)
    secret: bool = False


class SettingsError(ValueError):
    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, repr=False)
class Secret:
    _hidden: object

    def reveal(self) -> object:
        return self._hidden

    def __str__(self) -> str:
        return "(hidden)"

    __repr__ = __str__


class Settings(Mapping[str, object]):
    def __init__(
        self,
        values: Mapping[str, object],
        found: Mapping[str, tuple[str, str | None]],
        secrets: Mapping[str, tuple[str, str | None]],
    ) -> None:
        self._values = MappingProxyType(dict(values))
        self._found = found
        self._secrets = secrets

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def child_environment(self, environ: Mapping[str, str], reveal: Collection[str] = ()) -> dict[str, str]:
        everything = {**self._found, **self._secrets}
        shown = [*self._found.values(), *(everything[name] for name in reveal)]
        out = {variable for variable, _ in self._secrets.values()} - {variable for variable, _ in shown}
        kept = {variable: text for variable, text in environ.items() if variable not in out}
        return kept | {variable: text for variable, text in shown if text is not None}


def to_bool(text: str) -> bool:
    match text.strip().casefold():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
    raise ValueError(text)


def to_int(text: str) -> int:
    number = re.fullmatch(r"\s*([+-]?\d+)\s*", text, re.ASCII)
    if number is None:
        raise ValueError(text)
    return int(number[1])


def to_duration(text: str) -> timedelta:
    parts = _DURATION.fullmatch(text.strip())
    if parts is None or not any(parts.groups()):
        raise ValueError(text)
    total = timedelta()
    for part in filter(None, parts.groups()):
        unit = part.lstrip("0123456789")
        total += int(part.removesuffix(unit)) * timedelta(seconds=_SECONDS[unit])
    return total


def to_list(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^,\s](?:[^,]*[^,\s])?", text))


def to_path(text: str) -> Path:
    path = text.strip()
    if path == "":
        raise ValueError(text)
    return Path(path)


def to_url(text: str) -> str:
    url = text.strip()
    if not re.match(r"https?://[^/:?#]", url):
        raise ValueError(text)
    urlsplit(url).port  # noqa: B018
    return url


def load(fields: Mapping[str, Field], *sources: Mapping[str, str], prefix: str = "") -> Settings:
    together: dict[str, str] = {}
    for source in reversed(sources):
        together.update(source)
    values: dict[str, object] = {}
    found, secrets, problems = {}, {}, {}
    for name, wanted in fields.items():
        variable = prefix + name.upper()
        (secrets if wanted.secret else found)[name] = variable, together.get(variable)
        values[name] = wanted.default
        if variable in together:
            try:
                values[name] = wanted.parse(together[variable])
            except ValueError:
                problems[variable] = f"not good for {wanted.parse.__name__}"
        elif wanted.default is REQUIRED:
            problems[variable] = "missing"
        if wanted.secret:
            values[name] = Secret(values[name])
    if problems:
        raise SettingsError(problems)
    return Settings(values, found, secrets)


def parse_dotenv(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r?\n", text), 1):
        entry = _LINE.fullmatch(line)
        if entry is None:
            problems[f"line {number}"] = "bad"
        elif entry["name"] is not None:
            value = entry["single"]
            if value is None:
                value, missing = _expanded(entry, lambda name: environ.get(name, found.get(name)))
                if missing:
                    problems[f"line {number}"] = "refers to a variable that is not set"
            found[entry["name"]] = value
    if problems:
        raise SettingsError(problems)
    return found


def _expanded(entry: re.Match[str], look_up: Callable[[str], str | None]) -> tuple[str, bool]:
    """Return the value, and whether a name in it is unknown. Escapes and names are found in one pass."""
    missing = False

    def put_in(piece: re.Match[str]) -> str:
        nonlocal missing
        if piece["escaped"]:
            return {"n": "\n"}.get(piece["escaped"], piece["escaped"])
        value = look_up(piece["name"])
        missing = missing or value is None
        return value or ""

    escapes = r'\\(?P<escaped>[n"\\])' if entry["double"] is not None else r"(?P<escaped>(?!))"
    pattern = escapes + r"|\$\{(?P<name>[A-Za-z_]\w*)\}"
    raw = entry["plain"] if entry["double"] is None else entry["double"]
    return re.sub(pattern, put_in, raw, flags=re.ASCII), missing
