"""Rules that need no run: folders, names, README, hints, stub. Each is broken once and seen named."""

import shutil
from pathlib import Path

import pytest

from grader.proof import documents
from grader.proof.finding import Finding

RULES = (
    documents.check_names,
    documents.check_files,
    documents.check_readme,
    documents.check_hints,
    documents.check_stub,
)
FOLDER = Path("exercises/01_basics/01_doubling")
MIRROR = Path("solutions/01_basics/01_doubling")
README, TOML = FOLDER / "README.md", FOLDER / "exercise.toml"
STUB, REFERENCE = FOLDER / "doubling.py", MIRROR / "doubling.py"


def found(repository):
    """Return what all rules say: rule, relative path, problem; each with a fix."""
    exercise = repository.exercise
    findings = [finding for rule in RULES for finding in rule(exercise)]
    assert all(finding.fix and "\n" not in finding.problem for finding in findings)
    return [(one.rule, one.path.relative_to(repository.root), one.problem) for one in findings]


def found_in_tree(repository):
    """Return what the rules about the whole tree say: rule, relative path, problem."""
    findings = list(documents.check_tree(repository.root))
    assert all(finding.fix for finding in findings)
    return [(one.rule, one.path.relative_to(repository.root), one.problem) for one in findings]


def test_a_sound_exercise_breaks_no_rule(repository):
    """The tiny exercise is what all rules want."""
    assert [] == found(repository) + found_in_tree(repository)


REPLACED = {
    "title": (README, "# Doubling\n", "# Double it\n", "title", "it begins with '# Double it', the title is"),
    "title later": (README, "# Doubling\n", "A story.\n\n# Doubling\n", "title", "it begins with 'A story.'"),
    "section missing": (README, "## Constraints\n", "", "sections", "Tasks, API, Examples, Out of scope"),
    "section twice": (README, "## API\n", "## API\n\n## API\n", "sections", "Tasks, API, API, Examples"),
    "sections swapped": (README, "## Tasks", "## Examples", "sections", "its sections are Examples, API"),
    "task missing": (
        README,
        "### 2. Double a list",
        "Double a list",
        "tasks",
        "its tasks are [(1, 'Double a number')]",
    ),
    "task number": (README, "### 2. Double a list", "### 3. Double a list", "tasks", "(3, 'Double a list')]"),
    "task title": (
        README,
        "### 2. Double a list",
        "### 2. A list",
        "tasks",
        "(2, 'A list')], those of exercise.toml",
    ),
    "filler": (
        README,
        "A baker doubles",
        "A baker simply doubles",
        "wording",
        "'simply' in 'A baker simply doubles",
    ),
    "filler in capitals": (
        README,
        "A baker doubles",
        "Obviously, a baker doubles",
        "wording",
        "'Obviously' in",
    ),
    "hint in README": (README, "A baker", "Look at each item. A baker", "hints", "it holds a hint of task 2"),
    "no example": (README, ">>>", "...", "examples", "it has no example"),
    "repeated hint": (
        TOML,
        '"Twice is one and one."',
        '"Think of adding."',
        "hints",
        "task 1 repeats a hint",
    ),
    "hint of two lines": (
        TOML,
        '"Think of adding."',
        '"Think\\nof adding."',
        "hints",
        "hint 1 of task 1 has several",
    ),
    "hint of code": (
        TOML,
        '"Think of adding."',
        '"```2 * n```"',
        "hints",
        "hint 1 of task 1 has several lines or a",
    ),
    "name missing": (
        REFERENCE,
        "def double_all(",
        "def _double_all(",
        "names",
        "the stub offers double_all, the",
    ),
    "name too many": (
        REFERENCE,
        "def double(",
        "def half(): ...\n\n\ndef double(",
        "names",
        "offers half, the stub",
    ),
    "signature": (
        REFERENCE,
        "def double(number: int)",
        "def double(number: int, /)",
        "signature",
        "double(number: int) -> int in the stub, double(number: int, /) -> int in the reference",
    ),
    "annotation": (
        REFERENCE,
        "double(number: int) -> int",
        "double(number: int)",
        "signature",
        "double(number: int)",
    ),
    "async": (
        REFERENCE,
        "def double(",
        "async def double(",
        "signature",
        "double(number: int) -> int (async) in",
    ),
    "docstring": (STUB, '    """Return twice the number."""\n', "", "docstring", "double has no docstring"),
    "stub syntax": (STUB, "def double(", "def double((", "syntax", "stub or reference cannot be parsed"),
    "reference syntax": (
        REFERENCE,
        "def double(",
        "def double((",
        "syntax",
        "stub or reference cannot be parsed",
    ),
}


@pytest.mark.parametrize(("path", "old", "new", "rule", "problem"), REPLACED.values(), ids=REPLACED)
def test_a_broken_rule_is_named_with_its_path(repository, path, old, new, rule, problem):
    """One mistake is one finding."""
    repository.replace(repository.root / path, old, new)
    place = {"syntax": STUB}.get(rule, path)
    ((found_rule, found_path, told),) = found(repository)
    assert (rule, place) == (found_rule, found_path)
    assert problem in told


REQUIRED = (README, FOLDER / "test_doubling.py", STUB, MIRROR / "DISCUSSION.md", REFERENCE)


@pytest.mark.parametrize("path", REQUIRED, ids=str)
@pytest.mark.parametrize("content", [None, b"", b" \n"], ids=["absent", "empty", "blank"])
def test_a_required_file_is_there_and_not_empty(repository, path, content):
    """A missing file and an empty one are the same problem."""
    if content is None:
        (repository.root / path).unlink()
    else:
        repository.write(path, content)
    findings = found(repository)
    assert ("missing", path, "this file is missing or empty") in findings
    assert 1 == sum(rule == "missing" for rule, _, _ in findings)


def test_several_mistakes_are_all_named(repository):
    """Nobody mends one to find the next."""
    repository.replace(repository.root / README, "# Doubling\n", "# Double it\n")
    repository.replace(repository.root / README, "A baker doubles", "A baker just doubles")
    repository.replace(repository.root / TOML, '"Twice is one and one."', '"Think of adding."')
    repository.replace(repository.root / REFERENCE, "def double_all(", "def double_each(")
    assert ["title", "wording", "hints", "names", "names"] == [rule for rule, _, _ in found(repository)]


def test_a_word_inside_a_code_block_is_no_filler(repository):
    """Code may name things as it likes, and so may headings in it."""
    repository.replace(
        repository.root / README, "```python\ndef double(", "```python\n# just a comment\n## no\ndef double("
    )
    assert [] == found(repository)


def test_a_readme_that_is_no_text_is_named(repository):
    """A wrong encoding is a finding and no crash."""
    repository.write(README, "# Doubling für alle\n".encode("latin-1"))
    ((rule, path, problem),) = found(repository)
    assert ("encoding", README) == (rule, path)
    assert "it is not UTF-8" in problem


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = 1\x00"], ids=["no UTF-8", "NUL"])
def test_a_stub_that_is_no_text_is_named(repository, content):
    """The same for code."""
    repository.write(STUB, content)
    ((rule, path, _),) = found(repository)
    assert ("syntax", STUB) == (rule, path)


def test_a_missing_readme_is_named_once(repository):
    """The rules about its text have nothing to say."""
    (repository.root / README).unlink()
    assert ["missing"] == [rule for rule, _, _ in found(repository)]


def test_an_exercise_without_python_needs_no_examples(repository):
    """Neither does it have names to compare."""
    repository.replace(repository.root / TOML, 'assurance = "B"', 'assurance = "B"\nfiles = ["Dockerfile"]')
    for folder in (FOLDER, MIRROR):
        repository.write(folder / "Dockerfile", "FROM scratch\n")
    repository.replace(repository.root / README, ">>>", "...")
    assert [] == found(repository)


CLASS = '''
class Table:
    """A table."""

    def __init__(self, size: int = 8) -> None:
        """Begin empty."""

    def get(self, key: str) -> int:
        """Return a value."""

    async def fetch(self, key: str) -> int:
        """Return a value later."""

    def _grow(self) -> None:
        pass

    class Entry:
        """An entry."""
'''


def test_methods_are_compared_too(repository):
    """Constructors and public methods are part of what is offered, private ones are not."""
    for path in (STUB, REFERENCE):
        text = (repository.root / path).read_text(encoding="utf-8")
        repository.write(path, text + CLASS)
    assert [] == found(repository)
    repository.replace(repository.root / REFERENCE, "size: int = 8", "size: int = 16")
    repository.replace(repository.root / REFERENCE, "def get(", "def look_up(")
    repository.replace(repository.root / REFERENCE, "_grow", "_grow_more")
    assert [
        ("names", "the stub offers Table.get, the reference does not"),
        ("names", "the reference offers Table.look_up, the stub does not"),
        ("signature", "Table.__init__(self, size: int=8) -> None in the stub"),
    ] == [(rule, problem.partition(", Table")[0]) for rule, _, problem in found(repository)]


def test_undocumented_methods_of_a_stub_are_named(repository):
    """Private ones need no docstring."""
    text = (repository.root / STUB).read_text(encoding="utf-8")
    for path in (STUB, REFERENCE):
        repository.write(path, text + CLASS.replace('        """Return a value."""\n', "        ...\n"))
    assert [("docstring", STUB, "get has no docstring")] == found(repository)


@pytest.mark.parametrize(
    ("name", "owner"),
    [("json", "the standard library"), ("pytest", "a dependency"), ("catalog", "the grader")],
)
def test_a_module_hides_no_other(repository, name, owner):
    """Neither the hand-in nor a file beside it has the name of an installed module."""
    repository.write(FOLDER / f"{name}.py", "x = 1\n")
    assert [("name", FOLDER, f"{name!r} is also the name of a module of {owner}")] == found(repository)


def test_the_slug_hides_no_module(repository, tmp_path):
    """Even if the hand-in has another name."""
    for tree in ("exercises", "solutions"):
        folder = repository.root / tree / "01_basics"
        (folder / "01_doubling").rename(folder / "01_queue")
    folder = repository.root / "exercises/01_basics/01_queue"
    from grader.contract import read_exercise

    exercise = read_exercise(folder, tmp_path)
    problems = [finding.problem for finding in documents.check_names(exercise)]
    assert ["'queue' is also the name of a module of the standard library"] == problems


def test_a_slug_is_used_once(repository):
    """Two topics cannot have modules of one name."""
    for tree in ("exercises", "solutions"):
        shutil.copytree(repository.root / tree / "01_basics", repository.root / tree / "02_more")
    ((rule, path, problem),) = found_in_tree(repository)
    assert ("unique", Path("exercises/02_more/01_doubling")) == (rule, path)
    assert problem == f"the slug 'doubling' is also {repository.exercise_folder}"


def test_an_exercise_has_a_mirror(repository):
    """Without solutions nothing can be proved."""
    shutil.rmtree(repository.mirror)
    assert [("mirror", FOLDER, f"there is no {repository.mirror}")] == found_in_tree(repository)


def test_a_mirror_has_an_exercise(repository):
    """Solutions of nothing are left-overs."""
    repository.write("solutions/01_basics/02_gone/gone.py", "x = 1\n")
    repository.write("solutions/01_basics/README.md", "no exercise")
    place = Path("solutions/01_basics/02_gone")
    assert [("mirror", place, "there is no exercise for it")] == found_in_tree(repository)


@pytest.mark.parametrize(
    "folder", ["exercises", "exercises/01_basics", "exercises/01_basics/01_doubling", "solutions/01_basics"]
)
def test_the_folders_are_no_packages(repository, folder):
    """An __init__.py would give each module two names."""
    path = repository.write(f"{folder}/__init__.py", "").relative_to(repository.root)
    assert [("package", path, "exercise folders are no packages")] == found_in_tree(repository)


def test_a_package_that_is_handed_in_is_allowed(repository):
    """Deeper down a package is part of the exercise."""
    repository.write(FOLDER / "app" / "__init__.py", "")
    assert [] == found_in_tree(repository)


def test_a_finding_is_two_lines(tmp_path):
    """Path, rule and problem, then the fix; a path outside of the repository is shown whole."""
    finding = Finding(path=tmp_path / "a" / "README.md", rule="title", problem="it is wrong", fix="mend it")
    assert "a/README.md: [title] it is wrong\n    fix: mend it" == finding.as_text(tmp_path)
    assert f"{tmp_path / 'a' / 'README.md'}: [title]" in finding.as_text(tmp_path / "b")
