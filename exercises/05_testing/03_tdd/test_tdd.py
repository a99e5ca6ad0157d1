"""Red, green, refactor: the tests and the code of each cycle are run against one another."""

import ast
import dataclasses
import re
import warnings

import pytest

CODE, TESTS, OURS = "page_range.py", "page_range_tests.py", "promises_tests.py"
CYCLES = (1, 2, 3, 4, 5)
NO_RED = ("ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError", "AttributeError")
NO_RED += ("SyntaxError", "IndentationError", "NotImplementedError")
NOT_A_CLAIM = re.compile(r"^expected: no exception\ngot: +(\w+)", re.MULTILINE)

RIGHT = """
import re


def pages(text, last):
    if not text.strip():
        return list(range(1, last + 1))
    chosen = set()
    for part in text.split(","):
        chosen |= set(pages_of(part, last))
    return sorted(chosen)


def pages_of(part, last):
    first, hyphen, end = (one.strip() for one in part.partition("-"))
    if hyphen and not (first or end):
        raise ValueError("a hyphen and nothing else")
    low = number(first) if first or not hyphen else 1
    high = low if not hyphen else number(end) if end else last
    if low < 1:
        raise ValueError("there is no such page")
    if high > last:
        raise ValueError("there are not so many pages")
    if low > high:
        raise ValueError("backwards")
    return range(low, high + 1)


def number(text):
    if not re.fullmatch("[0-9]+", text):
        raise ValueError("no number")
    return int(text)
"""
ANOTHER = """
from itertools import chain


class PageError(ValueError):
    pass


def pages(text, last):
    everything = range(1, last + 1)
    if text == "" or text.isspace():
        return [*everything]
    wanted = {*chain.from_iterable(ends(part.strip(), last) for part in text.split(","))}
    if not wanted <= {*everything}:
        raise PageError
    return [page for page in everything if page in wanted]


def ends(part, last):
    match [one.strip() for one in part.split("-")]:
        case [page] if digits(page):
            return [int(page)]
        case [first, end] if (first or end) and digits(first or "1") and digits(end or "1"):
            low, high = int(first or 1), int(end or last)
            if low <= high:
                return [low, *range(low + 1, high), high]
    raise PageError(part)


def digits(text):
    return text.isdecimal() and text.isascii()
"""
RIGHTS = {"one": RIGHT, "another": ANOTHER}

BUGS = {
    "nothing": ("no text asks for no pages", "return list(range(1, last + 1))", "return []"),
    "blanks": ("a blank text is refused", "if not text.strip()", "if not text"),
    "end": ("the end of a range is left out", "range(low, high + 1)", "range(low, max(high, low + 1))"),
    "open_start": ("-3 is read as 3", "or not hyphen else 1", "or not hyphen else number(end)"),
    "open_end": ("7- is read as 7", "if end else last", "if end else low"),
    "order": ("pages come in the order that was typed", "return sorted(chosen)", "return chosen"),
    "twice": ("a page is printed twice", "return sorted(chosen)", "return sorted(chosen)"),
    "zero": ("page 0 is printed", "if low < 1", "if low < 0"),
    "beyond": ("the page after the last is printed", "if high > last", "if high > last + 1"),
    "backwards": ("a range that runs backwards is empty", 'raise ValueError("backwards")', "return ()"),
    "hyphen": ("a hyphen alone asks for all pages", "if hyphen and not (first or end)", "if False"),
    "blank_hyphen": (
        "blanks around a hyphen are refused",
        "(one.strip() for one in part.part",
        "(one for one in part.strip().part",
    ),
}

PROMISES = """
import pytest
from page_range import pages


@pytest.mark.parametrize(("text", "last", "expected"), {asked!r}, ids={names!r})
def test_promise(text, last, expected):
    if expected is None:
        with pytest.raises(ValueError):
            pages(text, last)
        return
    got = pages(text=text, last=last)
    assert type(got) is list
    assert [type(page) for page in got] == [int] * len(got)
    assert got == expected
"""
ASKED = {
    "an empty text": ("", 6, [1, 2, 3, 4, 5, 6]),
    "a blank text": ("   ", 2, [1, 2]),
    "a page": ("17", 20, [17]),
    "the first and the last page": ("20,1", 20, [1, 20]),
    "a range": ("12-15", 20, [12, 13, 14, 15]),
    "a range of one page": ("20-20", 20, [20]),
    "a range without a start": ("-5", 20, [1, 2, 3, 4, 5]),
    "a range without an end": ("18-", 20, [18, 19, 20]),
    "blanks": ("  11 -  13 ,  6 , 19 -", 20, [6, 11, 12, 13, 19, 20]),
    "order and repetition": ("9,4-6,9,5-7,1", 20, [1, 4, 5, 6, 7, 9]),
    "order, where that of a set is another": ("16,9", 20, [9, 16]),
    "a document of one page": ("1,-1,1-", 1, [1]),
    "page 0": ("0", 20, None),
    "a range from page 0": ("0-2", 20, None),
    "an open range from page 0": ("0-", 20, None),
    "an open range to page 0": ("-0", 20, None),
    "the page after the last": ("21", 20, None),
    "a range beyond the last page": ("19-21", 20, None),
    "an open range from beyond": ("21-", 20, None),
    "an open range to beyond": ("-21", 20, None),
    "a range that runs backwards": ("8-7", 20, None),
    "one bad part among good ones": ("3,8-7,5", 20, None),
    "a hyphen alone": (" - ", 20, None),
    "an empty part": ("4,,6", 20, None),
    "a blank part": ("4, ,6", 20, None),
    "a comma at the end": ("4,", 20, None),
    "a comma at the start": (",4", 20, None),
    "a comma alone": (",", 20, None),
    "two hyphens": ("2-4-6", 20, None),
    "two hyphens in a row": ("2--4", 20, None),
    "letters": ("five", 20, None),
    "a letter behind a number": ("5p", 20, None),
    "a decimal point": ("5.0", 20, None),
    "a sign": ("+5", 20, None),
    "an underscore": ("1_2", 20, None),
    "two numbers without a comma": ("1 2", 20, None),
    "a blank within a number of a range": ("1 2-15", 20, None),
    "digits of another script": ("\u0663", 20, None),
}


@pytest.mark.task(1)
@pytest.mark.parametrize("cycle", CYCLES)
def test_each_new_test_is_red_first(check, runs, cycle):
    """Each cycle has new tests, and each of them fails on the code of the cycle before."""
    own, before = runs[f"{cycle} on {cycle}"], runs[f"{cycle} on {cycle - 1}"]
    known = runs[f"{cycle - 1} on {cycle - 1}"].ids if cycle > 1 else ()
    new = [name for name in own.ids if name not in known]
    call = f"the tests that are new in cycle {cycle}"
    check.at_least(1, len(new), f"the number of {call[4:]}" + (f" ({own.trouble})" if own.trouble else ""))
    ended = {case.id: case for case in own.cases}
    failed = [name for name in new if name not in ended or ended[name].outcome != "passed"]
    check.that(
        not failed, f"{call}, on the code of cycle {cycle}", "they pass", ", ".join(failed) + "\n" + own.story
    )
    call = f"{call}, on the code of {place(cycle - 1)}"
    check.that(not before.trouble, call, "they run, and fail", before.trouble)
    ended = {case.id: case for case in before.cases}
    for name in new:
        case = ended.get(name)
        told = why_no_red(case)
        check.that(
            told == "", f"{name}, new in cycle {cycle}, on the code of {place(cycle - 1)}", "it fails", told
        )


@pytest.mark.task(2)
@pytest.mark.parametrize("cycle", CYCLES)
def test_each_cycle_ends_green(check, runs, cycle):
    """All tests of a cycle pass on its code, and they stay within the process."""
    run = runs[f"{cycle} on {cycle}"]
    check.that(
        run.green,
        f"the tests of cycle {cycle} on its code",
        "there are tests, and all of them pass",
        run.story,
    )
    told = "\n".join(map(str, run.attempts[:5]))
    check.that(not run.attempts, f"the tests of cycle {cycle}", "no connection, no process, no sleep", told)


@pytest.mark.task(3)
@pytest.mark.parametrize("cycle", CYCLES[1:])
def test_no_test_is_removed(check, runs, cycle):
    """Each test of a cycle is still there in the next one."""
    before, own = runs[f"{cycle - 1} on {cycle - 1}"].ids, runs[f"{cycle} on {cycle}"].ids
    check.at_least(1, len(before), f"the number of tests in cycle {cycle - 1}")
    lost = [name for name in before if name not in own]
    check.that(
        not lost,
        f"the tests of cycle {cycle}",
        f"all tests of cycle {cycle - 1} are among them",
        f"without {', '.join(lost[:5])}",
    )


@pytest.mark.task(3)
@pytest.mark.parametrize("cycle", CYCLES[1:])
def test_earlier_tests_stay_green(check, runs, cycle):
    """The tests of a cycle pass on the code of the next one, as they were."""
    run = runs[f"{cycle - 1} on {cycle}"]
    call = f"the tests of cycle {cycle - 1} on the code of cycle {cycle}"
    check.that(run.green, call, "there are tests, and all of them pass", run.story)


@pytest.mark.task(4)
def test_the_tests_stay_green_after_the_tidy_up(check, runs):
    """All tests of cycle 5 pass on the refactored code."""
    run = runs["5 on 6"]
    check.that(
        run.green, "the tests of cycle 5 on refactored/", "there are tests, and all of them pass", run.story
    )


@pytest.mark.task(4)
def test_the_code_is_tidied_up(check, runs, hand_in):
    """The refactored code differs from that of cycle 5 by more than comments, docstrings and layout."""
    run = runs["5 on 6"]
    check.that(run.green, "the tests of cycle 5 on refactored/", "all of them pass", run.story)
    before, after = (plain(check, hand_in / folder / CODE) for folder in ("cycle_5", "refactored"))
    check.that(before != after, f"refactored/{CODE}", "other code than in cycle 5", "the same code")


@pytest.mark.task(5)
@pytest.mark.parametrize("name", ASKED)
def test_the_promise_is_kept(check, runs, name):
    """The refactored function gives the pages that this text asks for, or refuses it."""
    text, last, expected = ASKED[name]
    run = runs["promises"]
    case = next((case for case in run.cases if case.id == f"{OURS}::test_promise[{name}]"), None)
    told = run.trouble or "no answer" if case is None else case.message
    check.that(
        case is not None and case.outcome == "passed",
        f"pages({text!r}, {last}) in refactored/, {name}",
        "it raises ValueError" if expected is None else repr(expected),
        told,
    )


@pytest.mark.task(6)
@pytest.mark.parametrize("name", RIGHTS)
def test_they_pass_on_other_right_code(check, runs, name):
    """The tests of cycle 5 pass on other code that keeps the promises."""
    run = runs[name]
    check.that(
        run.green,
        "the tests of cycle 5 on other right code",
        "there are tests, and all of them pass",
        run.story,
    )


@pytest.mark.task(6)
@pytest.mark.parametrize("bug", BUGS)
def test_they_find_the_bug(check, runs, bug):
    """At least one of the tests of cycle 5 fails on code with this bug."""
    right = runs["one"]
    check.that(right.green, "the tests of cycle 5 on other right code", "all of them pass", right.story)
    run = runs[bug]
    call = f"the tests of cycle 5 on code with a bug: {BUGS[bug][0]}"
    check.that(bool(run.red), call, "at least one of them fails", run.story)


@pytest.fixture
def runs(exercise, hand_in, learner_suite):
    """All runs, by name; the learner's code and tests run in processes of their own."""
    codes = {0: read(exercise / "start" / CODE), 6: read(hand_in / "refactored" / CODE)}
    codes |= {cycle: read(hand_in / f"cycle_{cycle}" / CODE) for cycle in CYCLES}
    tests = {cycle: read(hand_in / f"cycle_{cycle}" / TESTS) for cycle in CYCLES}
    on = {code: [cycle for cycle in (code - 1, code, code + 1) if cycle in CYCLES] for code in (*CYCLES, 0)}
    plans = {
        f"all on {code}": plan({name_of(one): tests[one] for one in on[code]}, codes[code]) for code in on
    }
    plans["5 on 6"] = plan({TESTS: tests[5]}, codes[6])
    promises = PROMISES.format(asked=[*ASKED.values()], names=[*ASKED])
    plans["promises"] = plan({OURS: promises}, codes[6])
    plans |= {name: plan({TESTS: tests[5]}, code) for name, code in RIGHTS.items()}
    plans |= {bug: plan({TESTS: tests[5]}, with_bug(bug)) | {"first_red": True} for bug in BUGS}
    made = learner_suite.run_all(plans)
    single = {}
    for code, cycles in on.items():
        whole = made[f"all on {code}"]
        for cycle in cycles:
            if whole.trouble:  # of which file? each has to run alone
                single[f"{cycle} on {code}"] = plan({TESTS: tests[cycle]}, codes[code])
            else:
                made[f"{cycle} on {code}"] = part_of(whole, name_of(cycle))
    return made | (learner_suite.run_all(single) if single else {})


def name_of(cycle: int) -> str:
    """Return the name of the tests of a cycle where those of several cycles run together."""
    return f"cycle_{cycle}_tests.py"


def part_of(run, name: str):
    """Return what one test file has done in a run, under the name that the learner knows."""
    start = f"{name}::"
    cases = [case for case in run.cases if case.id.startswith(start)]
    return dataclasses.replace(
        run,
        ids=tuple(one.replace(name, TESTS, 1) for one in run.ids if one.startswith(start)),
        cases=tuple(dataclasses.replace(case, id=case.id.replace(name, TESTS, 1)) for case in cases),
        attempts=tuple(one for one in run.attempts if not one.case or one.case.startswith(start)),
    )


def plan(tests: dict[str, str], code: str) -> dict:
    """Return the plan of one run."""
    return {"tests": tests, "modules": {CODE: code}}


def place(cycle: int) -> str:
    """Return where the code of a cycle lies, for people."""
    return f"cycle {cycle}" if cycle else "start/"


def why_no_red(case) -> str:
    """Return why a case does not count as red, or nothing if it does."""
    if case is None:
        return "it is not there"
    if case.outcome != "failed":
        return f"it is no failure: {case.outcome}\n{case.message}".strip()
    found = NOT_A_CLAIM.search(case.message)
    return f"it fails because code is missing:\n{case.message}" if found and found[1] in NO_RED else ""


def with_bug(bug: str) -> str:
    """Return the right code with one bug."""
    _, old, new = BUGS[bug]
    assert old in RIGHT, f"{old!r} is not in the code"
    code = RIGHT
    if bug in ("order", "twice"):  # both begin with a list in place of the set
        code = code.replace("chosen = set()", "chosen = []")
        extend = "chosen += [page for page in pages_of(part, last) if page not in chosen]"
        code = code.replace(
            "chosen |= set(pages_of(part, last))",
            extend if bug == "order" else "chosen += pages_of(part, last)",
        )
    return code.replace(old, new)


def read(path) -> str:
    """Return the text of a file, empty if there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def plain(check, path) -> str:
    """Return the code of a file but for comments, docstrings and layout."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        check.that(False, str(path.name), "a file that Python can read", str(error))
        raise AssertionError from error
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    check.at_least(1, len(functions), f"the number of functions in {path.parent.name}/{path.name}")
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:]
    return ast.dump(tree)
