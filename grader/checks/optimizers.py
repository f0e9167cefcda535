"""What a run's optimizer must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor

from grader.checks.outcome import CheckFailed
from grader.language import _
from grader.protocol.parts import Recorded
from grader.rubric import OptimizerRule


def require_optimizers(recordings: Sequence[Recorded], rule: OptimizerRule) -> None:
    """Require of every training of a run: class, momentum, Nesterov, and the model's parameters.

    Raises:
        CheckFailed: with what came, what is asked for, and the line of that training.
    """
    found = [(recording, each) for recording in recordings for each in _problems(recording, rule)]
    if not found:
        return
    recording, first = found[0]
    where, reason = str(recording.where), first.reason
    if recording != recordings[-1]:
        reason = _("the model is also trained at {place}: {reason}", place=where, reason=reason)
    alone = all(each.mistake == first.mistake for _recording, each in found)
    raise CheckFailed(reason, where, mistake=first.mistake, alone=alone)


def _problems(recording: Recorded, rule: OptimizerRule) -> Iterator[CheckFailed]:
    """All that is not as it is asked for."""
    optimizer = recording.optimizer
    if optimizer is None:
        yield CheckFailed(
            _("no torch.optim optimizer was found; {asked} is asked for", asked=rule.name)
        )
        return
    momentum = optimizer.settings.get("momentum", 0.0)
    nesterov = optimizer.settings.get("nesterov", False)
    if optimizer.type_name != rule.name:
        yield CheckFailed(
            _(
                "the optimizer is {name}; {asked} is asked for",
                name=optimizer.type_name,
                asked=rule.name,
            ),
            mistake="other_optimizer",
        )
    elif momentum != rule.momentum:
        yield CheckFailed(
            _(
                "its momentum is {momentum}; {asked} is asked for",
                momentum=momentum,
                asked=rule.momentum,
            ),
            mistake=_momentum_mistake(optimizer.settings, rule),
        )
    elif nesterov != rule.nesterov:  # SGD takes 1 for True, and 1 == True
        if rule.nesterov:
            yield CheckFailed(
                _("it has nesterov={value}; Nesterov momentum is asked for", value=nesterov),
                mistake="nesterov_missing",
            )
        else:
            yield CheckFailed(
                _("it has nesterov={value}; Nesterov momentum is not", value=nesterov),
                mistake="nesterov_added",
            )
    if not optimizer.holds_model:
        yield CheckFailed(
            _("the optimizer does not hold exactly the parameters of the model that is trained"),
            mistake="other_parameters",
        )


def _momentum_mistake(settings: Mapping[str, object], rule: OptimizerRule) -> str:
    if not settings.get("momentum"):
        return "momentum_missing"
    if rule.momentum:
        return "momentum_other"
    # SGD takes 1 for True; a text, as where groups differ, is neither.
    return "nesterov_added" if settings.get("nesterov") == 1 else "momentum_added"


def require_weights(recording: Recorded, weights: Mapping[str, Tensor]) -> None:
    """Require that the model that the optimizer is said to hold is there, with its weights.

    Raises:
        CheckFailed: they are not what the recording says.
    """
    said = {p.name: p.shape for p in recording.model.parameters} if recording.model else {}
    came = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if not said or came != said:
        raise CheckFailed(_("the parameters of the model that is trained could not be read"))
