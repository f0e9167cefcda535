from __future__ import annotations

from grader.report.class_curve_views import LINES, class_plots, traces
from grader.report.row_views import Who
from grader.results import Fairness


def who(name: str) -> Who:
    return Who(name, name, "")


def found_in(build, runs_by_name):
    return [
        trace
        for name, runs in runs_by_name.items()
        for trace in traces(build.submission(questions_=(), runs=runs), who(name))
    ]


def test_each_run_that_was_measured_has_a_plot_in_the_order_of_the_homework(build):
    plots = class_plots(traces(build.failing(), who("a")))
    assert [plot.title for plot in plots] == [
        "Barebones PyTorch", "nn.Module", "nn.Sequential, two layers",
    ]  # fmt: skip


def test_one_line_a_training_and_equal_ones_share_it(build):
    same, other = build.run(0.45, 0.49), build.run(0.45, 0.40)
    found = found_in(build, {name: {"module": same} for name in "abc"} | {"d": {"module": other}})
    (plot,) = class_plots(found)
    assert [(line.tone, line.title) for line in plot.panel.lines] == [
        ("reached", "a and 2 more: 49.3\u00a0%"), ("missed", "d: 40.5\u00a0%"),
    ]  # fmt: skip
    assert plot.missed


def test_a_plot_says_how_fair_its_threshold_is_known_to_be(build):
    known = Fairness(run="module", threshold=0.45, trainings=30, missed=0, bound=1.7e-4)
    (plot,) = class_plots(found_in(build, {"a": {"module": build.run(0.45, 0.49)}}), [known])
    assert plot.caption.endswith(
        "A right solution misses it in at most 1.7 in 10,000 cases, as 30 trainings of one tell "
        "with 95\u00a0% confidence."
    )


def test_a_plot_says_how_many_reached_and_how_soon(build):
    runs = {str(n): {"module": build.run(0.45, top)} for n, top in enumerate((0.49, 0.60, 0.40))}
    (plot,) = class_plots(found_in(build, runs))
    assert plot.caption == "2 of 3 reached 45\u00a0%, half of them by iteration 225."
    assert plot.label.startswith("nn.Module: 2 of 3 reached")


def test_of_many_trainings_some_are_drawn_the_best_and_the_worst_among_them(build):
    tops = [0.30 + 0.001 * n for n in range(3 * LINES)]
    runs = {f"s{n}": {"module": build.run(0.45, top)} for n, top in enumerate(tops)}
    (plot,) = class_plots(found_in(build, runs))
    assert len(plot.panel.lines) <= LINES
    drawn = [line.title.split(":")[0] for line in plot.panel.lines]
    assert (drawn[0], drawn[-1]) == (f"s{len(tops) - 1}", "s0")
    assert f"{len(drawn)} of {len(tops)} different trainings are drawn" in plot.caption


def test_no_training_no_plot(build):
    assert class_plots(traces(build.without_training(), who("a"))) == ()


def test_who_trains_in_tiny_batches_leaves_the_others_their_room(build):
    usual = build.run(0.45, 0.49)
    far = usual.model_copy(
        update={
            "curve": tuple(
                p.model_copy(update={"iteration": 100 * p.iteration}) for p in usual.curve
            )
        }
    )
    beyond = usual.model_copy(
        update={
            "curve": tuple(
                p.model_copy(update={"iteration": 10**6 + p.iteration}) for p in usual.curve
            )
        }
    )
    found = found_in(
        build,
        {**{n: {"module": usual} for n in "abc"}, "d": {"module": far}, "e": {"module": beyond}},
    )
    (plot,) = class_plots(found)
    last = usual.curve[-1].iteration
    assert max(float(tick.text.replace(",", "")) for tick in plot.panel.x_ticks) <= 5 * last
    assert len(plot.panel.lines) == 2  # of the last one nothing is near
    assert all(len(line.path) > 1 for line in plot.panel.lines)
