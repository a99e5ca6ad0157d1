"""The mutants that pass, recorded beside the reference with the reason."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.proof.finding import Finding

RECORDS = "mutants.toml"
KEYS = {"reason", "mutants"}
EQUIVALENT, UNNOTICED = "equivalent", "unnoticed"
"""Either it keeps all that the README promises, as the reference does; or it does not, and passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Mutants, by their names, and the ``reason`` why they pass."""

    kind: str
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
    records = [
        Record(kind=kind, reason=entry["reason"], mutants=tuple(entry["mutants"]))
        for kind in (EQUIVALENT, UNNOTICED)
        for entry in data.get(kind, ())
    ]
    return tuple(records), []


def stale(mirror: Path, records: Sequence[Record], survivors: set[str]) -> Iterator[Finding]:
    """Find records of mutants that are noticed, or are not made any more."""
    for record in records:
        for name in record.mutants:
            if name not in survivors:
                yield _finding(mirror / RECORDS, f"no mutant survives as {name!r}", "remove it")


def _wrong(path: Path, data: dict[str, Any]) -> Iterator[Finding]:
    """Find what does not have the form of records."""
    if not data or not set(data) <= {EQUIVALENT, UNNOTICED} or not all(map(_is_list, data.values())):
        told = f"it has to hold [[{EQUIVALENT}]] and [[{UNNOTICED}]] entries and nothing else"
        yield _finding(path, told, "see CONTRIBUTING.md")
        return
    seen: set[str] = set()
    for kind, entries in data.items():
        for number, entry in enumerate(entries, 1):
            yield from _wrong_entry(path, f"entry {number} of {kind}", entry, seen)


def _wrong_entry(path: Path, which: str, entry: object, seen: set[str]) -> Iterator[Finding]:
    """Find what is wrong with one entry; ``seen`` are the mutants of those before."""
    if not isinstance(entry, dict) or set(entry) != KEYS:
        yield _finding(path, f"{which} has to have a reason and mutants", "see CONTRIBUTING.md")
        return
    names = entry["mutants"]
    if not isinstance(entry["reason"], str) or len(entry["reason"].split()) < 4:
        yield _finding(path, f"{which} gives no reason", "say why it passes")
    if not _is_list(names) or not all(isinstance(name, str) for name in names):
        yield _finding(path, f"the mutants of {which} are no names", "copy them from the report")
        return
    for name in names:
        if name in seen:
            yield _finding(path, f"{name!r} is recorded twice", "remove one")
        seen.add(name)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and value != []


def _finding(path: Path, problem: str, fix: str) -> Finding:
    return Finding(path=path, rule="mutants", problem=problem, fix=fix)
