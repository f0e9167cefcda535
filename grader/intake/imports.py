"""Which scripts a source imports, told by the last part of a module's name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

_IMPORTED = re.compile(
    r"^[ \t]*(?:"
    r"from[ \t]+(?P<package>[\w.]+)[ \t]+import\b[ \t(]*(?P<names>[\w, \t]*)"
    r"|import[ \t]+(?P<modules>[\w., \t]+)"
    r"|%run[ \t]+(?P<script>[\w./-]+)\.py\b)",
    re.MULTILINE,
)

Graph = Mapping[str, frozenset[str]]
"""The scripts that each source imports itself."""


def import_graph(codes: Mapping[str, str]) -> Graph:
    """What each source imports of the scripts among them; each source is looked through once.

    Args:
        codes: sources by the names of their files.
    """
    scripts: dict[str, list[str]] = defaultdict(list)
    for name in codes:
        path = PurePosixPath(name)
        if path.suffix == ".py":
            scripts[path.stem].append(name)
    return {
        name: frozenset(
            script for module in set(_modules(code)) for script in scripts.get(module, ())
        )
        for name, code in codes.items()
    }


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
            for each in (listed or "").split(","):
                if words := each.split():  # `nets as n`
                    yield re.split(r"[./]", words[0])[-1]
