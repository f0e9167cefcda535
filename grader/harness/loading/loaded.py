"""A submission after its cells were run, as requests ask about it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.harness.cells.reach import names_reached
from grader.harness.cells.versions import Version, Versions
from grader.harness.recording.recorder import Recorder
from grader.harness.recording.recordings import Namespace
from grader.harness.surroundings.served import Source
from grader.protocol.parts import Definition, Failure, Location

_NOTHING = object()


@dataclass
class Loaded:
    """A submission after its cells were run."""

    namespace: Namespace
    recorder: Recorder
    errors: tuple[Failure, ...]
    given: dict[str, object]
    versions: Versions
    skipped: tuple[tuple[Location, str], ...]
    without_gpu: bool
    source: Source
    batch_size: int
    mended: frozenset[str]

    def definition(self, name: str) -> Definition:
        """Where a name of the homework came from."""
        value = self.namespace.get(name)
        places = tuple(version.where for version in self.versions.of(name))
        if value is None:
            return Definition(origin="missing", versions=places)
        # The training and checking functions are wrapped, the given ones, too.
        given = self.given.get(name)
        if value is given or getattr(value, "__wrapped__", value) is given:
            return Definition(origin="given")
        return Definition(origin="own", where=places[-1] if places else None, versions=places)

    def version(self, name: str, number: int) -> Version:
        """The definition of that number, counting from 0 in the order of running."""
        return self.versions.of(name)[number]

    def as_meant(
        self, name: str, definition: object, now: Namespace, trained: str | None
    ) -> Namespace:
        """The names among which a definition is judged: those of its training, else of its cell.

        Cells below may have given a name another meaning: `F = 64`, a helper written anew for the
        challenge. Where names were not there yet, or what changed is an answer to the homework,
        somebody went on working on it below, and the last state is meant.

        Args:
            name: what it is called.
            definition: a function or class.
            now: where it was found.
            trained: the recorded run that is its own.
        """
        recording = self.recorder.recordings.get(trained or "")
        places = [recording.namespace] if recording is not None else []
        places += [each.namespace for each in self.versions.of(name) if each.value is definition]
        then = next((place for place in places if place.get(name) is definition), now)
        names = names_reached(definition, now, self.recorder.is_own_file)
        changed = {
            each for each in names if then.get(each, _NOTHING) is not now.get(each, _NOTHING)
        }
        is_older = any(each not in then or self.versions.of(each) for each in changed)
        return then if changed and not is_older else now
