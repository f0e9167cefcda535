"""What is on disk -> `Submission`. Reads files; runs nothing and changes nothing of them."""

from grader.intake.discovery import find_submissions, read_own_work, read_submission
from grader.intake.submission import Submission

__all__ = ["Submission", "find_submissions", "read_own_work", "read_submission"]
