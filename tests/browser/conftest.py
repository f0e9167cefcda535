"""A headless Chromium, and pages to open in it from disk."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.report import write_batch, write_submission

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # tests run as root in containers; only our own pages are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
KINDS = ("full_marks", "failing", "ungraded", "without_training", "hostile")
BUILDER = Path(__file__).parents[1] / "report" / "builder.py"


@dataclass(frozen=True)
class Browser:
    """What the tests ask of a browser."""

    driver: object

    def open(self, page: Path, *, width: int = 1100, dark: bool = False) -> None:
        """Open a page of a file; logs start afresh."""
        self._devtools(
            "Emulation.setEmulatedMedia",
            media="screen",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        self._devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=844,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(page.as_uri())

    def run(self, script: str) -> object:
        """The value of a JavaScript expression in the page."""
        return self.driver.execute_script(f"return {script.strip()}")

    def print(self) -> None:
        """Show the page as it would be printed."""
        self._devtools("Emulation.setEmulatedMedia", media="print")

    def errors(self) -> list[str]:
        """What the console has to say since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        messages = (json.loads(e["message"])["message"] for e in self.driver.get_log("performance"))
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def _devtools(self, command: str, **arguments: object) -> None:
        self.driver.execute_cdp_cmd(command, arguments)


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("no chromium with its chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=chromedriver)
    )
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> dict[str, Path]:
    """A batch with one submission of each kind, written to disk: paths by kind, and `index`."""
    spec = importlib.util.spec_from_file_location("report_builder", BUILDER)
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    out = tmp_path_factory.mktemp("out")
    results = []
    for kind in KINDS:
        made = getattr(build, kind)()
        info = made.submission.model_copy(update={"id": f"{kind} 1"})
        results.append(made.model_copy(update={"submission": info}))
        write_submission(results[-1], out / "submissions" / f"{kind} 1")
    write_batch(build.batch(results, build.SYNTHETIC), results, out)
    written = {kind: out / "submissions" / f"{kind} 1" / "report.html" for kind in KINDS}
    return {**written, "index": out / "index.html"}
