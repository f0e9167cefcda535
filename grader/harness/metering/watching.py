"""What student code does with models and optimizers, seen from outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.checkpoint import CheckpointFunction

from grader.harness.cells.callers import held_by_waiting
from grader.harness.metering.counting import IMAGE, images_given, scores_below
from grader.harness.metering.passes import Passes
from grader.harness.metering.seen import Seen

MAX_CALLED = 50


class Watch:
    """Sees every backward pass, optimizer step and outermost model call of the process.

    Attributes:
        loss: what the last gradient was computed of.
        optimizer: the one that stepped last.
        seen: what the outermost models were called on.
        images: of how many images the last gradient was; 0 where that cannot be seen.
        on_model: told before an outermost module is called that was not the last one.
        on_images: told of a model call on what looks like CIFAR-10's images.
        on_backward: told of the tensors of which a gradient is about to be computed.
        on_step: told of an optimizer that is about to step.
        on_stepped: told when it has.
        on_evaluation: told of a call without gradients of a module that has weights.
    """

    def __init__(self) -> None:
        self.loss: Tensor | None = None
        self.optimizer: torch.optim.Optimizer | None = None
        self.seen = Seen()
        self.images = 0
        self._passes = Passes()
        self._called: dict[int, nn.Module] = {}
        self._last: nn.Module | None = None
        self._wholes: list[nn.Module] = []
        self._inner: set[int] = set()
        self.ignore()

    def ignore(self) -> None:
        """Tell nobody any more."""
        self.on_model: Callable[[nn.Module], None] = lambda _: None
        self.on_images: Callable[[], None] = lambda: None
        self.on_backward: Callable[[Sequence[Tensor]], None] = lambda _: None
        self.on_step: Callable[[torch.optim.Optimizer], None] = lambda _: None
        self.on_stepped: Callable[[], None] = lambda: None
        self.on_evaluation: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Forget which models were called: another statement or run begins."""
        self._called, self._inner, self._wholes = {}, set(), []
        self._last = self.optimizer = None
        self.seen = Seen()
        self.images = 0
        self._passes.forget()

    def install(self) -> None:
        """Put the hooks in place, for good."""
        # Tensor.backward leads to torch.autograd.backward.
        for name in ("backward", "grad"):
            setattr(torch.autograd, name, self._observed(getattr(torch.autograd, name)))
        register_optimizer_step_pre_hook(self._note_step)
        register_optimizer_step_post_hook(lambda *_: self.on_stepped())
        register_module_forward_pre_hook(self._note_forward)
        register_module_forward_hook(self._note_result, with_kwargs=True)

    def last_loss(self) -> float | None:
        """The number of which a gradient was computed last, if it was one."""
        if self.loss is None or self.loss.numel() != 1:
            return None
        return float(self.loss)

    def trained_model(self, bound: Iterable[object] = ()) -> nn.Module | None:
        """The model whose parameters the last optimizer holds; without one, the last one called.

        A loop may call further modules (a loss function with weights, a teacher), so the one that
        was called last says little. `bound` are further objects that may be the model: the whole
        of which a loop calls the parts, or whose `forward` it calls. So may be what functions held
        that waited for the optimizer to step. A part that has a name of its own is not the model
        where the whole was called.
        """
        if self.optimizer is None:
            return self._last
        called = list(reversed(self._called.values()))
        whole = owner(self.optimizer, called)
        if whole is not None and parameters_of(self.optimizer) <= parameters_of(whole):
            return whole
        modules = [value for value in bound if isinstance(value, nn.Module)]
        return owner(self.optimizer, [*called, *self._wholes, *modules])

    def _observed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def observed(*args: Any, **keywords: Any) -> Any:
            if sys._getframe(1).f_code is CheckpointFunction.backward.__code__:
                # A part of a gradient that is counted already, of a pass that is made once more.
                try:
                    return function(*args, **keywords)
                finally:
                    self._passes.forget()
            given = args[0] if args else keywords.get("outputs", keywords.get("tensors"))
            several = given if isinstance(given, (list, tuple)) else [given]
            outputs = [output for output in several if isinstance(output, Tensor)]
            if outputs:
                self.loss = outputs[0].detach()
                self._count_images(outputs)
                self.on_backward(outputs)
            return function(*args, **keywords)

        return observed

    def _count_images(self, losses: Sequence[Tensor]) -> None:
        """Those of the calls since the last gradient, or the loss's, where these are more."""
        self.images = max(self._passes.images(), scores_below(losses))
        self._passes.forget()

    def _note_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        if optimizer is not self.optimizer:
            self._note_whole(optimizer)
        self.optimizer = optimizer
        self.on_step(optimizer)

    def _note_whole(self, optimizer: torch.optim.Optimizer) -> None:
        """Keep what has all that an optimizer changes, where only parts of it were called."""
        held = parameters_of(optimizer)
        if any(held <= parameters_of(module) for module in self._called.values()):
            return
        for value in held_by_waiting():
            with suppress(Exception):  # a student's object may refuse to be looked at
                if isinstance(value, nn.Module) and held <= parameters_of(value):
                    self._wholes = [*self._wholes[-MAX_CALLED:], value]
                    return

    def _note_forward(self, module: nn.Module, arguments: Any) -> None:
        # A module that is not inside the last outermost one is the outermost now. Whether it is in
        # training mode says nothing: many loops forget to leave evaluation mode.
        if not torch.is_grad_enabled():
            if any(True for _ in module.parameters()):
                self.on_evaluation()
            return
        if id(module) in self._inner:
            return
        if module is not self._last:
            if not any(True for _ in module.parameters()):  # a loss function is a module, too
                return
            self._last = module
            self._inner = {id(inner) for inner in module.modules()} - {id(module)}
            if id(module) not in self._called and len(self._called) < MAX_CALLED:
                self._called[id(module)] = module
                self.on_model(module)
        self._passes.begin(module)
        self._note_images(module, arguments if isinstance(arguments, tuple) else ())

    def _note_result(
        self, module: nn.Module, _: Any, keywords: dict[str, Any], result: Any
    ) -> None:
        if not torch.is_grad_enabled():
            return
        if keywords and id(module) not in self._inner:  # torch tells of them only afterwards
            self._note_images(module, tuple(keywords.values()))
        self._passes.note_result(module, result)

    def _note_images(self, module: nn.Module, arguments: Sequence[Any]) -> None:
        tensors = [x for x in arguments if isinstance(x, Tensor) and x.dim() > 1 and len(x)]
        for x in tensors:
            if x.grad_fn is None and x.dim() == 4 and x.shape[1] == 3 and not x.is_complex():
                self.seen.note(x)
        self._passes.add(
            module,
            given=images_given(x for x in tensors if x.grad_fn is None),
            computed=images_given(x for x in tensors if x.grad_fn is not None),
        )
        if any(map(_are_images, tensors)):
            self.on_images()


def owner(optimizer: torch.optim.Optimizer, modules: Iterable[nn.Module]) -> nn.Module | None:
    """The module with exactly the optimizer's parameters, else the one that shares the most."""
    held = parameters_of(optimizer)
    best, best_share = None, (0, 0)
    for module in modules:
        own = parameters_of(module)
        if own == held:
            return module
        share = (len(own & held), -len(own))  # of a part and the whole, the smaller that has all
        if share[0] and share > best_share:
            best, best_share = module, share
    return best


def parameters_of(holder: torch.optim.Optimizer | nn.Module) -> set[int]:
    """The identities of the parameters that a model has or an optimizer changes."""
    if isinstance(holder, nn.Module):
        return {id(p) for p in holder.parameters()}
    return {id(p) for group in holder.param_groups for p in group["params"]}


def _are_images(x: Tensor) -> bool:
    return (x.dim() == 4 and x.shape[1] == 3) or x[0].numel() % IMAGE == 0
