from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from grader.language import spoken
from grader.language.catalogues import catalogue
from grader.report import pages, render_index, render_submission
from grader.results import Adjustment, CheckStatus

VOID = {"meta", "link", "img", "br", "hr", "input", "base"}


class Page(HTMLParser):
    """The text of a page, its elements, and whether every element is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_pages_are_well_formed(result, build):
    Page(render_submission(result))
    Page(render_index(build.batch([result]), [result]))


def test_the_first_lines_say_whose_how_much_and_on_which_data(build):
    words = Page(render_submission(build.failing())).words
    start = words[: words.index("Questions")]
    for part in ("Charles Babbage", "38.5 of 100", build.CIFAR10.description):
        assert part in start


def test_synthetic_data_are_named_as_such(build):
    results = [build.without_training()]
    said = "Graded on synthetic data, not on CIFAR-10."
    assert said in Page(render_submission(results[0])).words
    assert said in Page(render_index(build.batch(results, build.SYNTHETIC), results)).words
    assert said not in Page(render_submission(build.full_marks())).words


def test_every_lost_point_has_its_reason_in_the_page(build):
    result = build.failing()
    words = Page(render_submission(result)).words
    lost = [c for q in result.questions for c in q.checks if c.score < c.max_score]
    assert len(lost) == 7
    for check in lost:
        assert squeezed(check.reason) in words
        if check.where:
            assert check.where in words


def test_a_known_mistake_is_named(build):
    assert f"To read on: {build.PADDING.course}" in Page(render_submission(build.failing())).words


def test_points_that_the_grader_itself_lost_are_told_apart(build):
    words = Page(render_submission(build.failing())).words
    assert "61.5 points lost." in words
    assert "Of these, 10 could not be settled because the grader itself failed" in words


def test_line_breaks_of_measurements_are_kept(build):
    page = render_submission(build.failing())
    assert "asked   (64, 10) torch.float32\ncame    (64, 10) torch.float32\n" in page


@pytest.mark.parametrize("status", list(CheckStatus))
def test_a_status_is_a_word_and_a_symbol_besides_its_colour(build, status):
    question = build.question("q", "Q", build.check("the check", 2, status, reason="why"))
    page = Page(render_submission(build.submission(questions_=(question,), runs={})))
    assert any(
        tag == "span" and attributes.get("class") == f"word {status.value}"
        for tag, attributes in page.elements
    )
    assert any(
        tag == "svg" and attributes.get("class") == f"icon {status.value}"
        for tag, attributes in page.elements
    )


def test_an_ungraded_submission_shows_its_reason_and_no_score(build):
    page = Page(render_submission(build.ungraded()))
    assert "This submission could not be graded" in page.words
    assert squeezed(build.ungraded().reason) in page.words
    assert "of 100" not in page.words


def in_korean(result):
    return result.model_copy(update={"language": "ko"})


def test_a_page_is_in_the_language_of_its_result(build):
    page = Page(render_submission(in_korean(build.failing())))
    assert ("html", {"lang": "ko"}) in page.elements
    for english in ("Grading report", "Training runs", "Partly passed", "Best val."):
        assert catalogue("ko").gettext(english) in page.words
        assert english not in page.words
    (label,) = (a["aria-label"] for _, a in page.elements if a.get("class") == "ring")
    score = catalogue("ko").gettext("Score: {points} of {max_points}")
    assert label == score.format(points="38.5", max_points="100")


def test_what_is_spoken_meanwhile_changes_no_page(build):
    results = [build.failing(), build.without_training()]
    english = [*map(render_submission, results), render_index(build.batch(results), results)]
    with spoken("ko"):
        again = [*map(render_submission, results), render_index(build.batch(results), results)]
    assert again == english


def test_the_index_of_korean_results_is_in_english(build):
    results = [in_korean(build.failing()), in_korean(build.ungraded())]
    page = Page(render_index(build.batch(results), results))
    assert ("html", {"lang": "en"}) in page.elements
    assert "Grading overview" in page.words
    assert "Validation accuracy" in page.words


def test_who_decided_stands_apart_as_a_name(build):
    by = Adjustment(points=2, by="Dr. <b>Noether", reason="A typing error.")
    result = build.failing().model_copy(update={"adjustments": (by,)})
    assert "by <bdi>Dr. &lt;b&gt;Noether</bdi>" in render_submission(result)
    korean = Page(render_submission(in_korean(result))).words
    assert catalogue("ko").gettext("by {name}").format(name="Dr. <b>Noether") in korean


def test_what_was_left_out_is_said(build):
    words = Page(render_submission(build.without_training())).words
    assert "Training was left out on request: 54 points not asked for" in words
    assert "lost" not in words


def test_each_run_with_a_curve_has_a_plot_and_the_others_none(build):
    page = Page(render_submission(build.failing()))
    plots = [a for tag, a in page.elements if tag == "svg" and a.get("role") == "img"]
    assert len(plots) == 3
    assert "Barebones PyTorch: validation accuracy went from" in plots[0]["aria-label"]


def test_ids_are_unique_in_a_page(build):
    page = Page(render_submission(build.full_marks()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def policy(page: Page) -> list[str]:
    """The directives of a page's content security policy."""
    for tag, attributes in page.elements:
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy":
            return attributes["content"].split("; ")
    return []


def test_pages_are_complete_in_themselves(result, build):
    for source in (render_submission(result), render_index(build.batch([result]), [result])):
        page = Page(source)
        assert not {"img", "iframe", "object"} & {tag for tag, _ in page.elements}
        assert "http://" not in source
        assert "https://" not in source
        assert policy(page)[:5] == [
            "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "base-uri 'none'",
            "form-action 'none'",
        ]  # fmt: skip


def test_a_students_page_runs_no_script(result):
    page = Page(render_submission(result))
    assert "script" not in {tag for tag, _ in page.elements}
    assert not any(directive.startswith("script-src") for directive in policy(page))


def test_the_index_runs_its_one_script_and_no_other(build):
    source = render_index(build.batch([build.hostile()]), [build.hostile()])
    page = Page(source)
    assert [attributes for tag, attributes in page.elements if tag == "script"] == [{}]
    script = source[source.index("<script>") + len("<script>") : source.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy(page)[5:] == [f"script-src 'sha256-{digest}'"]


def test_pages_that_differ_in_timing_differ_in_one_line(build):
    one = build.failing()
    other = one.model_copy(update={"timing": build.timing(seconds=99.0)})
    lines = zip(
        render_submission(one).splitlines(), render_submission(other).splitlines(), strict=True
    )
    assert sum(a != b for a, b in lines) == 1


def test_pages_stay_small_whatever_a_student_writes(build):
    table = build.source_lines("\n".join("1, " * 100 for _ in range(24)))
    wordy = [
        build.check(str(n), 5, CheckStatus.FAILED, reason="so " * 600, lines=table)
        for n in range(20)
    ]
    result = build.submission(
        "n" * 5000,
        questions_=(build.question("q", "Q", *wordy),),
        notes=("note " * 40,) * 200,
    )
    assert len(render_submission(result).encode()) < 300_000
    for kind in ("full_marks", "failing", "hostile"):
        assert len(render_submission(getattr(build, kind)()).encode()) < 100_000


def test_hostile_text_stays_text(build):
    result = build.hostile()
    for source in (render_submission(result), render_index(build.batch([result]), [result])):
        page = Page(source)
        tags = [tag for tag, _ in page.elements]
        assert "img" not in tags
        assert tags.count("script") == source.count("script-src")
        assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
        assert "<script>document.title='owned'</script>" in page.text
        assert re.search("[\x00\x1b\u202e\ud800-\udfff]", source) is None
        assert "{{ 7*7 }}" in page.text
    assert len(render_submission(result)) < 400_000


@given(name=st.text("<>&\"'ab/= ", min_size=1, max_size=40))
def test_whatever_the_name_the_page_shows_it_as_text(build, name):
    result = build.submission(f"x{name}x", questions_=(), runs={})
    page = Page(render_submission(result))
    assert squeezed(f"x{name}x") in page.words
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "a", "b"})


def test_ungraded_submissions_come_first_in_the_index(build):
    results = [build.full_marks(), build.failing(), build.ungraded()]
    words = Page(render_index(build.batch(results), results)).words
    assert words.index("Grace Hopper") < words.index("Ada Lovelace")
    assert squeezed(results[2].reason) in words
    assert words.startswith("HW 05: PyTorch on CIFAR-10: 2 graded Grading overview HW 05")


def test_the_index_of_a_result_that_was_not_found_is_made_all_the_same(build):
    words = Page(render_index(build.batch([build.failing()]), [])).words
    assert "Its result.json was not found." in words


def test_the_index_links_each_submission(build):
    results = [build.submission(submission_id="a b/c"), build.ungraded()]
    page = Page(render_index(build.batch(results), results))
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert "submissions/a%20b%2Fc/report.html" in links
    assert "submissions/hopper_grace_18555/report.html" in links


def test_a_template_cannot_use_a_name_that_does_not_exist():
    with pytest.raises(UndefinedError):
        pages._environment().from_string("{{ page.nothing }}").render(page=object())
    with pytest.raises(UndefinedError):
        pages._environment().from_string("{{ say.NOTHING }}").render()


def test_the_environment_cleans_and_escapes_whatever_a_template_prints():
    template = pages._environment().from_string("{{ text }}")
    assert template.render(text="<b>\x1b[1m\u202ex\x00") == "&lt;b&gt;x"
