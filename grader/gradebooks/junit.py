"""JUnit's XML, which build servers show: a suite a submission, a case a check.

The form is the one that Jenkins, GitLab and GitHub's actions read; the schema of its test suites is
https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from grader.report import clean
from grader.results import CheckResult, CheckStatus, SubmissionResult

_TAGS = {
    CheckStatus.PARTIAL: "failure",
    CheckStatus.FAILED: "failure",
    CheckStatus.SKIPPED: "skipped",
    CheckStatus.ERROR: "error",
}


def to_junit(assignment: str, results: Iterable[SubmissionResult]) -> str:
    """All results as one document."""
    suites = Xml.Element("testsuites", name=clean(assignment))
    for result in results:
        suites.append(_suite(result))
    for count in ("tests", "failures", "errors", "skipped"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    Xml.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(suites, encoding="unicode")}\n'


def _suite(result: SubmissionResult) -> Xml.Element:
    suite = Xml.Element("testsuite", name=clean(result.submission.id))
    seconds = result.timing.checks
    for question in result.questions:
        for check in question.checks:
            suite.append(_case(question.id, check, seconds.get(check.id, 0.0)))
    if result.status == "ungraded":
        case = Xml.SubElement(suite, "testcase", classname="submission", name="graded", time="0")
        Xml.SubElement(case, "error", message=clean(result.reason or "not graded"))
    suite.set("tests", str(len(suite)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{result.timing.seconds:.3f}")
    return suite


def _case(question: str, check: CheckResult, seconds: float) -> Xml.Element:
    case = Xml.Element(
        "testcase", classname=clean(question), name=clean(check.title), time=f"{seconds:.3f}"
    )
    if check.status in _TAGS:
        points = f"{check.score:g} of {check.max_score:g} points"
        told = Xml.SubElement(case, _TAGS[check.status], message=points)
        told.text = clean(check.reason or "")
    return case
