from __future__ import annotations

from grader.report.mistake_views import mistake_counts, mistakes_made
from grader.report.row_views import Who
from grader.results import CheckStatus


def made_by(build, name, *mistakes):
    """What one submission made of several checks, each lost by one of the mistakes."""
    checks = [
        build.check(f"c{i}", 1, CheckStatus.FAILED, mistakes=(m,)) for i, m in enumerate(mistakes)
    ]
    result = build.submission(questions_=(build.question("q", "Q", *checks),), runs={})
    return mistakes_made(result, Who(name, name, ""))


def test_a_mistake_that_costs_several_checks_is_made_once(build):
    assert len(made_by(build, "ada", build.PADDING, build.PADDING)) == 1


def test_the_mistake_that_most_made_comes_first_with_everybody_who_did(build):
    rare = build.PADDING.model_copy(update={"id": "rare", "title": "another one"})
    found = [
        *made_by(build, "ada", rare, build.PADDING),
        *made_by(build, "ben", build.PADDING),
    ]
    first, second = mistake_counts(found)
    assert (first.title, first.count) == ("A padding of 2 in the second convolution", 2)
    assert [who.name for who in first.everybody] == ["ada", "ben"]
    assert (second.title, second.count) == ("Another one", 1)


def test_work_without_a_known_mistake_is_counted_nowhere(build):
    lost = build.check("c", 1, CheckStatus.FAILED, reason="Something else.")
    result = build.submission(questions_=(build.question("q", "Q", lost),), runs={})
    assert mistake_counts(mistakes_made(result, Who("ada", "ada", ""))) == ()
