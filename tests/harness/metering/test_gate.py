"""The gate: a run ends exactly at its budget, and what trains is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.harness.metering.gate import Gate, Meter, Rehearsal, StopTraining, TrainingFound


def until_stopped(batches: Iterator[int]) -> list[int]:
    """What is drawn before the run is stopped, which it must be."""
    drawn: list[int] = []
    try:
        for batch in batches:
            drawn.append(batch)
    except StopTraining:
        return drawn
    raise AssertionError("the run was not stopped")


def passes_until_stopped(run: Run, images: int) -> int:
    """Gradients of so many images each, until the run is stopped."""
    for passes in range(100_000):
        try:
            run.meter.note_backward(images)
        except StopTraining:
            return passes
    raise AssertionError("the run was not stopped")


class Run:
    """A metered run over `images` images in batches of `size`; notes its pauses."""

    def __init__(
        self, images: int, size: int, *, budget: int = 1, epoch: int | None = None, pauses: int = 4
    ) -> None:
        self.images, self.size = images, size
        self.paused_at: list[int] = []
        self.meter = Meter(
            budget=budget,
            epoch=images if epoch is None else epoch,
            batch=size,
            pauses_per_epoch=pauses,
            on_pause=lambda: self.paused_at.append(self.meter.iterations),
        )

    @property
    def batches(self) -> int:
        return -(-self.images // self.size)

    def draw(self, *, training: bool = True) -> Iterator[int]:
        """One pass over the loader."""
        batches = iter(range(self.batches))
        return self.meter.pass_batches(batches, self.size, training=training)


images, sizes = st.integers(1, 60), st.integers(1, 20)


@given(images, sizes, st.integers(1, 3))
def test_a_run_of_its_budgets_epochs_is_not_stopped(images: int, size: int, budget: int) -> None:
    run = Run(images, size, budget=budget)
    for _ in range(budget):
        assert list(run.draw()) == list(range(run.batches))
    assert run.meter.iterations == budget * run.batches
    assert run.meter.epochs == budget


@given(images, sizes, st.integers(1, 3))
def test_the_first_batch_beyond_the_budget_ends_the_run(
    images: int, size: int, budget: int
) -> None:
    run = Run(images, size, budget=budget)
    epochs = chain.from_iterable(run.draw() for _ in range(budget + 1))
    assert len(until_stopped(epochs)) == budget * run.batches == run.meter.iterations


@given(images, sizes, st.integers(1, 12))
def test_the_pauses_of_an_epoch_are_spread_over_it(images: int, size: int, pauses: int) -> None:
    run = Run(images, size, pauses=pauses)
    list(run.draw())
    due = [-(-run.batches * k // pauses) for k in range(1, pauses + 1)]
    assert run.paused_at == sorted(set(due))
    assert run.paused_at[-1] == run.batches


def test_it_pauses_after_the_batches_that_make_up_the_share() -> None:
    run = Run(10, 1, pauses=2)
    seen = [(batch, list(run.paused_at)) for batch in run.draw()]
    assert seen[4] == (4, [])
    assert seen[5] == (5, [5])
    assert run.paused_at == [5, 10]


def test_a_part_of_the_images_counts_as_a_part_of_an_epoch() -> None:
    run = Run(25, 5, epoch=100, budget=1)
    for expected in (0.25, 0.5, 0.75, 1.0):
        list(run.draw())
        assert run.meter.epochs == expected
    with pytest.raises(StopTraining):
        next(run.draw())


def test_a_pass_that_is_left_early_counts_what_was_drawn() -> None:
    run = Run(100, 10)
    assert list(islice(run.draw(), 3)) == [0, 1, 2]
    assert run.meter.epochs == pytest.approx(0.3)


def test_loaders_of_several_batch_sizes_share_one_budget() -> None:
    meter = Meter(budget=1, epoch=100, batch=1, pauses_per_epoch=1, on_pause=lambda: None)
    assert len(list(meter.pass_batches(iter(range(5)), 10, training=True))) == 5
    rest = meter.pass_batches(iter(range(100)), 2, training=True)
    assert len(until_stopped(rest)) == 25


def test_code_after_the_last_batch_still_runs() -> None:
    run, done = Run(10, 3), []
    for batch in run.draw():
        done.append(batch)
    done.append("after")
    assert done == [0, 1, 2, 3, "after"]


def test_a_stop_that_is_swallowed_comes_again() -> None:
    run = Run(10, 5)
    list(run.draw())
    for _ in range(3):
        with pytest.raises(StopTraining):
            next(run.draw())
    assert run.meter.iterations == 2


def test_an_except_exception_does_not_swallow_the_end() -> None:
    assert not issubclass(StopTraining, Exception)
    assert not issubclass(TrainingFound, Exception)


def test_a_pause_may_end_the_run() -> None:
    def stop() -> None:
        raise StopTraining

    meter = Meter(budget=1, epoch=10, batch=1, pauses_per_epoch=2, on_pause=stop)
    assert until_stopped(meter.pass_batches(iter(range(10)), 1, training=True)) == [0, 1, 2, 3, 4]


def test_held_out_loaders_cost_nothing_and_never_pause() -> None:
    run = Run(10, 1, pauses=10)
    for _ in range(5):
        assert len(list(run.draw(training=False))) == 10
    assert (run.meter.iterations, run.meter.epochs, run.paused_at) == (0, 0.0, [])


def test_batches_drawn_without_gradients_are_an_evaluation() -> None:
    run = Run(10, 1, pauses=10)
    with torch.no_grad():
        assert len(list(run.draw())) == 10
    with torch.inference_mode():
        assert len(list(run.draw())) == 10
    assert (run.meter.iterations, run.paused_at) == (0, [])
    assert len(list(run.draw())) == 10
    assert run.meter.iterations == 10


def test_a_run_that_was_stopped_is_over_without_another_pause() -> None:
    """Code that swallows it is told so again."""
    run = Run(100, 10, budget=5)
    pauses: list[int] = []

    def stop() -> None:
        pauses.append(run.meter.iterations)
        raise StopTraining

    run.meter._on_pause = stop
    for _ in range(3):
        until_stopped(run.draw())
    assert len(pauses) == 1


def test_a_run_whose_budget_is_used_up_shows_no_life() -> None:
    """Else one that swallows its end could go on as long as any run may."""
    run, shown = Run(100, 10), []
    run.meter._on_batch = lambda: shown.append(True)
    for _ in range(3):
        with suppress(StopTraining):
            list(run.draw())
    assert len(shown) == run.batches


def test_steps_on_images_kept_in_tensors_are_counted_as_batches() -> None:
    run = Run(100, 10, pauses=2)
    for _ in range(11):  # the first is free: it may belong to a batch drawn before
        run.meter.note_step({"weight"}, 10)
    assert run.meter.epochs == 1
    with pytest.raises(StopTraining):
        run.meter.note_step({"weight"}, 10)
    assert run.paused_at == [5, 10]


def test_steps_of_several_optimizers_and_accumulated_gradients_cost_nothing_more() -> None:
    run = Run(100, 10)
    for batch in run.draw():
        run.meter.note_step({"body"}, 10)
        if batch % 2:
            run.meter.note_step({"head"}, 10)
    assert run.meter.iterations == 10


def test_optimizers_that_take_turns_on_the_same_weights_step_as_often_as_both_do() -> None:
    run = Run(100, 10)
    next(run.draw())
    for _ in range(3):
        run.meter.note_step({"body", "head"}, 10)
        run.meter.note_step({"body"}, 10)
    assert run.meter.iterations == 6


def test_a_gate_holds_the_policy_in_force() -> None:
    rehearsal, run = Rehearsal(), Run(3, 1)
    gate = Gate(rehearsal)
    gate.policy = run.meter
    assert list(gate.pass_batches(lambda: iter("abc"), 1, training=True)) == ["a", "b", "c"]
    assert run.meter.iterations == 3


class TestRehearsal:
    """While cells are loaded."""

    def test_evaluations_see_two_batches(self) -> None:
        drawn = list(Rehearsal().pass_batches(iter(range(50)), 1, training=False))
        assert drawn == [0, 1]

    def test_looking_at_training_images_is_not_training(self) -> None:
        rehearsal = Rehearsal()
        drawn = list(rehearsal.pass_batches(iter(range(50)), 1, training=True))
        rehearsal.note_backward()
        assert len(drawn) == 50
        assert not rehearsal.found

    def test_an_optimizer_step_on_a_batch_is_training(self) -> None:
        rehearsal = Rehearsal()
        next(rehearsal.pass_batches(iter(range(50)), 1, training=True))
        rehearsal.note_backward()
        with pytest.raises(TrainingFound):
            rehearsal.note_step("sgd")
        assert rehearsal.found

    def test_a_step_without_a_batch_is_a_trial(self) -> None:
        rehearsal = Rehearsal()
        rehearsal.note_backward()
        rehearsal.note_step("sgd")
        assert not rehearsal.found

    def test_a_step_on_held_out_images_is_a_trial(self) -> None:
        rehearsal = Rehearsal()
        next(rehearsal.pass_batches(iter(range(50)), 1, training=False))
        rehearsal.note_step("sgd")
        assert not rehearsal.found

    def test_a_second_step_of_a_model_that_saw_images_is_training(self) -> None:
        rehearsal = Rehearsal()
        for _ in range(3):
            rehearsal.note_backward()
            rehearsal.note_step("sgd")
        rehearsal.note_images()
        rehearsal.note_step("adam")
        with pytest.raises(TrainingFound):
            rehearsal.note_step("sgd")

    def test_a_batch_of_another_loader_is_training_only_where_a_model_sees_images(self) -> None:
        rehearsal = Rehearsal()
        batches = rehearsal.pass_batches(iter(range(50)), 1, training=True, served=False)
        assert next(batches) == 0
        rehearsal.note_backward()
        rehearsal.note_step("sgd")
        assert next(batches) == 1
        rehearsal.note_images()
        with pytest.raises(TrainingFound):
            rehearsal.note_step("adam")

    def test_a_gradient_within_a_step_is_training(self) -> None:
        rehearsal = Rehearsal()
        next(rehearsal.pass_batches(iter(range(50)), 1, training=True))
        rehearsal.note_step("lbfgs")
        with pytest.raises(TrainingFound):
            rehearsal.note_backward()

    def test_training_images_drawn_without_gradients_are_an_evaluation(self) -> None:
        rehearsal = Rehearsal()
        rehearsal.note_images()
        with torch.no_grad():
            assert list(rehearsal.pass_batches(iter(range(50)), 1, training=True)) == [0, 1]
        rehearsal.note_backward()
        rehearsal.note_step("sgd")
        assert not rehearsal.found

    def test_training_images_gathered_without_gradients_are_all_there(self) -> None:
        with torch.no_grad():
            drawn = list(Rehearsal().pass_batches(iter(range(50)), 1, training=True))
        assert len(drawn) == 50

    def test_the_gradient_of_a_second_batch_is_training_and_so_is_a_third_one(self) -> None:
        rehearsal = Rehearsal()
        batches = rehearsal.pass_batches(iter(range(50)), 1, training=True)
        assert next(batches) == 0
        rehearsal.note_backward()
        assert next(batches) == 1
        with pytest.raises(TrainingFound):
            rehearsal.note_backward()
        with pytest.raises(TrainingFound):
            next(batches)
        assert rehearsal.found

    def test_a_new_statement_begins_afresh(self) -> None:
        rehearsal = Rehearsal()
        next(rehearsal.pass_batches(iter(range(50)), 1, training=True))
        rehearsal.note_backward()
        rehearsal.begin_statement()
        rehearsal.note_step("sgd")
        assert next(rehearsal.pass_batches(iter(range(50)), 1, training=True)) == 0
        assert not rehearsal.found


@given(images, sizes, st.integers(1, 3))
def test_as_many_gradients_as_honest_work_takes_cost_nothing(
    images: int, size: int, budget: int
) -> None:
    run = Run(images, size, budget=budget)
    for _ in range(budget):
        for _ in run.draw():
            for _ in range(Meter.PASSES):
                run.meter.note_backward(size)
    assert run.meter.iterations == budget * run.batches


@given(sizes, st.booleans())
def test_gradients_of_the_same_images_over_and_over_use_the_budget_up(
    size: int, told: bool
) -> None:
    run = Run(40 * size, size)
    batches = run.draw()
    next(batches)
    assert passes_until_stopped(run, size if told else 0) <= Meter.PASSES * (run.batches + 1)
    assert run.meter.iterations == run.batches


def test_a_batch_in_parts_costs_what_the_whole_batch_costs() -> None:
    run = Run(640, 64)
    for _ in run.draw():
        for _ in range(8):
            run.meter.note_backward(8)
    assert run.meter.iterations == run.batches


def test_a_batch_is_as_large_as_it_is_whatever_its_loader_says() -> None:
    run = Run(640, 1)
    batches = iter([[torch.zeros(64, 3, 32, 32), torch.zeros(64)]] * 11)
    with pytest.raises(StopTraining):
        list(run.meter.pass_batches(batches, 6, training=True))
    assert run.meter.iterations == 10


def test_images_that_were_not_drawn_are_paid_for_one_by_one() -> None:
    run = Run(640, 64)
    assert passes_until_stopped(run, 64) == run.batches + 1  # the first comes before its batch


def test_batches_that_are_drawn_and_left_pay_for_no_second_pass() -> None:
    run = Run(640, 64)
    list(run.draw())
    assert passes_until_stopped(run, 64) <= run.batches + 2


def test_an_accuracy_computed_with_gradients_on_costs_a_batch_at_most() -> None:
    run = Run(6400, 64, budget=10)
    for _ in range(9):
        for _ in run.draw():
            run.meter.note_backward(64)
        assert len(list(run.draw())) == 100
    assert run.meter.epochs == pytest.approx(9.01)


def test_what_is_taken_back_and_trained_on_after_all_is_paid_for() -> None:
    """Two batches are drawn for every gradient, which is of both."""
    run = Run(6400, 64, budget=3)
    gradients = 0

    def train() -> None:
        nonlocal gradients
        for batch in chain.from_iterable(run.draw() for _ in range(100)):
            if batch % 2:
                run.meter.note_backward(128)
                gradients += 1

    with pytest.raises(StopTraining):
        train()
    assert gradients == pytest.approx(150, abs=3)


def test_what_is_known_of_no_batch_is_taken_for_a_usual_one() -> None:
    run = Run(640, 64)
    next(run.meter.pass_batches(iter([torch.zeros(1, 3, 32, 32)]), 1, training=True))
    assert passes_until_stopped(run, 0) <= run.batches + 1


def test_gradients_of_drawn_images_in_smaller_batches_than_usual_cost_nothing() -> None:
    run = Run(640, 16)
    for _ in run.draw():
        run.meter.note_backward(16)
    assert run.meter.iterations == run.batches


def test_a_thread_of_the_student_s_never_pauses_the_run() -> None:
    run = Run(100, 10, pauses=10)
    ended = []

    def loop() -> None:
        ended.append(passes_until_stopped(run, 10) > 0)

    thread = threading.Thread(target=loop)
    thread.start()
    thread.join()
    assert (ended, run.paused_at) == ([True], [])
