"""Batches: what goes on beside what, what is kept, and what never stops the rest."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

import pytest

from grader.batch.launching import Launcher
from grader.batch.pool import SlotPool
from grader.batch.scheduler import Checker, grade_batch
from grader.batch.slot import SlotLost
from grader.batch.workload import expected_work
from grader.errors import UsageError, UserError
from grader.intake import read_submission
from grader.intake.leftovers import is_report_folder
from grader.report import read_submission as read_result
from grader.report import render_submission
from tests.processes import processes_below

HOMEWORK = "def flatten(x): return x.reshape(len(x), -1)\n"


class Listener:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.finished: list[str] = []
        self.seen: list[str] = []

    def opened(self, opened) -> None:
        self.seen.append("opened")

    def batch_started(self, total, kept) -> None:
        self.seen.append(f"{total - kept} of {total} to grade")

    def submission_started(self, submission) -> None:
        self.started.append(submission.id)

    def event(self, submission, event) -> None:
        pass

    def submission_finished(self, result) -> None:
        self.finished.append(result.submission.id)


@pytest.fixture
def setup(setup):
    return setup.model_copy(update={"train": False})


@pytest.fixture
def hand_in(tmp_path):
    """Writes a script and reads it as a submission."""

    def make(name: str, text: str = HOMEWORK):
        path = tmp_path / "work" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return read_submission(path)

    return make


@pytest.fixture
def grade(setup, tmp_path):
    """Grades into the same folder; returns the observer and what was graded."""

    def run(submissions, *, slots=1, observer=None, **changes):
        listener = observer or Listener()
        graded = grade_batch(
            submissions,
            tmp_path / "out",
            setup.model_copy(update=changes),
            listener,
            slots=slots,
        )
        return listener, graded

    return run


def results(out: Path) -> dict[str, dict[str, object]]:
    """What is on disk, without what may differ."""
    found = {}
    for path in (out / "submissions").glob("*/result.json"):
        found[path.parent.name] = json.loads(path.read_text())
        del found[path.parent.name]["timing"]
    return found


def test_several_are_graded_at_once_and_listed_in_their_order(grade, hand_in, tmp_path):
    submissions = [hand_in(name, f"{HOMEWORK}# {name}\n") for name in ("kim", "lee", "park")]
    listener, graded = grade(submissions, slots=2)
    assert [each.entry.id for each in graded] == ["kim", "lee", "park"]
    assert sorted(listener.finished) == ["kim", "lee", "park"]
    index = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [entry["id"] for entry in index["submissions"]] == ["kim", "lee", "park"]


def test_what_is_changed_while_it_waits_is_ungraded_and_the_rest_goes_on(grade, hand_in, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("KEY = 'not to be shown'\n")
    kim, lee, park = (hand_in(name, f"{HOMEWORK}# {name}\n") for name in ("kim", "lee", "park"))
    (lee.root / "lee.py").unlink()
    (lee.root / "lee.py").symlink_to(secret)
    _, graded = grade([kim, lee, park])
    assert [each.entry.score for each in graded] == [5, 0, 5]
    assert "changed while they were waiting" in graded[1].reason
    assert "not to be shown" not in (tmp_path / "out/submissions/lee/report.html").read_text()


def test_results_do_not_depend_on_how_many_are_graded_at_once(grade, hand_in, tmp_path):
    submissions = [hand_in(name, f"{HOMEWORK}# {name}\n") for name in ("kim", "lee", "park")]
    grade(submissions)
    alone = results(tmp_path / "out")
    for path in (tmp_path / "out" / "submissions").glob("*/result.json"):
        path.unlink()
    grade(submissions, slots=3)
    assert results(tmp_path / "out") == alone


def test_what_has_its_result_is_kept(grade, hand_in):
    submissions = [hand_in("kim"), hand_in("lee", "x = 1\n")]
    grade(submissions)
    listener, graded = grade([*submissions, hand_in("park")])
    assert listener.seen == ["opened", "1 of 3 to grade"]
    assert listener.finished == ["park"]
    assert [each.entry.id for each in graded] == ["kim", "lee", "park"]


def test_what_has_changed_is_graded_again_and_nothing_else(grade, hand_in):
    grade([hand_in("kim"), hand_in("lee")])
    listener, _ = grade([hand_in("kim"), hand_in("lee", HOMEWORK + "x = 1\n")])
    assert listener.finished == ["lee"]


def test_another_rubric_grades_again_and_a_comment_in_it_does_not(grade, hand_in, setup, tmp_path):
    text = Path(setup.rubric).read_text()
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(text)
    grade([hand_in("kim")], rubric=str(rubric))
    rubric.write_text(text + "# a comment\n")
    assert grade([hand_in("kim")], rubric=str(rubric))[0].finished == []
    rubric.write_text(text.replace("request_seconds: 20 ", "request_seconds: 21 "))
    assert grade([hand_in("kim")], rubric=str(rubric))[0].finished == ["kim"]


def test_other_options_grade_again(grade, hand_in):
    grade([hand_in("kim")])
    assert grade([hand_in("kim")], isolation="process")[0].finished == ["kim"]


def test_what_could_not_be_graded_is_tried_again(grade, hand_in):
    grade([hand_in("kim", "def broken(:\n")])
    assert grade([hand_in("kim", "def broken(:\n")])[0].finished == ["kim"]


@pytest.mark.parametrize("damage", ["", "{", '{"schema_version": 1}'])
def test_a_damaged_result_is_made_again(grade, hand_in, tmp_path, damage):
    grade([hand_in("kim")])
    before = results(tmp_path / "out")
    (tmp_path / "out" / "submissions" / "kim" / "result.json").write_text(damage)
    assert grade([hand_in("kim")])[0].finished == ["kim"]
    assert results(tmp_path / "out") == before


def test_a_result_among_the_files_of_a_submission_is_not_kept(setup, tmp_path):
    folder = tmp_path / "submissions" / "kim"
    folder.mkdir(parents=True)
    (folder / "kim.py").write_text(HOMEWORK)
    for _ in range(2):  # its author could have put the first one's result there
        listener = Listener()
        grade_batch([read_submission(folder)], tmp_path, setup, listener)
        assert listener.finished == ["kim"]


@pytest.mark.parametrize("inside", [".", "results"])
def test_results_are_not_written_into_what_somebody_handed_in(setup, hand_in, tmp_path, inside):
    brought = tmp_path / "OUT"
    brought.mkdir()
    (brought / "homework.py").write_text(HOMEWORK)
    (brought / "adjustments.yaml").write_text(
        "adjustments:\n- {submission: OUT, points: 35, reason: Well done., by: Prof.}\n"
    )
    with pytest.raises(UsageError, match="lies in the work of OUT"):
        grade_batch([read_submission(brought)], brought / inside, setup, Listener())
    assert {each.name for each in brought.iterdir()} == {"homework.py", "adjustments.yaml"}


def test_a_new_name_stands_in_the_kept_result(grade, hand_in, tmp_path):
    kim = hand_in("kim")
    grade([kim])
    named = kim.model_copy(update={"student": kim.student.model_copy(update={"name": "김"})})
    assert grade([named])[0].finished == []
    assert read_result(tmp_path / "out/submissions/kim/result.json").submission.student.name == "김"
    assert "김" in (tmp_path / "out/submissions/kim/report.html").read_text()


def test_the_longest_work_comes_first(grade, hand_in):
    deep = HOMEWORK + "from torch import nn\nnn.Conv2d(3, 3, 3)\nnn.Conv2d(3, 3, 3)\n"
    endless = HOMEWORK + "def three_layer_convnet(x, params):\n    while True:\n        pass\n"
    submissions = [hand_in("kim"), hand_in("lee", deep), hand_in("park", endless)]
    assert [expected_work(each) for each in submissions] == [0, 2, 100]
    assert grade(submissions[:2])[0].started == ["lee", "kim"]


def test_every_submission_has_its_log(grade, hand_in, tmp_path):
    grade([hand_in("kim")])
    log = (tmp_path / "out" / "submissions" / "kim" / "grading.log").read_text()
    assert "check flatten.values" in log
    assert log.splitlines()[-1].endswith("graded: 5 of 100")


def test_a_data_set_that_is_not_there_is_told_before_anything_is_graded(grade, hand_in, tmp_path):
    listener = Listener()
    with pytest.raises(UserError, match=r"imagefolder|image folder"):
        grade([hand_in("kim")], observer=listener, data="imagefolder")
    assert listener.seen == []
    assert not (tmp_path / "out" / "results.json").exists()


class Killer(Listener):
    """Kills processes of the grading when a submission has begun its checks.

    Args:
        kills: how many times, at most.
        choose: which, of the processes below this one.
    """

    def __init__(self, kills: int, choose) -> None:
        super().__init__()
        self.kills = kills
        self._choose = choose
        self._before = set(processes_below(os.getpid()))

    def event(self, submission, event) -> None:
        if self.kills:
            self.kills -= 1
            ours = [pid for pid in processes_below(os.getpid()) if pid not in self._before]
            for pid in self._choose(ours):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "choose",
    [lambda ours: ours[:1], lambda ours: ours[1:2], lambda ours: ours[2:3], lambda ours: ours[-1:]],
    ids=["launcher", "examiner", "another", "last"],
)
def test_whatever_process_is_killed_the_result_is_the_same(grade, hand_in, tmp_path, choose):
    submissions = [hand_in("kim"), hand_in("lee", HOMEWORK + "x = 1\n")]
    grade(submissions, slots=2)
    undisturbed = results(tmp_path / "out")
    for path in (tmp_path / "out" / "submissions").glob("*/result.json"):
        path.unlink()
    killer = Killer(1, choose)
    _, graded = grade(submissions, slots=2, observer=killer)
    assert killer.kills == 0
    assert [each.entry.status for each in graded] == ["graded", "graded"]
    assert results(tmp_path / "out") == undisturbed
    assert set(processes_below(os.getpid())) == killer._before


def test_who_loses_its_examiner_every_time_is_ungraded_and_the_next_is_graded(grade, hand_in):
    class OnKim(Killer):
        def event(self, submission, event) -> None:
            if submission.id == "kim":
                super().event(submission, event)

    killer = OnKim(100, lambda ours: ours[1:2])
    _, graded = grade([hand_in("kim"), hand_in("lee")], observer=killer)
    assert [each.entry.status for each in graded] == ["ungraded", "graded"]
    assert "lost 3 times" in graded[0].reason
    assert grade([hand_in("kim"), hand_in("lee")])[0].finished == ["kim"]


def test_an_exception_in_the_middle_leaves_what_was_graded(grade, hand_in, tmp_path):
    class Interrupted(Listener):
        def submission_finished(self, result) -> None:
            super().submission_finished(result)
            raise KeyboardInterrupt

    before = set(processes_below(os.getpid()))
    submissions = [hand_in(name) for name in ("kim", "lee", "park")]
    with pytest.raises(KeyboardInterrupt):
        grade(submissions, observer=Interrupted())
    index = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [entry["id"] for entry in index["submissions"]] == ["kim"]
    assert set(processes_below(os.getpid())) == before
    listener, graded = grade(submissions)
    assert listener.finished == ["lee", "park"]
    assert len(graded) == 3


def test_what_was_written_is_known_as_a_report_again(grade, hand_in, tmp_path):
    grade([hand_in("kim")])
    assert is_report_folder(tmp_path / "out")
    assert is_report_folder(tmp_path / "out" / "submissions" / "kim")


def test_a_checker_looks_every_time_with_the_same_processes(setup, hand_in, tmp_path):
    listener, processes = Listener(), []
    with Launcher() as launcher, Checker(tmp_path / "out", setup, launcher) as checker:
        for text in (HOMEWORK, "def flatten(x): return x\n"):
            result = checker.check(hand_in("kim", text), listener)
            processes.append(set(processes_below(os.getpid())))
            assert read_result(tmp_path / "out" / "result.json") == result
            assert (result.score > 0) == (text == HOMEWORK)
    assert listener.finished == ["kim", "kim"]
    assert processes[0] == processes[1] != set()


def test_a_report_that_cannot_be_made_costs_that_submission_alone(grade, hand_in, monkeypatch):
    def render(result):
        if result.submission.id == "kim" and result.status == "graded":
            raise OverflowError("too large to draw")
        return render_submission(result)

    monkeypatch.setattr("grader.report.writing.render_submission", render)
    _, graded = grade([hand_in("kim"), hand_in("lee")])
    assert [each.entry.status for each in graded] == ["ungraded", "graded"]
    assert "OverflowError: too large to draw" in graded[0].reason


def test_a_pool_that_was_closed_keeps_nobody_waiting(setup, hand_in):
    with SlotPool(setup, 1) as pool:
        pool.open()
    with pytest.raises(SlotLost):
        pool.grade(hand_in("kim"), lambda event: None)
