"""`kata verify --mutants`: suites meet mutants of their references; holes are found and recorded."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.model import Case, CaseResult, CaseStatus, Ending, RunRecord
from grader.proof.mutation import Tally, as_text, make, noticed_by, prove

BLIND = """import pytest
from doubling import double, double_all


@pytest.mark.task(1)
def test_zero_is_doubled(check):
    \"\"\"Doubling zero returns zero.\"\"\"
    check.equal(0, double(0), "double(0)")


@pytest.mark.task(2)
def test_every_number_is_doubled(check):
    \"\"\"Doubling a list doubles every number and keeps the order.\"\"\"
    check.equal([6, 2, -8], double_all([3, 1, -4]), "double_all([3, 1, -4])")
"""
"""A suite that does not notice what becomes of the number 2 in ``double``."""


def proved(repository: Any, advance: Callable[[str], None] = lambda _: None, jobs: int = 2) -> Tally:
    """Make and run the mutants of the tiny repository's exercise."""
    exercises = [repository.exercise]
    trials = make(exercises, jobs, lambda _: None)
    (tally,) = prove(root=repository.root, exercises=exercises, trials=trials, jobs=jobs, advance=advance)
    return tally


def blind(repository: Any) -> list[str]:
    """Give the exercise a suite with a hole; return the names of the mutants that fit through it."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", BLIND)
    told: list[str] = []
    proved(repository, told.append)
    return sorted(line.partition("survives: ")[2] for line in told if "survives" in line)


def record(repository: Any, *names: str, kind: str = "equivalent") -> None:
    """Record mutants that pass."""
    entries = ", ".join(f"'''{name}'''" for name in names)
    text = f'[[{kind}]]\nreason = "Both return zero for zero."\nmutants = [{entries}]\n'
    repository.write("solutions/01_basics/01_doubling/mutants.toml", text)


def test_a_good_suite_notices_all(repository: Any) -> None:
    """All mutants of the reference are killed."""
    tally = proved(repository)
    assert (0, 0, ()) == (tally.open, tally.equivalent, tally.findings)
    assert tally.made == tally.killed >= 6


def test_a_hole_is_named(repository: Any) -> None:
    """A mutant that passes is a finding with its place and what was changed there."""
    names = blind(repository)
    assert {"doubling.py: return 2 * number → return 3 * number"} <= set(names)
    tally = proved(repository)
    assert (len(names), 0) == (tally.open, tally.equivalent)
    assert sorted(names) == sorted(f.problem.split("'''")[1] for f in tally.findings)
    assert {("mutant", repository.mirror / "doubling.py")} == {(f.rule, f.path) for f in tally.findings}
    assert all(finding.problem.startswith("line 6: ") for finding in tally.findings)


@pytest.mark.parametrize("kind", ["equivalent", "unnoticed"])
def test_a_recorded_survivor_is_no_finding(repository: Any, kind: str) -> None:
    """With a reason beside the reference it is counted apart, as what it is said to be."""
    names = blind(repository)
    record(repository, *names, kind=kind)
    tally = proved(repository)
    assert (0, len(names), ()) == (tally.open, getattr(tally, kind), tally.findings)
    assert len(names) == tally.equivalent + tally.unnoticed == tally.made - tally.killed


@pytest.mark.parametrize(
    "name", ["doubling.py: return 2 * number → pass", "doubling.py: never written → nor this"]
)
def test_a_stale_record_is_found(repository: Any, name: str) -> None:
    """A record of a mutant that is noticed, or is not made any more, is an error."""
    record(repository, name)
    (finding,) = proved(repository).findings
    assert ("mutants", repository.mirror / "mutants.toml") == (finding.rule, finding.path)
    assert repr(name) in finding.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("equivalent = ", "it cannot be read"),
        ("", "nothing else"),
        ("[[survivor]]\nreason = 'a b c d'\n", "nothing else"),
        ("equivalent = []\n", "nothing else"),
        ("equivalent = 3\n", "nothing else"),
        ("[[equivalent]]\nreason = 'a b c d'\n", "entry 1 of equivalent has to have"),
        ("[[equivalent]]\nreason = 'a b c d'\nmutants = []\n", "entry 1 of equivalent are no names"),
        ("[[unnoticed]]\nreason = 'a b c d'\nmutants = [1]\n", "entry 1 of unnoticed are no names"),
        ("[[equivalent]]\nreason = 'it is'\nmutants = ['a']\n", "entry 1 of equivalent gives no reason"),
        ("[[equivalent]]\nreason = 'a b c d'\nmutants = ['a', 'a']\n", "'a' is recorded twice"),
    ],
)
def test_records_have_a_form(repository: Any, text: str, problem: str) -> None:
    """What cannot be understood is named, and none of it counts."""
    repository.write("solutions/01_basics/01_doubling/mutants.toml", text)
    (finding,) = proved(repository).findings
    assert problem in finding.problem


def test_what_is_known_is_not_run_again(repository: Any) -> None:
    """A second proof takes outcomes from the store; a changed suite is another matter."""
    first = proved(repository)
    told: list[str] = []
    assert first == proved(repository, told.append)
    assert ["known"] * first.made == told
    suite = repository.exercise_folder / "test_doubling.py"
    repository.replace(suite, '"""The suite of doubling."""', '"""The suite."""')
    told.clear()
    proved(repository, told.append)
    assert "known" not in told


def test_an_interrupted_proof_goes_on_where_it_was(repository: Any) -> None:
    """What had been found out when somebody pressed Ctrl-C is kept."""

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        proved(repository, interrupt, jobs=1)
    told: list[str] = []
    tally = proved(repository, told.append, jobs=1)
    assert 1 <= told.count("known") < tally.made
    assert (tally.made, tally.made) == (len(told), tally.killed)


def test_a_mutant_that_never_ends_is_killed(repository: Any) -> None:
    """Time-outs count: nobody would call such a hand-in solved."""
    text = "def double(number):\n    count = 0\n    while count < 2:\n        count += 1\n"
    text += "    return count * number\n"
    text += "\n\ndef double_all(numbers):\n    return [double(number) for number in numbers]\n"
    repository.write("solutions/01_basics/01_doubling/doubling.py", text)
    holes = [finding.problem for finding in proved(repository).findings]
    assert any("count = 0 → count = 1" in hole for hole in holes)
    assert not any("count += 1 → pass" in hole for hole in holes)


def test_a_reference_that_fails_is_found_first(repository: Any) -> None:
    """Nothing can be said about a suite that refuses its own reference."""
    repository.replace(repository.mirror / "doubling.py", "    return 2 * number\n", "    return number\n")
    tally = proved(repository)
    (finding,) = tally.findings
    assert (0, "suite", True) == (tally.killed, finding.rule, "the reference fails" in finding.problem)
    assert tally.made == tally.open


def test_what_a_machine_lacks_is_said(repository: Any) -> None:
    """An exercise that cannot be graded here has no outcome, neither good nor bad."""
    toml = repository.exercise_folder / "exercise.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text('requires = ["program:no-such-program"]\n' + text, encoding="utf-8")
    tally = proved(repository)
    (finding,) = tally.findings
    assert (0, True) == (tally.killed, "'no-such-program'" in finding.problem)


@pytest.mark.parametrize(
    ("ending", "statuses", "expected"),
    [
        (Ending.FINISHED, ["passed", "passed"], ""),
        (Ending.FINISHED, ["passed", "failed"], "test_1"),
        (Ending.FINISHED, ["timeout"], "test_0"),
        (Ending.FINISHED, ["passed"], "cases are missing"),
        (Ending.DEADLINE, ["passed", "passed"], "deadline"),
        (Ending.EXITED, ["passed", "passed"], "exited"),
    ],
)
def test_only_a_whole_run_survives(ending: Ending, statuses: list[str], expected: str) -> None:
    """All cases passed, none is missing, and the run came to its end."""
    cases = tuple(Case(id=f"test_{n}", task=1, requirement="One.") for n in range(2))
    results = tuple(CaseResult(id=f"test_{n}", status=CaseStatus(s)) for n, s in enumerate(statuses))
    assert expected == noticed_by(RunRecord(ending=ending, collected=cases, results=results))


def test_the_table_adds_up() -> None:
    """One line for each exercise, one for all, and the share of those that can be noticed."""
    tallies = [
        Tally(slug="doubling", made=10, killed=6, equivalent=2, unnoticed=1, findings=()),
        Tally(slug="halving", made=20, killed=20, equivalent=0, unnoticed=0, findings=()),
    ]
    assert [line.split() for line in as_text(tallies).splitlines()] == [
        ["made", "killed", "equivalent", "unnoticed", "open", "share"],
        ["doubling", "10", "6", "2", "1", "1", "75.0%"],
        ["halving", "20", "20", "0", "0", "0", "100.0%"],
        ["all", "30", "26", "2", "1", "1", "92.9%"],
    ]
