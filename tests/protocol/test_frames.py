"""Frames: what is sent arrives, and whatever else arrives is refused by name."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator, Mapping

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.protocol.frames import (
    REPLY_LIMITS,
    ChannelClosed,
    ChannelTimeout,
    Frame,
    FrameError,
    FrameLimits,
    encode_frame,
    receive_frame,
    send_frame,
)

SMALL = FrameLimits(header=1000, body=100_000, tensors=3)
DTYPES = (
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.bool,
)
Pair = tuple[socket.socket, socket.socket]

sizes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
tensors = st.builds(
    lambda shape, dtype, seed: torch.randint(
        0, 2, shape, generator=torch.Generator().manual_seed(seed)
    ).to(dtype),
    sizes,
    st.sampled_from(DTYPES),
    st.integers(0, 1000),
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def receive(content: bytes, limits: FrameLimits = SMALL) -> Frame:
    """What arrives when somebody sends these bytes and hangs up."""
    left, right = socket.socketpair()
    with left, right:
        left.sendall(content)
        left.close()
        return receive_frame(right, limits)


def safetensors(index: Mapping[str, object], data: bytes = b"") -> bytes:
    """A frame whose body is a tensor blob with this index, honest or not."""
    text = json.dumps(index).encode()
    body = struct.pack("<Q", len(text)) + text + data
    return struct.pack("<2sIQ", b"tg", 0, len(body)) + body


@given(st.binary(max_size=200), st.dictionaries(names, tensors, max_size=3))
def test_a_frame_arrives_as_it_was_sent(header: bytes, sent: dict[str, Tensor]) -> None:
    frame = receive(encode_frame(header, sent))
    assert frame.header == header
    assert set(frame.tensors) == set(sent)
    for name, tensor in sent.items():
        arrived = frame.tensors[name]
        assert arrived.dtype == tensor.dtype
        assert arrived.shape == tensor.shape
        assert torch.equal(arrived, tensor)


def test_frames_arrive_one_after_another(pair: Pair) -> None:
    for number in range(3):
        send_frame(pair[0], b"%d" % number, {"x": torch.full((2,), number)})
    received = [receive_frame(pair[1], SMALL) for _ in range(3)]
    assert [frame.header for frame in received] == [b"0", b"1", b"2"]
    assert [int(frame.tensors["x"].sum()) for frame in received] == [0, 2, 4]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.arange(10.0)[::3],
        torch.arange(100.0)[7:9],
        torch.ones(1).expand(4, 5),
        torch.ones(3, requires_grad=True) * 2,
        torch.randn(1, 3, 4, 4).contiguous(memory_format=torch.channels_last),
        torch.tensor([float("nan"), float("inf"), -0.0]),
    ],
    ids=["transposed", "strided", "slice", "expanded", "with-gradient", "channels-last", "nan"],
)
def test_a_tensor_arrives_whatever_its_layout(tensor: Tensor) -> None:
    arrived = receive(encode_frame(b"", {"x": tensor})).tensors["x"]
    assert torch.equal(arrived.isnan(), tensor.isnan())
    assert torch.equal(arrived.nan_to_num(), tensor.detach().nan_to_num())


def test_tensors_that_share_memory_arrive_both() -> None:
    tensor = torch.arange(6.0)
    sent = {"same": tensor, "again": tensor, "turned": tensor.view(2, 3)}
    frame = receive(encode_frame(b"", sent))
    assert all(torch.equal(frame.tensors[name], value) for name, value in sent.items())


def test_an_arrived_tensor_can_be_changed() -> None:
    arrived = receive(encode_frame(b"", {"x": torch.zeros(3)})).tensors["x"]
    arrived += 1
    assert arrived.tolist() == [1.0, 1.0, 1.0]


@given(st.binary(max_size=60))
def test_garbage_is_refused(content: bytes) -> None:
    with pytest.raises(FrameError):
        receive(content)


@given(st.data())
def test_a_damaged_frame_is_refused_or_still_a_frame(data: st.DataObject) -> None:
    intact = encode_frame(b'{"kind": "done"}', {"x": torch.arange(4.0), "y": torch.zeros(0, 2)})
    damaged = bytearray(intact)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(intact) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = receive(bytes(damaged))
    except FrameError:
        return
    assert all(isinstance(tensor, Tensor) for tensor in frame.tensors.values())


index_values = st.recursive(
    st.none() | st.integers(-(2**70), 2**70) | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "BOOL", "I64", "F8_E4M3", "F4", "C64", "Q9"])
        | index_values,
        "shape": st.lists(st.sampled_from([0, 1, 2, 3, -1, 2**32, 2**63, 2**64 - 1]), max_size=4),
        "data_offsets": st.sampled_from([[0, 0], [0, 4], [0, 16], [4, 0], [0, 2**62]]),
    }
)


@given(st.dictionaries(st.sampled_from("ab"), entries | index_values), st.binary(max_size=16))
def test_a_lying_index_of_tensors_is_refused_or_still_a_frame(
    index: dict[str, object], data: bytes
) -> None:
    try:
        frame = receive(safetensors(index, data))
    except FrameError:
        return
    assert all(isinstance(tensor, Tensor) for tensor in frame.tensors.values())


@given(st.data())
def test_a_frame_cut_anywhere_is_refused(data: st.DataObject) -> None:
    content = encode_frame(b'{"kind": "done"}', {"x": torch.arange(4.0), "y": torch.zeros(0, 2)})
    kept = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(FrameError):
        receive(content[:kept] + data.draw(st.binary(max_size=len(content) - kept - 1)))


lengths = st.integers(0, 40) | st.sampled_from([1000, 1001, 100_000, 2**31, 2**32 - 1])


@given(lengths, lengths | st.sampled_from([2**63, 2**64 - 1]), st.binary(max_size=60))
def test_a_frame_that_lies_about_its_lengths_is_refused_or_still_a_frame(
    header: int, body: int, content: bytes
) -> None:
    try:
        frame = receive(struct.pack("<2sIQ", b"tg", header, body) + content)
    except FrameError:
        return
    assert len(frame.header) == header


@pytest.mark.parametrize("kept", range(1, 14))
def test_a_cut_prefix_is_a_closed_channel(kept: int) -> None:
    with pytest.raises(ChannelClosed, match="connection ended"):
        receive(encode_frame(b"header")[:kept])


def test_a_frame_cut_within_header_or_body_is_a_closed_channel() -> None:
    content = encode_frame(b"header", {"x": torch.zeros(3)})
    for kept in (14, 17, 20, len(content) - 1):
        with pytest.raises(ChannelClosed):
            receive(content[:kept])


def test_a_closed_socket_is_a_closed_channel(pair: Pair) -> None:
    pair[0].close()
    with pytest.raises(ChannelClosed):
        receive_frame(pair[1], SMALL)
    with pytest.raises(ChannelClosed):
        send_frame(pair[1], b"x" * 1000, {"x": torch.zeros(100_000)})
    with pytest.raises(ChannelClosed):
        receive_frame(pair[0], SMALL)


def test_wrong_first_bytes_are_named() -> None:
    with pytest.raises(FrameError, match="wrong bytes"):
        receive(b"TG" + encode_frame(b"header")[2:])


@pytest.mark.parametrize(("header", "body"), [(1001, 0), (0, 100_001), (2**32 - 1, 2**64 - 1)])
def test_a_length_beyond_the_limit_is_refused_before_its_bytes_come(
    pair: Pair, header: int, body: int
) -> None:
    pair[0].sendall(struct.pack("<2sIQ", b"tg", header, body))
    with pytest.raises(FrameError, match="more bytes than are allowed"):
        receive_frame(pair[1], SMALL)  # the other side is open: waiting would never end


def test_frames_at_the_limits_are_accepted() -> None:
    content = encode_frame(b"h" * 1000, {str(i): torch.zeros(1) for i in range(3)})
    assert len(receive(content).tensors) == 3


def test_too_many_tensors_are_refused() -> None:
    with pytest.raises(FrameError, match="too many tensors"):
        receive(encode_frame(b"", {str(i): torch.zeros(1) for i in range(4)}))


def test_a_body_that_is_no_tensor_blob_is_refused() -> None:
    with pytest.raises(FrameError, match="cannot be decoded"):
        receive(struct.pack("<2sIQ", b"tg", 0, 9) + b"\x80\x04pickle!", REPLY_LIMITS)


@pytest.mark.parametrize("sent", [0, 5, 14, 16])
def test_a_deadline_that_passes_is_a_timeout(pair: Pair, sent: int) -> None:
    pair[0].sendall(encode_frame(b"header")[:sent])
    with pytest.raises(ChannelTimeout):
        receive_frame(pair[1], SMALL, deadline=time.monotonic() + 0.01)


def test_a_deadline_that_has_passed_is_a_timeout_even_with_a_frame_ready(pair: Pair) -> None:
    send_frame(pair[0], b"header")
    with pytest.raises(ChannelTimeout):
        receive_frame(pair[1], SMALL, deadline=time.monotonic() - 1)


def test_nobody_taking_a_large_frame_is_a_timeout(pair: Pair) -> None:
    with pytest.raises(ChannelTimeout):
        send_frame(pair[0], b"", {"x": torch.zeros(1_000_000)}, deadline=time.monotonic() + 0.01)


def test_tensors_are_counted_before_one_is_made() -> None:
    index = {str(n): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(900)}
    limits = FrameLimits(header=1000, body=1 << 20, tensors=800)
    with pytest.raises(FrameError, match="too many tensors"):
        receive(safetensors(index), limits)
