"""Every limit of intake, with its reason.

Each is far above what honest homework needs and far below what would harm the machine that grades.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.language import N_

MAX_FILES = 2_000
"""Files of one submission: each is hashed and copied."""

MAX_BYTES = 256 << 20
"""All files of one submission together; the homework is 250 KB, with saved models some 10 MB."""

MAX_SOURCE_BYTES = 16 << 20
"""The code of one script or notebook."""

MAX_TEXT_IN_ALL = 2 * MAX_SOURCE_BYTES
"""Characters of code, and of text in which headings are looked for, in all sources of one
submission: to look through them takes 0.5 s for each million, and nobody else's work is read
meanwhile."""

MAX_NOTEBOOK_BYTES = 64 << 20
"""A notebook with its outputs; one with many pictures has 10 MB."""

MAX_CELLS = 5_000
"""Of one notebook; the homework's has 50."""

MAX_CELLS_IN_ALL = 20_000
"""Of all sources of one submission; to look at one takes 0.02 ms, whatever it holds."""

MAX_OBJECTS = 1_000_000
"""Brackets in a notebook. An empty object takes 70 times the memory that it takes on disk."""

MAX_VALUES = 4_000_000
"""Commas and texts in a notebook, that is keys, texts and numbers. One takes up to 100 bytes of
memory, and a millionth of a second; the plots of a homework have some ten thousand."""

MAX_CANDIDATES = 100
"""Sources of one submission that are looked into for the homework, by depth and name."""

MAX_UNREADABLE = 1 << 20
"""Bytes of a file that cannot be read in which the homework is looked for all the same."""

MAX_PARSED = 128 << 10
"""Characters of a source that is parsed; a tree takes up to a thousand times as much memory. The
homework has 50,000."""

MAX_PARSED_IN_ALL = 2 << 20
"""Of all sources of one submission; what is beyond is looked through line by line."""

BRACE_LENGTH = 20
"""Characters of a source that is parsed which an opening brace counts as. It may begin a field of
an f-string, for which Python 3.11 makes a parser of its own: 43,000 of them take 2 s. A homework
has five."""

MAX_IMPORTS = 10_000
"""Of one source that are looked at; a script of 16 MB may name millions of modules."""

MAX_HEADING = 200
"""Characters of a line in which a heading is looked for."""

MAX_HEADINGS = 5_000
"""Lines of one source that may be headings: comments are. The homework has 200."""

MAX_MARKS = 500
"""Headings of parts and questions that are kept; the homework has twelve."""

MAX_ID_BYTES = 200
"""In UTF-8 and in the form that is written: an id names a folder, and has room for `-2` behind it.
Composing a name may make it three times as long."""

MAX_NAME_BYTES = 255
"""Of one file or folder, in UTF-8: no file system takes more."""

MAX_PATH_BYTES = 1_024
"""Of a file with the folders it lies in, in UTF-8. Most systems take 4,096 bytes, ours before it
included; a homework's has 100."""

MAX_FOLDER_DEPTH = 32
"""Folders within folders; a homework has two or three."""

MAX_NESTED_ARCHIVES = 1
"""Levels of archives within an archive that one person handed in: who packs twice is understood."""

MAX_WRAPPERS = 3
"""Folders around the whole of a download that are stepped through: archive name, course, homework.
"""

MAX_TABLE_BYTES = 128 << 20
"""Of a roster or gradebook. One of 1,000 people with 100 columns has 1 MB; what people typed into
Moodle's text box stands in its grading worksheet, too. One cell of that size takes 1.1 GB while it
is read, if any of its characters takes four bytes."""

MAX_TABLE_LINE = 64 << 20
"""Characters of one line of it; reading one takes up to four bytes for each."""

MAX_TABLE_CELLS = 4_000_000
"""Of it; one takes up to 70 bytes of memory besides its text."""

MAX_ROSTER_CELL = 1_000
"""Characters of a name or code on a roster; nothing else is wanted of its cells."""

MAX_METADATA_LENGTH = 1 << 30
"""Characters of Gradescope's description of an export, which is read record by record."""

MAX_RECORD_LENGTH = 16 << 20
"""Characters of one submission's record in it, which holds the output of every earlier autograder
run."""

MAX_RECORD_EVENTS = 500_000
"""Of one record: a key, a text, the beginning or end of a list. Reading one takes a microsecond; a
record with twenty attempts of fifty tests each has 20,000."""

MAX_RECORDS = 100_000
"""Of one description."""

MAX_SUBMITTERS = 200
"""Of one record: the members of a group."""

MAX_OLDER = 20
"""Earlier attempts of one hand-in that are named; of more, how many."""

MAX_PASSED_OVER_OF_ONE = 10
"""Things in one person's share of a download that are passed over by name; of more, how many."""

MAX_PASSED_OVER = 2_000
"""Of all together: a class of as many people, with something of each."""

MAX_INFO_LENGTH = 1 << 20
"""Characters of Blackboard's description of one attempt; a text typed in may stand in it."""

MAX_INFO_LINE = 10_000
"""Characters of a line in it that are looked at: the members of a large group stand in one."""

MAX_TAR_HEADER_BYTES = 1 << 20
"""Of one entry's name and attributes, which `tarfile` reads at once, however long they claim to be.
"""

MAX_XZ_MEMORY = 256 << 20
"""Of the decompressor; `xz -9` asks for 65 MB."""

CENTRAL_RECORD_BYTES = 256
"""An entry's share of a zip's table of contents: 46 bytes and its name. `zipfile` reads the table
as a whole before anything can be counted, so that its size is what bounds the entries."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What may come out of one archive; always counted while it comes, never read from headers."""

    entries: int
    """Files and folders, those that are passed over too; of a share, those that are left out beyond
    as many count for nothing."""
    total_bytes: int
    entry_bytes: int
    large_entry_spoils: bool
    """Whether one entry that is too large spoils the archive, or is left out by itself."""
    advice: str
    """What to do with an archive of which more would come out; a marked sentence."""
    share: ArchiveLimits | None = None
    """What one person's files may take of `entries` and `total_bytes`; None where all are one's."""
    ratio: int = 300
    """Bytes out for each byte in; text comes to 20, deflate ends at 1,032."""
    free_bytes: int = 32 << 20
    """Below this much output the ratio is not asked for: an array of zeros is no attack."""


HAND_IN = ArchiveLimits(
    entries=20_000,
    total_bytes=MAX_BYTES,
    entry_bytes=MAX_BYTES,
    large_entry_spoils=True,
    advice=N_("Pack your work alone, without libraries, caches, data sets and saved models."),
)
"""What one person packed: with the hidden files and caches that come along."""

DOWNLOAD = ArchiveLimits(
    entries=500_000,
    total_bytes=16 << 30,
    entry_bytes=MAX_BYTES,
    large_entry_spoils=False,
    advice=N_("Unpack it yourself and name the folder instead."),
    share=HAND_IN,
)
"""What an LMS packed: 1,000 people with 16 MB each; one of them must not spoil it for the rest.
The table of contents of so many entries takes half a gigabyte of memory."""
