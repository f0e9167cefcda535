from __future__ import annotations

from grader.report.run_views import run_view
from grader.results import RunStatus


def test_a_measured_run_has_its_figures_and_its_plot(build):
    view = run_view("challenge", build.good_runs()["challenge"])
    assert (view.word, view.threshold, view.best) == ("Reached", "70\u00a0%", "81.5\u00a0%")
    assert (view.iterations, view.epochs, view.seeds) == ("7,650", "10\u00a0epochs", "seed 0")
    assert view.plot.caption.startswith("Reached 70")


def test_a_run_that_never_trained_has_dashes_and_no_plot(build):
    view = run_view("module", build.skipped_run(0.45))
    assert (view.best, view.test, view.iterations) == ("\u2013",) * 3
    assert view.seeds == ""
    assert view.epochs is None
    assert view.plot is None


def test_a_shared_run_names_the_other(build):
    run = build.run(0.45, 0.49).model_copy(update={"shared_with": "reference:31d018db3fa4"})
    assert run_view("module", run).shared_with.endswith("(reference:31d018db3fa4).")


def test_a_run_that_reached_in_mixed_precision_says_so(build):
    run = build.run(0.45, 0.49)
    assert run_view("module", run).precision is None
    mixed = run.model_copy(update={"mixed_precision": True})
    assert run_view("module", mixed).precision == "mixed precision (bfloat16)"


def test_every_status_of_a_run_can_be_shown(build):
    for status in RunStatus:
        run = build.skipped_run(0.45).model_copy(update={"status": status})
        assert run_view("module", run).word


def test_a_run_says_how_it_was_found_on_one_line(build):
    run = build.run(0.45, 0.49).model_copy(update={"why": "At a.ipynb,\n cell 3 " + "x" * 500})
    assert run_view("module", run).why == "At a.ipynb, cell 3 " + "x" * 500
