from __future__ import annotations

import re
from importlib import resources

import pytest

from grader.report import phrases

JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
NAMES = {"torchgrade", "PyTorch"}
READ_OUT = re.compile(r'\b(?:aria-label|title|alt)="([^"]*)"')


@pytest.mark.parametrize("name", ["submission.html.j2", "macros.html.j2", "base.html.j2"])
def test_the_template_of_a_students_page_has_no_words_of_its_own(name):
    source = resources.files("grader.report").joinpath("templates", name).read_text("utf-8")
    markup = JINJA.sub("", source)
    assert set(re.findall(r"\w{2,}", TAG.sub(" ", markup))) <= NAMES
    assert "".join(READ_OUT.findall(markup)).strip() == ""


def test_a_verdict_says_what_the_score_means():
    assert phrases.verdict(0, 0, 0, 0) == "Full marks. Every point was earned."
    assert phrases.verdict(0, 54, 0, 0) == "Everything that was asked for is right."
    assert phrases.verdict(1, 0, 0, 0) == "1 point lost. Each one is explained below."
    assert phrases.verdict(61.5, 0, 10, 0).endswith(
        "Of these, 10 could not be settled because the grader itself failed; that is not your "
        "fault."
    )


def test_a_gap_of_one_point_has_its_singular():
    assert phrases.stayed_below("42 %", "1") == "Stayed 1 percentage point below 42 %"
    assert phrases.stayed_below("42 %", "0.4") == "Stayed 0.4 percentage points below 42 %"
