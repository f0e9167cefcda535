"""What a rubric catches, worked out from results."""

from __future__ import annotations

import pytest

from grader.report.audit_views import Audited, audit_of
from grader.results import CheckStatus, Mistake

FAILED, PASSED, SKIPPED = CheckStatus.FAILED, CheckStatus.PASSED, CheckStatus.SKIPPED


@pytest.fixture
def work(build):
    """A work of three checks, with how each ended."""

    def make(mistake, *statuses, named=()):
        mistakes = tuple(Mistake(id=m, title="t", explanation="e.", course="c") for m in named)
        checks = [
            build.check(
                f"c{i}",
                1,
                status,
                mistakes=mistakes if status is FAILED else (),
                left_out=status is SKIPPED,
            )
            for i, status in enumerate(statuses)
        ]
        result = build.submission(questions_=(build.question("q", "Q", *checks),), runs={})
        missing = sum(status is FAILED for status in statuses)
        out = sum(status is SKIPPED for status in statuses)
        result = result.model_copy(
            update={"max_score": 3.0, "score": 3.0 - missing - out, "left_out": float(out)}
        )
        return Audited(mistake, result)

    return make


def test_a_sound_rubric_lets_right_work_pass_and_catches_mistakes(work):
    audit = audit_of([
        work(None, PASSED, PASSED, PASSED),
        work("a", FAILED, PASSED, PASSED, named=["a"]),
        work("b", PASSED, FAILED, FAILED, named=["b"]),
    ])  # fmt: skip
    assert audit.sound
    assert (audit.misnamed, audit.unnamed) == ((), ())
    assert [(c.caught, c.alone) for c in audit.columns] == [(1, 1), (1, 0), (1, 0)]
    assert [c.id for c in audit.idle] == ["module.c1", "module.c2"]


def test_a_mistake_that_costs_nothing_slips_through(work):
    audit = audit_of([work("a", PASSED, PASSED, SKIPPED)])
    assert [row.name for row in audit.slipped] == ["a"]
    assert not audit.sound


def test_right_work_that_loses_is_wronged(work):
    audit = audit_of([work(None, PASSED, FAILED, PASSED)])
    assert len(audit.wronged) == 1
    assert not audit.sound


def test_another_name_than_the_mistake_s_is_told(work):
    audit = audit_of([
        work("a", FAILED, PASSED, PASSED, named=["b"]),
        work("a", FAILED, PASSED, PASSED, named=["a", "b"]),
        work("a", FAILED, PASSED, PASSED),
        work(None, FAILED, PASSED, PASSED, named=["a"]),
    ])  # fmt: skip
    assert len(audit.misnamed) == 3
    assert len(audit.unnamed) == 1


def test_a_check_that_was_not_run_catches_nothing_and_is_not_idle(work):
    audit = audit_of([work("a", FAILED, SKIPPED, SKIPPED, named=["a"])])
    assert [c.caught for c in audit.columns] == [1, 0, 0]
    assert audit.idle == ()
