"""Measure everything, and write docs/benchmarks.md: `make bench`.

Takes an hour and a half on two cores; `python benchmarks/all.py steps throughput` measures these
alone and leaves the other sections of the page as they are.
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import torch
from workers import ROOT

from grader.machine import this_machine
from grader.version import torchgrade_version

PAGE = ROOT / "docs" / "benchmarks.md"
SECTIONS = {
    "steps": "A training step",
    "startup": "Start-up",
    "throughput": "A large class without training",
    "others": "Beside otter-grader and nbgrader",
    "kills": "Killed and resumed",
    "isolation": "What isolation costs",
    "soak": "A thousand workers",
    "reports": "Reports of a class of a thousand",
    "container": "In a container",
    "intake": "Reading notebooks",
    "integrity": "Honest work by the rules of integrity",
    "tolerances": "How far honest implementations differ",
}
INTRODUCTION = """\
# Benchmarks

Written by `make bench`; each section by one script in `benchmarks/`, whose first lines say what is
compared with what. Ratios are of one run on one machine; seconds are that machine's.
"""


def main() -> None:
    """Run the scripts and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SECTIONS))
    wanted = parser.parse_args().names or list(SECTIONS)
    sections = _sections(PAGE.read_text()) if PAGE.exists() else {}
    for name in wanted:
        print(f"benchmarks/{name}.py ...", flush=True)
        sections[name] = _measured(name)
        text = [INTRODUCTION, *(sections[each] for each in SECTIONS if each in sections)]
        PAGE.write_text("\n".join(text))


def _measured(name: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    machine = this_machine()
    facts = (
        f"{datetime.now(UTC):%Y-%m-%d}, torchgrade {torchgrade_version()}, {_processor()}, "
        f"{machine.cores} cores, {machine.memory / 2**30:.0f} GiB, Python "
        f"{platform.python_version()}, torch {torch.__version__.partition('+')[0]}"
    )
    printed = ended.stdout.strip()
    body = printed if "| --- |" in printed else f"```\n{printed}\n```"
    return f"## {SECTIONS[name]}\n\n`python benchmarks/{name}.py` ({facts})\n\n{body}\n"


def _processor() -> str:
    text = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", text.read_text()) if text.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _sections(page: str) -> dict[str, str]:
    """The sections that a page holds, by the script that wrote them."""
    found = {}
    for part in re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]:
        script = re.search(r"benchmarks/(\w+)\.py", part)
        if script:
            found[script[1]] = part.rstrip() + "\n"
    return found


if __name__ == "__main__":
    main()
