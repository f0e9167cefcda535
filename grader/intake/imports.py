"""Which of a submission's scripts a source imports: modules, packages and what `%run` names.

A source is read by Python's parser where it is Python, and else line by line.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.intake.leftovers import holds

_LINE = re.compile(
    r"(?:^|;)[ \t]*+(?:"
    r"from[ \t]++(?P<package>[\w.]+)[ \t]++import\b[ \t]*+"
    r"(?:\((?P<several>[^()]{0,2000})|(?P<names>[\w, \t]*+))"
    r"|import[ \t]++(?P<modules>[\w., \t]++))",
    re.MULTILINE,
)
_RUN = re.compile(
    r"^[ \t]*+%run[ \t]++(?:-\w++(?:[ \t]++\d++)?[ \t]++)*+(?P<script>[^\s-]\S*+)", re.MULTILINE
)
_BY_NAME = ("import_module", "__import__")
"""Functions that import what a text names."""


class Imported(NamedTuple):
    """What may be a module: `from ..src import nets` names two, `src` and `src.nets`."""

    parts: tuple[str, ...]
    level: int = 0
    """The dots in front of it; 0 for one that is looked for everywhere."""


Graph = Mapping[str, frozenset[str]]
"""The scripts that each source imports itself."""

Find = Callable[[str, Imported], Iterable[str]]
"""The files that are run when a source, given by its name, imports something."""


def imports_of(text: str, tree: ast.Module | None) -> Iterator[Imported]:
    """What a text of Python imports, wherever in it.

    Args:
        text: a script, or a cell of a notebook.
        tree: the same as Python reads it; None where it does not.
    """
    if "import" in text:
        yield from _in_lines(text) if tree is None else _in_tree(tree)
    if "%run" in text:
        yield from _run(text)


def libraries(imports: Iterable[Imported]) -> frozenset[str]:
    """The names that imports begin with: `torch` of `import torch.nn`."""
    return frozenset(each.parts[0] for each in imports if each.parts and not each.level)


def import_graph(imports: Mapping[str, Iterable[Imported]], find: Find) -> Graph:
    """What each source imports of a submission's scripts.

    Args:
        imports: what each source imports, by its name.
        find: tells the scripts.
    """
    return {
        name: frozenset(file for each in imported for file in find(name, each) if file in imports)
        for name, imported in imports.items()
    }


def reached(name: str, graph: Graph) -> frozenset[str]:
    """A source with all that it imports, directly or not."""
    found, to_do = {name}, [name]
    while to_do:
        new = graph[to_do.pop()] - found
        found |= new
        to_do.extend(new)
    return frozenset(found)


def among(names: Iterable[str]) -> Find:
    """Finds scripts among these, in whatever folder: work may set `sys.path` as it likes."""
    by_end: dict[tuple[str, ...], list[str]] = defaultdict(list)
    files = [name for name in names if PurePosixPath(name).suffix == ".py"]
    for name in files:
        parts = _module(name)
        for start in range(len(parts)):
            by_end[parts[start:]].append(name)
    at = frozenset(files)

    def find(importer: str, imported: Imported) -> Iterator[str]:
        for parts in _with_packages(imported):
            if not imported.level:
                yield from by_end.get(parts, ())
            else:
                yield from (file for file in _relative(importer, imported, parts) if file in at)

    return find


def beside(folder: Path) -> Find:
    """Finds scripts and packages that lie in a folder, as Python does that runs a file in it."""

    def find(importer: str, imported: Imported) -> Iterator[str]:
        for parts in _with_packages(imported):
            files = _relative(importer, imported, parts) if imported.level else _files(parts)
            yield from (file for file in files if holds((folder / file).is_file))

    return find


def _in_tree(tree: ast.Module) -> Iterator[Imported]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Imported(tuple(alias.name.split("."))) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = tuple(node.module.split(".")) if node.module else ()
            yield from (Imported((*package, alias.name), node.level) for alias in node.names)
        elif isinstance(node, ast.Call) and _callee(node) in _BY_NAME and node.args:
            named = node.args[0]
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                yield _from_text(named.value)


def _callee(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _in_lines(text: str) -> Iterator[Imported]:
    for match in _LINE.finditer(text):
        if match["modules"] is not None:
            yield from map(_from_text, _names(match["modules"]))
            continue
        package = _from_text(match["package"])
        yield package
        for name in _names(match["several"] or match["names"] or ""):
            yield Imported((*package.parts, name), package.level)


def _names(listed: str) -> Iterator[str]:
    for each in listed.split(","):
        if words := each.split():  # `nets as n`
            yield words[0]


def _run(text: str) -> Iterator[Imported]:
    """`%run -i ./src/nets.py`, where the suffix may be left out, and `%run -m src.nets`."""
    for match in _RUN.finditer(text):
        path = match["script"].strip("'\"").removesuffix(".py")
        yield Imported(tuple(filter(None, re.split(r"[./\\]", path))))


def _from_text(dotted: str) -> Imported:
    name = dotted.lstrip(".")
    return Imported(tuple(filter(None, name.split("."))), len(dotted) - len(name))


def _with_packages(imported: Imported) -> Iterator[tuple[str, ...]]:
    """A module with the packages around it, which Python runs first."""
    for length in range(1, len(imported.parts) + 1):
        yield imported.parts[:length]


def _relative(importer: str, imported: Imported, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The files that a module may be, named from where its importer lies."""
    folders = PurePosixPath(importer).parent.parts
    up = imported.level - 1
    return _files((*folders[: len(folders) - up], *parts)) if up <= len(folders) else ()


def _files(parts: tuple[str, ...]) -> tuple[str, ...]:
    path = "/".join(parts)
    return f"{path}.py", f"{path}/__init__.py"


def _module(name: str) -> tuple[str, ...]:
    """The parts of the module that a file is; those of its folder where it makes a package."""
    path = PurePosixPath(name)
    return path.parent.parts if path.stem == "__init__" else (*path.parent.parts, path.stem)
