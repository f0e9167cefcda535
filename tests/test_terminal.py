"""What stands in the terminal after grading."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.batch.scheduler import Graded
from grader.language import spoken
from grader.language.catalogues import catalogue
from grader.results import IntegrityFlag
from grader.terminal import LiveView, print_batch, print_result, sparkline
from tests.report import builder

FLAGS = (
    IntegrityFlag(flag="arrived_trained", text="module: before its first step [bold]50 %[/]."),
    IntegrityFlag(flag="arrived_trained", text="challenge: before its first step 60 %."),
)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def shown(console: Console) -> str:
    return console.file.getvalue()


def test_what_a_person_should_look_at_is_told_with_a_submission(console: Console) -> None:
    print_result(console, builder.submission(integrity=FLAGS), Path("report.html"))
    assert "For a person to look at: module: before its first step [bold]50 %[/]." in shown(console)


def test_flags_stand_beside_the_score_in_a_batch_once_each(console: Console) -> None:
    results = [builder.submission(integrity=FLAGS), builder.full_marks(), builder.ungraded()]
    print_batch(console, [Graded.of(result) for result in results], Path("index.html"))
    assert shown(console).count("to look at: arrived trained") == 1
    assert "2 of 3 graded." in shown(console)


def test_a_curve_is_drawn_in_one_line() -> None:
    assert sparkline([], 0.55) == ""
    assert sparkline([0.0, 0.275, 0.55, 0.99, -1.0], 0.55) == "▁▅██▁"


def test_what_a_student_wrote_cannot_pass_for_a_line_of_ours(console: Console) -> None:
    forged = "no\nScore: 100 of 100\nReport: /tmp/x"
    result = builder.submission(notes=(forged,), integrity=(IntegrityFlag(flag="x", text=forged),))
    print_result(console, result, Path("report.html"))
    lines = [line for line in shown(console).splitlines() if line.startswith(("Score:", "Report:"))]
    assert lines == [f"Score: {result.score:g} of {result.max_score:g}", "Report: report.html"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_score_and_report_are_the_last_two_lines_however_narrow_it_is(language) -> None:
    """`%torchgrade` prints the first of them."""
    console = Console(file=io.StringIO(), width=20)
    with spoken(language):
        print_result(console, builder.without_training(), Path("report.html"))
    score, report = shown(console).splitlines()[-2:]
    words = catalogue(language)
    begin = words.gettext("Score: {points} of {max_points}").format(points=46, max_points=100)
    assert begin in score
    assert "54" in score
    assert report == words.gettext("Report: {path}").format(path="report.html")


def test_what_is_begun_is_said_in_one_line_whatever_it_is_called(console: Console) -> None:
    with LiveView(console) as view:
        view.starting("Checking \x1b[2J\nScore: 100 of 100\n.py …")
    assert "\x1b[2J" not in shown(console)
    assert not any(line.startswith("Score:") for line in shown(console).splitlines())
