"""Loads submissions, each in a fork of its own: a loader changes torch for the whole process.

One JSON record a line comes in on standard input; one goes out for each.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import torch

from grader.harness.loading.load import Loader
from grader.harness.loading.loaded import Loaded
from grader.harness.metering.gate import Gate, Rehearsal
from grader.harness.metering.watching import Watch
from grader.harness.output import BoundedOutput
from grader.harness.surroundings.devices import Devices
from grader.protocol.messages import Load


def load(order: dict[str, object]) -> dict[str, object]:
    """What came of one submission, and of the probe that ran after it."""
    for name, source in dict(order["files"]).items():  # type: ignore[call-overload]
        Path(name).write_text(source, encoding="utf-8")
    sys.path.insert(0, str(Path.cwd()))
    sys.stdin = io.StringIO()  # as in a worker; ours carries the orders
    request = Load.model_validate(order["request"])
    gate, watch, output = Gate(Rehearsal()), Watch(), BoundedOutput(request.output_bytes)
    watch.install()
    ran: list[int] = []
    torch.manual_seed(request.seed)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            loader = Loader(gate, watch, Devices(), lambda statement: ran.append(statement.number))
            loaded: Loaded = loader.load(request, str(Path.cwd()))
        except SyntaxError as error:
            return {"syntax_error": [error.filename, error.lineno], "ran": ran}
        bindings = {
            "loaded": loaded,
            "names": loaded.namespace,
            "gate": gate,
            "watch": watch,
            "answer": None,
        }
        exec(str(order["probe"]), bindings)
    recordings = loaded.recorder.recordings.values()
    return {
        "ran": ran,
        "errors": [error.model_dump() for error in loaded.errors],
        "recorded": [recording.describe(loaded.namespace).model_dump() for recording in recordings],
        "definitions": {name: loaded.definition(name).model_dump() for name in request.names},
        "skipped": [[str(where), line] for where, line in loaded.skipped],
        "output": output.text(),
        "answer": bindings["answer"],
    }


def serve() -> None:
    """Fork for every line."""
    torch.set_num_threads(1)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                with tempfile.TemporaryDirectory() as scratch:
                    os.chdir(scratch)
                    reply = json.dumps(load(json.loads(line)))
            except BaseException:
                reply = json.dumps({"crash": traceback.format_exc()})
            with open(writing, "w", encoding="utf-8") as file:
                file.write(reply)
            os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8") as file:
            print(file.read(), flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    serve()
