"""The work that a rubric is audited with."""

from __future__ import annotations

import pytest

from grader.auditing.works import HOMEWORK, mistaken, reference, with_part, write_works
from reference.misconceptions import MISCONCEPTIONS

WHOLE = """\
import torch

@torch.no_grad
def flatten(x):
    return x

# Question 2
params = 1
# ====
# Question 5
model = 2
"""


def test_a_definition_is_replaced_with_what_stands_above_it():
    made = with_part(WHOLE, "# part: flatten\ndef flatten(x):\n    return 1\n")
    assert "no_grad" not in made
    assert made.count("def flatten") == 1
    assert "params = 1" in made


def test_the_statements_under_a_question_are_replaced_up_to_the_next_part():
    made = with_part(WHOLE, "# part: question_2\nparams = 7\n")
    assert "params = 1" not in made
    assert "params = 7\n\n# ====" in made
    assert with_part(WHOLE, "# part: question_5\nmodel = 8\n").endswith("model = 8\n\n")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("x = 1\n", "does not say"),
        ("# part: other\nx = 1\n", "does not define other"),
        ("# part: question_9\nx = 1\n", "no line '# Question 9'"),
    ],
)
def test_a_part_that_there_is_not_is_an_error(part, message):
    with pytest.raises(ValueError, match=message):
        with_part(WHOLE, part)


def test_every_known_mistake_is_among_the_works():
    assert {work.mistake for work in mistaken()} == set(MISCONCEPTIONS)


def test_works_are_whole_homeworks_in_folders_of_their_own(tmp_path):
    works = write_works(tmp_path)
    assert works[0].kind == "reference"
    assert (works[0].folder / HOMEWORK).read_text() == reference()
    assert len({work.folder for work in works}) == len(works)
    assert sum(work.kind == "variant" for work in works) >= 30
    for work in works:
        if work.kind == "mistake":
            source = (work.folder / HOMEWORK).read_text()
            assert source != reference()
            compile(source, HOMEWORK, "exec")
