"""Messages: what is no message of the protocol is refused, whatever JSON it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.protocol import messages as m
from grader.protocol import parts

LOADED = m.Loaded(
    errors=(
        parts.Failure(type_name="ValueError", message="no", places=(parts.Location(file="a.py"),)),
    ),
    definitions={
        "flatten": parts.Definition(origin="own", where=parts.Location(file="a.py", line=3))
    },
    recorded=(
        parts.Recorded(
            target="run:0",
            api="part34",
            where=parts.Location(file="a.py", line=9),
            names=("model", "best_model"),
            model=parts.Model(
                identity=7,
                type_name="Sequential",
                sequential=True,
                layers=(
                    parts.Layer(
                        type_name="Conv2d",
                        settings={"in_channels": 3, "padding": (2, 2), "bias": True},
                    ),
                ),
                parameters=(
                    parts.Parameter(
                        name="0.weight", shape=(6, 3, 5, 5), dtype="f", requires_grad=True
                    ),
                ),
            ),
            optimizer=parts.Optimizer(type_name="SGD", settings={"lr": 0.1}, holds_model=True),
            epochs=1,
        ),
    ),
    skipped=(parts.Skipped(where=parts.Location(file="a.py", line=1), line="!ls"),),
    output="text",
)
REPLIES = [
    m.Ready(layers=("seccomp",)),
    m.At(statement=3, where=parts.Location(file="a.py", line=1)),
    m.Alive(),
    LOADED,
    m.Value(type_name="Tensor", shape=(2, 3), dtype="torch.float32", device="cpu"),
    m.Gradients(),
    m.Built(target="model:0", model=parts.Model(identity=1, type_name="M", sequential=False)),
    m.Weights(),
    m.Done(),
    m.Paused(iteration=3, epoch=0.5, loss=2.3),
    m.Trained(iteration=3, epoch=0.5),
    m.Raised(error=parts.Failure(type_name="ValueError", message="")),
]
DATA = m.Data(
    train_dir=None,
    mean=(0.5, 0.5, 0.5),
    std=(0.2, 0.2, 0.2),
    batch_size=64,
    nominal_train=49000,
    nominal_validation=1000,
    nominal_test=10000,
)
REQUESTS = [
    m.Load(
        cells=(parts.Cell(file="a.py", source="x = 1"),),
        seed=1,
        data=DATA,
        output_bytes=9,
        names=("f",),
    ),
    m.Call(
        callee="function:flatten",
        arguments=(parts.TensorArgument(tensor="x"), (parts.TensorArgument(tensor="w"),)),
        seed=1,
        upstream="u",
    ),
    m.Build(source="class:Net", keywords={"in_channel": 3}, seed=1),
    m.SetWeights(target="model:0"),
    m.GetWeights(target="run:0"),
    m.Train(targets=("run:0",), seed=1, epochs=1, pauses_per_epoch=8, threads=1),
    m.Resume(),
    m.Stop(),
    m.Predict(target="run:0", threads=2),
    m.Close(),
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.kind)
def test_every_reply_survives_the_way(reply: m.Reply) -> None:
    assert m.REPLY.validate_json(reply.model_dump_json()) == reply


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.kind)
def test_every_request_survives_the_way(request_: m.Request) -> None:
    assert m.REQUEST.validate_json(request_.model_dump_json()) == request_


def test_settings_of_a_layer_keep_their_kind() -> None:
    arrived = m.REPLY.validate_json(LOADED.model_dump_json())
    assert isinstance(arrived, m.Loaded)
    model = arrived.recorded[0].model
    assert model is not None
    settings = model.layers[0].settings
    assert settings == {"in_channels": 3, "padding": (2, 2), "bias": True}
    assert settings["bias"] is True
    assert str(settings["in_channels"]) == "3"


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "null",
        "[]",
        "{}",
        '"done"',
        '{"kind": "verdict"}',
        '{"kind": "close"}',
        '{"kind": "done", "score": 100}',
        '{"kind": "done"} {"kind": "done"}',
        '{"kind": "done"',
        '{"kind": ["done"]}',
        '{"kind": "paused", "iteration": -1, "epoch": 0}',
        '{"kind": "paused", "iteration": 1e10, "epoch": 0}',
        '{"kind": "paused", "iteration": 1.5, "epoch": 0}',
        '{"kind": "paused", "iteration": 1, "epoch": NaN}',
        '{"kind": "trained", "iteration": 1, "epoch": Infinity}',
        '{"kind": "value"}',
    ],
)
def test_what_is_no_reply_is_refused(reply: str) -> None:
    with pytest.raises(ValidationError):
        m.REPLY.validate_json(reply)


@pytest.mark.parametrize("field", ["type_name", "dtype", "text"])
def test_a_text_without_end_is_refused(field: str) -> None:
    value = {"kind": "value", "type_name": "T", field: "x" * 20_001}
    with pytest.raises(ValidationError, match="at most"):
        m.REPLY.validate_json(json.dumps(value))


@pytest.mark.parametrize("depth", [100, 1_000, 1_000_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(opening: str, depth: int) -> None:
    with pytest.raises(ValidationError):
        m.REPLY.validate_json(f'{{"kind": "loaded", "notes": {opening * depth}')


def test_nesting_inside_a_message_is_refused() -> None:
    layer = {"type_name": "Conv2d", "settings": {"a": [[1]]}}
    model = {"identity": 1, "type_name": "M", "sequential": True, "layers": [layer]}
    with pytest.raises(ValidationError):
        m.REPLY.validate_json(json.dumps({"kind": "built", "target": "t", "model": model}))


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_arrives_as_none(loss: float) -> None:
    sent = m.Paused(iteration=1, epoch=0.1, loss=loss).model_dump_json()
    arrived = m.REPLY.validate_json(sent)
    assert isinstance(arrived, m.Paused)
    assert arrived.loss is None


@given(st.binary(max_size=100))
def test_bytes_are_a_message_or_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        m.REPLY.validate_json(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
kinds = st.sampled_from([reply.kind for reply in REPLIES])
keys = st.sampled_from(sorted({key for reply in REPLIES for key in type(reply).model_fields}))


@given(kinds, st.dictionaries(keys, json_values, max_size=4))
def test_any_json_is_a_message_or_refused(kind: str, content: dict[str, object]) -> None:
    try:
        reply = m.REPLY.validate_json(json.dumps({**content, "kind": kind}))
    except ValidationError:
        return
    assert reply.kind == kind


def test_a_message_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        REPLIES[0].kind = "done"  # type: ignore[assignment, misc]
