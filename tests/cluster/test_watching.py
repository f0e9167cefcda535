"""News of what is graded elsewhere reach who waits for them, and nobody else."""

from __future__ import annotations

from grader.cluster.records import Begun, Left, News
from grader.cluster.watching import Watches
from grader.jobs import CheckStarted

CHECK = CheckStarted(check="flatten.values", title="")


def news(task: str, event) -> tuple[float, str]:
    return 0.0, News(task=task, event=event).model_dump_json()


def test_news_reach_who_waits_for_the_task():
    watches, heard = Watches(), []
    with watches.watching("one", heard.append, 3) as watch:
        watches.tell(news("one", Begun()))
        watches.tell(news("one", CHECK))
        watches.tell(news("another", CHECK))
    watches.tell(news("one", CHECK))
    assert heard == [CHECK]
    assert watch.begun == 1


def test_what_is_no_news_is_passed_over():
    watches = Watches()
    with watches.watching("one", lambda event: None, 3) as watch:
        for text in ("", "{}", '{"task": "one", "event": {"kind": "other"}}'):
            watches.tell((0.0, text))
    assert watch.begun == 0


def test_an_error_of_a_listener_is_kept_for_who_waits():
    watches = Watches()

    def fail(event):
        raise ValueError("first")

    with watches.watching("one", fail, 3) as watch:
        watches.tell(news("one", CHECK))
        watches.tell(news("one", CHECK))
    assert str(watch.error) == "first"


def test_what_is_begun_too_often_is_told_and_who_leaves_does_not_count():
    watches, told = Watches(), []
    with watches.watching("one", lambda event: None, 2) as watch:
        watch.over_limit = lambda: told.append(watch.begun)
        for event in (Begun(), Begun(), Left(), Begun()):
            watches.tell(news("one", event))
        assert not watch.too_often
        watches.tell(news("one", Begun()))
        assert watch.too_often
    assert told == [3]
