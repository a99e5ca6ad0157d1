"""The command line: what it prints where, its exit codes, and its words for mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from grader import cli as command_line

SCHEMA = Path(command_line.__file__).parent / "reports" / "report.schema.json"


@pytest.fixture
def kata(repository: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in the tiny repository; return (exit code, standard output, standard error)."""
    monkeypatch.chdir(repository.root)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kata", *arguments])
        try:
            command_line.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        streams = capsys.readouterr()
        return code, streams.out, streams.err

    return run


def test_without_a_command_it_shows_where_you_stand(kata: Any) -> None:
    """`kata` alone shows the topics, the points and what is next."""
    code, out, _ = kata()
    assert 0 == code
    assert "basics" in out
    assert "0 of 10 points" in out
    assert "kata show doubling" in out


def test_the_list_can_be_filtered(kata: Any) -> None:
    """The list narrows by topic, difficulty and status."""
    assert (
        "doubling" in kata("list", "--topic", "basics", "--difficulty", "easy", "--status", "not_started")[1]
    )
    assert "doubling" not in kata("list", "--difficulty", "hard")[1]
    assert "doubling" not in kata("list", "--status", "passed")[1]


def test_the_list_as_json(kata: Any) -> None:
    """Tools get the list as JSON, with nothing else on standard output."""
    rows = json.loads(kata("list", "--json")[1])
    assert [("doubling", "not_started", 0, 10)] == [
        (row["slug"], row["status"], row["score"], row["max_score"]) for row in rows
    ]


def test_the_list_as_the_readme_shows_it(kata: Any) -> None:
    """The README's table comes from the catalog."""
    out = kata("list", "--markdown")[1]
    assert "| basics | [Doubling](exercises/01_basics/01_doubling/README.md) `doubling` | easy | 10 |" in out


def test_show_prints_the_specification(kata: Any) -> None:
    """`show` renders the README and names the file to edit."""
    code, out, _ = kata("show", "doub")
    assert 0 == code
    assert "Constraints" in out
    assert str(Path("exercises/01_basics/01_doubling/doubling.py")) in out


def test_full_marks_are_exit_code_0(kata: Any) -> None:
    """A tree in which everything passes ends with 0 and says so."""
    code, out, _ = kata("grade", "--tree", "solutions")
    assert 0 == code
    assert "10 of 10 points" in out


def test_anything_less_is_exit_code_1(kata: Any, repository: Any) -> None:
    """A hand-in with a mistake ends with 1 and shows the call, the expected and the returned value."""
    repository.hand_in("rejected/forgets_the_last.py")
    code, out, _ = kata("grade", "doubling")
    assert 1 == code
    assert "4 of 10 points" in out
    assert "called:   double_all([3, 1, -4])" in out
    assert "kata hint doubling" in out


def test_a_fault_of_ours_is_exit_code_3(kata: Any, repository: Any) -> None:
    """A broken suite ends with 3 and is not called a zero."""
    repository.write("exercises/01_basics/01_doubling/test_doubling.py", "import nowhere\n")
    code, out, _ = kata("grade")
    assert 3 == code
    assert "cannot be collected" in out


@pytest.mark.parametrize("tree", ["solutions", "exercises"])
def test_what_is_not_gradable_here_counts_neither_way(kata: Any, repository: Any, tree: str) -> None:
    """Without what it needs, an exercise is no pass and no zero; the report says what to do."""
    path = repository.exercise_folder / "exercise.toml"
    need = 'requires = ["program:no-such-cc (a C compiler)"]'
    repository.replace(path, "assurance =", f"{need}\nassurance =")
    code, out, _ = kata("grade", "--tree", tree)
    assert 2 == code
    told = "doubling needs the program 'no-such-cc' (a C compiler), which is missing; install it, then: "
    assert f"not gradable here: {told}kata grade doubling" in " ".join(out.split())
    assert "0 of 0 points" in out
    assert "1 not gradable here: neither a pass nor a zero, and not in the sum" in out
    data = json.loads(kata("grade", "--tree", tree, "--json", "-")[1])
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (exercise,) = data["exercises"]
    assert ("not_gradable", None, 10) == (exercise["status"], exercise["score"], exercise["max_score"])
    assert {("not_graded", None)} == {(task["status"], task["score"]) for task in exercise["tasks"]}


def test_json_on_standard_output_stands_alone(kata: Any) -> None:
    """With `--json -` the record is all that standard output holds, and it keeps the published schema."""
    code, out, _ = kata("grade", "--tree", "solutions", "--json", "-")
    assert 0 == code
    data = json.loads(out)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (10, "solutions", "passed") == (data["score"], data["tree"], data["exercises"][0]["status"])


def test_reports_go_to_files_beside_the_summary(kata: Any, tmp_path: Path) -> None:
    """Several reports can be written in one run; the terminal still gets its summary."""
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "junit", "markdown")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    _, out, _ = kata("grade", *options)
    assert "0 of 10 points" in out
    assert "{" == files["json"].read_text(encoding="utf-8")[0]
    assert "<testsuites" in files["junit"].read_text(encoding="utf-8")
    assert files["markdown"].read_text(encoding="utf-8").startswith("# Grading report")


def test_two_reports_cannot_share_standard_output(kata: Any) -> None:
    """Two dashes are a mistake that is told before anything runs."""
    code, _, err = kata("grade", "--json", "-", "--junit", "-")
    assert (2, True) == (code, "only one report" in err)


def test_a_report_that_cannot_be_written_is_told(kata: Any) -> None:
    """A file that cannot be written is named."""
    code, _, err = kata("grade", "--tree", "solutions", "--json", "nowhere/report.json")
    assert (2, True) == (code, "nowhere/report.json" in err)


@pytest.mark.parametrize(
    ("arguments", "problem", "hint"),
    [
        (["grade", "dubling"], "Did you mean 'doubling'?", "kata list"),
        (["show", "nothing_like_it"], "No exercise or topic named 'nothing_like_it'.", "kata list"),
        (["grdae"], "Did you mean 'grade'?", "kata --help"),
        (["grade", "--tree", "nowhere"], "no tree 'nowhere'", "exercises, solutions"),
        (["grade", "--jobs", "0"], "--jobs", "kata grade --help"),
        (["hint", "doubling", "--task", "9"], "no task 9", "--task 1"),
        (["solution", "doubling"], "not passed yet", "--force"),
        (["new", "basics", "Json"], "'Json' is no slug", "lower-case"),
    ],
)
def test_mistakes_are_told_with_the_next_command(
    kata: Any, arguments: list[str], problem: str, hint: str
) -> None:
    """A mistake ends with 2, one `error:` line, one `hint:` line, and no traceback."""
    code, out, err = kata(*arguments)
    assert (2, "") == (code, out)
    lines = err.splitlines()
    assert [True, True] == [lines[0].startswith("error: "), lines[1].startswith("hint: ")]
    assert problem in lines[0]
    assert hint in lines[1]


def test_a_broken_exercise_is_named_with_its_line(kata: Any, repository: Any) -> None:
    """A contract that is broken ends every command with the file and the line."""
    path = repository.exercise_folder / "exercise.toml"
    repository.replace(path, "summary =", "sumary =")
    code, _, err = kata("list")
    assert 2 == code
    assert "exercise.toml:2: unknown key 'sumary'" in err


def test_hints_come_one_at_a_time(kata: Any) -> None:
    """Each call gives the next hint of the first open task."""
    outs = [kata("hint", "doubling")[1] for _ in range(3)]
    assert ["hint 1 of 3", "hint 2 of 3", "hint 3 of 3"] == [
        next(part for part in (f"hint {n} of 3" for n in (1, 2, 3)) if part in out) for out in outs
    ]


def test_the_solution_is_shown_after_a_pass(kata: Any, repository: Any) -> None:
    """The reference and its discussion open once the exercise is passed, or by force."""
    assert 0 == kata("solution", "doubling", "--force")[0]
    repository.hand_in("accepted/shift.py")
    kata("grade", "doubling")
    code, out, _ = kata("solution", "doubling")
    assert 0 == code
    assert "return number * 2" in out or "return 2 * number" in out or "double" in out


def test_reset_keeps_what_was_written(kata: Any, repository: Any) -> None:
    """The stub comes back and the own file lies in the backups."""
    repository.commit()
    written = repository.hand_in("accepted/shift.py").read_bytes()
    code, out, _ = kata("reset", "doubling")
    assert (0, True) == (code, ".kata/backups/doubling" in out)
    backups = list((repository.root / ".kata" / "backups").rglob("doubling.py"))
    assert [written] == [path.read_bytes() for path in backups]
    assert b"NotImplementedError" in (repository.exercise_folder / "doubling.py").read_bytes()
    assert "untouched already" in kata("reset", "doubling")[1]


def test_verify_ends_with_1_and_names_the_problem(kata: Any, repository: Any) -> None:
    """A broken contract is printed with its path, rule and fix."""
    repository.replace(repository.exercise_folder / "exercise.toml", '"Twice is one and one.", ', "")
    code, out, _ = kata("verify", "doubling")
    assert 1 == code
    assert "exercise.toml: [contract]" in out
    assert "1 problem(s)" in out


def test_new_makes_an_exercise_that_verify_understands(kata: Any) -> None:
    """A new exercise grades at once, and verify says what is missing."""
    code, out, _ = kata("new", "basics", "tripling")
    assert (0, True) == (code, "exercises/01_basics/02_tripling/README.md" in out)
    assert 0 == kata("grade", "tripling", "--tree", "solutions")[0]
    code, out, _ = kata("verify", "tripling", "--repeat", "0")
    assert (1, True) == (code, "0 samples; an exercise has at least 6" in out)


def test_test_runs_pytest_in_the_repository(repository: Any) -> None:
    """`kata test` hands its arguments to pytest and its exit code back."""
    command = [sys.executable, "-P", "-c", "from grader.cli import main; main()"]
    command += ["test", "-q", "-p", "no:cacheprovider", "tests"]
    codes = []
    for truth in (1, 2):
        repository.write("tests/test_one.py", f"def test_one():\n    assert 1 == {truth}\n")
        done = subprocess.run(command, cwd=repository.root, capture_output=True, text=True, check=False)
        codes.append((done.returncode, "1 passed" in done.stdout))
    assert [(0, True), (1, False)] == codes


def test_the_version_and_the_help_are_there(kata: Any) -> None:
    """Every command explains itself."""
    assert "kata, version" in kata("--version")[1]
    for name in command_line.cli.list_commands(click.Context(command_line.cli)):
        code, out, _ = kata(name, "--help")
        assert (0, True) == (code, f"kata {name}" in out)


def test_outside_a_repository_the_own_one_is_used(
    kata: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Called from anywhere, `kata` works on the repository that it was installed from."""
    monkeypatch.chdir(tmp_path)
    assert "hash_map" in kata("list")[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no POSIX signals")
def test_ctrl_c_ends_everything_and_exits_with_130(repository: Any) -> None:
    """An interrupt in the middle prints what is done, leaves no process behind and ends with 130."""
    pid_file = repository.root / "pid"
    text = f"import os\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\nwhile True: pass\n"
    repository.write("exercises/01_basics/01_doubling/doubling.py", text)
    patient = 'difficulty = "easy"\ntime_limit = 600\ncase_time_limit = 600'  # only the interrupt ends it
    metadata = repository.root / "exercises/01_basics/01_doubling/exercise.toml"
    repository.replace(metadata, 'difficulty = "easy"', patient)
    command = [sys.executable, "-P", "-c", "from grader.cli import main; main()", "grade"]
    process = subprocess.Popen(
        command,
        cwd=repository.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs ignore interrupts, and so would a test run started there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    end = time.monotonic() + 60
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < end:
        os.sched_yield() if hasattr(os, "sched_yield") else None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert 130 == process.returncode
    assert "Interrupted" in out
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_mutants_that_survive_set_the_exit_code(kata: Any, repository: Any) -> None:
    """`kata verify --mutants` prints each hole and a table, and ends with 1 if there are any."""
    code, out, _ = kata("verify", "--mutants", "doubling")
    assert (0, True) == (code, "100.0%" in out)
    suite = repository.exercise_folder / "test_doubling.py"
    repository.replace(suite, 'check.equal(14, double(7), "double(7)")', 'check.equal(0, double(0), "0")')
    repository.replace(suite, 'check.equal(-10, double(-5), "double(-5)")', "double(1)")
    code, out, _ = kata("verify", "--mutants")
    assert (1, True) == (code, "all cases pass with '''doubling.py: return 2 * number → return 3" in out)
