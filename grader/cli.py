"""The command line: it parses, calls, prints, and sets the exit code. Nothing else here does."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.catalog import find_root
from grader.commands import Commands
from grader.desk import Desk
from grader.errors import KataError, UsageError
from grader.model import ExerciseStatus
from grader.progress import progress
from grader.screen import Screen

if TYPE_CHECKING:  # start-up matters: what one command needs is imported by that command
    from grader.model import Report

HELP = {"help_option_names": ["-h", "--help"]}
PASSED, NOT_PASSED, NOT_GRADABLE, GRADER_FAULT, INTERRUPTED = 0, 1, 2, 3, 130


@click.group(
    cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="graded-katas", prog_name="kata")
@click.pass_context
def cli(context: click.Context) -> None:
    """Solve, grade and verify the katas. Without a command: where you stand and what is next."""
    here = Path(__file__).resolve().parent.parent
    try:
        root = find_root(Path.cwd())
    except KataError:
        root = find_root(here)
    context.obj = Desk(root=root, out=Screen.of(sys.stdout, os.environ))
    if context.invoked_subcommand is None:
        show_board(context.obj)


def show_board(desk: Desk) -> None:
    """Print progress by topic."""
    from grader.tables import board

    click.echo(board(desk.standings(desk.catalog.exercises), desk.out), nl=False)


@cli.command("list")
@click.option("--topic", help="Only this topic.")
@click.option("--difficulty", type=click.Choice(["easy", "medium", "hard"]))
@click.option("--status", type=click.Choice([*(status.value for status in ExerciseStatus), "changed"]))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table that the README shows.")
@click.pass_obj
def list_exercises(
    desk: Desk,
    topic: str | None,
    difficulty: str | None,
    status: str | None,
    as_json: bool,
    as_markdown: bool,
) -> None:
    """List the exercises with their last known verdicts."""
    from grader.tables import listing, markdown

    chosen = desk.catalog.select([topic] if topic else [])
    standings = [
        standing
        for standing in desk.standings(chosen)
        if difficulty in (None, standing.exercise.difficulty.value) and status in (None, standing.status)
    ]
    if as_json:
        click.echo(json.dumps([standing.as_data() for standing in standings], indent=2, ensure_ascii=False))
    elif as_markdown:
        click.echo(markdown([standing.exercise for standing in standings]), nl=False)
    else:
        click.echo(listing(standings, desk.out), nl=False)


@cli.command()
@click.argument("slug")
@click.pass_obj
def show(desk: Desk, slug: str) -> None:
    """Show the README of an exercise."""
    from grader.pages import specification

    exercise = desk.catalog.one(slug)
    click.echo(specification(exercise, desk.out), nl=False)
    files = ", ".join(str((exercise.folder / path).relative_to(desk.root)) for path in exercise.files)
    click.echo(f"\nyours to edit: {files}")


@cli.command()
@click.argument("slug")
@click.option("--task", "number", type=int, help="The task; by default the first that is not earned yet.")
@click.pass_obj
def hint(desk: Desk, slug: str, number: int | None) -> None:
    """Give the next hint of a task: there are three, from general to specific."""
    from grader.hints import next_hint

    exercise = desk.catalog.one(slug)
    with desk.store() as store:
        click.echo(next_hint(exercise, number, desk.standings([exercise])[0].result, store))


@cli.command()
@click.argument("slug")
@click.pass_obj
def reset(desk: Desk, slug: str) -> None:
    """Bring back the untouched stub; what you wrote is kept under .kata/backups."""
    from grader.reset import reset as bring_back

    exercise = desk.catalog.one(slug)
    with desk.store() as store:
        kept = bring_back(exercise, desk.root, store)
    told = f"; your files are kept in {kept.relative_to(desk.root)}" if kept else "; it was untouched already"
    click.echo(f"{exercise.slug} is as it was{told}")


@cli.command()
@click.argument("slug")
@click.option("--force", is_flag=True, help="Show it although the exercise is not passed yet.")
@click.pass_obj
def solution(desk: Desk, slug: str, force: bool) -> None:
    """Show the reference and its discussion, once you have passed."""
    from grader.pages import solution as tour

    exercise = desk.catalog.one(slug)
    if not force and desk.standings([exercise])[0].status != ExerciseStatus.PASSED.value:
        told = f"{exercise.slug} is not passed yet, as far as is known here"
        raise UsageError(
            told, f"kata grade {exercise.slug}, or read it anyway: kata solution {exercise.slug} --force"
        )
    click.echo(tour(exercise, desk.out), nl=False)


@cli.command()
@click.argument("names", nargs=-1, metavar="[SLUG]...")
@click.option("--tree", default="exercises", show_default=True, help="exercises, solutions, or a folder.")
@click.option("--isolation", type=click.Choice(["auto", "none"]), default="auto", show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Exercises at a time; by default the number of cores.")
@click.option("--fresh", is_flag=True, help="Run again even what has not changed.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON (- for standard output).")
@click.option("--junit", "junit_file", metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--markdown", "markdown_file", metavar="FILE", help="Write the report as Markdown.")
@click.pass_obj
def grade(
    desk: Desk,
    /,
    names: tuple[str, ...],
    tree: str,
    isolation: str,
    jobs: int | None,
    fresh: bool,
    **files: str | None,
) -> None:
    """Run the suites against the hand-ins and score them.

    A slug, a topic, or the beginning of one selects; without any, everything is graded.
    """
    from grader.grading import grade_tree
    from grader.reports.publish import publish

    exercises = desk.catalog.select(names)
    if sum(name == "-" for name in files.values()) > 1:
        raise UsageError("only one report can go to standard output", "give the others file names")
    with progress("grading", len(exercises)) as advance:
        report = grade_tree(
            root=desk.root,
            exercises=exercises,
            tree=tree,
            isolation=isolation,
            jobs=jobs,
            fresh=fresh,
            advance=lambda result: advance(f"{result.slug}: {result.status.value}"),
        )
    click.echo(publish(report, files, desk.out), nl=False)
    sys.exit(_grade_code(report))


@cli.command()
@click.argument("names", nargs=-1, metavar="[SLUG]...")
@click.option(
    "--repeat", type=click.IntRange(0), default=2, show_default=True, help="Runs under other conditions."
)
@click.option("--jobs", type=click.IntRange(1), help="Runs at a time; by default the number of cores.")
@click.option("--mutants", is_flag=True, help="Prove instead that the suites notice small mistakes.")
@click.option("--messages", is_flag=True, help="Write down instead what rejected samples are told.")
@click.pass_obj
def verify(
    desk: Desk, names: tuple[str, ...], repeat: int, jobs: int | None, mutants: bool, messages: bool
) -> None:
    """Prove exercises: metadata, README, stub, reference, samples, adversaries, repeats, cost."""
    from grader.catalog import exercise_folders
    from grader.proof.messages import write_messages
    from grader.proof.mutation import verify_mutants
    from grader.verify import verify_all

    cores = jobs or os.cpu_count() or 1
    if messages:
        for path in write_messages(root=desk.root, exercises=desk.catalog.select(names), jobs=cores):
            click.echo(path.relative_to(desk.root))
        return
    if mutants:
        findings, told = verify_mutants(root=desk.root, exercises=desk.catalog.select(names), jobs=cores)
    else:
        folders = exercise_folders(desk.root)
        with progress("verifying", None) as advance:
            findings = verify_all(
                root=desk.root, folders=folders, names=names, repeat=repeat, jobs=jobs, advance=advance
            )
        told = f"{len(findings)} problem(s)" if findings else "every exercise keeps its contract"
    for finding in findings:
        click.echo(finding.as_text(desk.root))
    click.echo(told)
    sys.exit(NOT_PASSED if findings else PASSED)


@cli.command()
@click.argument("topic")
@click.argument("slug")
@click.pass_obj
def new(desk: Desk, topic: str, slug: str) -> None:
    """Make the two folders of a new exercise, ready to be filled in and verified."""
    from grader.scaffold import scaffold

    for path in scaffold(desk.root, topic, slug):
        click.echo(path.relative_to(desk.root))
    click.echo(f"next: fill them in, then kata verify {slug}")


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
@click.pass_obj
def test(desk: Desk, arguments: tuple[str, ...]) -> None:
    """Run the project's own tests; without arguments, also measure their coverage."""
    python = [sys.executable, "-P", "-m"]
    if arguments:
        sys.exit(_call(desk, [*python, "pytest", *arguments]))
    steps = ("erase", "run -m pytest", "combine --quiet", "report")
    sys.exit(max(_call(desk, [*python, "coverage", *step.split()]) for step in steps))


def _call(desk: Desk, command: Sequence[str]) -> int:
    """Run one of the tools in the repository and return its exit code."""
    variables = {**os.environ, "COVERAGE_FILE": str(desk.root / ".coverage")}  # workers run in other folders
    return subprocess.run(command, cwd=desk.root, env=variables, check=False).returncode


def _grade_code(report: "Report") -> int:
    """Return the exit code of a graded run."""
    if report.interrupted:
        return INTERRUPTED
    if any(result.status is ExerciseStatus.ERROR for result in report.exercises):
        return GRADER_FAULT
    if report.score < report.max_score:
        return NOT_PASSED
    return PASSED if all(result.graded for result in report.exercises) else NOT_GRADABLE


def main() -> None:
    """Run the command line; every error for people ends here, with its hint and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        cli.main(standalone_mode=False)
    except KataError as error:
        _complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _complain(error.format_message(), f"{context.command_path} --help" if context else "kata --help")
        sys.exit(KataError.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)


def _complain(message: str, hint: str) -> None:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
