"""What is on disk -> `Submission`. Reads files; runs nothing and changes nothing of them.

One submission: `read_submission`, or `open_own_work` for what its author has, packed or not. Many:
`open_download`, for what a learning platform handed out.
"""

from grader.intake.discovery import read_own_work, read_submission
from grader.intake.downloads.opening import Download, open_download, open_own_work
from grader.intake.names import code_key, name_keys, spelling
from grader.intake.people.rosters import Enrolled, people_by_row
from grader.intake.people.tables import TextTable, parse_table, read_table
from grader.intake.submission import Submission

__all__ = [
    "Download",
    "Enrolled",
    "Submission",
    "TextTable",
    "code_key",
    "name_keys",
    "open_download",
    "open_own_work",
    "parse_table",
    "people_by_row",
    "read_own_work",
    "read_submission",
    "read_table",
    "spelling",
]
