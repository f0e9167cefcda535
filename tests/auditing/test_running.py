"""An audit of a few works, graded for real."""

from __future__ import annotations

import io

import pytest
import yaml
from rich.console import Console

from grader.auditing.running import PAGE, run_audit
from grader.auditing.works import write_works
from grader.rubric import default_rubric
from grader.terminal import LiveView

FEW = ("reference", "variant_einsum", "mistake_relu_1_missing__a", "mistake_momentum_added__a")


def few(place):
    return [work for work in write_works(place) if work.id in FEW]


@pytest.fixture
def audit(setup, tmp_path):
    """Audits with a rubric."""

    def run(rubric):
        asked = setup.model_copy(update={"train": False, "rubric": str(rubric)})
        with LiveView(Console(file=io.StringIO())) as view:
            return run_audit(tmp_path / "out", asked, view, slots=1, write=few)

    return run


def test_the_shipped_rubric_catches_and_names_what_is_wrong_and_nothing_else(audit, tmp_path):
    found = audit(default_rubric())
    assert found.sound
    assert found.misnamed == found.unnamed == ()
    caught = {row.name: {c.id for c, lost in zip(found.columns, row.lost, strict=True) if lost}
              for row in found.rows}  # fmt: skip
    assert caught["relu_1_missing"] == {"three_layer_convnet.values"}
    assert caught["momentum_added"] == {"module.optimizer"}
    page = (tmp_path / "out" / PAGE).read_text()
    assert "Nothing wrong passes, nothing right fails" in page


def test_a_check_that_is_taken_out_lets_its_mistakes_slip(audit, tmp_path):
    data = yaml.safe_load(default_rubric().read_text())
    for question in data["questions"]:
        question["checks"] = [c for c in question["checks"] if c["id"] != "module.optimizer"]
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(yaml.safe_dump(data))
    found = audit(rubric)
    assert [row.name for row in found.slipped] == ["momentum_added"]
    assert not found.sound
