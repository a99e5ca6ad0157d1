"""A workflow for GitHub Actions: read, checked against the schema, and executed without a network."""

import fnmatch
import functools
import importlib.resources
import itertools
import json
import operator
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ruamel.yaml import YAML, YAMLError

FILE = "ci.yml"
PYTHONS = ("3.11", "3.12", "3.13")
ACTIONS = ("checkout", "setup-python", "cache", "upload-artifact", "download-artifact")
BROKEN = {
    "lint": ("an unused import", "src/tally/__init__.py", "import rulers\n", "import math\nimport rulers\n"),
    "lint_in_tests": (
        "an unused import in its tests",
        "tests/test_tally.py",
        "from tally",
        "import os\nfrom tally",
    ),
    "test": ("a failing test", "src/tally/__init__.py", "{word}", "{word}s"),
    "dependency": ("a dependency that pyproject.toml lacks", "pyproject.toml", '["rulers"]', "[]"),
    "packaging": ("a readme that does not exist", "pyproject.toml", "README.md", "README.rst"),
}
SECONDS = 20


# --- reading ----------------------------------------------------------------------------------------------


def workflow(check, hand_in: Path) -> dict:
    """Return the workflow as YAML 1.2 reads it; it has to be a mapping with jobs that have steps."""
    path = hand_in / FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    plain, wanted, problem = parsed(text)
    check.that(problem == "", FILE, wanted, problem)
    for name, job in plain["jobs"].items():
        known = "steps" in job and "container" not in job and isinstance(job.get("strategy", {}), dict)
        check.that(known, f"the job {name}", "steps that run on the runner itself", sorted(job))
    return plain


@functools.cache
def parsed(text: str) -> tuple[dict, str, str]:
    """Return the workflow, and what was wanted and is not so, if anything."""
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except (ValueError, YAMLError, RecursionError) as error:
        return {}, "a YAML file", f"{type(error).__name__}: {error}"[:400]
    if type(found) is not dict:
        return {}, "a mapping with on, jobs and so on", type(found).__name__
    plain = json.loads(json.dumps(found, default=str))
    return plain, "a workflow that the schema allows", schema_problem(plain)


def schema_problem(found: dict) -> str:
    """Return what the schema of workflows objects to."""
    import jsonschema

    package = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((package / "github-workflows.json").read_text(encoding="utf-8"))
    errors = jsonschema.Draft7Validator(schema).iter_errors(found)
    worst = jsonschema.exceptions.best_match(errors)
    return "" if worst is None else f"{'.'.join(map(str, worst.absolute_path))}: {worst.message}"[:400]


def events(found: dict) -> dict:
    """Return the triggers, name to configuration."""
    given = found.get("on")
    if isinstance(given, str):
        return {given: None}
    return dict.fromkeys(given) if isinstance(given, list) else dict(given)


def steps_of(found: dict) -> list[tuple[str, dict]]:
    """Return all steps, each with the name of its job."""
    return [(name, step) for name, job in found["jobs"].items() for step in job.get("steps", [])]


def actions(found: dict, name: str) -> list[dict]:
    """Return the steps that use one of GitHub's own actions."""
    return [step for _, step in steps_of(found) if str(step.get("uses")).startswith(f"actions/{name}@")]


# --- expressions ------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?)|'((?:[^']|'')*)'|([A-Za-z_][\w-]*)|(==|!=|<=|>=|&&|\|\||[()\[\].,!<>*]))"
)
COMPARE = {"==": operator.eq, "!=": operator.ne}


class Expression:
    """One expression of GitHub's language, as far as the README promises it."""

    def __init__(self, text: str, contexts: dict, functions: dict) -> None:
        self.tokens = [match.groups() for match in TOKEN.finditer(text)]
        self.contexts, self.functions = contexts, functions

    def value(self) -> object:
        left = self.both()
        while self.take("||"):
            right = self.both()
            left = left or right
        return left

    def both(self) -> object:
        left = self.compared()
        while self.take("&&"):
            right = self.compared()
            left = left and right
        return left

    def compared(self) -> object:
        left = self.single()
        for sign, compare in COMPARE.items():
            if self.take(sign):
                right = self.single()
                return compare(folded(left), folded(right))
        return left

    def single(self) -> object:
        if self.take("!"):
            return not self.single()
        if self.take("("):
            value = self.value()
            self.take(")")
            return value
        number, text, name, _ = self.tokens.pop(0) if self.tokens else (None, "", None, None)
        if number is not None:
            return float(number)
        if text is not None and name is None:
            return text.replace("''", "'")
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        if self.take("("):
            arguments = []
            while self.tokens and not self.take(")"):
                arguments.append(self.value())
                self.take(",")
            return self.functions.get(name, lambda *_: "")(*arguments)
        value = self.contexts.get(name)
        while True:
            if self.take("."):
                key = self.tokens.pop(0)[2]
            elif self.take("["):
                key = self.value()
                self.take("]")
            else:
                return value
            value = value.get(key) if isinstance(value, dict) else None

    def take(self, sign: str) -> bool:
        if self.tokens and self.tokens[0][3] == sign:
            self.tokens.pop(0)
            return True
        return False


def folded(value: object) -> object:
    """Return a value as comparisons see it: texts without case, numbers and booleans alike."""
    return value.lower() if isinstance(value, str) else float(value) if isinstance(value, bool) else value


# --- executing --------------------------------------------------------------------------------------------


@dataclass
class Ran:
    """One instance of a job that ran, or was skipped."""

    job: str
    result: str = "skipped"
    tools: list[dict] = field(default_factory=list)
    said: str = ""


@dataclass
class Run:
    """One run of the workflow on one project."""

    folder: Path
    found: dict
    project: Path
    ran: list[Ran] = field(default_factory=list)
    artifacts: dict[str, list[Path]] = field(default_factory=dict)

    @property
    def green(self) -> bool:
        """Whether the run ends well: no job failed, though some may have been skipped."""
        allowed = [name for name, job in self.found["jobs"].items() if job.get("continue-on-error") is True]
        return all(one.result != "failure" or one.job in allowed for one in self.ran)

    @property
    def story(self) -> str:
        """How each job ended, and what the failed ones said."""
        lines = [f"{one.job}: {one.result}" for one in self.ran]
        return "\n".join([*lines, *(one.said[-500:] for one in self.ran if one.result == "failure")])

    def tools(self, name: str) -> list[dict]:
        """Return the calls of a tool in all jobs."""
        return [call for one in self.ran for call in one.tools if call["tool"] == name]

    def execute(self, combinations: int | None) -> "Run":
        """Run all jobs in the order of their needs; of a matrix so many combinations (``None``: all)."""
        waiting, results = dict(self.found["jobs"]), {}
        while waiting:
            ready = [name for name, job in waiting.items() if set(needs(job)) <= results.keys()]
            if not ready:
                return self  # a circle, or a job that does not exist: nothing of it ever runs
            name = ready[0]
            job = waiting.pop(name)
            outcomes = []
            status = [results[other] for other in needs(job)]
            state = "failure" if "failure" in status else "skipped" if "skipped" in status else "success"
            needed = {other: {"result": results[other]} for other in needs(job)}
            for number, matrix in enumerate(matrices(job)[:combinations]):
                one = Instance(self, name, job, matrix, needed, number)
                if one.holds(job.get("if"), state):
                    one.execute()
                self.ran.append(one.ran)
                outcomes.append(one.ran.result)
            results[name] = (
                "failure" if "failure" in outcomes else "skipped" if "skipped" in outcomes else "success"
            )
            if results[name] == "failure" and job.get("continue-on-error") is True:
                results[name] = "success"
        return self


def needs(job: dict) -> list[str]:
    """Return the jobs that a job waits for."""
    given = job.get("needs", [])
    return [given] if isinstance(given, str) else given


def matrices(job: dict) -> list[dict]:
    """Return the combinations of a matrix, one empty one without it."""
    matrix = (job.get("strategy") or {}).get("matrix")
    if not isinstance(matrix, dict):
        return [{}]
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    lists = [[str(one) if isinstance(one, float) else one for one in values] for values in axes.values()]
    found = [dict(zip(axes, values, strict=True)) for values in itertools.product(*lists)] if axes else []
    found = [
        one for one in found if not any(other.items() <= one.items() for other in matrix.get("exclude", []))
    ]
    first = list(found)
    for more in matrix.get("include", []):
        fitting = [one for one in first if all(one[name] == more[name] for name in axes if name in more)]
        for one in fitting:
            one.update(more)
        if not fitting:
            found.append(dict(more))
    return found


class Instance:
    """A job with one combination of its matrix, on a machine of its own."""

    def __init__(self, run: Run, name: str, job: dict, matrix: dict, needed: dict, number: int) -> None:
        self.run, self.job, self.number = run, job, number
        self.ran = Ran(name)
        self.home = run.folder / f"{name}-{number}"
        self.work, self.site, self.temp = (self.home / part for part in ("work", "site", "temp"))
        self.log = self.home / "log"
        self.failed = False
        self.steps: dict[str, dict] = {}
        self.python = ""
        self.path: list[str] = []
        self.env = {"CI": "true", "GITHUB_ACTIONS": "true"}
        github = {
            "ref": "refs/heads/main",
            "ref_name": "main",
            "event_name": "push",
            "workflow": "ci",
            "sha": "0" * 40,
        }
        github |= {
            "repository": "example/tally",
            "head_ref": "",
            "run_id": "1",
            "workspace": str(self.work),
            "event": {},
        }
        runner = {"os": "Linux", "arch": "X64", "temp": str(self.temp)}
        self.contexts = {
            "github": github,
            "matrix": matrix,
            "env": self.env,
            "needs": needed,
            "runner": runner,
        }
        self.contexts |= {
            "steps": self.steps,
            "secrets": {},
            "vars": {},
            "inputs": {},
            "job": {"status": "success"},
        }
        self.put_env(run.found.get("env"), job.get("env"))

    def put_env(self, *tables: object) -> None:
        for table in tables:
            if isinstance(table, dict):
                self.env.update({name: self.filled(value) for name, value in table.items()})

    def functions(self, state: str) -> dict:
        return {
            "success": lambda: state == "success",
            "failure": lambda: state == "failure",
            "always": lambda: True,
            "cancelled": lambda: False,
            "contains": lambda where, what: what in where if where else False,
            "startsWith": lambda text, start: str(text).lower().startswith(str(start).lower()),
            "endsWith": lambda text, end: str(text).lower().endswith(str(end).lower()),
            "format": lambda text, *values: re.sub(r"\{(\d+)\}", lambda m: shown(values[int(m[1])]), text),
            "hashFiles": lambda *_: "0",
            "toJSON": json.dumps,
        }

    def filled(self, text: object, state: str = "success") -> str:
        """Return a text with its ``${{ … }}`` replaced."""

        def one(match: re.Match) -> str:
            return shown(Expression(match[1], self.contexts, self.functions(state)).value())

        return re.sub(r"\$\{\{(.*?)\}\}", one, shown(text), flags=re.S)

    def holds(self, condition: object, state: str) -> bool:
        """Tell whether an ``if`` lets a job or a step run."""
        if condition is None:
            return state == "success"
        text = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", shown(condition), flags=re.S)
        value = bool(Expression(text, self.contexts, self.functions(state)).value())
        asked = re.search(r"\b(success|failure|always|cancelled)\s*\(", text)
        return value if asked else value and state == "success"

    def execute(self) -> None:
        for folder in (self.work, self.site, self.temp):
            folder.mkdir(parents=True)
        for step in self.job.get("steps", []):
            state = "failure" if self.failed else "success"
            key = step.get("id", "")
            if not self.holds(step.get("if"), state):
                self.steps[key] = {"outcome": "skipped", "conclusion": "skipped", "outputs": {}}
                continue
            before = dict(self.env)
            self.put_env(step.get("env"))
            outputs: dict = {}
            fine = self.use(step) if "uses" in step else self.shell(step, outputs)
            lasting = {name: value for name, value in self.env.items() if name not in (step.get("env") or {})}
            self.env.clear()
            self.env.update(before | lasting)
            forgiven = self.filled(step.get("continue-on-error", "false")) == "true"
            self.failed |= not fine and not forgiven
            outcome = "success" if fine else "failure"
            self.steps[key] = {
                "outcome": outcome,
                "conclusion": "success" if forgiven else outcome,
                "outputs": outputs,
            }
        self.ran.result = "failure" if self.failed else "success"
        if self.log.exists():
            self.ran.tools = [json.loads(line) for line in self.log.read_text().splitlines()]

    def use(self, step: dict) -> bool:
        """Do what the five actions do here."""
        name = step["uses"].split("@")[0].removeprefix("actions/")
        given = {key: self.filled(value) for key, value in (step.get("with") or {}).items()}
        if name == "checkout":
            shutil.copytree(self.run.project, self.work / given.get("path", "."), dirs_exist_ok=True)
        elif name == "setup-python":
            self.python = given.get("python-version", "")
        elif name == "upload-artifact":
            patterns = [line.strip() for line in given.get("path", "").splitlines() if line.strip()]
            all_files = [file for file in self.work.rglob("*") if file.is_file()]
            found = [file for file in all_files for one in patterns if fits(file.relative_to(self.work), one)]
            self.run.artifacts.setdefault(given.get("name", "artifact"), []).extend(found)
            return bool(found) or given.get("if-no-files-found", "warn") != "error"
        elif name == "download-artifact":
            for label, found in self.run.artifacts.items():
                if given.get("name", label) == label:
                    target = self.work / given.get("path", "") / ("" if "name" in given else label)
                    target.mkdir(parents=True, exist_ok=True)
                    for file in found:
                        shutil.copy(file, target)
            return given.get("name") is None or given["name"] in self.run.artifacts
        return True

    def shell(self, step: dict, outputs: dict) -> bool:
        """Run the commands of a step; return whether they ended with exit code 0."""
        defaults = {
            **((self.run.found.get("defaults") or {}).get("run") or {}),
            **((self.job.get("defaults") or {}).get("run") or {}),
        }
        place = self.work / self.filled(step.get("working-directory", defaults.get("working-directory", ".")))
        shell = step.get("shell", defaults.get("shell", ""))
        script = self.temp / "script"
        script.write_text(self.filled(step["run"], "failure" if self.failed else "success") + "\n")
        command = {
            "": ["bash", "-e"],
            "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
            "sh": ["sh", "-e"],
            "python": ["python"],
        }.get(shell) or [part for part in shell.split() if part != "{0}"]
        files = {
            name: self.temp / name
            for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for path in files.values():
            path.write_text("")
        variables = self.env | {name: str(path) for name, path in files.items()}
        variables |= {
            "RUNNER_SITE": str(self.site),
            "RUNNER_LOG": str(self.log),
            "RUNNER_PYTHON": self.python,
        }
        variables |= {
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.temp),
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1",
        }
        variables |= {
            "PYTHONDONTWRITEBYTECODE": "1",
            "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_REF": "refs/heads/main",
        }
        variables["PATH"] = os.pathsep.join([*self.path, str(self.run.folder / "bin"), "/usr/bin", "/bin"])
        if not place.is_dir():
            self.ran.said += f"there is no folder {place.name}\n"
            return False
        try:
            done = subprocess.run(
                [*command, str(script)],
                cwd=place,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            self.ran.said += f"{error}\n"
            return False
        self.ran.said += done.stdout.decode(errors="replace")
        outputs.update(pairs(files["GITHUB_OUTPUT"]))
        self.env.update(pairs(files["GITHUB_ENV"]))
        self.path[:0] = files["GITHUB_PATH"].read_text().split()
        return done.returncode == 0


def shown(value: object) -> str:
    """Return a value as GitHub writes it into a text."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def pairs(path: Path) -> dict[str, str]:
    """Return the lines NAME=VALUE of a file."""
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def fits(path: Path, pattern: str) -> bool:
    """Tell whether a path of an artifact matches: a folder means all that is in it."""
    clean = re.sub(r"^\./|/$", "", pattern)
    return any(fnmatch.fnmatchcase(str(one), clean) for one in (path, *path.parents)) or clean in ("", ".")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs that were made already, by the name of the project."""
    return {"": tmp_path_factory.mktemp("runs")}


def run_on(check, exercise: Path, hand_in: Path, runs: dict, broken: str = "healthy") -> Run:
    """Run the workflow on the healthy project, with all combinations, or on a broken one, with one."""
    found = workflow(check, hand_in)
    if broken not in runs:
        folder = runs[""] / broken
        shutil.copytree(
            exercise / "project", folder / "project", ignore=shutil.ignore_patterns("__pycache__")
        )
        if broken in BROKEN:
            _, name, old, new = BROKEN[broken]
            file = folder / "project" / name
            assert old in file.read_text()
            file.write_text(file.read_text().replace(old, new, 1))
        (folder / "bin").mkdir()
        for tool in ("python", "python3", "pip", "pip3", "pytest", "ruff"):
            script = folder / "bin" / tool
            toolbox = f"{exercise / 'runner' / 'toolbox.py'}"
            call = f'exec "{sys.executable}" -S -E -B "{toolbox}" {tool.rstrip("3")} "$@"'
            script.write_text(f"#!/bin/sh\n{call}\n")
            script.chmod(0o755)
        runs[broken] = Run(folder, found, folder / "project").execute(None if broken == "healthy" else 1)
    return runs[broken]


def green(check, exercise, hand_in, runs) -> Run:
    """Require that the workflow is green on the healthy project and has linted, tested and built it."""
    run = run_on(check, exercise, hand_in, runs)
    call = f"{FILE} on the healthy project"
    check.that(run.green and bool(run.ran), call, "every job ends well", run.story)
    for tool in ("ruff", "pytest", "build"):
        done = [call for call in run.tools(tool) if call["code"] == 0]
        check.that(bool(done), call, f"{tool} is called and succeeds", run.story)
    return run


# --- 1. A workflow ----------------------------------------------------------------------------------------


@pytest.mark.task(1)
def test_the_schema_allows_it(check, hand_in):
    """The file is YAML, and a workflow as the published schema describes it, with jobs."""
    found = workflow(check, hand_in)
    check.at_least(1, len(steps_of(found)), f"the number of steps in {FILE}")


@pytest.mark.task(1)
@pytest.mark.parametrize("event", ["push", "pull_request"])
def test_it_runs_on(check, hand_in, event):
    """The workflow runs on a push and on a pull request."""
    told = events(workflow(check, hand_in))
    check.that(event in told, f"the events of {FILE}", event, ", ".join(told))


@pytest.mark.task(1)
def test_a_newer_run_cancels_an_older_one(check, hand_in):
    """A concurrency group that depends on the branch cancels the run that a newer push makes useless."""
    found = workflow(check, hand_in)
    groups = [one.get("concurrency") for one in (found, *found["jobs"].values())]
    good = [
        one
        for one in groups
        if isinstance(one, dict)
        and re.search(r"github\.(ref|head_ref|ref_name|event\.pull_request)\b", str(one.get("group")))
        and one.get("cancel-in-progress") not in (None, False)
    ]
    check.that(bool(good), f"concurrency in {FILE}", "a group with github.ref that cancels", groups[0])


@pytest.mark.task(1)
def test_each_job_has_a_limit(check, hand_in):
    """Each job has timeout-minutes of at most 30."""
    for name, job in workflow(check, hand_in)["jobs"].items():
        limit = job.get("timeout-minutes")
        check.that(type(limit) is int and limit <= 30, f"timeout-minutes of {name}", "at most 30", limit)


# --- 2. Least rights --------------------------------------------------------------------------------------


@pytest.mark.task(2)
def test_the_token_reads_only(check, hand_in):
    """The rights of each job's token are stated, and nothing but contents: read is granted."""
    found = workflow(check, hand_in)
    check.at_least(1, len(steps_of(found)), f"the number of steps in {FILE}")
    for name, job in found["jobs"].items():
        rights = job.get("permissions", found.get("permissions"))
        granted = (
            {key: value for key, value in rights.items() if value != "none"}
            if type(rights) is dict
            else rights
        )
        check.that(
            granted in ({}, {"contents": "read"}),
            f"permissions of the job {name}",
            "stated, and contents: read at most",
            "not stated, so the default of the repository" if rights is None else rights,
        )


@pytest.mark.task(2)
def test_each_action_is_pinned(check, hand_in):
    """Each action is one of the five, at a full commit id."""
    used = [step["uses"] for _, step in steps_of(workflow(check, hand_in)) if "uses" in step]
    check.at_least(1, len(used), f"the number of actions that {FILE} uses")
    for one in used:
        name = re.fullmatch(r"actions/([a-z-]+)@[0-9a-f]{40}", one)
        good = bool(name) and name[1] in ACTIONS
        check.that(good, f"uses: {one}", f"one of {', '.join(ACTIONS)}, at 40 hexadecimal digits", one)


@pytest.mark.task(2)
def test_a_checkout_keeps_no_token(check, hand_in):
    """There is a checkout, and each has persist-credentials: false."""
    found = actions(workflow(check, hand_in), "checkout")
    check.at_least(1, len(found), "the number of steps that use actions/checkout")
    for step in found:
        kept = (step.get("with") or {}).get("persist-credentials")
        check.that(str(kept).lower() == "false", "persist-credentials of a checkout", "false", kept)


@pytest.mark.task(2)
def test_a_stranger_gets_no_rights(check, hand_in):
    """No event gives a pull request's code the rights of the repository, and no script has its texts."""
    found = workflow(check, hand_in)
    check.at_least(1, len(actions(found, "checkout")), "the number of steps that use actions/checkout")
    bad = {"pull_request_target", "workflow_run"} & set(events(found))
    check.that(not bad, f"the events of {FILE}", "neither pull_request_target nor workflow_run", sorted(bad))
    for name, step in steps_of(found):
        inserted = re.findall(
            r"\$\{\{[^}]*(?:github\.event|github\.head_ref|secrets)[^}]*\}\}", str(step.get("run"))
        )
        check.that(
            not inserted, f"a run of the job {name}", "no text of an event and no secret in it", inserted
        )


# --- 3. Green on the healthy project ----------------------------------------------------------------------


@pytest.mark.task(3)
def test_the_healthy_project_passes(check, exercise, hand_in, runs):
    """On the healthy project every job ends well, and it was linted, tested and built."""
    green(check, exercise, hand_in, runs)


@pytest.mark.task(3)
@pytest.mark.parametrize("version", PYTHONS)
def test_the_tests_run_on(check, exercise, hand_in, runs, version):
    """The tests run on this version of Python, which setup-python got from the matrix."""
    run = green(check, exercise, hand_in, runs)
    told = sorted({call["python"] for call in run.tools("pytest") if call["code"] == 0})
    check.that(version in told, "the versions on which pytest succeeded", version, told)
    used = [job for job in run.found["jobs"].values() if len(matrices(job)) >= len(PYTHONS)]
    check.that(bool(used), "the largest matrix", "at least three combinations", "fewer")


@pytest.mark.task(3)
def test_the_package_is_kept(check, exercise, hand_in, runs):
    """The wheel is uploaded as an artifact, and an upload that finds no file fails."""
    run = green(check, exercise, hand_in, runs)
    kept = [file.name for found in run.artifacts.values() for file in found]
    wheel = any(name.endswith(".whl") for name in kept)
    check.that(wheel, "the files in the artifacts", "a wheel", kept)
    strict = [
        (step.get("with") or {}).get("if-no-files-found") for step in actions(run.found, "upload-artifact")
    ]
    check.that(set(strict) == {"error"}, "if-no-files-found of the uploads", "error", strict)


@pytest.mark.task(3)
def test_downloads_are_cached(check, exercise, hand_in, runs):
    """What pip downloads is cached in the jobs with a matrix: by setup-python, or by actions/cache."""
    run = green(check, exercise, hand_in, runs)
    for name, job in run.found["jobs"].items():
        if len(matrices(job)) < len(PYTHONS):
            continue
        steps = job.get("steps", [])
        told = [(step.get("uses", "").split("@")[0], (step.get("with") or {}).get("cache")) for step in steps]
        good = ("actions/setup-python", "pip") in told or any(name == "actions/cache" for name, _ in told)
        check.that(good, f"the cache of the job {name}", "cache: pip, or actions/cache", "none")


# --- 4. Red on the broken ones ----------------------------------------------------------------------------


@pytest.mark.task(4)
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_project_fails(check, exercise, hand_in, runs, broken):
    """The workflow is red on a broken project: each kind of breakage fails a job."""
    green(check, exercise, hand_in, runs)
    run = run_on(check, exercise, hand_in, runs, broken)
    check.that(not run.green, f"{FILE} on a project with {BROKEN[broken][0]}", "a job fails", run.story)


# --- 5. One after the other -------------------------------------------------------------------------------


@pytest.mark.task(5)
@pytest.mark.parametrize(("broken", "tool"), [("lint", "pytest"), ("lint", "build"), ("test", "build")])
def test_nothing_runs_after_a_failure(check, exercise, hand_in, runs, broken, tool):
    """After a failed lint no test runs, and after a failed lint or test nothing is built or uploaded."""
    green(check, exercise, hand_in, runs)
    run = run_on(check, exercise, hand_in, runs, broken)
    call = f"{FILE} on a project with {BROKEN[broken][0]}"
    jobs = [one for one in run.ran if any(used["tool"] == tool for used in one.tools)]
    check.that(not jobs, call, f"{tool} is not called", run.story)
    check.that(not run.artifacts, call, "no artifact", list(run.artifacts))


@pytest.mark.task(5)
def test_three_jobs(check, exercise, hand_in, runs):
    """Lint, tests and package are jobs of their own."""
    run = green(check, exercise, hand_in, runs)
    homes = [
        {one.job for one in run.ran if any(call["tool"] == tool for call in one.tools)}
        for tool in ("ruff", "pytest", "build")
    ]
    apart = all(not one & other for one, other in itertools.combinations(homes, 2))
    check.that(apart, "the jobs that lint, test and build", "different ones", [sorted(one) for one in homes])
