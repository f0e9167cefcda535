"""How long reading notebooks takes: one of the homework's size, larger ones, and a class of them.

python benchmarks/intake.py
"""

from __future__ import annotations

import json
import resource
import statistics
import tempfile
import time
from pathlib import Path

from workers import ROOT

from grader.intake import open_download, read_submission

SAMPLE = ROOT / "submissions" / "notebook" / "HW05.ipynb"
SIZES = (50_000, 250_000, 1_000_000, 10_000_000, 50_000_000)
CLASSES = (100, 200, 400, 800)
PICTURE = "iVBORw0KGgo"


def notebook(size: int) -> str:
    """The sample notebook with pictures in its outputs, of about `size` bytes."""
    document = json.loads(SAMPLE.read_text(encoding="utf-8"))
    cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    share = max(0, size - len(json.dumps(document))) // len(cells)
    for cell in cells:
        data = {"image/png": PICTURE * (share // len(PICTURE))}
        cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    return json.dumps(document)


def main() -> None:
    """Print milliseconds by size, and how a class grows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            path = folder / "HW05.ipynb"
            path.write_text(notebook(size), encoding="utf-8")
            seconds = statistics.median(_seconds(path) for _ in range(7))
            print(f"{path.stat().st_size / 1e6:7.2f} MB: {1000 * seconds:7.1f} ms")
        each: list[float] = []
        for count in CLASSES:
            place = folder / str(count)
            place.mkdir()
            for number in range(count):
                text = notebook(250_000)
                (place / f"student{number}.ipynb").write_text(text, encoding="utf-8")
            started = time.perf_counter()
            with open_download(place) as download:
                assert len(download.submissions) == count
            each.append((time.perf_counter() - started) / count)
            print(f"{count:4} of 0.25 MB: {1000 * each[-1]:5.1f} ms each")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"the last class takes {each[-1] / each[0]:.2f} times as long for each as the first")
        print(f"peak memory {peak} MB")


def _seconds(path: Path) -> float:
    started = time.perf_counter()
    assert read_submission(path).problem is None
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
