import gzip
import tarfile
from pathlib import Path


def build(folder: Path) -> None:
    large = tarfile.TarInfo("homework.py")
    large.size = 1 << 62
    header = large.tobuf(tarfile.GNU_FORMAT)
    (folder / "attack.tar.gz").write_bytes(gzip.compress(header + bytes(1 << 20)))
