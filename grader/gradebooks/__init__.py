"""Results -> what a learning platform, a spreadsheet or a build server reads.

::

    BatchResult, SubmissionResults ──grades──> one Grade a person ──lists───> a new table
                                                              └──filling──> the platform's own
    SubmissionResults ──junit──> one test case a check
    everybody's report ──feedback──> a zip that the platform takes back

Who may import it: the command line. It knows the models of `grader.results` and how tables of
people are read (`grader.intake`); no torch, no checks. It is the platform's own gradebook that is
filled in, so that its columns tell whose row is whose.
"""

from __future__ import annotations

from grader.gradebooks.feedback import write_feedback
from grader.gradebooks.filling import PLATFORMS, Filled, fill_gradebook
from grader.gradebooks.grades import Grade, grades_of
from grader.gradebooks.junit import to_junit
from grader.gradebooks.lists import grade_table
from grader.gradebooks.tables import Table, csv_text, write_xlsx

__all__ = [
    "PLATFORMS",
    "Filled",
    "Grade",
    "Table",
    "csv_text",
    "fill_gradebook",
    "grade_table",
    "grades_of",
    "to_junit",
    "write_feedback",
    "write_xlsx",
]
