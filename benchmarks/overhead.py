"""What grading costs beyond the suites' own time: the warm worker against a cold ``python -m pytest``.

    .venv/bin/python benchmarks/overhead.py [ROUNDS]

Both sides run the same suites on the same references, in turn, in one run on one machine. For each exercise
the table shows the time of its cases (the sum of their durations), the wall time of a cold process and of a
job in a warm worker, and what is left of both without the time of the cases: the overhead. At the end stands
the time to grade everything with two workers, their start included, against the cold processes in sequence.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.catalog import Catalog, find_root
from grader.grading import Grading
from grader.isolation import Plain
from grader.model import Exercise
from grader.runner import Pool
from grader.store import Store
from grader.submission import take
from grader.workspace import prepared

DURATION = re.compile(r"^(\d+\.\d+)s (?:call|setup|teardown)", re.MULTILINE)
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=0", "--durations-min=0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One run of a suite: wall seconds, and the seconds of its cases."""

    wall: float
    cases: float

    @property
    def overhead(self) -> float:
        """What the run took beyond its cases."""
        return self.wall - self.cases


def cold(exercise: Exercise) -> Timing:
    """Run the suite as anybody would, in a new process."""
    with prepared(exercise, take(exercise, exercise.mirror)) as workspace:
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        variables = {**os.environ, "PATH": programs, "TMPDIR": str(workspace.scratch)}
        command = [sys.executable, *PYTEST, exercise.suite]
        started = time.perf_counter()
        done = subprocess.run(
            command, cwd=workspace.root, env=variables, capture_output=True, text=True, check=False
        )
        wall = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"{exercise.slug}: the cold run failed\n{done.stdout[-2000:]}")
    return Timing(wall=wall, cases=sum(map(float, DURATION.findall(done.stdout))))


def warm(exercise: Exercise, grading: Grading) -> Timing:
    """Run the suite as the grader does, in a warm worker: workspace and clean-up included."""
    started = time.perf_counter()
    record = grading.run(exercise, take(exercise, exercise.mirror))
    wall = time.perf_counter() - started
    return Timing(wall=wall, cases=sum(result.seconds for result in record.results))


def each(exercises: Sequence[Exercise], root: Path, store: Store, rounds: int) -> tuple[list[float], float]:
    """Measure exercise by exercise and print; return the ratios of overheads and the cold seconds of all."""
    ratios, together = [], 0.0
    print(f"{'exercise':22}{'cases':>8}{'cold':>8}{'warm':>8}{'overhead cold':>15}{'warm':>8}{'ratio':>8}")
    with Pool(Plain(), 1) as pool:
        grading = Grading(root=root, pool=pool, store=store)
        warm(exercises[0], grading)  # the start of the worker is no part of a job
        for exercise in exercises:
            pairs = [(cold(exercise), warm(exercise, grading)) for _ in range(rounds)]
            colds, warms = zip(*pairs, strict=True)
            sides = [statistics.median(timing.wall for timing in timings) for timings in (colds, warms)]
            rests = [statistics.median(timing.overhead for timing in timings) for timings in (colds, warms)]
            own = statistics.median(timing.cases for timing in warms)
            ratios.append(rests[1] / rests[0])
            together += sides[0]
            cells = [1000 * value for value in (own, *sides, *rests)]
            widths = (8, 8, 8, 15, 8)
            row = "".join(f"{cell:{width}.0f}" for cell, width in zip(cells, widths, strict=True))
            print(f"{exercise.slug:22}{row}{ratios[-1]:8.2f}")
    return ratios, together


def everything(exercises: Sequence[Exercise], root: Path, store: Store) -> float:
    """Return the seconds to grade all references with two workers, their start included."""
    started = time.perf_counter()
    with Pool(Plain(), 2) as pool:
        grading = Grading(root=root, pool=pool, store=store, fresh=True)
        results = dict(grading.grade(exercises, root / "solutions"))
    if any(result.score != result.max_score for result in results.values()):
        raise SystemExit("a reference did not get full marks")
    return time.perf_counter() - started


def main(rounds: int) -> None:
    """Measure and print."""
    root = find_root(Path(__file__).resolve().parent)
    exercises = Catalog.read(root).exercises
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians of {rounds} rounds, milliseconds"
    )
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        ratios, sequence = each(exercises, root, store, rounds)
        together = statistics.median(everything(exercises, root, store) for _ in range(rounds))
    print(f"overhead of the warm worker: {statistics.median(ratios):.2f} of a cold process (median exercise)")
    print(f"all with two workers: {together:.2f} s; cold processes in sequence: {sequence:.2f} s")
    print(f"that is {sequence / together:.1f} times as fast")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
