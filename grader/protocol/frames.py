"""Length-prefixed frames: a JSON header and tensors as safetensors bytes.

A frame is ``b"tg" | header length (u32) | body length (u64) | header | body``, little-endian. The
body is empty or one safetensors blob. Lengths are checked against :class:`FrameLimits` before any
memory is reserved, so a lying prefix costs no more than they allow.

Source of the tensor format: the safetensors specification (a JSON index and raw little-endian
data; no code is ever executed by reading it).
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

_PREFIX = struct.Struct("<2sIQ")
_MAGIC = b"tg"
_INDEX_LENGTH = struct.Struct("<Q")
_INDEX_BYTES = 1024
"""Of the index of one tensor: its name, type, shape and place."""


class FrameError(Exception):
    """The bytes on the socket are no valid frame."""


class ChannelClosed(FrameError):
    """The other side closed the socket."""


class ChannelTimeout(Exception):
    """The deadline passed before the frame was complete."""


@dataclass(frozen=True)
class FrameLimits:
    """Largest frame that is accepted, in bytes and tensors."""

    header: int
    body: int
    tensors: int


REQUEST_LIMITS = FrameLimits(header=64 << 20, body=256 << 20, tensors=256)
"""What the harness accepts: sources and batches of images from the trusted side."""

REPLY_LIMITS = FrameLimits(header=4 << 20, body=256 << 20, tensors=4096)
"""What the trusted side accepts from a worker."""


@dataclass(frozen=True)
class Frame:
    """One message: JSON header bytes and named tensors."""

    header: bytes
    tensors: Mapping[str, Tensor]


def encode_frame(header: bytes, tensors: Mapping[str, Tensor] | None = None) -> bytes:
    """The bytes of one frame; tensors are made dense and contiguous."""
    body = b""
    if tensors:
        body = safetensors.torch.save(_unshared(tensors))
    return _PREFIX.pack(_MAGIC, len(header), len(body)) + header + body


def send_frame(
    sock: socket.socket,
    header: bytes,
    tensors: Mapping[str, Tensor] | None = None,
    *,
    deadline: float | None = None,
) -> None:
    """Send one frame.

    Raises:
        ChannelClosed: the other side is gone.
        ChannelTimeout: it did not take the frame before `deadline` (`time.monotonic()`).
    """
    try:
        _set_timeout(sock, deadline)
        sock.sendall(encode_frame(header, tensors))
    except TimeoutError as error:
        raise ChannelTimeout from error
    except OSError as error:
        raise ChannelClosed(f"sending failed: {error.strerror}") from error


def receive_frame(
    sock: socket.socket, limits: FrameLimits, *, deadline: float | None = None
) -> Frame:
    """Receive one frame.

    Raises:
        ChannelClosed: the socket ended before or within the frame.
        FrameError: the bytes are no frame, or one beyond `limits`.
        ChannelTimeout: the frame was not complete before `deadline` (`time.monotonic()`).
    """
    prefix = _receive_exactly(sock, _PREFIX.size, deadline)
    magic, header_length, body_length = _PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise FrameError("a frame begins with the wrong bytes")
    if header_length > limits.header or body_length > limits.body:
        raise FrameError("a frame announces more bytes than are allowed")
    header = _receive_exactly(sock, header_length, deadline)
    body = _receive_exactly(sock, body_length, deadline)
    return Frame(bytes(header), _decode_tensors(bytes(body), limits))


def _decode_tensors(body: bytes, limits: FrameLimits) -> dict[str, Tensor]:
    if not body:
        return {}
    try:
        if _count_tensors(body, limits.tensors) > limits.tensors:
            raise FrameError("a frame holds too many tensors")
        tensors = safetensors.torch.load(body)
    except (
        SafetensorError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        struct.error,
    ) as error:
        raise FrameError("the tensors of a frame cannot be decoded") from error
    return {name: tensors[name] for name in sorted(tensors)}  # safetensors' own order is random


def _count_tensors(body: bytes, most: int) -> int:
    """Entries of a blob's index, read before anything is made of them: a million take seconds.

    Raises:
        ValueError: the index is none.
    """
    (length,) = _INDEX_LENGTH.unpack_from(body)
    if length > len(body):
        raise ValueError("the index is longer than the body")
    if length > most * _INDEX_BYTES:
        return most + 1
    index = json.loads(body[_INDEX_LENGTH.size : _INDEX_LENGTH.size + length])
    return len(index) if isinstance(index, dict) else 0


def _receive_exactly(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    received = 0
    while received < size:
        try:
            _set_timeout(sock, deadline)
            count = sock.recv_into(view[received:])
        except TimeoutError as error:
            raise ChannelTimeout from error
        except OSError as error:
            raise ChannelClosed(f"receiving failed: {error.strerror}") from error
        if count == 0:
            raise ChannelClosed("the connection ended")
        received += count
    return buffer


def _set_timeout(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


def _unshared(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    # safetensors refuses tensors that share storage; a view of a larger storage counts as such.
    alone: dict[str, Tensor] = {}
    storages: set[int] = set()
    for name, tensor in tensors.items():
        dense = tensor.detach().cpu().contiguous()
        storage = dense.untyped_storage()
        if storage.nbytes() != dense.nbytes or storage.data_ptr() in storages:
            dense = dense.clone()
        storages.add(storage.data_ptr())
        alone[name] = dense
    return alone
