"""The reader of exercise.toml: strict, and every refusal names the file and the line."""

import pytest

from grader.contract import FILE_NAME, read_exercise
from grader.errors import ContractError
from grader.model import Assurance, Difficulty, Limits, StubKind

GOOD = """\
title = "Doubling"
summary = "One sentence."
difficulty = "easy"
assurance_reason = "why it cannot be A"
assurance = "B"

[[tasks]]
title = "Double a number"
points = 4
hints = ["One.", "Two.", "Three."]

[[tasks]]
title = "Double a list"
points = 6
hints = ["One.", "Two.", "Three."]
"""


@pytest.fixture
def read(tmp_path):
    """Read a text as the exercise.toml of the exercise ``doubling`` in the topic ``basics``."""
    folder = tmp_path / "exercises" / "01_basics" / "02_doubling"
    folder.mkdir(parents=True)

    def read_text(text):
        (folder / FILE_NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_exercise(folder, tmp_path / "mirror")

    read_text.folder = folder
    return read_text


def changed(old, new):
    """Return the good text with one place changed."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def refusal(read, text):
    """Return the error that reading the text raises."""
    with pytest.raises(ContractError) as caught:
        read(text)
    return caught.value


def test_everything_that_the_file_says_is_in_the_exercise(read, tmp_path):
    """Names come from the folders, the rest from the file."""
    exercise = read(GOOD)
    assert ("doubling", "basics") == (exercise.slug, exercise.topic)
    assert ("Doubling", "One sentence.") == (exercise.title, exercise.summary)
    assert Difficulty.EASY is exercise.difficulty
    assert Assurance.B is exercise.assurance
    assert (read.folder, tmp_path / "mirror") == (exercise.folder, exercise.mirror)
    assert [(1, "Double a number", 4), (2, "Double a list", 6)] == [
        (task.number, task.title, task.points) for task in exercise.tasks
    ]
    assert ("One.", "Two.", "Three.") == exercise.tasks[0].hints


def test_what_the_file_leaves_out_has_a_usual_value(read):
    """One file named after the slug, an unsolved stub, the usual limits, no needs."""
    exercise = read(GOOD)
    assert ("doubling.py",) == exercise.files
    assert StubKind.UNSOLVED is exercise.stub
    assert Limits() == exercise.limits
    assert () == exercise.requires


def test_what_the_file_says_beyond_that_is_taken(read):
    """Files, stub, limits and needs can be chosen."""
    chosen = """
files = ["Dockerfile", "app/main.py"]
stub = "working"
time_limit = 20
case_time_limit = 7.5
memory_limit = 512
requires = ["python:flask", "program:cc (a C compiler)"]
"""
    exercise = read(changed('assurance = "B"\n', f'assurance = "B"{chosen}'))
    assert ("Dockerfile", "app/main.py") == exercise.files
    assert StubKind.WORKING is exercise.stub
    assert Limits(seconds=20.0, case_seconds=7.5, memory_mib=512) == exercise.limits
    assert ["the Python module 'flask'", "the program 'cc' (a C compiler)"] == list(
        map(str, exercise.requires)
    )


def test_an_exercise_that_is_a_needs_no_reason(read):
    """Only B has to be explained."""
    text = changed('assurance_reason = "why it cannot be A"\nassurance = "B"', 'assurance = "A"')
    assert Assurance.A is read(text).assurance


def test_a_missing_file_is_named(tmp_path):
    """A folder without exercise.toml is refused with the path that is missing."""
    with pytest.raises(ContractError) as caught:
        read_exercise(tmp_path, tmp_path)
    assert f"{tmp_path / FILE_NAME}: No such file or directory" == caught.value.message
    assert "CONTRIBUTING.md" in caught.value.hint


def test_a_file_that_is_not_toml_is_refused_with_the_line(read):
    """The parser's own message, which names the line, is passed on."""
    error = refusal(read, changed('difficulty = "easy"', "difficulty = easy"))
    assert "not valid TOML" in error.message
    assert "line 3" in error.message


def test_a_file_that_is_not_utf_8_is_refused(read):
    """Other encodings are a refusal, not a crash."""
    error = refusal(read, GOOD.replace("One sentence.", "Für alle.").encode("latin-1"))
    assert "not UTF-8" in error.message


REFUSED = {
    "unknown key": ('assurance = "B"', 'assurance = "B"\nauthor = "me"', 6, "unknown key 'author'"),
    "unknown key of a task": ("points = 6", "points = 6\nbonus = 1", 15, "unknown key 'bonus'"),
    "missing key": ('title = "Doubling"\n', "", 1, "the key 'title' is missing"),
    "missing key of a task": ("points = 6\n", "", 12, "the key 'points' is missing"),
    "wrong type": ('title = "Doubling"', "title = 7", 1, "'title' has the wrong type: 7"),
    "bool for a number": ("points = 6", "points = true", 14, "'points' has the wrong type: True"),
    "no table": (GOOD[GOOD.index("\n[[tasks]]") :], 'tasks = ["x"]\n', 6, "tasks are [[tasks]] tables"),
    "no task": (GOOD[GOOD.index("\n[[tasks]]") :], "tasks = []\n", 1, "sum to 10, these sum to 0"),
    "unknown difficulty": ('"easy"', '"trivial"', 3, "difficulty is one of 'easy', 'medium', 'hard'"),
    "unknown assurance": ('assurance = "B"', 'assurance = "C"', 5, "assurance is one of 'A', 'B', not 'C'"),
    "unknown stub": ('assurance = "B"', 'assurance = "B"\nstub = "none"', 6, "stub is one of"),
    "wrong sum": ("points = 6", "points = 7", 9, "easy exercises sum to 10, these sum to 11"),
    "no points": ("points = 4", "points = 0", 9, "task 1 has 0 points; a task has at least 1"),
    "two hints": ('hints = ["One.", ', "hints = [", 10, "task 1 has 2 hints; a task has exactly 3"),
    "empty hint": ('["One.", ', '[" ", ', 10, "a hint of task 1 is empty or no text"),
    "hint that is no text": ('["One.", ', "[1, ", 10, "a hint of task 1 is empty or no text"),
    "empty title": ('"Doubling"', '"  "', 1, "title is one line of text"),
    "long title": ('"Double a list"', '"Double\\na list"', 13, "title is one line of text"),
    "B without a reason": ('assurance_reason = "why it cannot be A"\n', "", 4, "why an exercise is B"),
    "A with a reason": ('assurance = "B"', 'assurance = "A"', 5, "an exercise that is A has none"),
}


@pytest.mark.parametrize(("old", "new", "line", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_broken_rule_is_refused_with_its_line(read, old, new, line, problem):
    """The message names the file, the line and the rule; the hint says where the keys are explained."""
    error = refusal(read, changed(old, new))
    assert error.message.startswith(f"{read.folder / FILE_NAME}:{line}: ")
    assert problem in error.message
    assert "CONTRIBUTING.md" in error.hint


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ('["/etc/passwd"]', "'/etc/passwd' is not a relative path"),
        ('["../other.py"]', "'../other.py' is not a relative path"),
        ('["a\\\\b.py"]', "'a\\\\b.py' is not a relative path"),
        ('["."]', "'.' is not a relative path"),
        ("[7]", "7 is not a relative path"),
        ('["./a.py"]', "'./a.py' is written shorter as 'a.py'"),
        ('["a//b.py"]', "'a//b.py' is written shorter as 'a/b.py'"),
        ('["a.py", "a.py"]', "each handed-in file once"),
        ("[]", "at least one"),
        ('["test_doubling.py"]', "'test_doubling.py' is never handed in"),
        ('["exercise.toml"]', "'exercise.toml' is never handed in"),
    ],
)
def test_a_hand_in_stays_inside_the_exercise(read, files, problem):
    """Handed-in files are plain relative paths, each named once, and never the files that decide."""
    error = refusal(read, changed('assurance = "B"', f'assurance = "B"\nfiles = {files}'))
    assert problem in error.message
    assert ":6: " in error.message


@pytest.mark.parametrize("key", ["time_limit", "case_time_limit", "memory_limit"])
@pytest.mark.parametrize("value", ["0", "-1", "inf", "nan"])
def test_a_limit_is_a_positive_number(read, key, value):
    """A limit that could never be kept, or never be broken, is refused."""
    error = refusal(read, changed('assurance = "B"', f'assurance = "B"\n{key} = {value}'))
    assert f":6: {key}" in error.message.replace("'", "")


@pytest.mark.parametrize(
    "need",
    [
        '"flask"',
        '"python:"',
        '"program:rm -rf"',
        '"node:left_pad"',
        '"program:cc()"',
        '"program:cc (a\\nb)"',
        "1",
    ],
)
def test_a_need_is_a_module_or_a_program(read, need):
    """What an exercise cannot do without has one of two forms."""
    error = refusal(read, changed('assurance = "B"', f'assurance = "B"\nrequires = [{need}]'))
    assert "is not 'python:MODULE' or 'program:NAME'" in error.message


def test_the_line_of_a_task_is_found_whatever_its_header_looks_like(read):
    """Blanks and comments in a table's header do not lead to another line."""
    text = GOOD.replace("[[tasks]]", "[[ tasks ]]  # a task")
    error = refusal(read, text.replace("points = 6", "points = 0"))
    assert ":14: task 2 has 0 points" in error.message


def test_a_longer_key_is_not_taken_for_the_one_that_is_meant(read):
    """`assurance_reason` stands before `assurance` and is not the line of the mistake."""
    assert ":5: assurance is one of" in refusal(read, changed('assurance = "B"', 'assurance = "C"')).message
