"""What the outcome of a run depends on, as a key."""

from pathlib import Path

from grader.model import HandedIn, Submission
from grader.proof import evidence
from grader.proof.evidence import evidence_key, running_digest
from grader.submission import take


def test_the_same_run_has_the_same_key(repository):
    """Where nothing has changed, what was found out before counts."""
    exercise = repository.exercise
    reference = take(exercise, exercise.mirror)
    assert evidence_key(exercise, reference, 1) == evidence_key(repository.exercise, reference, 1)
    assert len(evidence_key(exercise, reference)) == len(running_digest()) == 64


def test_whatever_matters_changes_the_key(repository):
    """The hand-in, the suite, and what else the caller says."""
    exercise = repository.exercise
    reference = take(exercise, exercise.mirror)
    other = Submission(slug="doubling", files=(HandedIn(path="doubling.py", content=b""),))
    keys = [evidence_key(exercise, reference), evidence_key(exercise, other)]
    keys += [evidence_key(exercise, reference, "-x"), evidence_key(exercise, reference, "-x", [2])]
    suite = repository.exercise_folder / "test_doubling.py"
    repository.replace(suite, '"""The suite of doubling."""', '"""The suite."""')
    keys.append(evidence_key(exercise, reference))
    assert 5 == len(set(keys))


def test_the_outcome_depends_on_what_takes_part():
    """The parts of the grader whose change makes outcomes stale are there."""
    top = Path(evidence.__file__).parent.parent
    assert all((top / name).exists() for name in evidence.TAKES_PART)
