"""In the container: make it ready once, then grade what a student handed in."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console

from grader.batch.launching import Launcher
from grader.batch.scheduler import Checker
from grader.checking import check_and_tell
from grader.checks.catalogue import known_checks
from grader.choices import ContainerSize, DataChoice, Language
from grader.errors import IntakeError, UsageError, UserError
from grader.gradescope.outcome import UNGRADED, Outcome, no_verdict, outcome_of
from grader.jobs import Setup
from grader.language import _, speak
from grader.machine import this_machine
from grader.report import write_text
from grader.rubric import Rubric, load_rubric

SETTINGS = "torchgrade.json"
RUBRIC = "rubric.yaml"
UNFINISHED = "unfinished.json"
DATA = "data"
"""Names in the folder of the autograder's source."""


class Settings(BaseModel):
    """What was chosen when the autograder was built; a language takes the place of the rubric's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    container: ContainerSize
    data: DataChoice
    language: Language | None = None

    @classmethod
    def read(cls, source: Path) -> Settings:
        """Those in the folder of an autograder's source.

        Raises:
            UsageError: there are none.
        """
        path = source / SETTINGS
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise UsageError(
                f"{path} cannot be used. Build the autograder anew with `torchgrade gradescope "
                "build` and upload it as it is."
            ) from error


def make_ready(source: Path) -> str:
    """Make the data set, so that no submission waits for it; what it is.

    Args:
        source: the folder of the autograder's source.

    Raises:
        UserError: the autograder's settings, rubric or data cannot be used.
    """
    from grader.data import fetch_cifar10, open_store

    settings = Settings.read(source)
    load_rubric(source / RUBRIC, known_checks())
    root = source / DATA
    if settings.data == "cifar10":
        fetch_cifar10(root)
    return open_store(settings.data, root).description


def run_here(source: Path, submission: Path, results: Path, console: Console) -> None:
    """Grade a submission and write `results.json`, whatever happens; and its report beside it.

    Args:
        source: the folder of the autograder's source.
        submission: the folder that holds what the student handed in.
        results: the folder that Gradescope reads.
        console: what an instructor sees.
    """
    try:
        outcome = _grade(source, submission, results, console)
    except IntakeError as error:
        outcome = no_verdict(_(UNGRADED), str(error))
    except UserError as error:
        console.print(str(error), markup=False)
        outcome = no_verdict(
            _(
                "The autograder is not set up rightly, so there is no score yet. This says nothing "
                "of your work. Please tell your instructor."
            )
        )
    except Exception:
        console.print_exception()
        outcome = no_verdict(
            _(
                "The autograder itself failed, so there is no score yet. This says nothing of your "
                "work. Please tell your instructor."
            )
        )
    write_text(results / "results.json", outcome.to_json())


def _grade(source: Path, submission: Path, results: Path, console: Console) -> Outcome:
    settings = Settings.read(source)
    rubric = load_rubric(source / RUBRIC, known_checks())
    setup = _setup(source, settings, rubric, private=(submission, results))
    speak(setup.language)
    with Launcher() as launcher, Checker(results, setup, launcher) as checker:
        result = check_and_tell(submission, checker, console)
    return outcome_of(result, rubric)


def _setup(source: Path, settings: Settings, rubric: Rubric, *, private: tuple[Path, ...]) -> Setup:
    return Setup(
        rubric=str(source / RUBRIC),
        data=settings.data,
        data_root=str(source / DATA),
        train=rubric.containers[settings.container].train,
        share=False,  # there is nobody here to share with
        container=settings.container,
        language=settings.language or rubric.assignment.language,
        threads=this_machine().cores,
        private=tuple(str(path.resolve()) for path in private),
    )
