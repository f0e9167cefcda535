"""What of a download is nobody's submission, and why: it is told, so that none is lost unseen.

Of what lies in one person's share of the download a few are named and the rest is counted: however
many files somebody hands in, everybody's page stays one that can be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from grader.intake.archives.unpacking import readable
from grader.intake.downloads.trees import Tree
from grader.intake.layouts import Choice, Entry, lay_out, no_text
from grader.intake.limits import MAX_PASSED_OVER, MAX_PASSED_OVER_OF_ONE
from grader.results import PassedOver

_Found = tuple[str, PassedOver]
"""A name as it stands in the download, and what is told of it."""
_MOST_TEXT = 500
"""Characters of what is told of one thing; in an archive, a name may have 65,535."""
_TOP = re.compile(r"[^/\\]*")


def passed_over(tree: Tree, choice: Choice, others: Sequence[Entry]) -> Iterator[PassedOver]:
    """All that is passed over at the top of a download.

    Args:
        tree: the download.
        choice: its layout.
        others: the entries that are no work in that layout.
    """
    found = [
        *_nowhere(tree),
        *((entry.name, _no_work(entry)) for entry in others),
        *_hidden(tree, choice),
        *_reports(tree),
    ]
    shares = _shares([name for name, _ in found], choice)
    yield from _some(found, shares)


def _some(found: Sequence[_Found], shares: Mapping[str, str]) -> Iterator[PassedOver]:
    """Those that are named, and what is counted of the rest, of each share and of all together."""
    counts = Counter(shares[name] for name, _ in found)
    told: Counter[str] = Counter()
    lines = left = 0
    for name, passed in found:
        share = shares[name]
        told[share] += 1
        more = counts[share] - MAX_PASSED_OVER_OF_ONE
        is_named = told[share] <= MAX_PASSED_OVER_OF_ONE or more == 1
        if not is_named and told[share] != MAX_PASSED_OVER_OF_ONE + 1:
            continue
        if lines >= MAX_PASSED_OVER:
            left += 1 if is_named else more
            continue
        lines += 1
        yield passed if is_named else _counted(share, more)
    if left:
        yield PassedOver(name="others", reason=f"others: {left:,} more were passed over.")


def _counted(share: str, more: int) -> PassedOver:
    name = readable(share)[:_MOST_TEXT]
    reason = f"{name}: {more:,} more of the same person's were passed over."
    return PassedOver(name=name, reason=reason)


def _shares(names: Sequence[str], choice: Choice) -> dict[str, str]:
    """Whose share each is in: of whom the layout says, else of whoever has the top it lies in."""
    tops = {name: match[0] if (match := _TOP.match(name)) else name for name in names}
    folders = {tops[name] for name in names if tops[name] != name}
    entries = [Entry(top, is_folder=top in folders) for top in dict.fromkeys(tops.values())]
    hand_ins, _ = lay_out(entries, choice, no_text) if choice.layout.fitting(entries) else ([], [])
    owners = {
        source: hand_in.parts[0].source if hand_in.parts else hand_in.id
        for hand_in in hand_ins
        for source in (*(part.source for part in hand_in.parts), *hand_in.beside)
    }
    return {name: owners.get(top, top) for name, top in tops.items()}


def _passed(name: str, reason: str) -> _Found:
    return name, PassedOver(name=readable(name)[:_MOST_TEXT], reason=reason[: 2 * _MOST_TEXT])


def _nowhere(tree: Tree) -> Iterator[_Found]:
    for name, reason in tree.nowhere().items():
        shown = readable(name)[:_MOST_TEXT]
        yield _passed(name, f"{reason.in_english(shown)}.")


def _no_work(entry: Entry) -> PassedOver:
    name = readable(entry.name)
    if entry.refused is not None:
        return PassedOver(name=name, reason=f"{entry.refused.in_english(name)}.")
    return PassedOver(name=name, reason=f"{name} is no notebook, no script, no folder, no archive.")


def _hidden(tree: Tree, choice: Choice) -> Iterator[_Found]:
    """Those whose own names begin with a dot: among what a platform named they are no leftovers."""
    if choice.layout.name == "plain":
        return
    named = {entry.name for entry in tree.entries()}
    hidden = [
        entry for entry in tree.leftovers() if entry.name.removeprefix("._") not in named
    ]  # macOS keeps what it knows of a file beside it
    for name in sorted(choice.layout.fitting(hidden)):
        shown = readable(name)
        yield _passed(
            name, f"{shown} begins with a dot, as hidden files do. Rename it to have it graded."
        )


def _reports(tree: Tree) -> Iterator[_Found]:
    for name in tree.reports():
        yield _passed(name, f"{readable(name)} holds reports of torchgrade alone.")
