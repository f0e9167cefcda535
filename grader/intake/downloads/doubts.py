"""What a roll call has to say of whose something is, where only what people typed tells it.

Nothing of it is ever left out for what somebody else typed: it is where a stranger's file does harm
that its owner has to be looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.intake.archives.unpacking import readable
from grader.intake.downloads.trees import Tree
from grader.intake.entry_names import composed
from grader.intake.layouts import HandIn, Who
from grader.intake.people.owners import codes_of
from grader.intake.relations import relations
from grader.intake.submission import Submission
from grader.sentences import listed


def doubts(
    tree: Tree, hand_ins: Sequence[HandIn], submissions: Sequence[Submission]
) -> Iterator[str]:
    """Sentences on names that several have, and on what several may have handed in.

    Args:
        tree: the download.
        hand_ins: what is in it.
        submissions: as which each of them was read, in the same order.
    """
    yield from map(_said_of_twins, tree.twins())
    for name, own in tree.renamed_at_top().items():
        yield _said_of_renamed(name, own)
    joined = [
        _said_of_joined(hand_in, submission)
        for hand_in, submission in zip(hand_ins, submissions, strict=True)
        if len(hand_in.parts) > 1 and any(map(_may_be_anybody, hand_in.members))
    ]
    # First those of which there is more to say: most are one person's who has several files.
    for said in sorted(filter(None, joined), key=len, reverse=True):
        yield " ".join(said)


def _said_of_twins(names: Sequence[str]) -> str:
    name = readable(composed(names[0]))
    return (
        f"{name} is the name of {len(names)} files or folders, which differ only in how its "
        "characters are written. Each stands for itself; look at whose they are."
    )


def _said_of_renamed(name: str, own: str) -> str:
    return (
        f"{readable(name)} is called {readable(own)} in the download, a name that another file or "
        "folder has here. Each stands for itself; look at whose they are."
    )


def _may_be_anybody(who: Who) -> bool:
    """Whether no platform says who it is: anybody may call a file like that."""
    return who.is_typed or not (who.name or codes_of(who))


def _said_of_joined(hand_in: HandIn, submission: Submission) -> list[str]:
    """What to say where only typed names bring together what may be several people's.

    A file that holds nothing of the homework may be run with it, or make it too large. Of a
    notebook and its export there is nothing to say.
    """
    found = relations(submission.root, submission.files, submission.entry)
    if found.is_saved_twice:
        return []
    said = [
        f"{submission.id} is put together from {len(hand_in.parts)} files or folders by what "
        "people typed into their names."
    ]
    if len(found.works) > 1:
        said.append(f"{listed(found.works)} could each be the homework.")
    if found.imported:
        said.append(f"{submission.entry} is what is run, and imports {listed(found.imported)}.")
    if submission.problem is not None:
        said.append(f"It is not graded: {submission.problem}")
    # Last, as names may be long and a terminal shows only so much of a note.
    parts = listed([readable(part.source) for part in hand_in.parts])
    return [*said, f"Look at whose they are: {parts}."]
