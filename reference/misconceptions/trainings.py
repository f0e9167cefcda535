"""Mistakes in how a network is trained: they are told where a run misses its threshold.

What they are is seen while it is trained, or read off; there is nothing to be reproduced.
"""

from __future__ import annotations

from reference.misconceptions.texts import Misconception

_LOOP = "Notebook, Part II: train_part2; Part III: train_part34"
_RATE = "CS231n notes, Neural Networks Part 3: babysitting the learning process"

TRAININGS: tuple[Misconception, ...] = (
    Misconception(
        id="gradients_kept",
        title="gradients that are never set back between steps",
        hint="What does backward() do to gradients that are there already?",
        explanation="optimizer.zero_grad() is missing or stands where it does nothing, so that "
        "each step follows the sum of all gradients so far.",
        course=_LOOP,
    ),
    Misconception(
        id="loss_summed",
        title="a loss that is summed over the batch",
        hint="How do your steps grow with the number of images in a batch?",
        explanation="reduction='sum', or the losses of the images added up: gradients, and so "
        "steps, are 64 times as large.",
        course=_LOOP,
    ),
    Misconception(
        id="learning_rate_high",
        title="a learning rate many times the homework's",
        hint="Compare your learning rate with the one in the homework's code.",
        explanation="A learning rate at least five times that of the homework, with which the run "
        "missed its threshold.",
        course=_RATE,
    ),
    Misconception(
        id="learning_rate_low",
        title="a learning rate that is only a small part of the homework's",
        hint="Compare your learning rate with the one in the homework's code.",
        explanation="A learning rate at most a fifth of that of the homework, with which the run "
        "missed its threshold.",
        course=_RATE,
    ),
)
