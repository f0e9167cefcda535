"""What the index says of a download."""

from __future__ import annotations

from grader.report import render_index
from grader.report.source_views import source_view
from grader.results import PassedOver, Person, Source, Student

EVIL = "<script>alert(1)</script>\u202e"


def source(**changes: object) -> Source:
    people = (
        Person(id="1", name="Ada", status="submitted", on_roster=True, submission="a", late=True),
        Person(id="2", name="Grace", status="missing", on_roster=True),
        Person(id="3", status="submitted", on_roster=False, submission="b",
               other_submissions=("c",)),
    )  # fmt: skip
    given: dict[str, object] = {
        "name": "submissions.zip",
        "layout": "canvas",
        "title": "Canvas",
        "evidence": "3 of 3 names have its form.",
        "people": people,
        "passed_over": (PassedOver(name="x.txt", reason="x.txt is no notebook."),),
        "notes": ("A note.",),
    }
    return Source.model_validate(given | changes)


def lists(view) -> dict[str, list[tuple[str, str]]]:
    return {each.heading: [(line.text, line.remark) for line in each.lines] for each in view.lists}


def test_everybody_who_is_not_a_plain_row_is_listed():
    view = source_view(source(), {"a": ("a_1_hw5.py",), "b": ()})
    assert (view.submitted, view.enrolled) == (1, 2)
    assert lists(view) == {
        "Missing": [("Grace", "2")],
        "Not on the roster": [("3", "")],
        "More than one submission": [("3", "b, c")],
        "Late": [("Ada", "1")],
        "Earlier attempts": [("a", "a_1_hw5.py")],
        "Passed over": [("x.txt is no notebook.", "")],
        "Notes": [("A note.", "")],
    }


def test_a_download_with_nothing_to_say_has_no_lists():
    view = source_view(source(people=(), passed_over=(), notes=()), {})
    assert (view.lists, view.enrolled) == ((), 0)


def test_a_long_list_is_folded_up_and_complete():
    missing = [Person(id=str(n), status="missing", on_roster=True) for n in range(300)]
    (listing,) = source_view(source(people=missing, passed_over=(), notes=()), {}).lists
    assert (listing.count, listing.open) == (300, False)


def test_names_of_files_and_people_are_text_in_the_page(build):
    person = Person(id=EVIL, name=EVIL, status="missing", on_roster=True)
    passed = PassedOver(name=EVIL, reason=f"{EVIL} is no notebook.")
    batch = build.batch([build.full_marks()]).model_copy(
        update={"source": source(name=EVIL, people=(person,), passed_over=(passed,), notes=(EVIL,))}
    )
    page = render_index(batch, [build.full_marks()])
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_a_group_and_a_late_submission_are_marked_in_their_row(build):
    result = build.full_marks()
    info = result.submission.model_copy(
        update={
            "late": True,
            "members": (Student(id="1", name="Ada"), Student(id="2", name="Grace")),
        }
    )
    result = result.model_copy(update={"submission": info})
    page = render_index(build.batch([result]), [result])
    assert "Ada, Grace" in page
    assert '<div class="small partial">late</div>' in page
