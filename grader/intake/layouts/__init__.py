"""What each LMS calls the files it hands out: names -> who handed in what.

Pure functions of the names at the top of a download, and of the two kinds of file in which an LMS
writes down more. Used by `grader.intake.downloads.opening` alone.
"""

from grader.intake.layouts.detection import Choice, choose, lay_out
from grader.intake.layouts.model import Entry, HandIn, OpenText, Part, Who, no_text

__all__ = [
    "Choice",
    "Entry",
    "HandIn",
    "OpenText",
    "Part",
    "Who",
    "choose",
    "lay_out",
    "no_text",
]
