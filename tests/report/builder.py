"""Made-up but realistic results: what the real models would hold for a few kinds of students."""

from __future__ import annotations

import math
from collections.abc import Iterable

from grader.results import (
    BatchEntry,
    BatchResult,
    CheckResult,
    CheckStatus,
    CurvePoint,
    DataInfo,
    IntegrityFlag,
    Mistake,
    OptimizerInfo,
    Provenance,
    QuestionResult,
    RunName,
    RunResult,
    RunStatus,
    SourceLine,
    Student,
    SubmissionInfo,
    SubmissionResult,
    Timing,
)

CIFAR10 = DataInfo(
    name="cifar10",
    fingerprint="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    description="CIFAR-10 (official archive): 49,000 training, 1,000 validation, "
    "10,000 test images",
)
SYNTHETIC = DataInfo(
    name="synthetic",
    fingerprint="b0ad35c0bd2c1ab62cbbd5cc32ed5e27bd0d2b8a3a1a6ae1b93c1bb4a0d5a1f7",
    description="Synthetic images (built in, not CIFAR-10): 49,000 training, 1,000 validation, "
    "10,000 test images",
)
ISOLATION = ("new session", "user namespace", "network namespace", "landlock", "seccomp", "rlimits")
PADDING = Mistake(
    id="padding_2_too_large",
    title="a padding of 2 in the second convolution",
    explanation="Padding 2 belongs to a 5x5 filter; under 3x3 it adds 2 to height and width.",
    course="CS231n notes, Convolutional Networks: spatial arrangement and zero-padding",
)
VALUES_REASON = """\
three_layer_convnet returned scores that differ from the reference.
  asked   (64, 10) torch.float32
  came    (64, 10) torch.float32
  largest difference 3.41, at [12, 7]: expected -1.2071, came 2.2029
A second convolution with padding 2 instead of 1 reproduces your numbers exactly."""
SHAPE_REASON = """\
flatten(x) was asked for shape (2, 12) and returned (24,).
The first dimension is the batch and must be kept."""
CONVNET = """\
    # TODO: the forward pass of the three-layer ConvNet
    hidden = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    hidden = F.relu(F.conv2d(hidden, conv_w2, conv_b2, padding=2))
    scores = flatten(hidden).mm(fc_w) + fc_b  # no softmax
    assert scores.dim() == 2, "scores: (N, C)"
    return scores"""
NEAR_MISS = """\
Validation accuracy came to 41.6 %, 0.4 percentage points below the threshold of 42 %.
Three seeds were tried: 41.2 %, 41.6 %, 40.9 %."""


def provenance(data: DataInfo | None = CIFAR10) -> Provenance:
    return Provenance(
        data=data,
        rubric="4c1d" * 16,
        reference="9a7e" * 16,
        grader="0.1.0",
        key="51b2" * 16,
        torch="2.15.0",
        isolation=ISOLATION,
    )


def timing(seconds: float = 41.25) -> Timing:
    return Timing(
        started="2026-11-02T09:14:31Z", seconds=seconds, host="lab-7", checks={"flatten.shape": 0.1}
    )


def check(
    title: str,
    max_score: float,
    status: CheckStatus = CheckStatus.PASSED,
    *,
    score: float | None = None,
    reason: str | None = None,
    where: str | None = None,
    mistakes: tuple[Mistake, ...] = (),
    lines: tuple[SourceLine, ...] = (),
    left_out: bool = False,
) -> CheckResult:
    earned = max_score if status is CheckStatus.PASSED else 0.0
    return CheckResult(
        id="module." + title.lower().replace(" ", "_")[:30],
        title=title,
        status=status,
        score=earned if score is None else score,
        max_score=max_score,
        reason=reason,
        where=where,
        misconception="+".join(each.id for each in mistakes) or None,
        mistakes=mistakes,
        lines=lines,
        left_out=left_out,
    )


def source_lines(text: str, first: int = 1, marked: int | None = None) -> tuple[SourceLine, ...]:
    """The lines of a text as an excerpt."""
    return tuple(
        SourceLine(number=number, text=line, marked=number == marked)
        for number, line in enumerate(text.split("\n"), first)
    )


def question(name: str, title: str, *checks: CheckResult) -> QuestionResult:
    return QuestionResult(
        id=name,
        title=title,
        score=sum(check.score for check in checks),
        max_score=sum(check.max_score for check in checks),
        checks=checks,
    )


def curve(top: float, iterations: int = 765, every: int = 45) -> tuple[CurvePoint, ...]:
    """Accuracy climbing from chance to about `top`, loss falling, with a little unrest."""
    points = []
    for step in range(0, iterations + 1, every):
        done = 1 - math.exp(-4.5 * step / iterations)
        unrest = 0.012 * math.sin(step * 1.7) * done
        points.append(
            CurvePoint(
                iteration=step,
                loss=2.302 - (1.9 * top) * done + 0.09 * math.sin(step * 2.3),
                val_accuracy=round(0.1 + (top - 0.1) * done * 1.01 + unrest, 3),
            )
        )
    return tuple(points)


def run(
    threshold: float,
    top: float,
    *,
    optimizer: OptimizerInfo | None = None,
    iterations: int = 765,
    epochs: float = 1.0,
    seeds: tuple[int, ...] = (0,),
    reason: str | None = None,
    where: str | None = "notebook.ipynb, cell 23",
) -> RunResult:
    points = curve(top, iterations, every=max(iterations // 17, 1))
    best = max(point.val_accuracy for point in points)
    return RunResult(
        status=RunStatus.REACHED if best >= threshold else RunStatus.MISSED,
        where=where,
        threshold=threshold,
        reached=best >= threshold,
        near_miss=threshold - 0.05 <= best < threshold,
        best_val_accuracy=best,
        final_val_accuracy=points[-1].val_accuracy,
        test_accuracy=round(best - 0.0123, 4),
        iterations=iterations,
        epochs=epochs,
        budget=max(round(epochs), 1),
        optimizer=optimizer or sgd(),
        seeds=seeds,
        curve=points,
        reason=reason,
    )


def sgd(lr: float = 0.003, momentum: float = 0.0, *, nesterov: bool = False) -> OptimizerInfo:
    return OptimizerInfo(
        name="SGD", settings={"lr": lr, "momentum": momentum, "nesterov": nesterov}
    )


def skipped_run(threshold: float) -> RunResult:
    return RunResult(
        status=RunStatus.SKIPPED,
        threshold=threshold,
        reached=False,
        reason="Training was left out on request.",
    )


THRESHOLDS: dict[RunName, float] = {
    "barebones": 0.42,
    "module": 0.45,
    "sequential_fc": 0.40,
    "sequential_convnet": 0.55,
    "challenge": 0.70,
}


def good_runs() -> dict[RunName, RunResult]:
    adam = OptimizerInfo(
        name="AdamW", settings={"lr": 0.001, "betas": "(0.9, 0.999)", "weight_decay": 0.01}
    )
    return {
        "barebones": run(0.42, 0.47),
        "module": run(0.45, 0.49, where="notebook.ipynb, cell 31"),
        "sequential_fc": run(
            0.40, 0.44, optimizer=sgd(0.01, 0.9, nesterov=True), where="notebook.ipynb, cell 36"
        ),
        "sequential_convnet": run(
            0.55, 0.58, optimizer=sgd(0.01, 0.9, nesterov=True), where="notebook.ipynb, cell 40"
        ),
        "challenge": run(
            0.70,
            0.81,
            optimizer=adam,
            iterations=7650,
            epochs=10.0,
            where="notebook.ipynb, cell 46",
        ),
    }


def questions(runs: dict[RunName, RunResult]) -> tuple[QuestionResult, ...]:
    """All passed, but for what the runs say about training."""

    def training(name: RunName, title: str, points: float) -> CheckResult:
        this = runs[name]
        status = {
            RunStatus.REACHED: CheckStatus.PASSED,
            RunStatus.SKIPPED: CheckStatus.SKIPPED,
        }.get(this.status, CheckStatus.FAILED)
        return check(
            title, points, status, reason=this.reason, where=this.where,
            left_out=status is CheckStatus.SKIPPED,
        )  # fmt: skip

    return (
        question(
            "flatten",
            "Flatten",
            check("flatten keeps the batch dimension", 2),
            check("flatten keeps the order of the values", 2),
        ),
        question(
            "barebones",
            "Question 1: Barebones ConvNet",
            check("The scores have shape (N, C)", 4),
            check("The scores equal the reference's for seeded weights and inputs", 10),
            check("The weights are Kaiming normal and the biases zero", 4),
            training("barebones", "One epoch passes the threshold", 10),
        ),
        question(
            "module",
            "Question 2: Module API",
            check("The layers have the asked shapes", 6),
            check("The scores equal the reference's for seeded weights and inputs", 10),
            training("module", "One epoch passes the threshold", 10),
        ),
        question(
            "sequential",
            "Question 3: Sequential API",
            check("The layers have the asked shapes", 8),
            training("sequential_convnet", "One epoch passes the threshold", 12),
        ),
        question(
            "challenge",
            "Question 4: CIFAR-10 challenge",
            training("challenge", "Ten epochs reach the threshold", 22),
        ),
    )


def submission(
    name: str | None = "Ada Lovelace",
    *,
    submission_id: str = "lovelace_ada_18211",
    student_id: str = "18211",
    questions_: tuple[QuestionResult, ...] | None = None,
    runs: dict[RunName, RunResult] | None = None,
    data: DataInfo | None = CIFAR10,
    left_out: float = 0.0,
    integrity: tuple[IntegrityFlag, ...] = (),
    notes: tuple[str, ...] = (),
    entry: str | None = "notebook.ipynb",
) -> SubmissionResult:
    runs = good_runs() if runs is None else runs
    parts = questions(runs) if questions_ is None else questions_
    return SubmissionResult(
        submission=SubmissionInfo(
            id=submission_id,
            student=Student(id=student_id, name=name),
            entry=entry,
            files=("notebook.ipynb", "helpers.py"),
            layout="folder",
        ),
        status="graded",
        score=sum(part.score for part in parts),
        max_score=sum(part.max_score for part in parts),
        left_out=left_out,
        questions=parts,
        runs=runs,
        integrity=integrity,
        notes=notes,
        provenance=provenance(data),
        timing=timing(),
    )


def full_marks() -> SubmissionResult:
    return submission()


def failing() -> SubmissionResult:
    """Near misses, a misconception, a crash, a check that was not run, and a grader error."""
    runs = good_runs()
    runs["barebones"] = run(0.42, 0.409, reason=NEAR_MISS, seeds=(0, 1, 2))
    runs["sequential_convnet"] = RunResult(
        status=RunStatus.FAILED,
        where="notebook.ipynb, cell 40, line 12",
        threshold=0.55,
        reached=False,
        reason="your code raised RuntimeError: mat1 and mat2 shapes cannot be multiplied "
        "(64x8192 and 16384x10)",
    )
    runs["challenge"] = RunResult(
        status=RunStatus.NOT_FOUND,
        threshold=0.70,
        reached=False,
        reason="No model was handed to train_part34 under the heading of the challenge.",
    )
    flatten, barebones, module, sequential, challenge = questions(runs)
    return submission(
        "Charles Babbage",
        submission_id="babbage_charles_18402",
        student_id="18402",
        runs=runs,
        questions_=(
            question(
                "flatten",
                flatten.title,
                check(
                    "flatten keeps the batch dimension",
                    2,
                    CheckStatus.FAILED,
                    reason=SHAPE_REASON,
                    where="notebook.ipynb, cell 8, line 3",
                    lines=(
                        *source_lines("def flatten(x):"),
                        *source_lines("    return x.reshape(-1)", 3, marked=3),
                    ),
                ),
                check(
                    "flatten keeps the order of the values",
                    2,
                    CheckStatus.SKIPPED,
                    reason="Not run: it needs “flatten keeps the batch dimension”.",
                ),
            ),
            question(
                "barebones",
                barebones.title,
                barebones.checks[0],
                check(
                    barebones.checks[1].title,
                    10,
                    CheckStatus.PARTIAL,
                    score=6.5,
                    reason=VALUES_REASON,
                    where="notebook.ipynb, cell 12, lines 14 to 22",
                    mistakes=(PADDING,),
                    lines=source_lines(CONVNET, 14, marked=16),
                ),
                *barebones.checks[2:],
            ),
            question(
                "module",
                module.title,
                *module.checks[:2],
                check(
                    module.checks[2].title,
                    10,
                    CheckStatus.ERROR,
                    reason="torchgrade itself failed here. This is not your fault; "
                    "your instructor was told.",
                ),
            ),
            sequential,
            challenge,
        ),
        integrity=(
            IntegrityFlag(
                flag="changed_provided_function",
                text="check_accuracy_part34 differs from the course's version: it returns 0.99.",
            ),
        ),
        notes=(
            "Cell 17 raised NameError: name 'conv_w3' is not defined; the cells after it were run.",
            "Cell 3: the line “!pip install torchinfo” was not run.",
        ),
    )


def ungraded(submission_id: str = "hopper_grace_18555") -> SubmissionResult:
    return SubmissionResult(
        submission=SubmissionInfo(
            id=submission_id,
            student=Student(id="18555", name="Grace Hopper"),
            entry=None,
            files=("report.docx", "photo.heic"),
            layout="folder",
        ),
        status="ungraded",
        reason="There is no notebook and no Python file among the 2 files of this submission.\n"
        "Hand in the notebook (.ipynb) or a script (.py).",
        score=0.0,
        max_score=100.0,
        provenance=provenance(None),
        timing=timing(),
    )


def without_training() -> SubmissionResult:
    runs: dict[RunName, RunResult] = {
        name: skipped_run(threshold) for name, threshold in THRESHOLDS.items()
    }
    return submission(
        "Emmy Noether",
        submission_id="noether_emmy_18233",
        student_id="18233",
        runs=runs,
        data=SYNTHETIC,
        left_out=54.0,
    )


HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "\x1b[31mred\x1b[0m \u202egnp.exe \x00 \ud800 </title></style>{{ 7*7 }}"
)


def hostile() -> SubmissionResult:
    """Markup, escapes, overrides and long lines in every field that a student can reach."""
    bad = check(
        HOSTILE,
        5,
        CheckStatus.FAILED,
        reason=HOSTILE + "\n" + "x" * 100_000 + "\n" + HOSTILE,
        where=HOSTILE,
        lines=source_lines("\n".join((HOSTILE, "x = '''", "w" * 100_000)), marked=1),
    )
    runs = good_runs()
    runs["challenge"] = runs["challenge"].model_copy(
        update={
            "where": HOSTILE,
            "reason": HOSTILE,
            "shared_with": HOSTILE,
            "optimizer": OptimizerInfo(name=HOSTILE, settings={HOSTILE: HOSTILE}),
        }
    )
    result = submission(
        HOSTILE,
        submission_id=HOSTILE,
        student_id=HOSTILE,
        entry=HOSTILE,
        questions_=(question("q", HOSTILE, bad),),
        runs=runs,
        notes=(HOSTILE, "y" * 100_000),
        integrity=(IntegrityFlag(flag=HOSTILE, text=HOSTILE),),
    )
    info = result.submission.model_copy(update={"files": (HOSTILE, "z" * 100_000)})
    return result.model_copy(update={"submission": info})


def renumbered(result: SubmissionResult, number: int, *, late: bool = False) -> SubmissionResult:
    """The same work, handed in by another student."""
    name = f"{result.submission.student.name} {number}"
    info = result.submission.model_copy(
        update={"id": f"s{number:04}", "student": Student(id=str(number), name=name), "late": late}
    )
    return result.model_copy(update={"submission": info})


def batch(results: Iterable[SubmissionResult], data: DataInfo | None = CIFAR10) -> BatchResult:
    return BatchResult(
        assignment="HW 05: PyTorch on CIFAR-10",
        data=data,
        provenance=provenance(data),
        submissions=tuple(
            BatchEntry(
                id=result.submission.id,
                status=result.status,
                score=result.score,
                max_score=result.max_score,
                result=f"submissions/{result.submission.id}/result.json",
            )
            for result in results
        ),
    )
