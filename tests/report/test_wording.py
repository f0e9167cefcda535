from __future__ import annotations

import math

import pytest

from grader.report import wording
from grader.results import CheckStatus, OptimizerInfo, RunStatus


@pytest.mark.parametrize(
    ("value", "text"), [(12.0, "12"), (7.5, "7.5"), (0.0, "0"), (-0.001, "0"), (33.333, "33.33")]
)
def test_points(value, text):
    assert wording.points(value) == text


def test_percentages_keep_number_and_sign_on_one_line():
    assert wording.percent(0.4725) == "47.2\u00a0%"
    assert wording.threshold(0.425) == "42.5\u00a0%"
    assert wording.percent(None) == "\u2013"


def test_points_have_a_singular():
    assert wording.point_count(1.0) == "1 point"
    assert wording.point_count(42.0) == "42 points"


def test_a_part_of_a_thing_is_plural():
    assert wording.point_count(0.5) == "0.5 points"
    assert wording.epochs(0.5) == "0.5\u00a0epochs"
    assert wording.epochs(1) == "1\u00a0epoch"
    assert wording.epochs(math.inf) == "\u2013\u00a0epochs"


def test_optimizer_settings_are_words():
    info = OptimizerInfo(
        name="SGD", settings={"lr": 0.003, "nesterov": True, "foreach": None, "dampening": 0.0}
    )
    assert wording.settings(info) == "lr 0.003, nesterov yes, foreach none"


def test_a_long_list_of_settings_is_cut():
    info = OptimizerInfo(name="Mine", settings={f"s{n}": float(n) for n in range(30)})
    assert wording.settings(info).endswith("s11 11 and 18 more")


def test_every_status_has_its_word():
    assert set(wording.CHECK_WORDS) == set(CheckStatus)
    assert set(wording.RUN_WORDS) == set(wording.RUN_TONES) == set(RunStatus)
