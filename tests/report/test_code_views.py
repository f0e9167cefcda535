from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.report import render_submission
from grader.report.code_views import COLOURED, LINES, code_lines
from grader.results import SourceLine


def tones(line) -> list[tuple[str, str]]:
    return [(piece.text.strip(), piece.tone) for piece in line.pieces if piece.text.strip()]


def text(line) -> str:
    return "".join(piece.text for piece in line.pieces)


def test_python_is_highlighted(build):
    source = "def flatten(x):\n    return x.view(64, -1)  # rows\n    name = 'a'"
    first, second, third = code_lines(build.source_lines(source))
    assert tones(first)[:2] == [("def", "keyword"), ("flatten", "name")]
    assert {("return", "keyword"), ("64", "number"), ("# rows", "comment")} <= set(tones(second))
    assert "string" in {tone for _, tone in tones(third)}


def test_a_string_goes_on_in_the_next_line(build):
    first, second = code_lines(build.source_lines("x = '''one\ntwo'''"))
    assert tones(first)[-1][1] == "string"
    assert {tone for _, tone in tones(second)} == {"string"}


def test_lines_that_are_left_out_leave_a_gap(build):
    lines = (*build.source_lines("a\nb", 3), *build.source_lines("c", 9))
    assert [line.gap for line in code_lines(lines)] == [False, False, True]


def test_an_excerpt_without_an_end_is_cut():
    lines = [SourceLine(number=n, text="x") for n in range(1, LINES + 20)]
    assert len(code_lines(lines)) == LINES


def test_a_table_of_numbers_is_not_coloured_without_end(build):
    lines = code_lines(build.source_lines("\n".join("1, " * 30 for _ in range(LINES))))
    assert sum(piece.tone != "" for line in lines for piece in line.pieces) == COLOURED
    assert [text(line) for line in lines] == ["1, " * 30] * LINES


def test_the_page_shows_the_lines_under_the_reason_and_marks_the_one(build):
    page = render_submission(build.failing())
    assert page.count('<mark class="row">') == 2
    assert '<span class="tok-keyword">return</span>' in page
    assert 'class="gap"' in page


def test_a_check_without_lines_shows_no_box(build):
    assert '<pre class="source">' not in render_submission(build.full_marks())


ANYTHING = st.text(st.characters(), max_size=40)


@given(texts=st.lists(ANYTHING, min_size=1, max_size=6))
def test_each_line_stays_one_line_whatever_stands_in_it(texts):
    lines = code_lines([SourceLine(number=n, text=each) for n, each in enumerate(texts, 1)])
    assert len(lines) == len(texts)
    assert not any("\n" in piece.text for line in lines for piece in line.pieces)


@given(texts=st.lists(st.text("abc'\"#\\ ()[]{}=:.,0123456789\t", max_size=40), max_size=6))
def test_no_character_of_a_line_is_lost(texts):
    lines = code_lines([SourceLine(number=n, text=each) for n, each in enumerate(texts, 1)])
    assert [text(line) for line in lines] == texts
