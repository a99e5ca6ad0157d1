"""`kata verify` can fail: each rule is fed an exercise that breaks it and has to name path, rule and fix."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import exercise_folders
from grader.errors import UsageError
from grader.grading import Grading
from grader.isolation import Plain
from grader.model import Limits
from grader.proof import runs as proof_runs
from grader.proof import yardstick
from grader.proof.finding import Finding
from grader.proof.runs import Rules, planned
from grader.proof.samples import read_samples
from grader.runner import Pool
from grader.store import Store
from grader.submission import take
from grader.verify import ROUNDS, verify_all

Prove = Callable[..., list[Finding]]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Two workers for all tests of this file."""
    with Pool(Plain(), 2) as pool:
        yield pool


@pytest.fixture
def prove(repository: Any, pool: Pool) -> Prove:
    """Run those of the planned runs whose names are given (all: none given); return the findings."""

    def prove(*names: str) -> list[Finding]:
        exercise = repository.exercise
        samples, found = read_samples(exercise)
        with Store(repository.root) as store:
            grading = Grading(root=repository.root, pool=pool, store=store)
            expected = grading.expected_cases(exercise)
            found += Rules(exercise, expected).cases()
            for run in planned(exercise, expected, take(exercise, exercise.folder), samples):
                if run.name in names:
                    record = grading.run(
                        exercise, run.submission, kind=run.kind, options=run.options, limits=run.limits
                    )
                    found += run.judge(record)
        return found

    return prove


def verify(repository: Any, *names: str, repeat: int = 1) -> list[Finding]:
    """Verify the tiny repository."""
    return verify_all(
        root=repository.root,
        folders=exercise_folders(repository.root),
        names=names,
        repeat=repeat,
        jobs=2,
        advance=lambda _: None,
    )


def the(findings: list[Finding]) -> Finding:
    """Return the one finding."""
    assert 1 == len(findings), [finding.as_text(finding.path) for finding in findings]
    return findings[0]


def test_a_sound_exercise_has_no_finding(repository: Any) -> None:
    """An exercise that keeps the whole contract is silent, repeats and adversaries included."""
    assert [] == [finding.as_text(repository.root) for finding in verify(repository)]


def test_a_finding_names_path_rule_and_fix(repository: Any) -> None:
    """The text of a finding has the relative path, the rule in brackets and the fix on its own line."""
    repository.replace(repository.exercise_folder / "exercise.toml", '"Twice is one and one.", ', "")
    text = the(verify(repository, "doubling")).as_text(repository.root)
    assert text.startswith("exercises/01_basics/01_doubling/exercise.toml: [contract] line ")
    assert ": task 1 has 2 hints" in text
    assert "\n    fix: " in text


def test_an_unknown_key_is_found_with_its_line(repository: Any) -> None:
    """A key that the contract does not know is named with its line."""
    repository.replace(repository.exercise_folder / "exercise.toml", "summary =", "sumary =")
    finding = the(verify(repository, "doubling"))
    assert ("contract", True) == (finding.rule, finding.problem.startswith("line 2: unknown key 'sumary'"))


def test_a_missing_contract_is_found(repository: Any) -> None:
    """A folder without exercise.toml is named without a line."""
    (repository.exercise_folder / "exercise.toml").unlink()
    assert "No such file or directory" == the(verify(repository, "doubling")).problem


def test_an_unknown_name_is_a_usage_error(repository: Any) -> None:
    """A name that means no exercise is told before anything runs."""
    with pytest.raises(UsageError, match="tripling"):
        verify(repository, "tripling")


def test_a_missing_file_is_found_without_running_anything(repository: Any) -> None:
    """Without its reference an exercise is not run; the missing file is named."""
    (repository.mirror / "doubling.py").unlink()
    found = verify(repository, "basics")
    assert "missing" in {finding.rule for finding in found}
    assert repository.mirror / "doubling.py" in {finding.path for finding in found}


def test_a_suite_that_cannot_be_collected_is_found(repository: Any) -> None:
    """A suite that fails to import is a finding, not a crash of verify."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", "import nowhere\n")
    assert "suite" in {finding.rule for finding in verify(repository, "doubling")}


def test_a_missing_requirement_is_found(repository: Any) -> None:
    """An exercise that cannot be graded here is said to be so."""
    path = repository.exercise_folder / "exercise.toml"
    repository.replace(path, "assurance =", 'requires = ["program:no-such-program"]\nassurance =')
    assert "no-such-program" in the(verify(repository, "doubling")).problem


def test_a_stub_that_passes_a_case_is_found(repository: Any, prove: Prove) -> None:
    """The stub may pass no case at all."""
    path = repository.exercise_folder / "doubling.py"
    repository.replace(path, 'raise NotImplementedError("return twice the number")', "return 14")
    finding = the(prove("stub"))
    assert ("stub", True) == (finding.rule, "test_a_number_is_doubled" in finding.problem)


def test_a_working_stub_may_pass_cases_but_earn_no_task(repository: Any, prove: Prove) -> None:
    """A stub that is a program with faults may pass cases, as long as each task is lost."""
    path = repository.exercise_folder / "exercise.toml"
    repository.replace(path, "assurance =", 'stub = "working"\nassurance =')
    stub = repository.exercise_folder / "doubling.py"
    repository.replace(stub, 'raise NotImplementedError("return twice the number")', "return 14")
    assert [] == prove("stub")
    repository.replace(stub, "return 14", "return 2 * number")
    assert "earns task [1]" in the(prove("stub")).problem


def test_a_stub_that_does_not_import_is_found(repository: Any, prove: Prove) -> None:
    """The stub has to import, or the learner's first run is a riddle."""
    repository.write("exercises/01_basics/01_doubling/doubling.py", "import nowhere\n")
    assert "No module named 'nowhere'" in the(prove("stub")).problem


def test_a_weak_suite_is_found_by_the_sample_that_it_lets_pass(repository: Any, prove: Prove) -> None:
    """A rejected sample that keeps its task shows that a case is too weak."""
    suite = repository.exercise_folder / "test_doubling.py"
    repository.replace(suite, 'check.equal(-10, double(-5), "double(-5)")', "double(-5)")
    finding = the(prove("loses_the_sign.py"))
    assert repository.mirror / "rejected" / "loses_the_sign.py" == finding.path
    assert "it loses no task, it has to lose task 1" in finding.problem


def test_a_sample_that_loses_more_than_it_says_is_found(repository: Any, prove: Prove) -> None:
    """A rejected sample breaks what it names and nothing else."""
    path = repository.mirror / "rejected" / "loses_the_sign.py"
    path.write_text('"""Wrong.\n\nLoses: 1\n"""\n', encoding="utf-8")
    assert "it loses task 1, 2, it has to lose task 1" in the(prove("loses_the_sign.py")).problem


def test_an_accepted_sample_that_fails_is_found(repository: Any, prove: Prove) -> None:
    """A right solution of another shape that is refused is a bug of the suite or the sample."""
    shutil.copyfile(
        repository.mirror / "rejected" / "adds_two.py", repository.mirror / "accepted" / "shift.py"
    )
    finding = the(prove("shift.py"))
    assert ("samples", True) == (finding.rule, "it has to lose no task" in finding.problem)
    assert "double(7)" in finding.fix


def test_a_case_that_crashes_on_a_wrong_hand_in_is_found(repository: Any, prove: Prove) -> None:
    """A suite checks what comes back before it uses it."""
    suite = repository.exercise_folder / "test_doubling.py"
    checked = 'check.equal(-10, double(-5), "double(-5)")'
    repository.replace(suite, checked, "assert double(-5).bit_length() == 4")
    path = repository.mirror / "rejected" / "loses_the_sign.py"
    path.write_text(
        '"""Returns nothing below zero.\n\nLoses: 1\n"""\n'
        "def double(number): return 2 * number if number > 0 else None\n"
        "def double_all(numbers): return [2 * number for number in numbers]\n",
        encoding="utf-8",
    )
    finding = the(prove("loses_the_sign.py"))
    assert ("crash", True) == (finding.rule, "bit_length" in finding.problem)


def test_a_case_without_docstring_is_found(repository: Any, prove: Prove) -> None:
    """Each case says its requirement in a sentence."""
    suite = repository.exercise_folder / "test_doubling.py"
    repository.replace(suite, '    """Doubling a number returns twice the number."""\n', "")
    finding = the(prove())
    assert ("docstring", suite) == (finding.rule, finding.path)
    assert "test_a_number_is_doubled" in finding.problem


@pytest.mark.parametrize(
    "mark", ["", "@pytest.mark.task(3)\n", "@pytest.mark.task(1)\n@pytest.mark.task(2)\n"]
)
def test_a_case_of_no_or_two_tasks_is_found(repository: Any, prove: Prove, mark: str) -> None:
    """Each case belongs to exactly one task of exercise.toml."""
    suite = repository.exercise_folder / "test_doubling.py"
    case = "def test_a_number_is_doubled"
    repository.replace(suite, f"@pytest.mark.task(1)\n{case}", f"{mark}{case}")
    finding = the(prove())
    assert "marks" == finding.rule
    assert "test_a_number_is_doubled does not belong to exactly one task" == finding.problem


def test_a_task_without_cases_is_found(repository: Any, prove: Prove) -> None:
    """A task that nothing tests cannot be earned."""
    suite = repository.exercise_folder / "test_doubling.py"
    suite.write_text(suite.read_text(encoding="utf-8").replace("task(2)", "task(1)"), encoding="utf-8")
    assert "no case belongs to task 2" in the(prove()).problem


def test_a_false_example_is_found(repository: Any, prove: Prove) -> None:
    """The examples of the README are executed."""
    readme = repository.exercise_folder / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("```python\n>>>", "```python\n>>> 1 + 1\n3\n>>>", 1), encoding="utf-8")
    finding = the(prove("examples"))
    assert ("examples", readme) == (finding.rule, finding.path)
    assert "Got:\n    2" in finding.problem


def test_a_reference_that_leaks_a_thread_is_found(repository: Any, prove: Prove) -> None:
    """What the reference or the suite leaves running is named."""
    reference = repository.mirror / "doubling.py"
    leak = "threading.Thread(target=threading.Event().wait, name='forgotten', daemon=True).start()\n"
    text = reference.read_text(encoding="utf-8")
    reference.write_text(f"{text}\nimport threading\n{leak}", encoding="utf-8")
    finding = the(prove("cost"))
    assert ("leftover", True) == (finding.rule, "'forgotten'" in finding.problem)


def test_an_expensive_suite_is_found(repository: Any, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite that takes more CPU than allowed is named with what it would take on a usual machine."""
    exercise = repository.exercise
    with Store(repository.root) as store:
        grading = Grading(root=repository.root, pool=pool, store=store)
        rules = Rules(exercise, grading.expected_cases(exercise))
        record = grading.run(exercise, take(exercise, exercise.mirror))
    monkeypatch.setattr(proof_runs, "slowness", lambda: 1.25)
    finding = the(list(rules.cost(dataclasses.replace(record, cpu_seconds=5.0))))
    assert ("cost", True) == (finding.rule, "4.0 s of CPU" in finding.problem)
    for seconds in (2.9, 3.7):
        assert [] == list(rules.cost(dataclasses.replace(record, cpu_seconds=seconds)))


def test_the_yardstick_never_makes_a_budget_smaller() -> None:
    """A machine that is faster than usual has to keep the same budget; a slower one gets more."""
    assert 1.0 <= yardstick.slowness() < 50
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yardstick, "USUAL_SECONDS", yardstick.USUAL_SECONDS / 100)
        assert yardstick.slowness() > 10


@pytest.mark.parametrize(
    ("case", "adversary"),
    [
        ("double(7)", "returns_none_in_every_call"),
        ("assert double(7) == 14", "returns_a_liar_in_every_call"),
        ("pass", "empty"),
    ],
)
def test_a_suite_that_an_adversary_passes_is_found(
    repository: Any, prove: Prove, case: str, adversary: str
) -> None:
    """A hand-in that knows nothing may earn nothing; if it does, the suite is named."""
    imports = "import pytest\n" + ("from doubling import double\n" if "double" in case else "")
    body = f'@pytest.mark.task(1)\ndef test_one():\n    """One thing is right."""\n    {case}\n\n'
    second = '@pytest.mark.task(2)\ndef test_two():\n    """Another thing is right."""\n    assert False\n'
    suite = repository.write("exercises/01_basics/01_doubling/test_doubling.py", imports + body + second)
    finding = the(prove(adversary))
    assert ("adversary", suite) == (finding.rule, finding.path)
    assert repr(adversary) in finding.problem


def test_a_verdict_that_depends_on_order_is_found(repository: Any) -> None:
    """A suite whose cases need each other is found by running them in another order."""
    suite = repository.exercise_folder / "test_doubling.py"
    text = suite.read_text(encoding="utf-8").replace('"""The suite of doubling."""', "SEEN = []")
    text = text.replace("    check.equal(14", "    SEEN.append(1)\n    check.equal(14")
    text = text.replace(
        "    check.equal([3, 1], n", '    check.equal(1, len(SEEN), "SEEN")\n    check.equal([3, 1], n'
    )
    suite.write_text(text, encoding="utf-8")
    found = verify(repository, "doubling", repeat=3)
    assert {"flaky"} == {finding.rule for finding in found}
    assert "(repeat 1: --order-seed 1 " in found[0].problem


@pytest.mark.parametrize(
    ("doubt", "repeats"),
    [
        ("' ' in str(tmp_path)", 1),
        ("not tmp_path.as_posix().isascii()", 1),
        ("os.environ['HOME'].endswith(('home', '/proc'))", 1),
        ("os.environ['LC_ALL'] == 'tr_TR.UTF-8'", 1),
        ("time.localtime(0)[3:5] == (5, 30)", 1),
    ],
)
def test_a_suite_that_hangs_on_the_machine_is_found(repository: Any, doubt: str, repeats: int) -> None:
    """Odd folders, a read-only home, a locale, a time zone: what a suite takes for granted shows."""
    suite = repository.exercise_folder / "test_doubling.py"
    text = suite.read_text(encoding="utf-8")
    text += '\n\n@pytest.mark.task(1)\ndef test_more(check, tmp_path):\n    """This machine is known."""\n'
    text += f"    import os, time\n    double(1)\n    check.equal(False, bool({doubt}), 'the machine')\n"
    suite.write_text(text, encoding="utf-8")
    found = verify(repository, "doubling", repeat=repeats)
    assert {"flaky"} == {finding.rule for finding in found}


def test_folders_can_be_named_by_path(repository: Any) -> None:
    """A path that a shell completes means the exercise too."""
    (repository.exercise_folder / "exercise.toml").write_text("", encoding="utf-8")
    path = str(Path("exercises") / "01_basics" / "01_doubling")
    assert "contract" == the(verify(repository, path)).rule


def test_adversaries_are_hurried(repository: Any) -> None:
    """Those that never end are stopped soon, with limits of their own."""
    exercise = repository.exercise
    samples, _ = read_samples(exercise)
    runs = planned(exercise, (), take(exercise, exercise.folder), samples)
    limits = {run.name: run.limits for run in runs}
    assert limits["endless_at_import"] == Limits(seconds=2.0, case_seconds=0.5)
    assert limits["cost"] is None


def test_the_cost_is_measured_last_and_alone(repository: Any) -> None:
    """The reference is run for its cost after all the other runs; what it leaves behind is found then."""
    reference = repository.mirror / "doubling.py"
    leak = "threading.Thread(target=threading.Event().wait, name='forgotten', daemon=True).start()\n"
    text = reference.read_text(encoding="utf-8")
    reference.write_text(f"{text}\nimport threading\n{leak}", encoding="utf-8")
    told: list[str] = []
    found = verify_all(
        root=repository.root,
        folders=exercise_folders(repository.root),
        names=(),
        repeat=0,
        jobs=2,
        advance=told.append,
    )
    assert {"leftover"} == {finding.rule for finding in found}
    assert "doubling: cost" == told[-1]


@pytest.mark.parametrize(("noisy", "rules"), [(2, set()), (99, {"cost"})])
def test_a_cost_is_measured_again_before_it_counts(
    repository: Any, monkeypatch: pytest.MonkeyPatch, noisy: int, rules: set[str]
) -> None:
    """What another program adds to a cost is no finding; what is there each time is one finding."""
    told: list[str] = []

    def cost(_: Rules, __: object) -> Iterator[Finding]:
        if told.count("doubling: cost") < noisy:
            yield Finding(path=repository.exercise_folder, rule="cost", problem="dear", fix="less")

    monkeypatch.setattr(Rules, "cost", cost)
    found = verify_all(
        root=repository.root,
        folders=exercise_folders(repository.root),
        names=(),
        repeat=0,
        jobs=2,
        advance=told.append,
    )
    assert (rules, min(noisy + 1, ROUNDS)) == (
        {finding.rule for finding in found},
        told.count("doubling: cost"),
    )
    assert len(found) == len(rules)
