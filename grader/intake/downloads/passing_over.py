"""What of a download is nobody's submission, and why: it is told, so that none is lost unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.intake.archives.unpacking import readable
from grader.intake.downloads.trees import Tree
from grader.intake.layouts import Choice, Entry
from grader.results import PassedOver


def passed_over(tree: Tree, choice: Choice, others: Sequence[Entry]) -> Iterator[PassedOver]:
    """All that is passed over at the top of a download.

    Args:
        tree: the download.
        choice: its layout.
        others: the entries that are no work in that layout.
    """
    yield from _nowhere(tree)
    yield from map(_no_work, others)
    yield from _hidden(tree, choice)
    yield from _reports(tree)


def _nowhere(tree: Tree) -> Iterator[PassedOver]:
    for name, reason in tree.nowhere().items():
        yield PassedOver(name=readable(name), reason=f"{reason.in_english(readable(name))}.")


def _no_work(entry: Entry) -> PassedOver:
    name = readable(entry.name)
    if entry.refused is not None:
        return PassedOver(name=name, reason=f"{entry.refused.in_english(name)}.")
    return PassedOver(name=name, reason=f"{name} is no notebook, no script, no folder, no archive.")


def _hidden(tree: Tree, choice: Choice) -> Iterator[PassedOver]:
    """Those whose own names begin with a dot: among what a platform named they are no leftovers."""
    if choice.layout.name == "plain":
        return
    named = {entry.name for entry in tree.entries()}
    hidden = [
        entry for entry in tree.leftovers() if entry.name.removeprefix("._") not in named
    ]  # macOS keeps what it knows of a file beside it
    for name in map(readable, sorted(choice.layout.fitting(hidden))):
        yield PassedOver(
            name=name,
            reason=f"{name} begins with a dot, as hidden files do. Rename it to have it graded.",
        )


def _reports(tree: Tree) -> Iterator[PassedOver]:
    for name in map(readable, tree.reports()):
        yield PassedOver(name=name, reason=f"{name} holds reports of torchgrade alone.")
