"""The published JSON Schema of the results, generated from the models."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from grader.report.jsonform import dump
from grader.report.writing import write_text
from grader.results import BatchResult, SubmissionResult

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, object]:
    """The schemas by the file they describe: `result` (one submission), `results` (the batch)."""
    return {"result": _schema(SubmissionResult), "results": _schema(BatchResult)}


def write_schemas(directory: Path) -> None:
    """Write `result.schema.json` and `results.schema.json`; they live in `docs/schema`."""
    for name, schema in json_schema().items():
        write_text(directory / f"{name}.schema.json", dump(schema))


def _schema(model: type[BaseModel]) -> dict[str, object]:
    # Serialization mode: every field is written, so every field is promised to the reader.
    return {"$schema": _DIALECT, **model.model_json_schema(mode="serialization")}
