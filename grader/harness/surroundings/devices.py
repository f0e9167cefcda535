"""A GPU that a submission names though there is none: what it asks for is given on the CPU.

Work that was done on Colab may say ``.cuda()`` or ``device="cuda"`` without asking whether there is
one. That says nothing of the work. The first statement that fails for it is run again with this in
force, and so is everything after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, Self

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._device import DeviceContext

_GPUS = ("cuda", "mps")
_SIGNS = (
    "Found no NVIDIA driver",
    "Torch not compiled with CUDA enabled",
    "CUDA driver version",
    "support for mps devices",
    "Tried to instantiate dummy base class",
)
_DO_NOTHING = (
    "synchronize", "empty_cache", "ipc_collect", "init", "set_device", "manual_seed_all",
    "reset_peak_memory_stats", "reset_max_memory_allocated", "reset_max_memory_cached",
    "reset_accumulated_memory_stats", "set_per_process_memory_fraction",
)  # fmt: skip
_MEMORY = 1 << 30
"""Bytes; not 0, since work that prints how full the memory is divides by it."""

_TELL = {
    "current_device": 0,
    "get_device_name": "none",
    "get_device_capability": (0, 0),
    "get_device_properties": SimpleNamespace(
        name="none", major=0, minor=0, total_memory=_MEMORY, multi_processor_count=1
    ),
    "mem_get_info": (_MEMORY, _MEMORY),
    "memory_summary": "",
}
"""What `torch.cuda` tells of the GPU that is not there; its other numbers are 0 by themselves."""


class _Stream:
    """`torch.cuda.Stream` and `Event`, where there is nothing to wait for."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """What waits (`synchronize`, `wait_stream`, ...) or marks (`record`, `record_event`)."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _Stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def query(self) -> bool:
        """Whether everything is done."""
        return True

    def elapsed_time(self, _: object) -> float:
        """Milliseconds; not 0, since work divides by it."""
        return 1.0


_set_default_tensor_type = torch.set_default_tensor_type
_begin_on = DeviceContext.__init__
_begin_autocast = torch.autocast.__init__


class Devices:
    """Puts the CPU in place of a GPU, once it turns out that one is needed.

    Attributes:
        without_gpu: whether that has happened.
    """

    def __init__(self) -> None:
        self.without_gpu = False
        if not torch.cuda.is_available():
            # These fail too late: after every later tensor was made to, or where they are used.
            torch.set_default_tensor_type = self._set_default_tensor_type
            torch.cuda.Event = _Stream  # type: ignore[assignment,misc]  # a class for a class
            torch.autocast.__init__ = _autocast_as_on_a_gpu  # type: ignore[method-assign]  # for good

    def replaced_for(self, error: BaseException) -> bool:
        """Whether an exception came of a missing GPU, and is worth another try from now on."""
        if self.without_gpu or not _lacks_gpu(error):
            return False
        self._take_over()
        return True

    def _set_default_tensor_type(self, kind: Any) -> None:
        if "cuda" in str(kind):
            self._take_over()
        else:
            _set_default_tensor_type(kind)

    def _take_over(self) -> None:
        self.without_gpu = True
        # `with torch.device("cuda")` and a default device name it below every other mode. (mypy
        # allows no assignment to a method, and torch types no mode's __enter__.)
        torch.set_default_device(None)
        DeviceContext.__init__ = _begin_on_cpu  # type: ignore[method-assign]  # for good
        _OnCpu().__enter__()  # type: ignore[no-untyped-call]  # for good: the process is one worker
        for name, answer in {**dict.fromkeys(_DO_NOTHING), **_TELL}.items():
            setattr(torch.cuda, name, _always(answer))
        torch.cuda.device = contextlib.nullcontext  # type: ignore[assignment,misc]  # a class too
        for name in ("Stream", "stream", "current_stream", "default_stream"):
            setattr(torch.cuda, name, _Stream)
        torch.cuda.nvtx = _Stream()  # type: ignore[assignment]  # it marks, too
        for name in filter(_is_tensor_type, dir(torch.cuda)):
            setattr(torch.cuda, name, getattr(torch, name))


def _is_tensor_type(name: str) -> bool:
    """Of `torch.cuda`: `FloatTensor` and the like."""
    return name.endswith("Tensor")


def _always(answer: object) -> Callable[..., object]:
    return lambda *_, **__: answer


def _lacks_gpu(error: BaseException) -> bool:
    if torch.cuda.is_available() or not isinstance(error, RuntimeError | AssertionError):
        return False
    return any(sign in str(error) for sign in _SIGNS)


class _OnCpu(TorchFunctionMode):
    """While it is entered, every CUDA device that torch is given is the CPU."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """See torch's documentation of the mode."""
        if func is torch.Tensor.cuda:
            return args[0]
        keywords = {name: _cpu(value) for name, value in (kwargs or {}).items()}
        return func(*map(_cpu, args), **keywords)


def _autocast_as_on_a_gpu(
    self: torch.autocast,
    device_type: str,
    dtype: torch.dtype | None = None,
    enabled: bool = True,
    cache_enabled: bool | None = None,
) -> None:
    """float16 is meant for a GPU: on a CPU it takes ten times as long, and loses gradients."""
    is_meant = not (device_type == "cpu" and dtype is torch.float16)
    _begin_autocast(self, device_type, dtype, enabled and is_meant, cache_enabled)


def _begin_on_cpu(self: DeviceContext, device: Any) -> None:
    _begin_on(self, _cpu(device))


def _cpu(value: Any) -> Any:
    if isinstance(value, torch.device) and value.type in _GPUS:
        return torch.device("cpu")
    if isinstance(value, type) and value.__module__ == "torch.cuda":
        return getattr(torch, value.__name__)
    if isinstance(value, str) and value.startswith("torch.cuda.") and _is_tensor_type(value):
        return value.replace(".cuda", "")
    if isinstance(value, str) and value.partition(":")[0] in _GPUS:
        return "cpu"
    return value
