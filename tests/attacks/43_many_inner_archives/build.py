import io
import zipfile
from pathlib import Path

ARCHIVES, ENTRIES = 20, 19_000


def build(folder: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for number in range(ENTRIES):
            archive.writestr(f"{number:05}.txt", "")
    with zipfile.ZipFile(folder / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(ARCHIVES):
            archive.writestr(f"{number}.zip", inner.getvalue())
