"""The house rules: README, lock files, workflows, hooks and container are what they say they are."""

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.catalog import Catalog
from grader.model import Difficulty
from grader.tables import markdown

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
INDENTED = re.compile(r"^    .*$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def tracked() -> list[Path]:
    """Return the files that git tracks."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("the sources are not in a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_the_table_of_the_readme_is_true() -> None:
    """The README lists every exercise as the catalog has it; `kata list --markdown` prints the table."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("<!-- exercises: begin -->\n")[2].partition("<!-- exercises: end -->")[0]
    assert markdown(Catalog.read(ROOT).exercises) == table


def test_the_links_of_the_documents_lead_somewhere() -> None:
    """Every relative link of the Markdown files names a file that exists; indented lines are no text."""
    for path in (path for path in tracked() if path.suffix == ".md"):
        text = INDENTED.sub("", path.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}"


def test_a_topic_presents_all_its_exercises() -> None:
    """The README of a topic leads to each of its exercises once."""
    readmes = sorted((ROOT / "exercises").glob("[0-9]*/README.md"))
    assert readmes
    for readme in readmes:
        linked = sorted(
            Path(target).parent.name for target in LINK.findall(readme.read_text(encoding="utf-8"))
        )
        assert sorted(path.parent.name for path in readme.parent.glob("*/README.md")) == linked, readme


def test_the_path_leads_through_all_exercises() -> None:
    """The README's path has each exercise once, and those of a topic in the order of the topic's own page."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("### A path through all of them\n")[2].partition("\n## ")[0]
    path = re.findall(r"`([a-z_]+)`", section)
    assert sorted(path) == sorted(exercise.slug for exercise in Catalog.read(ROOT).exercises)
    for readme in sorted((ROOT / "exercises").glob("[0-9]*/README.md")):
        targets = LINK.findall(readme.read_text(encoding="utf-8"))
        slugs = [Path(target).parent.name.partition("_")[2] for target in targets]
        assert slugs == [slug for slug in path if slug in slugs], readme


def test_the_difficulties_are_balanced() -> None:
    """Of easy, medium and hard exercises there are about a third each: none is below a quarter."""
    exercises = Catalog.read(ROOT).exercises
    counts = Counter(exercise.difficulty for exercise in exercises)
    assert all(4 * counts[difficulty] >= len(exercises) for difficulty in Difficulty), counts


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_hold_hashes_and_no_address(name: str) -> None:
    """Each requirement is pinned and hashed, and no index is named."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    for block in blocks:
        assert re.match(r"[\w.-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_the_lock_has_what_the_project_asks_for() -> None:
    """Every dependency is in its lock, and the learners' lock is part of the developers'."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locks = []
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        locks.append(dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)))
    asked = [project["project"]["dependencies"], project["dependency-groups"]["dev"]]
    for lock, needs in zip(locks, asked, strict=True):
        assert {re.split(r"[<>=~!]", need)[0] for need in needs} <= lock.keys()
    assert locks[0].items() <= locks[1].items()


def test_all_packages_are_installed() -> None:
    """The list of packages in pyproject.toml names every package of the grader and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "grader").rglob("__init__.py")}
    assert {name.replace("/", ".") for name in found} == set(project["tool"]["setuptools"]["packages"])


def test_the_hooks_clone_nothing() -> None:
    """pre-commit needs no other repository, and its versions are those of the lock."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {"local"} == {repository["repo"] for repository in config["repos"]}
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] in ("python", "pygrep")
        for need in hook.get("additional_dependencies", ()):
            assert f"{need} \\" in lock, need


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_keep_the_rules(path: Path) -> None:
    """Least permission, pinned actions, time limits, no privileged trigger, no text of others in a script."""
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {} == workflow["permissions"]
    assert "pull_request_target" not in workflow[True]  # YAML reads the key `on` as true
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        assert "write" not in str(job.get("permissions", {})), name
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), name
            if "uses" in step:
                assert PINNED.fullmatch(step["uses"]), step["uses"]
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_every_topic_is_proved() -> None:
    """The workflow has one job of proof for each topic."""
    path = ROOT / ".github" / "workflows" / "ci.yml"
    proof = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["verify"]
    topics = [folder.name.partition("_")[2] for folder in sorted((ROOT / "exercises").glob("[0-9]*"))]
    assert topics == proof["strategy"]["matrix"]["topic"]


def test_the_container_file_is_clean() -> None:
    """Hadolint has nothing to say about the Dockerfile."""
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert ("", 0) == (done.stdout, done.returncode)


def test_solutions_cannot_be_imported(tmp_path: Path) -> None:
    """The installation offers the grader, and neither exercises nor solutions."""
    names = "('grader', 'solutions', 'exercises')"
    code = f"import importlib.util as u; print([u.find_spec(name) is not None for name in {names}])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "[True, False, False]" == done.stdout.strip()


def test_nothing_large_or_generated_is_tracked() -> None:
    """No file is over 500 KB, and no cache is in the repository."""
    for path in tracked():
        assert path.stat().st_size <= 500_000, path
        assert not {"__pycache__", ".kata", ".venv", ".hypothesis"} & set(path.parts), path
