"""Stand-ins for modules that many notebooks import and that only show, fetch or score something.

A module that is installed is left alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, ClassVar, Self, cast

from grader.harness.surroundings.scoring import SCORES

_OF_RESULTS = {"pandas": (), "seaborn": (), "plotly": ("express", "graph_objects")}
"""Tables and plots of how a training went; packages, and what of them is imported."""


class Shown:
    """What only shows or sends something, as TensorBoard does: takes all and does nothing."""

    config: Mapping[str, Any]

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> Any:
        return self

    def __getitem__(self, _: object) -> Any:
        return self

    def __setitem__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __fspath__(self) -> str:
        return "runs"

    __str__ = __fspath__

    def __format__(self, _: str) -> str:
        return str(self)

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True  # `if writer:` asks whether there is one

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class _OfTheClass(type):
    """What is asked of the class itself: `tqdm.pandas()`, `tqdm.get_lock()`."""

    def __getattr__(cls, name: str) -> Any:
        return _shown(name)


class Progress(metaclass=_OfTheClass):
    """`tqdm.tqdm`: what it is given, without a bar."""

    _instances: ClassVar[set[Any]] = set()
    """Notebooks clear it, or take from it until it is empty, after a cell was interrupted."""

    def __init__(self, iterable: Iterable[Any] | None = None, *args: Any, **keywords: Any) -> None:
        self.iterable = iterable
        length = len(iterable) if isinstance(iterable, Sized) else 0
        self.total = keywords.get("total", args[1] if len(args) > 1 else None) or length
        self.n: float = 0
        self.start_t = time.time()
        self.format_dict = dict.fromkeys(("n", "total", "elapsed", "rate"), 0.0)

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable if self.iterable is not None else ():
            yield item
            self.n += 1

    def __len__(self) -> int:
        return len(cast(Sized, self.iterable if self.iterable is not None else range(self.total)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: float = 1) -> None:
        """Count on."""
        self.n += n

    @classmethod
    def write(cls, s: object, *_: object, **keywords: Any) -> None:
        """Print, as tqdm does between two states of its bar."""
        print(s, end=keywords.get("end", "\n"))

    def __getattr__(self, name: str) -> Any:
        """Everything else (`set_description`, `set_postfix`, `close`, ...) shows something."""
        return _anything(name)


class Statistics:
    """What `torchinfo.summary` returns: numbers of a network that nobody has counted; all are 0."""

    summary_list: ClassVar[list[Any]] = []

    def __getattr__(self, name: str) -> int:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0

    def __str__(self) -> str:
        return ""


class Settings(dict[str, Any]):
    """`wandb.config`: what it was given, by attribute, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def update(  # type: ignore[override]  # as wandb has it
        self, d: object, allow_val_change: bool | None = None
    ) -> None:
        """Add a mapping, or what stands in an `argparse.Namespace`; a file's name adds nothing."""
        super().update(d if isinstance(d, Mapping) else getattr(d, "__dict__", {}))


class CoursePackage(MetaPathFinder, Loader):
    """Finds `cs231n` and all below it where a submission lacks them: what they hold may be named.

    The course hands this package out with its notebooks, which import from it in the same cell as
    they import torch.
    """

    PACKAGE = "cs231n"

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`; asked last."""
        if fullname.partition(".")[0] != self.PACKAGE:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Give it whatever it is asked for."""
        module.__dict__["__getattr__"] = lambda name: _not_handed_in(module.__name__, name)


def install_stand_ins() -> None:
    """Put a stand-in in place of every such module that is not installed or handed in."""
    sys.meta_path.append(CoursePackage())
    if not _is_installed("tqdm"):
        for name in ("", ".auto", ".notebook", ".autonotebook", ".std", ".asyncio", ".rich"):
            _add(
                f"tqdm{name}",
                tqdm=Progress, trange=_trange, tqdm_notebook=Progress, tnrange=_trange,
            )  # fmt: skip
        _add("tqdm.contrib", tenumerate=_tenumerate, tzip=_tzip)
    for name in ("torchsummary", "torchinfo"):
        if not _is_installed(name):
            _add(name, summary=lambda *_, **__: Statistics())
    if not _is_installed("tensorboard"):
        _add("torch.utils.tensorboard", SummaryWriter=Shown)
    if not _is_installed("tensorboardX"):
        _add("tensorboardX", SummaryWriter=Shown)
    if not _is_installed("wandb"):
        settings = Settings()

        def init(*_: object, config: object = None, **__: object) -> Shown:
            settings.update(config)
            run = Shown()
            run.config = settings
            return run

        _add("wandb", __getattr__=_shown, init=init, config=settings)
    if not _is_installed("sklearn"):
        _add("sklearn")
        _add("sklearn.metrics", __getattr__=_shown, **SCORES)
    for package, parts in _OF_RESULTS.items():
        if not _is_installed(package):
            for name in (package, *(f"{package}.{part}" for part in parts)):
                _add(name, __getattr__=_shown)
    if not _is_installed("google.colab"):
        if not _is_installed("google"):
            _add("google")
        _add("google.colab")
        for name in ("drive", "files", "output", "userdata"):
            _add(f"google.colab.{name}", __getattr__=_anything)
        _add("google.colab.patches", cv2_imshow=_nothing)


def _is_installed(name: str) -> bool:
    with suppress(ImportError, ValueError):
        return name in sys.modules or importlib.util.find_spec(name) is not None
    return False


def _add(name: str, **contents: Any) -> None:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    module.__path__ = []  # a package: `import google.colab.drive` looks for it within
    module.__dict__.update(contents)
    sys.modules[name] = module
    parent, _, own_name = name.rpartition(".")
    if parent:
        setattr(sys.modules.get(parent) or importlib.import_module(parent), own_name, module)


def _trange(*bounds: int, **keywords: Any) -> Progress:
    return Progress(range(*bounds), **keywords)


def _tenumerate(iterable: Iterable[Any], start: int = 0, **_: object) -> Iterator[Any]:
    return enumerate(Progress(iterable), start)


def _tzip(*iterables: Iterable[Any], **_: object) -> Iterator[Any]:
    return zip(*iterables, strict=False)


def _anything(name: str) -> Any:
    if name.startswith("__"):  # Python's own questions: of which file, of which type
        raise AttributeError(name)
    return _nothing


def _shown(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Shown()


def _not_handed_in(module: str, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)

    def refuse(*_: object, **__: object) -> None:
        raise ModuleNotFoundError(f"{module}.{name} is the course's code, which is not here")

    return refuse


def _nothing(*_: object, **__: object) -> None:
    """Do as if."""
