"""News of what is graded elsewhere reach who waits for them, and nobody else."""

from __future__ import annotations

from grader.cluster.records import News
from grader.cluster.watching import Watches
from grader.jobs import CheckStarted

CHECK = CheckStarted(check="flatten.values", title="")


def news(task: str, event=None) -> tuple[float, str]:
    return 0.0, News(task=task, event=event).model_dump_json()


def test_news_reach_who_waits_for_the_task():
    watches, heard = Watches(), []
    with watches.watching("one", heard.append) as watch:
        watches.tell(news("one"))
        watches.tell(news("one", CHECK))
        watches.tell(news("another", CHECK))
    watches.tell(news("one", CHECK))
    assert heard == [CHECK]
    assert watch.begun == 1


def test_what_is_no_news_is_passed_over():
    watches = Watches()
    with watches.watching("one", lambda event: None) as watch:
        for text in ("", "{}", '{"task": "one", "event": {"kind": "other"}}'):
            watches.tell((0.0, text))
    assert watch.begun == 0


def test_an_error_of_a_listener_is_kept_for_who_waits():
    watches = Watches()

    def fail(event):
        raise ValueError("first")

    with watches.watching("one", fail) as watch:
        watches.tell(news("one", CHECK))
        watches.tell(news("one", CHECK))
    assert str(watch.error) == "first"
