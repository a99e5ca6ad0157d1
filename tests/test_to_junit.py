"""The report as JUnit XML: well-formed whatever a hand-in says, and counted right."""

from xml.etree import ElementTree

import junitparser
import pytest

from grader.model import CaseStatus, ExerciseStatus
from grader.reports import to_junit


@pytest.fixture
def parse():
    """Render a report and read it as other tools do."""
    return lambda report: junitparser.JUnitXml.fromstring(to_junit.render(report).encode())


def counts(suite):
    """Return the counts that a suite or the whole claims: tests, failures, errors, skipped."""
    return (suite.tests, suite.failures, suite.errors, suite.skipped)


def case_elements(report):
    """Return all test cases as plain elements."""
    return ElementTree.fromstring(to_junit.render(report)).findall("./testsuite/testcase")


def test_an_exercise_is_a_suite_and_a_case_a_test(parse, make_report, make_result, make_case):
    """Names, times and counts are where other tools look for them."""
    (suite,) = parse(make_report(make_result([make_case()], [make_case(id="test_b", seconds=0.25)])))
    assert ("doubling", "grader", "2026-03-01T12:00:00Z", 0.5) == (
        suite.name,
        suite.hostname,
        suite.timestamp,
        suite.time,
    )
    assert (2, 0, 0, 0) == counts(suite)
    assert [("doubling", "test_a_number_is_doubled", 0.01), ("doubling", "test_b", 0.25)] == [
        (case.classname, case.name, case.time) for case in suite
    ]


def test_a_suite_says_what_junit_has_no_place_for(parse, make_report, make_result):
    """Score, verdict, assurance and isolation are properties."""
    (suite,) = parse(make_report(make_result()))
    assert {
        "score": "5",
        "max_score": "5",
        "status": "passed",
        "assurance": "B",
        "isolation": "none",
    } == {one.name: one.value for one in suite.properties()}


def test_a_case_says_its_task_and_requirement(make_report, make_result, make_case):
    """The number and the sentence are properties of the case."""
    _, second = case_elements(make_report(make_result([make_case()], [make_case(requirement="It is so.")])))
    assert {"task": "2", "requirement": "It is so."} == {
        one.get("name"): one.get("value") for one in second.findall("./properties/property")
    }


@pytest.mark.parametrize(
    ("status", "expected", "kind"),
    [
        (CaseStatus.PASSED, (1, 0, 0, 0), None),
        (CaseStatus.FAILED, (1, 1, 0, 0), junitparser.Failure),
        (CaseStatus.TIMEOUT, (1, 1, 0, 0), junitparser.Failure),
        (CaseStatus.NOT_RUN, (1, 1, 0, 0), junitparser.Failure),
        (CaseStatus.ERROR, (1, 0, 1, 0), junitparser.Error),
    ],
)
def test_only_a_pass_is_green(parse, make_report, make_result, make_case, status, expected, kind):
    """Whatever did not pass counts; nothing is ever skipped, which some tools take for a pass."""
    (suite,) = parse(make_report(make_result([make_case(status=status, message="called: f()")])))
    assert expected == counts(suite)
    (case,) = suite
    if kind is None:
        assert [] == case.result
        return
    (told,) = case.result
    assert kind is type(told)
    assert f"{status.value}: Doubling a number returns twice the number." == told.message
    assert "called: f()" == told.text


def test_a_case_without_a_message_has_that_of_the_run(parse, make_report, make_result, make_case):
    """A case that was not run says why the run ended."""
    case = make_case(status=CaseStatus.NOT_RUN)
    (suite,) = parse(make_report(make_result([case], message="no such name")))
    assert "no such name" == next(iter(suite)).result[0].text
    (suite,) = parse(make_report(make_result([case])))
    assert "it was not run" == next(iter(suite)).result[0].text


def test_the_message_of_a_run_is_kept(make_report, make_result):
    """What is said about the whole run stands beside the cases."""
    text = to_junit.render(make_report(make_result(message="the process was noisy")))
    assert "the process was noisy" == ElementTree.fromstring(text).findtext("./testsuite/system-err")


def test_a_grader_error_is_an_error_and_no_failure(parse, make_report, make_result, make_case):
    """A fault of ours does not look like a fault of the learner."""
    case = make_case(status=CaseStatus.NOT_RUN)
    (suite,) = parse(make_report(make_result([case], status=ExerciseStatus.ERROR, message="no compiler")))
    assert (2, 0, 1, 0) == counts(suite)
    assert [[], ["no compiler"]] == [[told.message for told in case.result] for case in suite]


def test_what_is_not_gradable_here_is_skipped(parse, make_report, make_result):
    """Tools show it as neither green nor red, with the reason."""
    result = make_result([], status=ExerciseStatus.NOT_GRADABLE, message="no compiler")
    (suite,) = parse(make_report(result))
    assert (1, 0, 0, 1) == counts(suite)
    (case,) = suite
    assert [("no compiler", "Skipped")] == [(told.message, type(told).__name__) for told in case.result]


def test_an_exercise_without_cases_is_no_success(parse, make_report, make_result):
    """A suite without a single test would be green in many tools."""
    (suite,) = parse(make_report(make_result([])))
    assert (1, 0, 1, 0) == counts(suite)
    assert "no verdict" == next(iter(suite)).result[0].message


def test_the_whole_counts_all_suites(parse, make_report, make_result, make_case):
    """Totals are sums, so that a tool may look at either."""
    failed, broken = make_case(status=CaseStatus.FAILED), make_case(status=CaseStatus.ERROR)
    whole = parse(make_report(make_result(), make_result([failed, broken]), make_result([failed])))
    assert ("kata", 4, 2, 1) == (whole.name, whole.tests, whole.failures, whole.errors)
    claimed = counts(whole)[:3]
    whole.update_statistics()
    assert claimed == counts(whole)[:3]


def test_an_empty_report_is_well_formed(parse, make_report):
    """Nothing graded is no suite."""
    assert [] == list(parse(make_report()))


HOSTILE = {
    "markup": "</failure></testcase><testcase name='forged'/>",
    "entity": "&lol; <!DOCTYPE x> <![CDATA[ ]]>",
    "quotes": "\"'><",
    "lines": "one\ntwo\ttab",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markup_is_only_text(make_report, make_result, make_case, text):
    """A hand-in cannot forge a case, and what it said comes back as it was."""
    case = make_case(id=text, requirement=text, status=CaseStatus.FAILED, message=text)
    (element,) = case_elements(make_report(make_result([case], message=text)))
    assert text == element.get("name")
    assert text == element.findtext("failure")
    assert f"failed: {text}" == element.find("failure").get("message")


@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\x0b", "\ud800", "\ufffe", "\uffff"], ids=ascii)
def test_characters_that_xml_cannot_hold_are_replaced(make_report, make_result, make_case, odd):
    """No hand-in can make the file unreadable."""
    case = make_case(id=f"a{odd}b", requirement=odd, status=CaseStatus.ERROR, message=f"{odd}\U0001f600")
    report = make_report(make_result([case], message=odd), make_result([], message=odd))
    element, grading = case_elements(report)
    assert "a\ufffdb" == element.get("name")
    assert "\ufffd\U0001f600" == element.findtext("error")
    assert "\ufffd" == grading.find("error").get("message")
