import stat
import zipfile
from pathlib import Path


def build(folder: Path) -> None:
    with zipfile.ZipFile(folder / "attack.zip", "w") as archive:
        for name, target in (("homework.py", "/etc/passwd"), ("kim", "/"), ("kim/a.py", "x")):
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
