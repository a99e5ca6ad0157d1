"""What grading costs beyond the suites' own time: the warm worker against a cold ``python -m pytest``.

Both sides run the same suites on the same references, in turn, in one run on one machine:

    .venv/bin/python benchmarks/overhead.py [ROUNDS]

It prints, for each exercise, the wall time of a cold process and of a job in a warm worker, each less the
time that the suite's own cases took on that side (the sum of pytest's durations), the ratio of the two, and
at the end the time to grade everything with two workers against the cold processes in sequence.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
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


def cold(exercise: Exercise) -> tuple[float, float]:
    """Run the suite as anybody would; return (wall seconds, seconds of its cases)."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--durations=0",
        "--durations-min=0",
    ]
    with prepared(exercise, take(exercise, exercise.mirror)) as workspace:
        variables = {**os.environ, "TMPDIR": str(workspace.scratch), "PYTHONDONTWRITEBYTECODE": "1"}
        variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        started = time.perf_counter()
        done = subprocess.run(
            [*command, exercise.suite],
            cwd=workspace.root,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"{exercise.slug}: the cold run failed\n{done.stdout[-2000:]}")
    return wall, sum(float(seconds) for seconds in DURATION.findall(done.stdout))


def warm(exercise: Exercise, grading: Grading) -> tuple[float, float]:
    """Run the suite in a warm worker; return (wall seconds, seconds of its cases)."""
    started = time.perf_counter()
    record = grading.run(exercise, take(exercise, exercise.mirror))
    wall = time.perf_counter() - started
    return wall, sum(result.seconds for result in record.results)


def main(rounds: int) -> None:
    """Measure and print."""
    root = find_root(Path(__file__).resolve().parent)
    exercises = Catalog.read(root).exercises
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians of {rounds} rounds, milliseconds"
    )
    print(
        f"{'exercise':22}{'cases':>8}{'cold':>8}{'warm':>8}{'cold rest':>12}{'warm rest':>12}{'ratio':>8}"
    )
    totals: list[float] = []
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        with Pool(Plain(), 1) as pool:
            grading = Grading(root=root, pool=pool, store=store)
            warm(exercises[0], grading)  # the worker's own start is not a job
            for exercise in exercises:
                pairs = [(cold(exercise), warm(exercise, grading)) for _ in range(rounds)]
                colds, warms = ([pair[side] for pair in pairs] for side in (0, 1))
                cold_wall, warm_wall = (
                    statistics.median(wall for wall, _ in runs) for runs in (colds, warms)
                )
                beyond = [statistics.median(wall - own for wall, own in runs) for runs in (colds, warms)]
                ratios.append(beyond[1] / beyond[0])
                totals.append(cold_wall)
                own = statistics.median(own for _, own in warms)
                cells = "".join(
                    f"{1000 * value:{width}.0f}"
                    for value, width in zip((own, cold_wall, warm_wall), (8, 8, 8), strict=True)
                )
                print(
                    f"{exercise.slug:22}{cells}{1000 * beyond[0]:12.0f}{1000 * beyond[1]:12.0f}{ratios[-1]:8.2f}"
                )
        times = []
        for _ in range(rounds):
            with Pool(Plain(), 2) as pool:
                started = time.perf_counter()
                list(
                    Grading(root=root, pool=pool, store=store, fresh=True).grade(
                        exercises, root / "solutions"
                    )
                )
                times.append(time.perf_counter() - started)
    together = statistics.median(times)
    print(f"overhead of the warm worker: {statistics.median(ratios):.2f} of a cold process (median exercise)")
    print(
        f"all with two workers, their start included: {together:.2f} s; cold in sequence: {sum(totals):.2f} s"
    )
    print(f"that is {sum(totals) / together:.1f} times faster")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
