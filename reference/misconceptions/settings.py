"""Mistakes in what a student sets: optimizers, biases, gradients that are asked for, sizes.

What they are is read off what a student's code built; there is nothing to be reproduced.
"""

from __future__ import annotations

from reference.misconceptions.texts import Misconception

_UPDATES = "CS231n notes, Neural Networks Part 3: parameter updates"
_OPTIM = "PyTorch documentation, torch.optim.SGD"

SETTINGS: tuple[Misconception, ...] = (
    Misconception(
        id="other_optimizer",
        title="another optimizer than stochastic gradient descent",
        hint="Read once more which optimizer the question asks for.",
        explanation="Adam or another class in place of optim.SGD: often copied from the challenge.",
        course=_UPDATES,
    ),
    Misconception(
        id="momentum_missing",
        title="stochastic gradient descent without momentum",
        hint="Which argument of the optimizer makes it remember its last steps?",
        explanation="optim.SGD with its default, momentum 0.",
        course=_UPDATES,
    ),
    Misconception(
        id="momentum_added",
        title="stochastic gradient descent with momentum",
        hint="This question asks for plain stochastic gradient descent.",
        explanation="Momentum where none is asked for: often copied from Part IV.",
        course=_UPDATES,
    ),
    Misconception(
        id="momentum_other",
        title="another momentum than the one that is asked for",
        hint="Compare the momentum with the number in the question.",
        explanation="Momentum is there, but with another value.",
        course=_UPDATES,
    ),
    Misconception(
        id="nesterov_missing",
        title="momentum that is not Nesterov's",
        hint="There are two kinds of momentum. How is the other one turned on?",
        explanation="nesterov=True is missing.",
        course=_UPDATES,
    ),
    Misconception(
        id="nesterov_added",
        title="Nesterov's momentum",
        hint="This question asks for plain stochastic gradient descent.",
        explanation="nesterov=True where it is not asked for.",
        course=_UPDATES,
    ),
    Misconception(
        id="other_parameters",
        title="an optimizer of another model's parameters",
        hint="Which model do the parameters come from that the optimizer was given? The order in "
        "which the two are made matters.",
        explanation="The optimizer holds the parameters of an earlier model (or only some of this "
        "one's), so that training leaves this model as it is.",
        course=_OPTIM,
    ),
    Misconception(
        id="argument_unused",
        title="an argument of the constructor that decides nothing",
        hint="Call the constructor with other numbers than usual: which of the four arguments does "
        "not show in the layers?",
        explanation="A size is written as a number, often 10 for num_classes or 3 for in_channel.",
        course="Notebook, Part III, Question 3",
    ),
    Misconception(
        id="bias_not_zero",
        title="biases that are not zero",
        hint="Two helper functions are given, one for weights. What is the other one for?",
        explanation="Biases are drawn at random: random_weight in place of zero_weight, or ones.",
        course="Notebook, Part II: random_weight and zero_weight",
    ),
    Misconception(
        id="gradients_not_required",
        title="parameters that do not ask for gradients",
        hint="How does PyTorch know which tensors it is to compute gradients for?",
        explanation="requires_grad was not set on every tensor: training leaves those unchanged.",
        course="Notebook, Part II: requires_grad",
    ),
)
