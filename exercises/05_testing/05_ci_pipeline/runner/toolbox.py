"""The commands of the runner that stand in for pip, pytest, ruff and build; offline, and in one file.

Called as ``toolbox.py NAME ARGUMENT…``. What is installed lies in the folder ``$RUNNER_SITE``, and what was
done is added to ``$RUNNER_LOG``. Each of them does the real thing, as far as the project needs it.
"""

import ast
import json
import os
import re
import sys
import zipfile
from pathlib import Path

TOOLS = ("pytest", "ruff", "build")
INDEX = {"pip": "", "setuptools": "", "wheel": "", "rulers": "def bar(length):\n    return '=' * length\n"}
INDEX |= dict.fromkeys(TOOLS, "")
SITE = Path(os.environ["RUNNER_SITE"])
SKIPPED = (".git", ".venv", "build", "dist", "__pycache__")


class Failed(Exception):
    """What a tool says before it ends with an exit code other than 0."""


def pip(arguments: list[str]) -> None:
    """Install from the index, a requirements file, a folder or a wheel; other commands do nothing."""
    if arguments[:1] != ["install"]:
        return
    waiting = arguments[1:]
    editable = False
    while waiting:
        word = waiting.pop(0)
        if word in ("-r", "--requirement") or word.startswith(("-r", "--requirement=")):
            name = (
                waiting.pop(0)
                if word in ("-r", "--requirement")
                else re.sub("^(-r|--requirement=)", "", word)
            )
            lines = [line.split("#")[0].strip() for line in Path(name).read_text().splitlines()]
            waiting = [*filter(None, lines), *waiting]
        elif word in ("-e", "--editable"):
            editable = True
        elif word in ("-c", "--constraint", "--cache-dir", "--progress-bar", "--upgrade-strategy"):
            waiting.pop(0)
        elif not word.startswith("-"):
            waiting[:0] = install(word, editable)
            editable = False


def install(target: str, editable: bool) -> list[str]:
    """Install one thing and return what it depends on."""
    path, _, extras = target.partition("[")
    if target.endswith(".whl"):
        with zipfile.ZipFile(target) as wheel:
            wheel.extractall(SITE)
            return wheel.read("requires.txt").decode().split()
    if path.startswith((".", "/")):
        table = project(Path(path))
        source = Path(path, "src").resolve()
        with (SITE / "folders").open("a") as folders:
            folders.write(f"{source}\n")
        more = table.get("optional-dependencies", {})
        wanted = [name.strip() for name in extras.rstrip("]").split(",") if name.strip()]
        return [*table.get("dependencies", []), *(one for name in wanted for one in more.get(name, []))]
    name = re.split(r"[^\w-]", target)[0].lower()
    if name not in INDEX:
        raise Failed(f"ERROR: No matching distribution found for {target}")
    (SITE / f"{name}.py").write_text(INDEX[name])
    return []


def project(folder: Path) -> dict:
    """Return the project table of a folder's pyproject.toml."""
    import tomllib

    path = folder / "pyproject.toml"
    if not path.is_file():
        raise Failed(f"ERROR: {folder} has no pyproject.toml")
    return tomllib.loads(path.read_text())["project"]


def pytest(arguments: list[str]) -> None:
    """Run the functions test_… of the files test_….py below the folders, or the files, that are named."""
    places = [Path(word) for word in arguments if not word.startswith("-") and Path(word).exists()] or [
        Path()
    ]
    passed, failed = 0, []
    for file in files(places):
        if not file.name.startswith("test_"):
            continue
        names: dict = {"__name__": file.stem, "__file__": str(file)}
        try:
            exec(compile(file.read_text(), str(file), "exec"), names)
        except Exception as error:
            failed.append(f"ERROR {file}: {type(error).__name__}: {error}")
        for name in [name for name in names if name.startswith("test")]:
            try:
                names[name]()
                passed += 1
            except Exception as error:
                failed.append(f"FAILED {file}::{name}: {type(error).__name__}")
    if failed or not passed:
        raise Failed("\n".join([*failed, f"{len(failed)} failed, {passed} passed"]))


def ruff(arguments: list[str]) -> None:
    """``check``: report files that are no Python, and names that are imported and never used."""
    if arguments[:1] != ["check"] or "--exit-zero" in arguments:
        return
    places = [Path(word) for word in arguments[1:] if not word.startswith("-") and Path(word).exists()]
    found = []
    for file in files(places or [Path()]):
        try:
            tree = ast.parse(file.read_text())
        except SyntaxError as error:
            found.append(f"{file}: {error}")
            continue
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        bound = {(one.asname or one.name).split(".")[0] for node in imports for one in node.names}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found += [f"{file}: F401 {name} imported but unused" for name in sorted(bound - used)]
    if found:
        raise Failed("\n".join(found))


def build(arguments: list[str]) -> None:
    """Make dist/NAME-VERSION.tar.gz and the wheel; the readme that the project names has to be there."""
    words = iter(arguments)
    folder, out = Path(), None
    for word in words:
        if word in ("-o", "--outdir"):
            out = Path(next(words))
        elif word.startswith("--outdir="):
            out = Path(word.partition("=")[2])
        elif not word.startswith("-"):
            folder = Path(word)
    out = out or folder / "dist"
    table = project(folder)
    if not (folder / table.get("readme", "pyproject.toml")).is_file():
        raise Failed(f"ERROR: readme {table['readme']} does not exist")
    out.mkdir(parents=True, exist_ok=True)
    name = f"{table['name']}-{table['version']}"
    with zipfile.ZipFile(out / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("requires.txt", "\n".join(table.get("dependencies", [])))
        for file in files([folder / "src"]):
            wheel.write(file, str(file.relative_to(folder / "src")))
    if "--wheel" not in arguments and "-w" not in arguments:
        (out / f"{name}.tar.gz").write_bytes(b"")


def files(places: list[Path]) -> list[Path]:
    """Return the Python files at or below some places."""
    found = [
        file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))
    ]
    return [file for file in found if not set(SKIPPED) & set(file.parts)]


def main() -> None:
    """Find out which tool is meant, run it, and note how it ended."""
    name, *arguments = sys.argv[1:]
    if name == "python" and arguments[:1] == ["-m"] and arguments[1:2] and arguments[1] in ("pip", *TOOLS):
        name, arguments = arguments[1], arguments[2:]
    folders = SITE / "folders"
    paths = [str(SITE), *(folders.read_text().split() if folders.exists() else [])]
    if name == "python":
        if arguments in (["--version"], ["-V"]):
            sys.stdout.write(f"Python {os.environ.get('RUNNER_PYTHON') or '3.12'}\n")
            return
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        os.execve(sys.executable, [sys.executable, *arguments], environment)
    if name != "pip" and not (SITE / f"{name}.py").exists():
        sys.stderr.write(f"{name}: command not found\n")
        sys.exit(127)
    sys.path[:0] = paths
    code = 0
    try:
        {"pip": pip, "pytest": pytest, "ruff": ruff, "build": build}[name](arguments)
    except (Failed, OSError) as failure:
        sys.stderr.write(f"{failure}\n")
        code = 1
    note = {"tool": name, "arguments": arguments, "code": code, "python": os.environ.get("RUNNER_PYTHON", "")}
    with Path(os.environ["RUNNER_LOG"]).open("a") as log:
        log.write(json.dumps(note) + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
