"""What is different about a worker whose results would not be ours."""

from __future__ import annotations

from grader.cluster.records import Differs, Installation
from grader.jobs import Opened
from grader.sentences import listed


def differences(ours: Opened, here: Installation, theirs: Differs) -> list[str]:
    """In words, each with the worker's first and ours second."""
    one, other = theirs.opened.provenance, ours.provenance
    found = []
    if one.data != other.data:
        found.append(f"the data set ({_data(theirs.opened)}; here {_data(ours)})")
    if one.rubric != other.rubric:
        found.append("the rubric")
    if one.reference != other.reference:
        found.append("the reference's source")
    if one.grader != other.grader:
        found.append(f"torchgrade ({one.grader}; here {other.grader})")
    if one.torch != other.torch:
        found.append(f"torch ({one.torch}; here {other.torch})")
    if theirs.installation.python != here.python:
        found.append(f"Python ({theirs.installation.python}; here {here.python})")
    packages = sorted(set(theirs.installation.packages) ^ set(here.packages))
    if packages:
        found.append(f"what is installed ({listed(packages)})")
    return found or ["torchgrade's own source"]


def _data(opened: Opened) -> str:
    data = opened.provenance.data
    return "none" if data is None else f"{data.name} {data.fingerprint[:8]}"
