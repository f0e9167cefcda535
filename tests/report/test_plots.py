from __future__ import annotations

import math
import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.report import plots
from grader.report.run_views import run_view
from grader.results import CurvePoint


def ids(svg: str) -> list[str]:
    return re.findall(r' id="([^"]+)"', svg)


@pytest.fixture(scope="module")
def svg(build) -> str:
    return plots.curve_svg("module", build.run(0.45, 0.49), "what it shows")


def test_a_plot_is_one_svg_element(svg):
    assert ElementTree.fromstring(svg).tag == "svg"
    assert not svg.startswith("<?xml")


def test_a_plot_says_in_words_what_it_shows(svg):
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "what it shows"
    assert root.findtext("title") == "what it shows"


def test_a_plot_brings_no_style_date_or_address_into_the_page(svg):
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert "http" not in svg


def test_a_plot_takes_all_its_colours_from_the_page(svg):
    assert re.findall(r"#[0-9a-f]{6}", svg) == []
    assert "var(--accent)" in svg
    assert "var(--goal)" in svg


def test_text_stays_text_in_the_page_face(svg):
    assert "threshold 45\u00a0%" in svg
    assert "font-family" not in svg
    assert "DejaVu" not in svg


def test_the_threshold_and_the_point_where_it_was_reached_are_marked(svg):
    assert "module-threshold" in ids(svg)
    assert "module-reached" in ids(svg)


def test_a_missed_threshold_is_drawn_without_a_mark(build):
    svg = plots.curve_svg("module", build.run(0.45, 0.40), "label")
    assert "module-threshold" in ids(svg)
    assert "module-reached" not in ids(svg)


def test_two_plots_share_no_id(build, svg):
    other = plots.curve_svg("challenge", build.run(0.45, 0.49), "label")
    assert set(ids(svg)).isdisjoint(ids(other))
    assert len(ids(svg)) == len(set(ids(svg)))


def test_every_reference_points_into_the_same_plot(svg):
    targets = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
    assert targets
    assert {a or b for a, b in targets} <= set(ids(svg))


def test_the_same_run_gives_the_same_bytes(build, svg):
    assert plots.curve_svg("module", build.run(0.45, 0.49), "what it shows") == svg


def test_the_settings_of_a_user_change_nothing(build, svg):
    with matplotlib.rc_context({"font.size": 20, "svg.fonttype": "path", "lines.linewidth": 9}):
        assert plots.curve_svg("module", build.run(0.45, 0.49), "what it shows") == svg


def test_threads_that_draw_at_once_draw_the_same(build, svg):
    run = build.run(0.45, 0.49)
    with ThreadPoolExecutor(4) as pool:
        drawn = pool.map(lambda _: plots.curve_svg("module", run, "what it shows"), range(8))
        assert set(drawn) == {svg}


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
    words = plots.describe("The run", run)
    assert "nan" not in words.long
    assert ElementTree.fromstring(plots.curve_svg("module", run, words.long)).tag == "svg"


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


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(points=CURVES, threshold=FLOATS, reached=st.booleans(), share=FLOATS)
def test_whatever_numbers_a_run_has_it_is_drawn_and_described(
    build, points, threshold, reached, share
):
    run = build.run(0.45, 0.49).model_copy(
        update={"curve": tuple(points), "threshold": threshold, "reached": reached,
                "final_val_accuracy": share, "epochs": share, "test_accuracy": share}
    )  # fmt: skip
    view = run_view("module", run)
    assert ElementTree.fromstring(str(view.plot)).tag == "svg"
    assert len(plots.describe("The run", run).long) < 2_000


@pytest.mark.parametrize("loss", [1e308, 1.7e308, math.inf, 5e-324, 0.0])
def test_losses_of_every_size_and_both_signs_are_drawn(build, loss):
    signs = (1, -1, 1)
    points = [CurvePoint(iteration=n, loss=loss * s, val_accuracy=0.1) for n, s in enumerate(signs)]
    run = build.run(0.45, 0.49).model_copy(update={"curve": tuple(points)})
    words = plots.describe("The run", run)
    assert len(words.long) < 400
    assert ElementTree.fromstring(plots.curve_svg("module", run, words.long)).tag == "svg"


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
