"""The mutants that no suite can notice, recorded beside the reference with the reason."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.proof.finding import Finding

RECORDS = "mutants.toml"
KEYS = {"reason", "mutants"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Mutants, by their names, that do what the reference does, and the ``reason`` why."""

    reason: str
    mutants: tuple[str, ...]


def read_records(mirror: Path) -> tuple[tuple[Record, ...], list[Finding]]:
    """Return what is recorded beside the reference in ``mirror``, and what is wrong with it."""
    path = mirror / RECORDS
    if not path.is_file():
        return (), []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return (), [_finding(path, f"it cannot be read: {error}", "mend it")]
    findings = list(_wrong(path, data))
    if findings:
        return (), findings
    entries = data["equivalent"]
    return tuple(Record(reason=e["reason"], mutants=tuple(e["mutants"])) for e in entries), []


def stale(mirror: Path, records: Sequence[Record], survivors: set[str]) -> Iterator[Finding]:
    """Find records of mutants that are noticed, or are not made any more."""
    for record in records:
        for name in record.mutants:
            if name not in survivors:
                yield _finding(mirror / RECORDS, f"no mutant survives as {name!r}", "remove it")


def _wrong(path: Path, data: dict[str, object]) -> Iterator[Finding]:
    """Find what does not have the form of records."""
    entries = data.get("equivalent")
    if set(data) != {"equivalent"} or not isinstance(entries, list) or not entries:
        yield _finding(path, "it has to hold [[equivalent]] entries and nothing else", "see CONTRIBUTING.md")
        return
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or set(entry) != KEYS:
            yield _finding(path, f"entry {number} has to have a reason and mutants", "see CONTRIBUTING.md")
            continue
        names = entry["mutants"]
        if not isinstance(entry["reason"], str) or len(entry["reason"].split()) < 4:
            yield _finding(path, f"entry {number} gives no reason", "say why no suite can notice it")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            yield _finding(path, f"the mutants of entry {number} are no names", "copy them from the report")
            continue
        for name in names:
            if name in seen:
                yield _finding(path, f"{name!r} is recorded twice", "remove one")
            seen.add(name)


def _finding(path: Path, problem: str, fix: str) -> Finding:
    return Finding(path=path, rule="mutants", problem=problem, fix=fix)
