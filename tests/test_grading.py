"""The steps of grading: what is run, what is known, what is a fault, and what the report says."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import Catalog
from grader.errors import GraderError, UsageError
from grader.grading import Grading, grade_tree, standings
from grader.isolation import Plain
from grader.model import CaseStatus, ExerciseStatus, RunRecord
from grader.runner import Pool
from grader.store import Store

Make = Callable[..., Grading]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker for all tests of this file."""
    with Pool(Plain(), 1) as pool:
        yield pool


@pytest.fixture
def grading(repository: Any, pool: Pool) -> Iterator[Make]:
    """Make a Grading of the tiny repository."""
    with Store(repository.root) as store:
        yield lambda **options: Grading(root=repository.root, pool=pool, store=store, **options)


def test_the_reference_gets_full_marks(repository: Any, grading: Make) -> None:
    """The solutions tree passes, with every case passed."""
    result = grading().grade_one(repository.exercise, repository.root / "solutions")
    assert (ExerciseStatus.PASSED, 10, 10) == (result.status, result.score, result.max_score)
    statuses = {case.status for task in result.tasks for case in task.cases}
    assert {CaseStatus.PASSED} == statuses


def test_an_untouched_stub_is_not_started(repository: Any, grading: Make) -> None:
    """A stub that earned nothing and was not touched is called not started."""
    repository.commit()
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert (ExerciseStatus.NOT_STARTED, 0) == (result.status, result.score)


def test_a_solved_exercise_passes_even_if_history_says_it_is_the_stub(repository: Any, grading: Make) -> None:
    """Evidence beats history: in a shallow clone the solved file is all that git knows."""
    repository.hand_in("doubling.py")
    repository.commit()
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert ExerciseStatus.PASSED is result.status


def test_a_rejected_sample_loses_its_task_only(repository: Any, grading: Make) -> None:
    """A hand-in with one mistake earns the tasks that it got right."""
    repository.hand_in("rejected/forgets_the_last.py")
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert (ExerciseStatus.PARTIAL, 4, [4, 0]) == (
        result.status,
        result.score,
        [task.score for task in result.tasks],
    )


def test_a_missing_file_is_a_failure_that_names_it(repository: Any, grading: Make) -> None:
    """Nothing handed in scores 0 and says which file was looked for."""
    (repository.exercise_folder / "doubling.py").unlink()
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert (ExerciseStatus.FAILED, 0) == (result.status, result.score)
    assert "doubling.py" in (result.message or "")
    assert {CaseStatus.NOT_RUN} == {case.status for task in result.tasks for case in task.cases}


def test_what_has_not_changed_is_not_run_again(repository: Any, grading: Make) -> None:
    """A second verdict on the same content comes from the store; a fresh one does not."""
    tree = repository.root / "solutions"
    first = grading().grade_one(repository.exercise, tree)
    again = grading().grade_one(repository.exercise, tree)
    fresh = grading(fresh=True).grade_one(repository.exercise, tree)
    assert [False, True, False] == [result.cached for result in (first, again, fresh)]
    assert [10, 10, 10] == [result.score for result in (first, again, fresh)]


@pytest.mark.parametrize("changed", ["hand-in", "suite"])
def test_a_change_is_run_again(repository: Any, grading: Make, changed: str) -> None:
    """A change of the hand-in or of a trusted file makes the old verdict worthless."""
    tree = repository.root / "solutions"
    grading().grade_one(repository.exercise, tree)
    folder = {
        "hand-in": repository.mirror / "doubling.py",
        "suite": repository.exercise_folder / "test_doubling.py",
    }
    path = folder[changed]
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert not grading().grade_one(repository.exercise, tree).cached


def test_a_time_out_is_not_remembered(repository: Any, grading: Make) -> None:
    """A verdict that the speed of the machine may have decided is not kept."""
    repository.replace(
        repository.exercise_folder / "exercise.toml", "assurance =", "case_time_limit = 0.2\nassurance ="
    )
    text = (
        "def double(number):\n    while True: pass\ndef double_all(numbers): return [2 * n for n in numbers]"
    )
    repository.write("exercises/01_basics/01_doubling/doubling.py", text)
    results = [grading().grade_one(repository.exercise, repository.root / "exercises") for _ in range(2)]
    assert [False, False] == [result.cached for result in results]
    assert [0, 6] == [task.score for task in results[0].tasks]


def test_a_broken_suite_is_no_zero(repository: Any, grading: Make) -> None:
    """A suite that cannot be collected against the reference is an error of ours."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", "import nowhere\n")
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert ExerciseStatus.ERROR is result.status
    assert "cannot be collected" in (result.message or "")


def test_a_suite_without_cases_is_no_zero(repository: Any, grading: Make) -> None:
    """A suite that has no case at all is an error of ours, never a pass."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", "")
    result = grading().grade_one(repository.exercise, repository.root / "solutions")
    assert (ExerciseStatus.ERROR, 0) == (result.status, result.score)


@pytest.mark.parametrize("need", ["program:no-such-program", "python:no_such_module"])
def test_a_missing_requirement_is_neither_pass_nor_zero(repository: Any, grading: Make, need: str) -> None:
    """An exercise that this machine cannot grade says what it needs."""
    path = repository.exercise_folder / "exercise.toml"
    repository.replace(path, "assurance =", f'requires = ["{need}"]\nassurance =')
    result = grading().grade_one(repository.exercise, repository.root / "solutions")
    assert ExerciseStatus.NOT_GRADABLE is result.status
    assert "not gradable here: doubling needs the" in (result.message or "")
    assert need.partition(":")[2] in (result.message or "")
    assert "install it, then: kata grade doubling" in (result.message or "")
    assert not result.graded


def test_the_cases_are_collected_without_the_hand_in(repository: Any, grading: Make) -> None:
    """The expected cases come from the suite and the reference: a hand-in cannot take some away."""
    repository.write("exercises/01_basics/01_doubling/doubling.py", "import os; os._exit(0)\n")
    cases = grading().expected_cases(repository.exercise)
    assert [1, 1, 2, 2] == [case.task for case in cases]


def test_the_cases_are_collected_against_the_stub_without_solutions(repository: Any, grading: Make) -> None:
    """A class may have taken the solutions away: the untouched stub serves then."""
    repository.commit()
    shutil.rmtree(repository.root / "solutions")
    repository.write("exercises/01_basics/01_doubling/doubling.py", "broken(\n")
    assert 4 == len(grading().expected_cases(repository.exercise))


def test_a_report_has_the_facts_of_its_run(repository: Any) -> None:
    """The report names the tree, the isolation and the versions, and keeps the order of the exercises."""
    exercises = Catalog.read(repository.root).exercises
    seen: list[str] = []
    report = grade_tree(
        root=repository.root,
        exercises=exercises,
        tree="solutions",
        jobs=1,
        advance=lambda result: seen.append(result.slug),
    )
    assert ("solutions", "none", 10, 10) == (report.tree, report.isolation, report.score, report.max_score)
    assert ["doubling"] == seen
    assert report.started_at.endswith("Z")
    assert not report.interrupted


def test_a_tree_can_be_any_folder(repository: Any, tmp_path: Path) -> None:
    """A folder with the same layout is graded like the two trees."""
    shutil.copytree(repository.root / "solutions", tmp_path / "handed-in")
    report = grade_tree(
        root=repository.root,
        exercises=Catalog.read(repository.root).exercises,
        tree=str(tmp_path / "handed-in"),
    )
    assert 10 == report.score


def test_a_tree_that_is_not_there_is_a_usage_error(repository: Any) -> None:
    """A mistyped tree is told before anything runs."""
    with pytest.raises(UsageError, match="no tree 'solution'"):
        grade_tree(root=repository.root, exercises=(), tree="solution")


def test_an_interrupt_reports_what_is_done(repository: Any) -> None:
    """Ctrl-C ends the work; what was graded until then is in the report."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()

    exercises = Catalog.read(repository.root).exercises
    report = grade_tree(root=repository.root, exercises=exercises, tree="solutions", advance=interrupt)
    assert (True, ("doubling",)) == (report.interrupted, tuple(r.slug for r in report.exercises))
    assert before == threading.active_count()


def test_standings_run_nothing(repository: Any, pool: Pool) -> None:
    """Where somebody stands is read from earlier verdicts on the present files."""
    repository.commit()
    with Store(repository.root) as store:
        grading = Grading(root=repository.root, pool=pool, store=store)
        before = standings(repository.root, [repository.exercise], store)[0]
        repository.hand_in("doubling.py")
        changed = standings(repository.root, [repository.exercise], store)[0]
        grading.grade_one(repository.exercise, repository.root / "exercises")
        after = standings(repository.root, [repository.exercise], store)[0]
    assert ["not_started", "changed", "passed"] == [standing.status for standing in (before, changed, after)]


def test_a_fault_of_the_worker_is_an_error(repository: Any, grading: Make) -> None:
    """A hand-in that ends its workers gets no zero but an error that can be looked into."""
    repository.write("exercises/01_basics/01_doubling/doubling.py", "import os\nos.kill(os.getppid(), 9)\n")
    result = grading().grade_one(repository.exercise, repository.root / "exercises")
    assert ExerciseStatus.ERROR is result.status
    assert "two workers died" in (result.message or "")


def test_a_run_that_pytest_refuses_is_a_fault(repository: Any, grading: Make) -> None:
    """Arguments that pytest does not take are the grader's mistake."""
    from grader.submission import take

    handed_in = take(repository.exercise, repository.mirror)
    with pytest.raises(GraderError, match="--nonsense"):
        grading().run(repository.exercise, handed_in, options=("--nonsense",))


def test_the_examples_of_a_readme_are_run(repository: Any, grading: Make) -> None:
    """Examples are executed against a hand-in; a false one is told."""
    from grader.submission import take

    def examples() -> RunRecord:
        reference = take(repository.exercise, repository.mirror)
        return grading().run(repository.exercise, reference, kind="examples")

    assert examples().message is None
    readme = repository.exercise_folder / "README.md"
    readme.write_text(
        readme.read_text(encoding="utf-8") + "\n```python\n>>> 1 + 1\n3\n\n```\n", encoding="utf-8"
    )
    assert "Expected:\n    3\nGot:\n    2" in (examples().message or "")
