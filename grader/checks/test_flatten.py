"""Part I: `flatten`."""

from __future__ import annotations

import pytest

from grader.checks.cases import Cases
from grader.checks.expecting import Expect, Own
from grader.checks.explaining import Explained
from grader.language import _
from grader.sandbox.student import Student


@pytest.mark.settings("shapes")
def test_shape(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """flatten turns (N, d1, ..., dM) into (N, d1 * ... * dM), also for N = 1."""
    own("flatten")
    for case in cases.flatten():
        with explained.flatten(student):
            flat = student.flatten(case.x, contiguous=case.contiguous)
            expect.form(_("the result"), flat, case.flat)


@pytest.mark.settings("shapes")
def test_values(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """flatten keeps the order of the values."""
    own("flatten")
    for case in cases.flatten():
        with explained.flatten(student):
            flat = student.flatten(case.x, contiguous=case.contiguous)
            expect.close(_("the values"), flat, case.flat)
