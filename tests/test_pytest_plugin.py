"""The pytest plugin of the suites: the mark, the hand-in that import finds, the order, the fixtures."""

import sys

import hypothesis
import pytest

from grader.pytest_plugin import HandInFinder

NUMBERED = "import pytest\n" + "".join(
    f"@pytest.mark.task({n % 2 + 1})\ndef test_{n}(): pass\n" for n in range(8)
)


@pytest.fixture(autouse=True)
def _profile_of_this_run():
    """Keep what the runs inside of these tests tell hypothesis from the tests that follow."""
    profile = hypothesis.settings.get_profile("katas")
    yield
    hypothesis.settings.register_profile("katas", profile)
    hypothesis.settings.load_profile("katas")


@pytest.fixture
def suite(pytester, repository, monkeypatch):
    """Run the suite of the tiny repository with these options, in this process."""
    monkeypatch.chdir(repository.root)
    return lambda *options: pytester.runpytest_inprocess(*options, repository.exercise_folder)


def names(result):
    """Return the cases of a run in the order in which they ran."""
    return [
        line.split("::")[1].split()[0] for line in result.outlines if "::test_" in line and "PASSED" in line
    ]


def test_the_stub_is_what_is_imported(suite):
    """Without a choice the suite meets the file beside it."""
    result = suite()
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(["*NotImplementedError: return twice the number*"])


def test_another_hand_in_can_be_chosen(suite, repository):
    """The reference, or a sample that was copied to a folder, takes the place of the stub."""
    suite("--hand-in", repository.mirror).assert_outcomes(passed=4)
    suite("--hand-in", "solutions/01_basics/01_doubling").assert_outcomes(passed=4)
    wrong = repository.write(
        "mine/doubling.py", (repository.mirror / "rejected" / "squares.py").read_bytes()
    ).parent
    suite("--hand-in", wrong).assert_outcomes(passed=2, failed=2)


def test_a_choice_leaves_no_trace(suite, repository):
    """After the run imports are as they were."""
    before = list(sys.meta_path)
    suite("--hand-in", repository.mirror)
    assert before == sys.meta_path


def test_a_folder_that_is_not_there_is_a_mistake_of_the_command(suite):
    """The message names the option and the folder."""
    result = suite("--hand-in", "nowhere")
    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: --hand-in nowhere: there is no such folder"])


def test_the_mark_is_known(pytester):
    """Strict markers accept `task`, and `pytest --markers` explains it."""
    pytester.makepyfile(NUMBERED)
    pytester.runpytest_inprocess("--strict-markers").assert_outcomes(passed=8)
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.task(n): the numbered task*"]
    )


def test_a_seed_chooses_the_order(pytester):
    """The same seed is the same order, another seed another one, and no seed that of the file."""
    pytester.makepyfile(NUMBERED)
    plain, one, again, other = (
        names(pytester.runpytest_inprocess("-v", *options))
        for options in ([], ["--order-seed", "1"], ["--order-seed", "1"], ["--order-seed", "2"])
    )
    assert [f"test_{n}" for n in range(8)] == plain
    assert one == again != plain
    assert sorted(one) == sorted(other) == plain
    assert one != other


def test_a_failed_check_shows_the_line_of_the_suite(pytester):
    """The code of the checks is not in the way."""
    pytester.makepyfile("def test_it(check):\n    check.equal(14, 9, 'double(7)')\n")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*called:   double(7)", "*expected: 14", "*got:      9"])
    assert "checks.py" not in result.stdout.str()


FOLDERS = """
def test_folders(exercise, hand_in):
    assert (exercise / "given.csv").read_text() == "1,2"
    assert (hand_in / "mine.txt").read_text() == "mine"
"""


def test_a_suite_finds_what_is_given_and_what_is_handed_in(pytester):
    """Both are the folder of the suite, unless another hand-in was chosen."""
    pytester.makepyfile(FOLDERS)
    pytester.path.joinpath("given.csv").write_text("1,2", encoding="utf-8")
    pytester.path.joinpath("mine.txt").write_text("mine", encoding="utf-8")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
    pytester.mkdir("elsewhere")
    pytester.path.joinpath("mine.txt").rename(pytester.path / "elsewhere" / "mine.txt")
    pytester.runpytest_inprocess("--hand-in", "elsewhere").assert_outcomes(passed=1)
    pytester.runpytest_inprocess().assert_outcomes(failed=1)


def test_predictions_are_those_of_the_hand_in(pytester):
    """The sheet lies in the folder that was chosen."""
    pytester.makepyfile("def test_it(predictions):\n    predictions.check('q', 'yes', ['yes', 'no'])\n")
    pytester.mkdir("mine")
    (pytester.path / "predictions.py").write_text("PREDICTIONS = {'q': ...}\n", encoding="utf-8")
    (pytester.path / "mine" / "predictions.py").write_text("PREDICTIONS = {'q': 'yes'}\n", encoding="utf-8")
    pytester.runpytest_inprocess("--hand-in", "mine").assert_outcomes(passed=1)
    pytester.runpytest_inprocess().assert_outcomes(failed=1)


BOXES = """
import sys, urllib.request

def test_server(http_server):
    client = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with client.open(http_server.add("/x", b"hi")) as page:
        assert page.read() == b"hi"

def test_program(programs, tmp_path):
    assert programs.start([sys.executable, "-c", "import os; print('in', os.getcwd())"]).wait_for_line(
        "in ") == str(tmp_path.resolve())

def test_site(sites):
    assert sites.serve("site_of_mine").request("GET", "/").text == "hi"

def test_another_site(sites):
    assert sites.serve("site_of_mine").request("GET", "/").text == "hi"
"""
SITE = """
def create_app():
    def app(environ, start_response):
        print("asked")
        start_response("200 OK", [])
        return [b"hi"]
    return app
"""


def test_boxes_are_opened_and_closed_for_each_case(pytester):
    """Servers, programs and sites are there when a case asks, and gone after it."""
    pytester.makepyfile(BOXES)
    pytester.makepyfile(site_of_mine=SITE)
    result = pytester.runpytest_inprocess("-rP", "-p", "no:threadexception")
    result.assert_outcomes(passed=4)
    assert 2 == result.outlines.count("asked")


PROFILE = """
import hypothesis

def test_profile():
    chosen = hypothesis.settings.default
    assert chosen.derandomize is {derandomize}
    assert (chosen.deadline, chosen.database, chosen.print_blob) == (None, None, False)
    assert hypothesis.Phase.explain not in chosen.phases
    assert hypothesis.Phase.shrink in chosen.phases
    assert set(chosen.suppress_health_check) == set(hypothesis.HealthCheck)
"""


def test_hypothesis_draws_the_same_examples_each_time(pytester):
    """The same hand-in always gets the same mark."""
    pytester.makepyfile(PROFILE.format(derandomize=True))
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_hypothesis_may_draw_freely(pytester):
    """Those who prove a suite want other examples each time."""
    pytester.makepyfile(PROFILE.format(derandomize=False))
    pytester.runpytest_inprocess("--free-draw").assert_outcomes(passed=1)


def test_only_modules_of_the_folder_are_found(tmp_path):
    """Packages' insides, folders without code, and other names are left to the next finder."""
    (tmp_path / "mine.py").write_text("", encoding="utf-8")
    (tmp_path / "samples").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("", encoding="utf-8")
    finder = HandInFinder(tmp_path)
    assert str(tmp_path / "mine.py") == finder.find_spec("mine").origin
    assert str(tmp_path / "package" / "__init__.py") == finder.find_spec("package").origin
    assert finder.find_spec("package.inside", [str(tmp_path / "package")]) is None
    assert finder.find_spec("samples") is None
    assert finder.find_spec("json") is None
