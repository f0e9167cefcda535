"""The pages as a browser sees them, opened from disk."""

from __future__ import annotations

import pytest

RESULTS = ("full_marks", "failing", "ungraded", "without_training", "hostile", "index")
PAGES = (*RESULTS, "audit", "calibration")
WIDER_THAN_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Contrast as WCAG 2 defines it, of an element's colour against the first opaque ground under it.
CONTRAST = """
(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number)
    .map((v, i) => (text.startsWith("color(srgb") && i < 3 ? 255 * v : v));
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
  };
  const weak = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest("details, title")) continue;
    const style = getComputedStyle(e);
    const ink = e.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const [a, b] = [light(rgb(ink)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${e.tagName} ${e.textContent.trim().slice(0, 40)} ${ratio}`);
  }
  return weak;
})()
"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_errors_and_asks_for_nothing(browser, pages, page):
    browser.open(pages[page])
    assert browser.errors() == []
    outside = [url for url in browser.requests() if not url.startswith("data:")]
    assert outside == [pages[page].as_uri()]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [320, 390, 820])
def test_a_page_fits_the_width_of_the_screen(browser, pages, page, width):
    browser.open(pages[page], width=width)
    assert browser.run(WIDER_THAN_SCREEN) <= 0


@pytest.mark.parametrize("page", ["hostile", "index"])
def test_hostile_text_runs_nothing(browser, pages, page):
    browser.open(pages[page])
    assert browser.run("document.title") != "owned"
    assert browser.run("document.querySelectorAll('script, img').length") == (page == "index")
    assert "<img src=x onerror=" in browser.run("document.body.textContent")


def test_a_script_that_got_into_a_page_would_not_run(browser, pages, tmp_path):
    """The second line of defence: the page's own content security policy."""
    source = pages["full_marks"].read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(
        source.replace(
            "</body>",
            "<script>document.title = 'owned'</script>"
            "<img src='http://127.0.0.1:9/x' onerror=\"document.title = 'owned'\"></body>",
        ),
        encoding="utf-8",
    )
    browser.open(page)
    assert browser.run("document.title") == "Ada Lovelace: 100 of 100"
    assert any("Content Security Policy" in message for message in browser.errors())


def test_each_plot_shows_its_threshold_line_with_a_label(browser, pages):
    browser.open(pages["full_marks"])
    plots = browser.run("document.querySelectorAll('.plots svg').length")
    assert plots == 5
    for name, label in [("barebones", "threshold 42"), ("challenge", "threshold 70")]:
        line = f"document.querySelector('#{name}-threshold path')"
        assert browser.run(f"{line}.getBoundingClientRect().width") > 200
        assert label in browser.run(f"{line}.closest('svg').textContent")
        assert browser.run(f"document.querySelector('#{name}-reached') !== null")


def test_type_in_a_plot_is_large_enough_to_read(browser, pages):
    for width, least in [(1100, 9), (390, 7)]:
        browser.open(pages["full_marks"], width=width)
        height = browser.run(
            "Math.min(...[...document.querySelectorAll('.plots text')]"
            ".map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().d))"
        )
        assert height >= least


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_wrong(browser, pages, page, dark, width):
    browser.open(pages[page], dark=dark, width=width)
    assert browser.violations() == []


@pytest.mark.parametrize(
    "page", ["failing", "without_training", "ungraded", "index", "audit", "calibration"]
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(browser, pages, page, dark):
    browser.open(pages[page], dark=dark)
    assert browser.run(CONTRAST) == []


def test_dark_and_light_differ_and_print_is_light(browser, pages):
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.open(pages["failing"])
    light = browser.run(ground)
    browser.open(pages["failing"], dark=True)
    assert browser.run(ground) != light
    browser.print()
    assert browser.run(ground) == "rgb(255, 255, 255)"


def test_the_index_leads_to_each_report(browser, pages):
    browser.open(pages["index"])
    links = browser.run("[...document.querySelectorAll('#table a')].map((a) => a.href)")
    assert sorted(links) == sorted(pages[name].as_uri() for name in RESULTS if name != "index")


def test_a_wide_table_scrolls_in_its_own_box(browser, pages):
    browser.open(pages["full_marks"], width=390)
    assert browser.run("(e => e.scrollWidth > e.clientWidth)(document.querySelector('.scroll'))")
