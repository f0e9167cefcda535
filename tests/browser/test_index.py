"""The table of submissions in a browser: sorted, searched and filtered, or without its script."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

SHOWN = "[...document.querySelectorAll('#table tbody tr')].filter((row) => !row.hidden)"
NAMES = f"{SHOWN}.map((row) => row.cells[0].querySelector('a').textContent)"
SCORES = f"{SHOWN}.map((row) => parseFloat(row.cells[2].textContent))"
TOLD = "document.querySelector('#tools [role=status]').textContent"
SORTED_BY = "document.querySelector('#table th[aria-sort]')?.textContent"


def header(number: int) -> str:
    return f"#table thead th:nth-child({number}) button"


def focus(browser, selector: str) -> None:
    """Press Tab until the element has the focus, as whoever has no mouse does."""
    browser.run("document.activeElement.blur()")
    for _ in range(80):
        browser.press(Keys.TAB)
        if browser.run(f"document.activeElement.matches('{selector}')"):
            return
    pytest.fail(f"{selector} is not reached by Tab")


def test_a_click_on_a_header_sorts_by_it_and_a_second_one_turns_it_round(browser, pages):
    browser.open(pages["index"])
    browser.click(header(3))
    scores = browser.run(SCORES)
    assert scores == sorted(scores, reverse=True)
    assert browser.run(SORTED_BY) == "Score"
    browser.click(header(3))
    assert browser.run(SCORES) == sorted(scores)
    browser.click(header(1))
    assert browser.run(SORTED_BY) == "Submission"
    names = browser.run(NAMES)
    assert [name for name in names if name[0] != "<"] == [
        "Ada Lovelace", "Charles Babbage", "Emmy Noether", "Grace Hopper",
    ]  # fmt: skip


def test_what_has_no_number_comes_last_either_way(browser, pages):
    browser.open(pages["index"])
    for _ in range(2):
        browser.click(header(4))
        assert browser.run(NAMES)[-1] == "Grace Hopper"


def test_sorting_by_keyboard(browser, pages):
    browser.open(pages["index"])
    focus(browser, header(3))
    browser.press(Keys.ENTER)
    scores = browser.run(SCORES)
    assert scores == sorted(scores, reverse=True)
    assert browser.run(f"document.activeElement.matches('{header(3)}')")
    browser.press(Keys.SPACE)
    assert browser.run(SCORES) == sorted(scores)


def test_searching_by_keyboard(browser, pages):
    browser.open(pages["index"])
    focus(browser, "#tools input")
    browser.press("LOVE", Keys.SPACE, "ada")
    assert browser.run(NAMES) == ["Ada Lovelace"]
    assert browser.run(TOLD) == "1 of 5 submissions"
    browser.press("zzz")
    assert browser.run(NAMES) == []
    assert browser.run("getComputedStyle(document.querySelector('.empty')).display") == "block"
    browser.press(*[Keys.BACKSPACE] * 20)
    assert len(browser.run(NAMES)) == 5
    assert browser.run(TOLD) == "5 submissions"


def test_an_id_can_be_searched_for_too(browser, pages):
    browser.open(pages["index"])
    browser.click("#tools input")
    browser.press("without_training")
    assert browser.run(NAMES) == ["Emmy Noether"]


def test_filtering_by_status_and_flag(browser, pages):
    browser.open(pages["index"])
    browser.click("#tools select[name=state] option[value=ungraded]")
    assert browser.run(NAMES) == ["Grace Hopper"]
    browser.click("#tools select[name=state] option[value=flagged]")
    assert len(browser.run(NAMES)) == 2
    browser.click("#tools select[name=flag] option[value=changed_provided_function]")
    assert browser.run(NAMES) == ["Charles Babbage"]


def test_filtering_by_keyboard(browser, pages):
    browser.open(pages["index"])
    focus(browser, "#tools select[name=state]")
    browser.press("full")
    assert browser.run(NAMES) == ["Ada Lovelace", "Emmy Noether"]


def test_sorting_keeps_a_filter(browser, pages):
    browser.open(pages["index"])
    browser.click("#tools select[name=state] option[value=full]")
    browser.click(header(1))
    browser.click(header(1))
    assert browser.run(NAMES) == ["Emmy Noether", "Ada Lovelace"]


def test_without_its_script_the_page_shows_the_same_table_and_no_tools(browser, pages):
    browser.open(pages["index"])
    rows = "[...document.querySelectorAll('#table tbody tr')].map((row) => row.textContent)"
    with_script = browser.run(rows)
    with browser.without_scripts():
        browser.open(pages["index"])
        assert browser.run("document.querySelectorAll('th button').length") == 0
        assert browser.run("getComputedStyle(document.querySelector('#tools')).display") == "none"
        assert browser.run(rows) == with_script


def test_a_script_that_is_not_ours_does_not_run_in_the_index(browser, pages, tmp_path):
    page = tmp_path / "index.html"
    source = pages["index"].read_text(encoding="utf-8")
    theirs = "<script>document.title = 'owned'</script>"
    page.write_text(source.replace("</body>", f"{theirs}</body>"), encoding="utf-8")
    browser.open(page)
    assert browser.run("document.title") == "HW 05: PyTorch on CIFAR-10: 4 graded"
    assert browser.run("document.querySelectorAll('th button').length") > 0
    assert any("Content Security Policy" in message for message in browser.errors())


def test_a_class_of_a_thousand_is_one_small_page_that_can_be_searched(browser, large_index):
    assert large_index.stat().st_size < 2_000_000
    browser.open(large_index)
    assert browser.errors() == []
    browser.click(header(3))
    scores = browser.run(SCORES)
    assert len(scores) == 1000
    assert scores == sorted(scores, reverse=True)
    browser.click("#tools input")
    browser.press("noether 995")
    assert browser.run(NAMES) == ["Emmy Noether 995"]
    assert browser.run(TOLD) == "1 of 1,000 submissions"
