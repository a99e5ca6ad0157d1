"""The report as JUnit XML, for every tool that shows test results."""

import re
from xml.etree import ElementTree

from grader.model import CaseStatus, ExerciseResult, ExerciseStatus, Report, ScoredCase

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HOST = "grader"


def render(report: Report) -> str:
    """Return one ``testsuite`` for each exercise; a case that did not run counts as a failure.

    An exercise that is not gradable on this machine is one skipped case, and its score is empty.
    """
    suites = ElementTree.Element("testsuites", name="kata", time=f"{report.seconds:.3f}")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for result in report.exercises:
        suite = _suite(result, report)
        suites.append(suite)
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    for name, value in totals.items():
        suites.set(name, str(value))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: ExerciseResult, report: Report) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=result.slug, time=f"{result.seconds:.3f}")
    suite.set("timestamp", report.started_at)
    suite.set("hostname", HOST)
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        *(("score", result.score if result.graded else ""), ("max_score", result.max_score)),
        *(("status", result.status.value), ("assurance", result.assurance.value)),
        ("isolation", report.isolation),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    failures = errors = skipped = 0
    cases = [(task.number, case) for task in result.tasks for case in task.cases]
    for number, case in cases:
        failed, broken = _case(suite, result, number, case)
        failures, errors = failures + failed, errors + broken
    if not cases or not result.graded:
        kind = "skipped" if result.status is ExerciseStatus.NOT_GRADABLE else "error"
        skipped, errors = skipped + (kind == "skipped"), errors + (kind == "error")
        element = ElementTree.SubElement(suite, "testcase", classname=result.slug, name="grading", time="0")
        ElementTree.SubElement(element, kind, message=_legal(result.message or "no verdict"))
    elif result.message:
        ElementTree.SubElement(suite, "system-err").text = _legal(result.message)
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", str(skipped))
    return suite


def _case(
    suite: ElementTree.Element, result: ExerciseResult, number: int, case: ScoredCase
) -> tuple[int, int]:
    """Add one case; return how many failures and errors it counts as."""
    name, time = _legal(case.id), f"{case.seconds:.4f}"
    element = ElementTree.SubElement(suite, "testcase", classname=result.slug, name=name, time=time)
    properties = ElementTree.SubElement(element, "properties")
    ElementTree.SubElement(properties, "property", name="task", value=str(number))
    ElementTree.SubElement(properties, "property", name="requirement", value=_legal(case.requirement))
    if case.status is CaseStatus.PASSED or not result.graded:
        return 0, 0
    broken = case.status is CaseStatus.ERROR
    kind = "error" if broken else "failure"
    told = case.message or result.message or "it was not run"
    details = ElementTree.SubElement(
        element, kind, message=_legal(f"{case.status.value}: {case.requirement}")
    )
    details.text = _legal(told)
    return int(not broken), int(broken)


def _legal(text: str) -> str:
    """Replace characters that XML 1.0 cannot hold."""
    return ILLEGAL.sub("\ufffd", text)
