"""Which scripts a source imports, told by the last part of a module's name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

_IMPORTED = re.compile(
    r"^[ \t]*(?:"
    r"from[ \t]+(?P<package>[\w.]+)[ \t]+import\b[ \t(]*(?P<names>[\w, \t]*)"
    r"|import[ \t]+(?P<modules>[\w., \t]+)"
    r"|%run[ \t]+(?P<script>[\w./-]+)\.py\b)",
    re.MULTILINE,
)

_NAME = re.compile(r"(?:^|,)\s*+([^,\s]++)")
"""The first word between two commas: `nets as n`."""

Graph = Mapping[str, frozenset[str]]
"""The scripts that each source imports itself."""


def modules_among(names: Iterable[str]) -> frozenset[str]:
    """What the scripts among files, given by name, are imported as."""
    return frozenset(PurePosixPath(name).stem for name in names if _is_script(name))


def imported(code: str, modules: Collection[str]) -> frozenset[str]:
    """Which of these modules a source imports; of others nothing is kept."""
    return frozenset(module for module in _modules(code) if module in modules)


def import_graph(imports: Mapping[str, Collection[str]]) -> Graph:
    """What each source imports of the scripts among them.

    Args:
        imports: the modules that each source imports, by the name of its file.
    """
    scripts: dict[str, list[str]] = defaultdict(list)
    for name in filter(_is_script, imports):
        scripts[PurePosixPath(name).stem].append(name)
    return {
        name: frozenset(script for module in modules for script in scripts.get(module, ()))
        for name, modules in imports.items()
    }


def _is_script(name: str) -> bool:
    return PurePosixPath(name).suffix == ".py"


def reached(name: str, graph: Graph) -> frozenset[str]:
    """A source with all that it imports, directly or not."""
    found, to_do = {name}, [name]
    while to_do:
        new = graph[to_do.pop()] - found
        found |= new
        to_do.extend(new)
    return frozenset(found)


def _modules(code: str) -> Iterator[str]:
    """The last parts of what may be modules: `from src import nets` names two."""
    for match in _IMPORTED.finditer(code):
        for listed in (match["package"], match["names"], match["modules"], match["script"]):
            for each in _NAME.finditer(listed or ""):  # one by one: a line may be megabytes long
                yield each[1].replace("/", ".").rpartition(".")[2]
