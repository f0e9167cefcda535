"""Which recorded training is which run of the homework."""

from __future__ import annotations

import itertools

import pytest
from torch import nn

from grader.harness.models import describe_model
from grader.intake.documents.outline import Mark, Outline
from grader.protocol.parts import Cell, Location, Model, Optimizer, Parameter, Recorded
from grader.understanding.matched import MatchedRun, explain_match, explain_untried
from grader.understanding.matching import match_runs

_identity = itertools.count(1)

_QUESTIONS: dict[int, int | None] = {}
"""The question that is marked above each line; a line that stands under none ends the last."""


class ThreeLayerConvNet(nn.Module):
    """Part III's model, by name."""


class TwoLayerFC(nn.Module):
    """Part III's given model, by name."""


class MyNet(nn.Module):
    """A model of the student's own."""


def fc() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 4), nn.ReLU(), nn.Linear(4, 10))


def convnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 2, 5, padding=2), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(8, 10),
    )  # fmt: skip


def deep() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Conv2d(2, 2, 3), nn.ReLU(),
        nn.Conv2d(2, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 10),
    )  # fmt: skip


def described(model: nn.Module) -> Model:
    return describe_model(model).model_copy(update={"identity": next(_identity)})


def run(model: nn.Module | Model | None, question: int | None = None, **more: object) -> Recorded:
    """A recorded `train_part34(model, ...)` under the mark of a question."""
    number = next(_identity)
    _QUESTIONS[number] = question
    return Recorded.model_validate(
        {
            "target": f"run:{number}",
            "api": "part34",
            "where": Location(file="homework.py", line=number),
            "model": described(model) if isinstance(model, nn.Module) else model,
            "epochs": 1,
            "problem": "the model is None" if model is None else None,
            **more,
        }
    )


def part2(
    function: str | None, weights: int, question: int | None = None, **more: object
) -> Recorded:
    """A recorded `train_part2(function, params, ...)`."""
    parameter = Parameter(name="0", shape=(1,), dtype="torch.float32", requires_grad=True)
    model = Model(
        identity=next(_identity), type_name="weights", sequential=False,
        parameters=(parameter,) * weights,
    )  # fmt: skip
    return run(model, question, **{"api": "part2", "function": function, "epochs": None, **more})


def match(*recorded: Recorded) -> dict[str, MatchedRun]:
    lines = sorted(r.where.line for r in recorded if r.where.line is not None)
    marks = tuple(Mark(cell=0, line=line, question=_QUESTIONS[line]) for line in lines)
    outline = Outline((Cell(file="homework.py", source=""),), marks)
    return dict(match_runs(recorded, outline))


def names(*recorded: Recorded) -> dict[str, tuple[str, ...]]:
    return {name: matched.targets for name, matched in match(*recorded).items()}


SGD = Optimizer(type_name="SGD", settings={"lr": 0.1, "momentum": 0.9}, holds_model=True)


HOMEWORK = {
    None: part2("two_layer_fc", 2),
    "barebones": part2("three_layer_convnet", 6),
    "given": run(TwoLayerFC()),
    "module": run(ThreeLayerConvNet()),
    "sequential_fc": run(fc()),
    "sequential_convnet": run(convnet()),
    "challenge": run(deep(), epochs=10),
}
QUESTIONS = (None, 2, 2, 5, 5, 6, 7)
"""The nearest mark above each of them in the homework as it is handed out."""

EXPECTED = {
    name: (recorded.target,) for name, recorded in HOMEWORK.items() if name not in (None, "given")
}


def test_the_homework_is_matched_by_structure_alone() -> None:
    assert names(*HOMEWORK.values()) == EXPECTED


def test_the_homework_is_matched_with_its_question_marks() -> None:
    before = dict(_QUESTIONS)
    for recorded, question in zip(HOMEWORK.values(), QUESTIONS, strict=True):
        assert recorded.where.line is not None
        _QUESTIONS[recorded.where.line] = question
    try:
        assert names(*HOMEWORK.values()) == EXPECTED
    finally:
        _QUESTIONS.update(before)


def test_what_is_trained_in_the_challenge_s_part_is_given_back_to_the_run_that_lacks_it() -> None:
    module, sequential_fc = run(ThreeLayerConvNet(), 7), run(fc(), 7)
    sequential, challenge = run(convnet(), 7), run(deep(), 7, epochs=10)
    assert names(module, sequential_fc, sequential, challenge) == {
        "module": (module.target,),
        "sequential_fc": (sequential_fc.target,),
        "sequential_convnet": (sequential.target,),
        "challenge": (challenge.target,),
    }


def test_the_challenge_keeps_its_only_model_and_the_best_one() -> None:
    alone = run(ThreeLayerConvNet(), 7, epochs=10)
    assert names(alone) == {"challenge": (alone.target,)}
    best = described(ThreeLayerConvNet())
    chosen, other = run(best, 7, names=("best_model",)), run(deep(), 7)
    assert names(other, chosen) == {"challenge": (chosen.target,)}


def test_nothing_recorded_is_no_run() -> None:
    assert names() == {}


def test_the_given_networks_are_no_question() -> None:
    assert names(part2("two_layer_fc", 2, 2), run(TwoLayerFC(), 5)) == {}


@pytest.mark.parametrize(
    "recorded",
    [
        part2("three_layer_convnet", 5),
        part2("my_convnet", 6),
        part2(None, 6),
        part2("my_convnet", 3, question=2),
        run(None, 2, api="loop"),
        part2("three_layer_convnet", 6, api="loop"),
    ],
    ids=["by-function", "by-weights", "without-function", "by-question", "marked", "own-loop"],
)
def test_barebones_is_known_by_function_weights_or_question(recorded: Recorded) -> None:
    assert names(recorded) == {"barebones": (recorded.target,)}


@pytest.mark.parametrize(
    ("question", "name"), [(5, "module"), (6, "sequential_convnet"), (7, "challenge")]
)
def test_a_model_that_is_still_none_is_known_by_its_question(question: int, name: str) -> None:
    recorded = run(None, question)
    assert names(recorded) == {name: (recorded.target,)}


def test_a_model_that_is_still_none_without_a_question_is_no_run() -> None:
    challenge = run(deep(), epochs=10)
    assert names(run(None)) == {}
    assert names(challenge, run(None)) == {"challenge": (challenge.target,)}


@pytest.mark.parametrize("question", [5, 6, 7])
@pytest.mark.parametrize("first", ["filled", "none"])
def test_a_cell_left_unfilled_never_takes_the_place_of_a_filled_one(
    question: int, first: str
) -> None:
    filled = run({5: ThreeLayerConvNet, 6: convnet, 7: deep}[question](), question)
    cells = (filled, run(None, question))
    matched = names(*(cells if first == "filled" else cells[::-1]))
    assert list(matched.values()) == [(filled.target,)]


def test_several_calls_on_one_model_are_one_run() -> None:
    model = described(deep())
    calls = [run(model, 7, epochs=n) for n in (3, 3, 4)]
    between = run(convnet(), 6)
    matched = names(calls[0], between, *calls[1:])
    assert matched["challenge"] == tuple(call.target for call in calls)
    assert matched["sequential_convnet"] == (between.target,)


def test_what_was_only_built_counts_where_nobody_trains_it() -> None:
    model = described(deep())
    built, trained = run(model, 7, api="built"), run(model, 7)
    assert names(built) == {"challenge": (built.target,)}
    assert names(built, trained) == {"challenge": (trained.target,)}
    assert names(trained, built) == {"challenge": (trained.target,)}


def test_of_several_times_built_the_last_counts_and_once() -> None:
    model = described(convnet())
    built = [run(model, 6, api="built") for _ in range(2)]
    assert names(*built) == {"sequential_convnet": (built[1].target,)}


@pytest.mark.parametrize(
    ("build", "question"), [(ThreeLayerConvNet, 5), (fc, 5), (convnet, 6), (deep, 7), (deep, None)]
)
def test_a_model_only_built_never_takes_the_place_of_a_trained_one(
    build: type, question: int | None
) -> None:
    trained, built = run(build(), question), run(build(), question, api="built")
    assert list(names(trained, built).values()) == [(trained.target,)]
    assert list(names(built, trained).values()) == [(trained.target,)]


@pytest.mark.parametrize(
    ("build", "question", "name"),
    [
        (ThreeLayerConvNet, 5, "module"),
        (fc, 5, "sequential_fc"),
        (convnet, 6, "sequential_convnet"),
        (deep, 7, "challenge"),
        (ThreeLayerConvNet, None, "module"),
        (fc, None, "sequential_fc"),
        (deep, None, "challenge"),
    ],
)
def test_a_later_attempt_takes_the_place_of_an_earlier_one(
    build: type, question: int | None, name: str
) -> None:
    attempts = [run(build(), question) for _ in range(3)]
    assert names(*attempts) == {name: (attempts[-1].target,)}


@pytest.mark.parametrize("build", [MyNet, fc, convnet, deep, ThreeLayerConvNet])
def test_the_challenge_may_be_any_network_under_its_question(build: type) -> None:
    part4, challenge = run(convnet(), 6), run(build(), 7)
    assert names(part4, challenge) == {
        "sequential_convnet": (part4.target,),
        "challenge": (challenge.target,),
    }


def test_part_4_may_be_any_network_under_its_question() -> None:
    recorded = run(MyNet(), 6)
    assert names(recorded) == {"sequential_convnet": (recorded.target,)}


def test_the_first_small_convnet_is_part_4_and_the_next_the_challenge() -> None:
    part4, challenge = run(convnet()), run(convnet())
    assert names(part4, challenge) == {
        "sequential_convnet": (part4.target,),
        "challenge": (challenge.target,),
    }


@pytest.mark.parametrize("build", [convnet, fc])
def test_several_epochs_speak_for_the_challenge(build: type) -> None:
    recorded = run(build(), epochs=10)
    assert names(recorded) == {"challenge": (recorded.target,)}


def test_a_run_without_a_mark_never_takes_the_place_of_a_marked_one() -> None:
    trial, challenge = run(MyNet(), 5, epochs=3), run(deep(), 7, epochs=10)
    assert names(challenge, trial)["challenge"] == (challenge.target,)
    assert names(trial, challenge)["challenge"] == (challenge.target,)


def test_the_given_sequential_network_is_known_under_its_mark_for_any_epochs() -> None:
    longer, challenge = run(fc(), 5, epochs=2), run(deep(), 7, epochs=10)
    assert names(longer, challenge) == {
        "sequential_fc": (longer.target,),
        "challenge": (challenge.target,),
    }


def test_part_3s_class_trained_once_more_and_for_longer_is_the_challenge() -> None:
    module, challenge = run(ThreeLayerConvNet()), run(ThreeLayerConvNet(), epochs=10)
    assert names(module, challenge) == {
        "module": (module.target,),
        "challenge": (challenge.target,),
    }


def test_part_3s_class_trained_for_long_alone_or_under_its_mark_is_part_3() -> None:
    longer = run(ThreeLayerConvNet(), epochs=10)
    assert names(longer) == {"module": (longer.target,)}
    marked = run(ThreeLayerConvNet(), 5, epochs=10)
    assert names(run(ThreeLayerConvNet(), 5), marked) == {"module": (marked.target,)}
    unfilled = run(ThreeLayerConvNet(), problem="the optimizer is None")
    assert names(unfilled, longer) == {"module": (longer.target,)}


def test_part_3s_class_trained_once_more_in_part_4_leaves_part_3_its_own() -> None:
    own, again = run(ThreeLayerConvNet(), 5), run(ThreeLayerConvNet(), 6)
    assert names(own, again) == {
        "module": (own.target,),
        "sequential_convnet": (again.target,),
    }


def test_in_part_4_what_is_sequential_goes_before_part_3s_class() -> None:
    own, asked = run(ThreeLayerConvNet(), 5), run(convnet(), 6)
    compared = run(ThreeLayerConvNet(), 6)
    assert names(own, asked, compared)["sequential_convnet"] == (asked.target,)


def test_a_class_of_another_name_in_part_3_is_part_3() -> None:
    recorded, challenge = run(MyNet(), 5), run(deep(), 7, epochs=10)
    assert names(recorded, challenge) == {
        "module": (recorded.target,),
        "challenge": (challenge.target,),
    }


def test_parts_speak_where_no_question_is_numbered() -> None:
    recorded = [run(ThreeLayerConvNet()), run(fc()), run(MyNet()), run(MyNet(), epochs=1)]
    lines = [each.where.line for each in recorded]
    marks = tuple(
        Mark(cell=0, line=line, part=part)
        for line, part in zip(lines, (3, 4, 4, 5), strict=True)
        if line is not None
    )
    outline = Outline((Cell(file="homework.py", source=""),), marks)
    matched = match_runs(recorded, outline)
    assert {name: run.targets for name, run in matched.items()} == {
        "module": (recorded[0].target,),
        "sequential_fc": (recorded[1].target,),
        "sequential_convnet": (recorded[2].target,),
        "challenge": (recorded[3].target,),
    }


def test_the_challenge_model_that_is_called_best_counts() -> None:
    first, best, last = run(deep(), 7), run(deep(), 7, names=("a", "best_model")), run(deep(), 7)
    matched = match(first, best, last)["challenge"]
    assert matched.targets == (best.target,)
    assert "its model is called best_model" in explain_match(matched)
    assert [rival.targets for rival in matched.rivals] == [(last.target,)]
    assert matched.passed_over == (first.where,)


def test_a_best_model_that_cannot_be_trained_does_not_count() -> None:
    best = run(deep(), 7, names=("best_model",), problem="the optimizer is None")
    other = run(deep(), 7)
    assert names(other, best) == {"challenge": (other.target,)}


def test_best_model_speaks_for_the_challenge_alone() -> None:
    first, last = run(convnet(), 6, names=("best_model",)), run(convnet(), 6)
    assert names(first, last) == {"sequential_convnet": (last.target,)}


def test_models_that_one_line_trains_are_rivals() -> None:
    elsewhere = run(deep(), 7)
    first = run(deep(), 7)
    again = [run(deep(), 7, where=first.where) for _ in range(2)]
    matched = match(elsewhere, first, *again)["challenge"]
    assert matched.targets == (again[1].target,)
    assert [rival.targets for rival in matched.rivals] == [
        (again[0].target,),
        (first.target,),
        (elsewhere.target,),
    ]
    assert matched.passed_over == ()


@pytest.mark.parametrize(("build", "question"), [(deep, 7), (deep, None), (convnet, 6)])
def test_the_model_of_a_search_that_is_trained_on_at_the_end_counts(
    build: type, question: int | None
) -> None:
    kept = described(build())
    first = run(kept, question, optimizer=SGD)
    more = [run(build(), question, optimizer=SGD, where=first.where) for _ in range(3)]
    last = run(kept, question, optimizer=SGD, epochs=10)
    (matched,) = match(first, *more, last).values()
    assert matched.targets == (first.target, last.target)
    assert [rival.targets for rival in matched.rivals] == [(each.target,) for each in more[::-1]]
    assert matched.passed_over == ()


def test_an_attempt_ends_where_a_later_question_trains_its_model_on() -> None:
    model = described(convnet())
    attempts = run(model, 6), run(convnet(), 6)
    on = run(model, 7, epochs=10)
    matched = match(*attempts, on)
    assert matched["sequential_convnet"].targets == (attempts[1].target,)
    assert matched["challenge"].targets == (attempts[0].target, on.target)


def test_what_is_trained_once_more_at_the_end_keeps_its_place_in_the_homework() -> None:
    part4, challenge = described(convnet()), run(convnet())
    first, again = run(part4), run(part4)
    matched = match(first, challenge, again)
    assert matched["sequential_convnet"].targets == (first.target, again.target)
    assert matched["challenge"].targets == (challenge.target,)


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        (deep(), SGD),
        (convnet(), SGD.model_copy(update={"type_name": "Adam"})),
        (convnet(), SGD.model_copy(update={"settings": {"momentum": 0.9, "nesterov": True}})),
        (convnet(), SGD.model_copy(update={"settings": {}})),
        (convnet(), None),
    ],
    ids=["network", "optimizer", "nesterov", "momentum", "no-optimizer"],
)
def test_another_network_or_optimizer_of_one_line_is_no_rival(
    model: nn.Module, optimizer: Optimizer | None
) -> None:
    last = run(convnet(), 6, optimizer=SGD)
    other = run(model, 6, optimizer=optimizer, where=last.where)
    matched = match(other, last)["sequential_convnet"]
    assert matched.targets == (last.target,)
    assert matched.rivals == ()
    assert "Not counted: 1 model of another network or optimizer" in explain_match(matched)


def test_a_search_over_learning_rates_is_one_of_rivals() -> None:
    last = run(convnet(), 6, optimizer=SGD)
    faster = SGD.model_copy(update={"settings": {"lr": 0.5, "momentum": 0.9, "nesterov": False}})
    other = run(convnet(), 6, optimizer=faster, where=last.where)
    assert [each.targets for each in match(other, last)["sequential_convnet"].rivals] == [
        (other.target,)
    ]


def test_models_of_a_search_that_are_not_trained_are_counted() -> None:
    first = run(deep(), 7)
    more = [run(deep(), 7, where=first.where) for _ in range(4)]
    matched = match(first, *more)["challenge"]
    assert explain_untried(matched, 4) is None
    assert explain_untried(matched, 3) == "1 more model of a search was not trained"
    assert explain_untried(matched, 2) == "2 more models of a search were not trained"


def test_the_challenge_may_be_searched_for_over_networks_and_optimizers() -> None:
    last = run(deep(), 7, optimizer=SGD)
    other = run(MyNet(), 7, optimizer=None, where=last.where)
    assert len(match(other, last)["challenge"].rivals) == 1


def test_a_model_that_is_trained_on_in_a_later_question_answers_both() -> None:
    model = described(convnet())
    first, second = run(model, 6, epochs=1), run(model, 7, epochs=10)
    matched = match(first, second)
    assert matched["sequential_convnet"].targets == (first.target,)
    assert matched["challenge"].targets == (first.target, second.target)


def test_part_3_keeps_its_model_that_part_4_trains_on() -> None:
    model = described(ThreeLayerConvNet())
    first, second = run(model, 5), run(model, 7, epochs=10)
    matched = match(first, second)
    assert matched["module"].targets == (first.target,)
    assert matched["challenge"].targets == (first.target, second.target)


def test_several_trainings_in_one_question_are_one_run() -> None:
    model = described(convnet())
    trainings = [run(model, 6) for _ in range(3)]
    assert match(*trainings)["sequential_convnet"].targets == tuple(t.target for t in trainings)


def test_a_training_after_own_loops_on_its_model_is_tried_alone_too() -> None:
    """The loops may be trials, after which the weights were put back."""
    model = described(deep())
    trial, training = run(model, 7, api="loop"), run(model, 7)
    matched = match(trial, training)["challenge"]
    assert matched.targets == (trial.target, training.target)
    assert [rival.targets for rival in matched.rivals] == [(training.target,)]
    assert f"that of {training.where} is tried alone" in explain_match(matched)
    assert match(training, run(model, 7))["challenge"].rivals == ()


def test_a_call_before_an_own_loop_is_tried_where_the_loop_misses() -> None:
    """The loop may be a trial: one batch learned by heart, say."""
    called = run(ThreeLayerConvNet(), 5, optimizer=SGD)
    loop = run(ThreeLayerConvNet(), 5, optimizer=SGD, api="loop")
    matched = match(run(ThreeLayerConvNet(), 5), called, loop)["module"]
    assert matched.targets == (loop.target,)
    assert [rival.targets for rival in matched.rivals] == [(called.target,)]
    assert f"the training at {called.where} is tried" in explain_match(matched)
    assert called.where not in matched.passed_over
    other_way_round = match(loop, called)["module"]
    assert other_way_round.targets == (called.target,)
    assert [rival.targets for rival in other_way_round.rivals] == [(loop.target,)]


def test_what_was_tried_below_the_training_with_other_settings_does_not_hide_it() -> None:
    """What if the learning rate is tiny?"""
    tiny = SGD.model_copy(update={"settings": {"lr": 1e-6, "momentum": 0.9}})
    adam = SGD.model_copy(update={"type_name": "Adam"})
    trained, tried = run(convnet(), 6, optimizer=SGD), run(convnet(), 6, optimizer=tiny)
    matched = match(run(convnet(), 6, optimizer=adam), trained, tried)["sequential_convnet"]
    assert matched.targets == (tried.target,)
    assert [rival.targets for rival in matched.rivals] == [(trained.target,)]


def test_one_more_model_is_tried_where_the_one_that_is_called_the_best_misses() -> None:
    """Which one is the best was decided by accuracies that nobody knew when cells were loaded."""
    first, second = run(deep(), 7), run(deep(), 7)
    best = run(MyNet(), 7, names=("best_model",))
    matched = match(best, first, second)["challenge"]
    assert matched.targets == (best.target,)
    assert [rival.targets for rival in matched.rivals] == [(second.target,)]
    assert matched.passed_over == (first.where,)


def test_the_last_of_trainings_with_other_settings_is_tried_alone_too() -> None:
    """A search on one model whose weights are drawn anew for each setting."""
    model = described(ThreeLayerConvNet())
    slow = SGD.model_copy(update={"settings": {"lr": 0.001, "momentum": 0.9}})
    matched = match(run(model, 5, optimizer=slow), last := run(model, 5, optimizer=SGD))["module"]
    assert len(matched.recordings) == 2
    assert [rival.targets for rival in matched.rivals] == [(last.target,)]


def test_an_explanation_names_calls_attempts_and_reasons() -> None:
    model = described(deep())
    old, calls = run(deep(), 7), [run(model, 7), run(model, 7)]
    assert explain_match(match(old, *calls)["challenge"]) == (
        f"train_part34 is called at {calls[0].where}, and 1 more up to {calls[1].where}. "
        "It stands in the part of the homework that trains the challenge model. "
        f"Where it misses, the training at {old.where} is tried."
    )
    built = run(ThreeLayerConvNet(), 5, api="built")
    assert "no call trains it; the homework's own training function does" in explain_match(
        match(built)["module"]
    )


def test_where_a_fork_numbers_its_questions_otherwise_the_part_speaks() -> None:
    part4, challenge = run(convnet()), run(MyNet(), epochs=10)
    marks = (
        Mark(cell=0, line=part4.where.line or 0, part=4),
        Mark(cell=0, line=(part4.where.line or 0), question=5),
        Mark(cell=0, line=challenge.where.line or 0, part=5),
        Mark(cell=0, line=(challenge.where.line or 0), question=6),
    )
    outline = Outline((Cell(file="homework.py", source=""),), marks)
    matched = match_runs([part4, challenge], outline)
    assert {name: run.targets for name, run in matched.items()} == {
        "sequential_convnet": (part4.target,),
        "challenge": (challenge.target,),
    }


def test_two_layers_of_another_name_in_part_2_are_no_barebones_run() -> None:
    assert names(part2("my_two_layers", 2, question=2)) == {}
