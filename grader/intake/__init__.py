"""What is on disk -> `Submission`. Reads files; runs nothing and changes nothing of them.

One submission: `read_submission`, or `open_own_work` for what its author has, packed or not. Many:
`open_download`, for what a learning platform handed out.
"""

from grader.intake.discovery import read_own_work, read_submission
from grader.intake.downloads import Download, open_download, open_own_work
from grader.intake.submission import Submission

__all__ = [
    "Download",
    "Submission",
    "open_download",
    "open_own_work",
    "read_own_work",
    "read_submission",
]
