"""What first steps are drawn from: by the machine, each part for itself."""

from __future__ import annotations

import numpy as np
import torch

from grader.training.first_steps import NUDGE, Draw, FirstSteps, steady
from grader.training.measuring import CHUNK

IMAGES = np.random.default_rng(0).integers(256, size=(400, 4, 4, 3), dtype=np.uint8)


def test_each_draw_is_another() -> None:
    draws = [Draw.new() for _ in range(20)]
    assert len({draw.seed("weights") for draw in draws}) == 20
    assert len({draw.images(IMAGES).tobytes() for draw in draws}) == 20


def test_what_is_seen_of_a_draw_in_a_worker_is_no_seed_of_anything_else() -> None:
    draw = Draw.new()
    assert len({draw.seed(of) for of in ("batches", "weights", "positions", "images")}) == 4


def test_a_draw_that_was_kept_is_the_same_again() -> None:
    draw = Draw.new()
    again = Draw(draw.secret)
    assert again.seed("positions") == draw.seed("positions")
    assert (again.images(IMAGES) == draw.images(IMAGES)).all()
    assert again.fewer(CHUNK) == draw.fewer(CHUNK)


def test_as_many_images_are_shown_as_a_measurement_sends_and_none_as_it_was() -> None:
    shown = Draw.new().images(IMAGES)
    assert shown.shape == (CHUNK, 4, 4, 3)
    assert not {image.tobytes() for image in shown} & {image.tobytes() for image in IMAGES}


def test_there_may_be_fewer_images() -> None:
    draw = Draw.new()
    assert len(draw.images(IMAGES[:9])) == 9
    assert 0 < draw.fewer(9) < 9


def test_a_draw_whose_steps_hang_on_rounding_is_drawn_anew() -> None:
    asked: list[tuple[Draw, float]] = []

    def take(draw: Draw, nudge: float) -> FirstSteps:
        """The second draw's steps change with one of the nudges, those of the third with none."""
        asked.append((draw, nudge))
        number = len({draw.secret for draw, _ in asked})
        changed = number == 1 or (number == 2 and nudge < 0)
        scores = torch.ones(2, 10) + 0.1 * changed * (nudge != 0)
        return FirstSteps((torch.ones(3),), scores, 8)

    drawn, steps = steady(take)
    assert asked[-1] == (drawn, -NUDGE)
    assert len({draw.secret for draw, _ in asked}) == 3
    assert (steps.scores == 1).all()


def test_where_all_draws_hang_on_rounding_one_is_taken_all_the_same() -> None:
    count = iter(range(1000))
    drawn, steps = steady(lambda draw, nudge: FirstSteps((), torch.full((1, 1), next(count)), 8))
    assert drawn.secret
    assert steps.scores.item() == next(count) - 1
