"""Reports written again from the results that are in a folder, with its adjustments as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.batch.outfolder import opened_out, read_out, require_results
from grader.batch.scheduler import Graded
from grader.errors import AdjustmentsError


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
    require_results(out)  # else a folder would be made
    with opened_out(out) as folder:
        # Not before it is ours: a grading that is about to end writes other results.
        batch, results = read_out(out)
        folder.adjustments.refuse_unknown({entry.id for entry in batch.submissions})
        adjusted = []
        for result in results:
            now, misfits = folder.adjusted(result)
            for misfit in misfits:
                on_misfit(misfit)
            folder.write(now)
            adjusted.append(now)
        graded = [Graded.of(result) for result in adjusted]
        again = batch.model_copy(update={"submissions": tuple(each.entry for each in graded)})
        folder.write_index(again, adjusted)
    return graded
