"""Reports written again from the results that are in a folder, with its adjustments as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from grader.batch import Graded
from grader.errors import AdjustmentsError, UsageError
from grader.outfolder import opened_out
from grader.report import read_batch


def republish(out: Path, on_misfit: Callable[[AdjustmentsError], None]) -> list[Graded]:
    """Write every report and the index again; nothing is graded.

    Args:
        out: a folder that `torchgrade grade` wrote.
        on_misfit: told of each adjustment that does not fit its result, and is left out.

    Returns:
        What is in it now, in the order of the batch.

    Raises:
        UsageError: `out` holds no results, or what is not readable as such.
        AdjustmentsError: adjustments.yaml cannot be used.
    """
    if not (out / "results.json").exists():
        raise UsageError(f"{out} holds no results.json. Name a folder that `grade` wrote.")
    with opened_out(out) as folder:
        try:
            batch = read_batch(out / "results.json")
            folder.adjustments.refuse_unknown({entry.id for entry in batch.submissions})
            graded = []
            for entry in batch.submissions:
                result, misfits = folder.adjusted(folder.read(entry.id))
                for misfit in misfits:
                    on_misfit(misfit)
                folder.write(result)
                graded.append(Graded.of(result))
        except OSError as error:
            raise UsageError(f"{error.filename} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            raise UsageError(
                f"A result in {out} is not one of this version of torchgrade "
                f"({error.error_count()} fields differ). Grade again into it."
            ) from error
        again = batch.model_copy(update={"submissions": tuple(each.entry for each in graded)})
        folder.write_index(again, (folder.read(each.entry.id) for each in graded))
    return graded
