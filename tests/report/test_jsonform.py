from __future__ import annotations

import json
import math

import pytest
from pydantic import ValidationError

from grader.report import read_submission
from grader.report.jsonform import to_json


def test_what_is_written_reads_back_equal(result, tmp_path):
    path = tmp_path / "result.json"
    path.write_text(to_json(result), encoding="utf-8")
    assert read_submission(path) == result


def test_fields_stand_in_the_order_of_the_model(result):
    assert list(json.loads(to_json(result))) == list(type(result).model_fields)


def test_text_ends_with_one_newline_and_is_indented_by_two(result):
    text = to_json(result)
    assert text.endswith("}\n")
    assert text.startswith('{\n  "schema_version": 1,\n')


def test_results_that_differ_in_timing_differ_in_that_block_only(build):
    one = build.full_marks()
    other = one.model_copy(update={"timing": build.timing(seconds=99.0)})
    head, tail = to_json(one).split('  "timing": {')
    other_head, other_tail = to_json(other).split('  "timing": {')
    assert head == other_head
    assert tail != other_tail


def test_letters_of_all_scripts_stand_as_they_are(build):
    assert "Łukasz 李" in to_json(build.submission("Łukasz 李"))


@pytest.mark.parametrize("character", ["\x7f", "\x9b", "\u202e", "\u2066", "\U000e0041", "\u200b"])
def test_what_a_terminal_obeys_or_nobody_sees_is_escaped(build, character, tmp_path):
    name = f"Kim{character}Chul"
    text = to_json(build.submission(name))
    assert character not in text
    assert name in json.dumps(json.loads(text), ensure_ascii=False)


def test_lone_surrogates_do_not_break_writing(build):
    text = to_json(build.submission("half \ud83d name"))
    assert "half \ufffd name".encode() in text.encode("utf-8")


def test_the_loss_of_a_run_that_diverged_is_null(build, tmp_path):
    run = build.run(0.42, 0.2)
    points = tuple(
        point.model_copy(update={"loss": loss})
        for point, loss in zip(run.curve, (math.nan, math.inf, 1.5), strict=False)
    )
    runs = {"barebones": run.model_copy(update={"curve": points})}
    path = tmp_path / "result.json"
    path.write_text(to_json(build.submission(runs=runs, questions_=())), encoding="utf-8")
    losses = [point.loss for point in read_submission(path).runs["barebones"].curve]
    assert losses == [None, None, 1.5]


@pytest.mark.parametrize("score", ["NaN", "Infinity", "1e308"])
def test_points_that_nothing_can_be_made_of_are_refused(result, tmp_path, score):
    path = tmp_path / "result.json"
    text = to_json(result)
    path.write_text(text.replace(f'"score": {result.score}', f'"score": {score}', 1))
    assert path.read_text() != text
    with pytest.raises(ValidationError, match="score"):
        read_submission(path)


def test_a_file_that_is_no_result_is_refused(tmp_path):
    path = tmp_path / "result.json"
    path.write_text('{"schema_version": 2}')
    with pytest.raises(ValidationError):
        read_submission(path)
