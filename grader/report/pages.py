"""Results -> HTML, through the templates beside this module.

Two nets under student text, both in the environment and not in any template: autoescape turns
markup into text, and `finalize` cleans every value that is printed.

A third one is in each page: its content security policy. A student's page runs no script at all;
the index runs the one that is ours, which the policy names by its hash, and no other.

A student's page is in the language of the result, whatever is spoken meanwhile; what instructors
read is in English.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.choices import Language
from grader.language import _, spoken
from grader.report import phrases, wording
from grader.report.audit_views import Audit
from grader.report.calibration import Calibration, chance, strip_plot
from grader.report.index_views import index_page
from grader.report.text import clean
from grader.report.views import submission_page
from grader.results import BatchResult, DataInfo, SubmissionResult

_INSTRUCTORS: Language = "en"


def render_submission(result: SubmissionResult) -> str:
    """`report.html`: the page of one submission, complete in itself."""
    with spoken(result.language):
        page = submission_page(result)
        return _rendered("submission.html.j2", result.language, page=page)


def render_index(batch: BatchResult, results: Iterable[SubmissionResult]) -> str:
    """`index.html`: the batch at a glance, with a link to each submission's page.

    `results` is read once. A submission of the batch without a result gets a row all the same.
    """
    with spoken(_INSTRUCTORS):
        page = index_page(batch, results)
        return _rendered("index.html.j2", _INSTRUCTORS, page=page, script=_script())


def render_audit(audit: Audit, title: str, data: DataInfo | None) -> str:
    """`audit.html`: what a rubric catches, and whom it wrongs."""
    with spoken(_INSTRUCTORS):
        return _rendered("audit.html.j2", _INSTRUCTORS, audit=audit, title=title, data=data)


def render_calibration(found: Calibration) -> str:
    """`calibration.html`: how often a right solution would miss each threshold."""
    with spoken(_INSTRUCTORS):
        return _rendered(
            "calibration.html.j2",
            _INSTRUCTORS,
            found=found,
            runs=[(run, strip_plot(run)) for run in found.runs],
            titles=wording.RUN_TITLES,
            chance=chance,
            percent=wording.percent,
        )


def _rendered(template: str, language: Language, **values: object) -> str:
    return _environment().get_template(template).render(language=language, **values)


@dataclass(frozen=True)
class _Script:
    """A script of ours and how a content security policy names it."""

    text: Markup
    sha256: str


@cache
def _script() -> _Script:
    # Never through the template engine: what is hashed is what stands in the page.
    text = resources.files("grader.report").joinpath("templates/index.js").read_text("utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return _Script(Markup(text), base64.b64encode(digest).decode())


class _Said:
    """`phrases` for templates: a constant is translated when it is read."""

    def __getattr__(self, name: str) -> object:
        phrase = getattr(phrases, name)
        return _(phrase) if isinstance(phrase, str) else phrase


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = _Said()
    return environment


def _printed(value: object) -> object:
    """What stands in the page for a value: text cleaned, finished markup as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return value
