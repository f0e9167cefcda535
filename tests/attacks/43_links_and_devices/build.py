import io
import tarfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    with tarfile.open(folder / "attack.tar", "w") as archive:
        home = tarfile.TarInfo("homework.py")
        home.size = len(HOMEWORK)
        archive.addfile(home, io.BytesIO(HOMEWORK.encode()))
        for name, kind, target in (
            ("secret.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("up", tarfile.SYMTYPE, ".."),
            ("up/escaped.py", tarfile.REGTYPE, ""),
            ("hard.txt", tarfile.LNKTYPE, "/etc/passwd"),
            ("own.py", tarfile.LNKTYPE, "homework.py"),
            ("memory", tarfile.CHRTYPE, ""),
            ("disk", tarfile.BLKTYPE, ""),
            ("pipe.py", tarfile.FIFOTYPE, ""),
            ("rest", tarfile.CONTTYPE, ""),
            ("unknown", b"Z", ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.devmajor, info.devminor = kind, target, 1, 1
            archive.addfile(info)
