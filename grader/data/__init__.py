"""The data sets that submissions are trained and measured on.

Trusted side only: the command line, the scheduler and the examiner import this package; the harness
never does. A process that runs student code is given one directory, ``Store.train_dir``, and no
path to anything held out.

How it fits together::

    official.py   the CIFAR-10 archive  ──┐
    folder.py     train/CLASS, test/CLASS ├─> Content ─> build.py ─> store.py (memory maps)
    synthetic.py  built in, from a seed ──┘
    library.py    which of them: open, import, fetch, list, synthesize
    roots.py      where they lie on disk

No module here imports torch; Pillow and torchvision are imported by the functions that need them.
"""

from grader.data.library import (
    fetch_cifar10,
    import_directory,
    list_stores,
    open_store,
    synthesize,
)
from grader.data.relabelling import exchange_classes, serve_training_split
from grader.data.roots import calibrations_home, default_data_root, shared_trainings
from grader.data.store import DataName, Sizes, Split, Store

__all__ = [
    "DataName",
    "Sizes",
    "Split",
    "Store",
    "calibrations_home",
    "default_data_root",
    "exchange_classes",
    "fetch_cifar10",
    "import_directory",
    "list_stores",
    "open_store",
    "serve_training_split",
    "shared_trainings",
    "synthesize",
]
