from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from grader.report import json_schema, write_schemas
from grader.report.jsonform import to_json

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema"


def test_real_results_satisfy_the_schema(result, build):
    schemas = json_schema()
    Draft202012Validator(schemas["result"]).validate(json.loads(to_json(result)))
    Draft202012Validator(schemas["results"]).validate(json.loads(to_json(build.batch([result]))))


@pytest.mark.parametrize("name", ["result", "results"])
def test_the_schemas_are_schemas(name):
    Draft202012Validator.check_schema(json_schema()[name])


def test_a_result_without_a_status_is_against_the_schema(build):
    data = json.loads(to_json(build.full_marks()))
    del data["status"]
    with pytest.raises(ValidationError, match="'status' is a required property"):
        Draft202012Validator(json_schema()["result"]).validate(data)


@pytest.mark.parametrize("name", ["result.schema.json", "results.schema.json"])
def test_the_published_schemas_are_those_of_the_models(name, tmp_path):
    write_schemas(tmp_path)
    fresh = (tmp_path / name).read_text(encoding="utf-8")
    assert (PUBLISHED / name).read_text(encoding="utf-8") == fresh, (
        "the models changed: call grader.report.write_schemas(Path('docs/schema'))"
    )
