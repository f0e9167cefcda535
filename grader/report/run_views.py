"""What a page shows of one training run: a row of the table, and a plot when it was measured."""

from __future__ import annotations

from dataclasses import dataclass

from grader.language import _
from grader.report import phrases, wording
from grader.report.plots import CurvePlot, curve_plot
from grader.report.prose import Block, typeset
from grader.report.text import TEXT_LIMIT, clean_line, optional_line
from grader.results import BY_HAND, OptimizerInfo, RunName, RunResult


@dataclass(frozen=True)
class Run:
    """One training run; there is a plot where its curve was measured."""

    title: str
    tone: str
    word: str
    where: str | None
    why: str | None
    threshold: str
    best: str
    final: str
    test: str
    iterations: str
    epochs: str | None
    optimizer: str | None
    settings: str
    seeds: str
    precision: str | None
    shared_with: str | None
    reason: tuple[Block, ...]
    plot: CurvePlot | None


def run_view(name: RunName, run: RunResult) -> Run:
    """Work out one run."""
    trained = run.iterations > 0
    shared = optional_line(run.shared_with)
    return Run(
        title=wording.run_title(name),
        tone=wording.RUN_TONES[run.status].value,
        word=wording.run_word(run.status),
        where=optional_line(run.where),
        why=clean_line(run.why, TEXT_LIMIT) if run.why else None,
        threshold=wording.threshold(run.threshold),
        best=wording.percent(run.best_val_accuracy),
        final=wording.percent(run.final_val_accuracy),
        test=wording.percent(run.test_accuracy),
        iterations=wording.number(run.iterations) if trained else wording.DASH,
        epochs=wording.epochs(run.epochs) if trained else None,
        optimizer=_optimizer(run.optimizer) if run.optimizer else None,
        settings=wording.settings(run.optimizer),
        seeds=wording.seeds(run.seeds),
        precision=_("mixed precision (bfloat16)") if run.mixed_precision else None,
        shared_with=phrases.shared_with(shared) if shared else None,
        reason=typeset(run.reason),
        plot=curve_plot(name, run) if run.curve else None,
    )


def _optimizer(info: OptimizerInfo) -> str:
    """Its name, which is the student's own word where it is no torch optimizer's."""
    return _(BY_HAND) if info.name == BY_HAND else clean_line(info.name)
