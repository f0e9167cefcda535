"""Results -> HTML, through the templates beside this module.

Two nets under student text, both in the environment and not in any template: autoescape turns
markup into text, and `finalize` cleans every value that is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.report.index_views import index_page
from grader.report.text import clean
from grader.report.views import submission_page
from grader.results import BatchResult, SubmissionResult


def render_submission(result: SubmissionResult) -> str:
    """`report.html`: the page of one submission, complete in itself."""
    page = submission_page(result)
    return _environment().get_template("submission.html.j2").render(page=page)


def render_index(batch: BatchResult, results: Iterable[SubmissionResult]) -> str:
    """`index.html`: the batch at a glance, with a link to each submission's page.

    `results` is read once. A submission of the batch without a result gets a row all the same.
    """
    page = index_page(batch, results)
    return _environment().get_template("index.html.j2").render(page=page)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printed(value: object) -> object:
    """What stands in the page for a value: text cleaned, finished markup as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return value
