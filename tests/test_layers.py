"""The rules of the grader's own source. An exception to a rule has its reason beside it."""

import ast
import functools
from pathlib import Path

import grader

TOP = Path(grader.__file__).parent
LAYERS = (
    {"model", "errors"},
    {
        *("catalog", "contract", "submission", "workspace", "scoring", "transcript", "store", "record"),
        *(
            "trusted",
            "pristine",
            "reset",
            "hints",
            "standing",
            "tables",
            "pages",
            "screen",
            "progress",
            "reports",
        ),
    },
    {"runner", "isolation"},
    {"grading"},
    {"verify", "proof", "scaffold"},
    {"cli", "commands", "desk"},
)
"""From the bottom to the top; a name stands for a module or for all modules of a package."""
BESIDE = {
    "worker": {"worker"},
    "pytest_plugin": {"pytest_plugin", "checks", "fixtures"},
    "checks": {"pytest_plugin", "checks", "fixtures"},
    "fixtures": {"pytest_plugin", "checks", "fixtures", "worker"},  # learners' tests run in a worker too
}
"""What runs beside learner code, and all of the grader that it may import."""
PRINTS = {
    "cli.py": "the command line",
    "progress.py": "tells on standard error how far a long piece of work is",
    "fixtures/sites.py": "a program of its own, whose answers are lines, and what a case's sites printed",
}
EXITS = {
    "cli.py": "sets the exit code",
    "worker/__main__.py": "a program of its own, ended by a signal",
    "fixtures/learner_worker.py": "a program of its own, which tells by it what a test did",
    "worker/supervisor.py": "a program of its own, whose caller has gone",
}
LINES, FUNCTION_LINES = 300, 40

MODULES = sorted(path.relative_to(TOP).as_posix() for path in TOP.rglob("*.py"))


@functools.cache
def everything(module):
    """Return all nodes of a module's syntax tree, the module first; it is named by its relative path."""
    return list(ast.walk(ast.parse((TOP / module).read_text(encoding="utf-8"))))


def nodes(module, *kinds):
    """Return the nodes of these kinds, wherever in the module they stand."""
    return [node for node in everything(module) if isinstance(node, kinds)]


def part(module):
    """Return the name by which the table of layers knows a module."""
    return module.partition("/")[0].removesuffix(".py")


def layer(name):
    """Return the number of the layer of a part; None for what stands beside."""
    return next((number for number, names in enumerate(LAYERS) if name in names), None)


def imported(module):
    """Return the parts of the grader that a module imports, also inside of functions."""
    names = [alias.name for node in nodes(module, ast.Import) for alias in node.names]
    names += [f"{node.module}.{alias.name}" for node in nodes(module, ast.ImportFrom) for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("grader.")}


def calling(*functions):
    """Return the modules that call one of these functions, with the lines."""
    found = {}
    for module in MODULES:
        lines = [node.lineno for node in nodes(module, ast.Call) if ast.unparse(node.func) in functions]
        if lines:
            found[module] = lines
    return found


def test_every_module_has_its_place():
    """A new module is put into the table, and a module that has gone is taken out."""
    known = set().union(*LAYERS, BESIDE, {"__init__"})
    assert known == {part(module) for module in MODULES}


def test_imports_only_go_down():
    """A module imports its own layer and those below."""
    placed = [module for module in MODULES if layer(part(module)) is not None]
    assert "" == "\n".join(
        f"{module} (layer {layer(part(module))}) imports {name} (layer {layer(name)})"
        for module in placed
        for name in sorted(imported(module))
        if layer(name) is None or layer(name) > layer(part(module))
    )


def test_what_runs_beside_learner_code_imports_only_its_own():
    """The worker knows nothing of the grader, and the plugin only its companions."""
    beside = [module for module in MODULES if part(module) in BESIDE]
    assert "" == "\n".join(
        f"{module} imports {name}"
        for module in beside
        for name in sorted(imported(module) - BESIDE[part(module)])
    )


def test_imports_are_absolute():
    """So that the layers can be read off; and nobody imports all of the grader."""
    assert [] == [module for module in MODULES if any(node.level for node in nodes(module, ast.ImportFrom))]
    whole = {
        module
        for module in MODULES
        for node in nodes(module, ast.Import)
        for a in node.names
        if a.name == "grader"
    }
    assert set() == whole


def test_one_place_prints():
    """Work returns data, and the command line shows it; each exception is still needed."""
    assert set(PRINTS) == set(calling("print", "click.echo", "sys.stdout.write", "sys.stderr.write"))


def test_one_place_sets_the_exit_code():
    """Everything else raises; each exception is still needed."""
    assert set(EXITS) == set(calling("sys.exit", "exit", "quit"))


def test_no_step_changes_the_working_directory():
    """Absolute paths in, values out: several runs share a process. What is a child's own is its own."""
    assert {"worker", "fixtures"} >= {
        part(module) for module in calling("os.chdir", "contextlib.chdir", "chdir")
    }


def test_no_module_keeps_state_in_globals():
    """No function rebinds a name of its module."""
    assert [] == [module for module in MODULES if nodes(module, ast.Global)]


def test_a_module_fits_into_a_head():
    """At most 300 lines."""
    sizes = {module: len((TOP / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {} == {module: size for module, size in sizes.items() if size > LINES}


def test_a_function_fits_on_a_screen():
    """At most 40 lines from its def to its end."""
    sizes = {
        f"{module}: {node.name}": node.end_lineno - node.lineno + 1
        for module in MODULES
        for node in nodes(module, ast.FunctionDef, ast.AsyncFunctionDef)
    }
    assert "" == "\n".join(f"{name}: {size} lines" for name, size in sizes.items() if size > FUNCTION_LINES)


def test_a_module_says_what_it_is_for():
    """Its docstring stands first."""
    assert [] == [module for module in MODULES if not ast.get_docstring(everything(module)[0])]


def test_no_class_looks_like_a_test():
    """Pytest would collect it from every suite that imports it."""
    classes = [(module, node.name) for module in MODULES for node in nodes(module, ast.ClassDef)]
    assert [] == [(module, name) for module, name in classes if name.startswith("Test")]


def test_nothing_that_crossed_the_boundary_is_run():
    """Data is JSON or a literal; the grader evaluates and unpickles nothing."""
    assert {} == calling("eval", "exec", "pickle.load", "pickle.loads", "marshal.loads", "shelve.open")
