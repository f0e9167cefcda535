"""JUnit's XML, read by another parser."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from grader.gradebooks import to_junit
from tests.report import builder


def test_every_check_is_a_case_and_counts_add_up():
    results = [builder.full_marks(), builder.failing(), builder.ungraded()]
    root = Xml.fromstring(to_junit("HW 05", results).encode())
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [each.submission.id for each in results]
    for suite, result in zip(suites[:2], results, strict=False):
        checks = [check for question in result.questions for check in question.checks]
        assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(checks)
        assert int(suite.get("failures")) == sum(c.status in ("failed", "partial") for c in checks)
    assert suites[2].find("testcase/error").get("message") == results[2].reason
    assert int(root.get("tests")) == sum(int(suite.get("tests")) for suite in suites)


def test_what_xml_cannot_hold_does_not_break_it():
    result = builder.ungraded().model_copy(update={"reason": "a\x00b\x1b[31m<c>&\ud800 ]]>"})
    root = Xml.fromstring(to_junit("HW\x01", [result]).encode())
    assert "<c>&" in root.find("testsuite/testcase/error").get("message")
