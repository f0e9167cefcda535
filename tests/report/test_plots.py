from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import plots, render_submission
from grader.report.run_views import run_view
from grader.results import CurvePoint, RunResult

PLOT = re.compile(r"<svg viewBox=[^>]*role=\"img\".*?</svg>", re.DOTALL)


def drawn(build, run: RunResult) -> ElementTree.Element:
    """The one plot in the page of a submission that has this as its module run."""
    page = render_submission(build.submission(questions_=(), runs={"module": run}))
    (svg,) = PLOT.findall(page[page.index("<figure") :])
    return ElementTree.fromstring(svg)


def ids(svg: ElementTree.Element) -> list[str]:
    return [element.get("id") for element in svg.iter() if element.get("id")]


def coordinates(path: str) -> list[tuple[float, float]]:
    pairs = (place.split() for place in path.removeprefix("M").split("L"))
    return [(float(x), float(y)) for x, y in pairs]


@pytest.fixture(scope="module")
def svg(build) -> ElementTree.Element:
    return drawn(build, build.run(0.45, 0.49))


def test_a_plot_says_in_words_what_it_shows(svg):
    assert svg.get("aria-label").startswith("nn.Module: validation accuracy went from")
    assert svg.findtext("title") == svg.get("aria-label")


def test_a_plot_leaves_colours_and_type_to_the_page(svg):
    names = {name for element in svg.iter() for name in element.attrib}
    assert names.isdisjoint({"style", "fill", "stroke", "font-size", "font-family"})


def test_the_threshold_and_the_point_where_it_was_reached_are_marked(svg):
    assert ids(svg) == ["module-threshold", "module-budget", "module-reached"]
    assert "threshold 45\u00a0%" in [text.text for text in svg.iter("text")]


def test_a_missed_threshold_is_drawn_without_a_mark(build):
    assert ids(drawn(build, build.run(0.45, 0.40))) == ["module-threshold", "module-budget"]


def test_a_curve_goes_through_its_measurements(build):
    curve = tuple(
        CurvePoint(iteration=step, loss=None, val_accuracy=share)
        for step, share in ((0, 0.1), (100, 0.5), (200, 0.3))
    )
    run = build.run(0.2, 0.49).model_copy(update={"curve": curve, "budget": None})
    (panel,) = plots.curve_plot("module", run).panels
    first, second, third = coordinates(panel.lines[0].path)
    assert (first[0], third[0]) == (panel.left, panel.right)
    assert second[0] == (panel.left + panel.right) / 2
    # Up is less: twice as far from the first to the second as from the third to the second.
    assert (first[1] - second[1]) / (third[1] - second[1]) == pytest.approx(2, rel=0.01)
    assert panel.mark.x == second[0]


def test_a_curve_without_losses_has_one_panel(build):
    curve = tuple(CurvePoint(iteration=n, loss=math.nan, val_accuracy=0.1 * n) for n in range(3))
    plot = plots.curve_plot("module", build.run(0.45, 0.49).model_copy(update={"curve": curve}))
    assert [panel.title for panel in plot.panels] == ["Validation accuracy"]


def test_the_words_of_a_threshold_stand_where_the_curve_is_not(build):
    for shares, anchor in (((0.1, 0.3, 0.5), "start"), ((0.452, 0.453, 0.452), "end")):
        curve = tuple(
            CurvePoint(iteration=n, loss=None, val_accuracy=share) for n, share in enumerate(shares)
        )
        run = build.run(0.45, 0.49).model_copy(update={"curve": curve, "budget": None})
        assert plots.curve_plot("module", run).panels[0].goal.anchor == anchor


def test_a_run_that_ended_early_is_drawn_within_its_budget(build):
    run = build.run(0.45, 0.49, iterations=300, epochs=300 / 765)
    panel = plots.curve_plot("module", run).panels[0]
    assert (panel.limit.x, panel.limit.text) == (panel.right, "budget 1\u00a0epoch")
    last, _ = coordinates(panel.lines[0].path)[-1]
    ended = run.curve[-1].iteration / 765
    assert (last - panel.left) / (panel.right - panel.left) == pytest.approx(ended, abs=0.001)
    assert "The budget was 1\u00a0epoch, 765 iterations." in plots.describe("The run", run).long


def test_a_budget_that_nothing_is_known_of_is_not_drawn(build):
    run = build.run(0.45, 0.49)
    for unknown in ({"budget": None}, {"epochs": 0.0}, {"iterations": 0}, {"epochs": math.nan}):
        assert "budget" not in str(ids(drawn(build, run.model_copy(update=unknown))))


def inside(plot: plots.CurvePlot) -> bool:
    """Whether all that is drawn stands between the axes of its panel."""
    for panel in plot.panels:
        places = [place for line in panel.lines for place in coordinates(line.path)]
        places += [(tick.at, panel.top) for tick in panel.x_ticks]
        places += [(panel.left, tick.at) for tick in panel.y_ticks]
        for x, y in places:
            if not (panel.left <= x <= panel.right and panel.top <= y <= panel.bottom):
                return False
    return True


@pytest.mark.parametrize(
    "curve",
    [
        (CurvePoint(iteration=0, loss=None, val_accuracy=0.1),),
        (CurvePoint(iteration=5, loss=2.3, val_accuracy=0.1),),
        tuple(CurvePoint(iteration=n, loss=math.nan, val_accuracy=0.1) for n in range(3)),
        (
            CurvePoint(iteration=0, loss=2.3, val_accuracy=0.0),
            CurvePoint(iteration=9, loss=math.inf, val_accuracy=1.0),
        ),
        tuple(CurvePoint(iteration=n, loss=1e30, val_accuracy=0.5) for n in range(500)),
    ],
)
def test_odd_curves_are_drawn(build, curve):
    run = build.run(0.45, 0.49).model_copy(update={"curve": curve})
    assert "nan" not in plots.describe("The run", run).long
    assert inside(plots.curve_plot("module", run))


EXTREMES = st.sampled_from(
    [0.0, -0.0, 5e-324, -5e-324, 1e-300, 1.0, 1e30, 1e308, -1e308, 1.7e308, math.inf, -math.inf,
     math.nan]
)  # fmt: skip
FLOATS = st.one_of(st.floats(), EXTREMES)
CURVES = st.lists(
    st.builds(
        CurvePoint,
        iteration=st.one_of(st.integers(0, 10_000), st.integers()),
        loss=st.one_of(st.none(), FLOATS),
        val_accuracy=st.one_of(st.floats(0, 1), FLOATS),
    ),
    min_size=1,
    max_size=6,
)


@given(points=CURVES, threshold=FLOATS, reached=st.booleans(), share=FLOATS)
def test_whatever_numbers_a_run_has_it_is_drawn_and_described(
    build, points, threshold, reached, share
):
    run = build.run(0.45, 0.49).model_copy(
        update={"curve": tuple(points), "threshold": threshold, "reached": reached,
                "final_val_accuracy": share, "epochs": share, "test_accuracy": share}
    )  # fmt: skip
    assert inside(run_view("module", run).plot)
    assert len(plots.describe("The run", run).long) < 2_000


@pytest.mark.parametrize("loss", [1e308, 1.7e308, math.inf, 5e-324, 0.0])
def test_losses_of_every_size_and_both_signs_are_drawn(build, loss):
    signs = (1, -1, 1)
    points = [CurvePoint(iteration=n, loss=loss * s, val_accuracy=0.1) for n, s in enumerate(signs)]
    run = build.run(0.45, 0.49).model_copy(update={"curve": tuple(points)})
    assert len(plots.describe("The run", run).long) < 400
    assert inside(plots.curve_plot("module", run))


def test_the_words_of_a_run_that_reached_its_threshold(build):
    words = plots.describe("The run", build.run(0.45, 0.49))
    assert words.short == "Reached 45\u00a0% at iteration 360"
    assert words.long.startswith(
        "The run: validation accuracy went from 10.0\u00a0% at iteration 0"
    )
    assert "Training loss went from 2.30 to" in words.long


def test_the_words_of_a_near_miss_name_the_gap(build):
    run = build.run(0.42, 0.30)
    best = run.curve[-1].model_copy(update={"val_accuracy": 0.4199})
    missed = run.model_copy(update={"curve": (*run.curve[:3], best)})
    words = plots.describe("The run", missed)
    assert words.short == "Stayed 0.01 percentage points below 42\u00a0%"


def test_a_run_that_equals_a_threshold_it_had_to_pass(build):
    run = build.run(0.42, 0.30)
    equal = run.curve[-1].model_copy(update={"val_accuracy": 0.42})
    words = plots.describe("The run", run.model_copy(update={"curve": (*run.curve[:3], equal)}))
    assert words.short == "Came to 42\u00a0% but not past it"
