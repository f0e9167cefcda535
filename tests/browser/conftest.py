"""A headless Chromium, and pages to open in it from disk."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import ModuleType

import pytest

from grader.report import write_batch, write_submission
from grader.report.audit_views import Audited, audit_of
from grader.report.calibration import Calibration, MistakeReach, RunCalibration
from grader.report.pages import render_audit, render_calibration

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
AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then((found) => done(found.violations));
"""
BUILDER = Path(__file__).parents[1] / "report" / "builder.py"


@dataclass(frozen=True)
class Browser:
    """What the tests ask of a browser."""

    driver: object

    def open(self, page: Path, *, width: int = 1100, dark: bool = False) -> None:
        """Open a page of a file; logs start afresh."""
        wishes = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce",  # else what is clicked on is still moving
        }
        self._devtools(
            "Emulation.setEmulatedMedia",
            media="screen",
            features=[{"name": name, "value": value} for name, value in wishes.items()],
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

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        """As for a reader who has JavaScript turned off; `run` works all the same."""
        self._devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            yield
        finally:
            self._devtools("Emulation.setScriptExecutionDisabled", value=False)

    def press(self, *keys: str) -> None:
        """Type into whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, selector: str) -> None:
        """Click with the mouse on the first element that fits."""
        self.driver.find_element("css selector", selector).click()

    def violations(self) -> list[str]:
        """What axe-core finds wrong in the page, of all its rules: `rule: element`."""
        self.driver.execute_script(_axe())
        found = self.driver.execute_async_script(AXE)
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

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


def _axe() -> str:
    try:
        return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    except ModuleNotFoundError:
        pytest.skip("axe-playwright-python is not installed")


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
def build() -> ModuleType:
    """The builder of made-up results."""
    spec = importlib.util.spec_from_file_location("report_builder", BUILDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pages(tmp_path_factory, build) -> dict[str, Path]:
    """A batch with one submission of each kind, written to disk: paths by kind, and `index`."""
    out = tmp_path_factory.mktemp("out")
    results = []
    for kind in KINDS:
        made = getattr(build, kind)()
        info = made.submission.model_copy(update={"id": f"{kind} 1"})
        results.append(made.model_copy(update={"submission": info}))
        write_submission(results[-1], out / "submissions" / f"{kind} 1")
    write_batch(build.batch(results, build.SYNTHETIC), results, out)
    written = {kind: out / "submissions" / f"{kind} 1" / "report.html" for kind in KINDS}
    written["audit"], written["calibration"] = out / "audit.html", out / "calibration.html"
    written["audit"].write_text(_audit(build, results))
    written["calibration"].write_text(_calibration(build))
    return {**written, "index": out / "index.html"}


def _audit(build, results) -> str:
    """Of works that came out as they should and that did not, with the names of the mistakes."""
    works = [
        Audited(None, results[0]),
        Audited(None, results[1]),
        Audited(build.PADDING.id, results[1]),
        Audited("slips_through", results[0]),
    ]
    return render_audit(audit_of(works), "HW 05", build.SYNTHETIC)


def _calibration(build) -> str:
    accuracies = tuple(round(0.44 + 0.002 * n, 3) for n in range(30))
    run = RunCalibration(
        run="module", threshold=0.45, accuracies=accuracies, mean=0.469, deviation=0.0176,
        normal=0.2, missed=5, one=0.14, ruled=3e-3, bound=2e-2, counted=0.31, proposed=0.43,
    )  # fmt: skip
    wrong = MistakeReach(mistake="relu_1_missing", run="module", trainings=3, reached=2, best=0.47)
    return render_calibration(
        Calibration(
            assignment="HW 05", data=build.SYNTHETIC, torch="2.14.1", rate=1e-3, runs=(run,),
            mistakes=(wrong,),
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def large_index(tmp_path_factory, build) -> Path:
    """The index of a class of a thousand."""
    out = tmp_path_factory.mktemp("large")
    results = [
        build.renumbered(getattr(build, KINDS[n % 4])(), n, late=n % 10 == 0) for n in range(1000)
    ]
    write_batch(build.batch(results), results, out)
    return out / "index.html"
