"""The `kata` script: it makes its environment, renews it, hands everything on, and explains what is missing.

A stand-in for Python plays the installation here; the real one is what every clone runs first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell runs this script")

PYTHON = """#!/bin/sh
echo "$0 $*" >> "$LOG"
case "$1 $2" in
  "-c "*) exit 0 ;;
  "-m venv")
    [ -z "${NO_VENV:-}" ] || { echo "No module named venv" >&2; exit 1; }
    for last; do :; done
    mkdir -p "$last/bin" && cp "$0" "$last/bin/python" ;;
  "-m pip")
    [ -z "${NO_NETWORK:-}" ] || { echo "ERROR: no connection" >&2; exit 1; }
    printf '#!/bin/sh\\necho "kata $*"\\nexit 7\\n' > "$(dirname "$0")/kata"
    chmod +x "$(dirname "$0")/kata" ;;
esac
"""
TOOLS = ("sh", "dirname", "cat", "cksum", "tail", "rm", "mkdir", "cp", "chmod", "printf")


class Clone:
    """A clone with nothing but the script, the locks and a search path of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.tools = folder / "bin"
        self.log = folder / "log"
        self.root.mkdir()
        self.tools.mkdir()
        for name in ("kata", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            shutil.copy2(ROOT / name, self.root / name)
        for name in TOOLS:
            place = shutil.which(name)
            assert place is not None
            (self.tools / name).symlink_to(place)
        self.put("python3", PYTHON)

    def put(self, name: str, text: str) -> None:
        """Put a program on the search path."""
        (self.tools / name).write_text(text, encoding="utf-8")
        (self.tools / name).chmod(0o755)

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the script."""
        environment = {"PATH": str(self.tools), "LOG": str(self.log), **variables}
        return subprocess.run(
            [str(self.root / "kata"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def installs(self) -> int:
        """Count the installations of the lock so far."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return text.count("--require-hashes")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh clone."""
    return Clone(tmp_path)


def test_the_first_use_installs_and_runs(clone: Clone) -> None:
    """The first call makes the environment with one line on standard error, then runs the command."""
    done = clone.run("grade", "hash map", "--tree", "solutions")
    assert (7, "kata grade hash map --tree solutions\n") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines())
    assert "installing" in done.stderr


def test_the_second_use_only_runs(clone: Clone) -> None:
    """Nothing is installed again while the lock is the same."""
    clone.run("list")
    done = clone.run("list")
    assert (1, "") == (clone.installs(), done.stderr)


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_installs_again(clone: Clone, name: str) -> None:
    """When the lock or pyproject.toml changes, the environment is renewed."""
    clone.run("list")
    with (clone.root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    clone.run("list")
    assert 2 == clone.installs()


def test_the_tests_need_the_developers_tools(clone: Clone) -> None:
    """`kata test` installs the longer lock once, which serves the other commands too."""
    clone.run("list")
    clone.run("test")
    clone.run("list")
    clone.run("test")
    assert 2 == clone.installs()
    assert "-r " + str(clone.root / "requirements-dev.lock") in clone.log.read_text(encoding="utf-8")


def test_uv_is_used_where_it_is(clone: Clone) -> None:
    """With uv on the search path, uv installs."""
    clone.put("uv", '#!/bin/sh\necho "uv $*" >> "$LOG"\n. "${0%/*}/fake_kata"\n')
    clone.put("fake_kata", 'printf "#!/bin/sh\\nexit 0\\n" > "$VENV/kata"; chmod +x "$VENV/kata"\n')
    done = clone.run("list", VENV=str(clone.root / ".venv" / "bin"))
    assert 0 == done.returncode
    assert "uv pip install --quiet --python" in clone.log.read_text(encoding="utf-8")


def test_without_python_it_says_what_to_install(clone: Clone) -> None:
    """No Python of the right age is an error with a hint, and exit code 2."""
    clone.put("python3", "#!/bin/sh\nexit 1\n")
    done = clone.run("list")
    assert (2, "") == (done.returncode, done.stdout)
    assert "error: no Python 3.11 or newer was found" in done.stderr
    assert "hint: " in done.stderr


def test_without_venv_it_names_the_package(clone: Clone) -> None:
    """A Python without its venv module is told, with what to install."""
    done = clone.run("list", NO_VENV="1")
    assert 2 == done.returncode
    assert "cannot make a virtual environment: No module named venv" in done.stderr
    assert "python3-venv" in done.stderr


def test_without_a_network_it_says_so_and_tries_again(clone: Clone) -> None:
    """A failed installation is told with its last line; the next call starts over."""
    done = clone.run("list", NO_NETWORK="1")
    assert 2 == done.returncode
    assert "the installation failed: ERROR: no connection" in done.stderr
    assert 7 == clone.run("list").returncode


def test_it_works_from_another_folder(clone: Clone, tmp_path: Path) -> None:
    """The script finds its own folder, whatever the current one is and whatever its name holds."""
    odd = tmp_path / "odd name ü"
    shutil.move(clone.root, odd)
    clone.root = odd
    os.chdir(tmp_path)
    assert 7 == clone.run("list").returncode
