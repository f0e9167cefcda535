from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.report.prose import typeset


def test_no_reason_has_no_blocks():
    assert typeset(None) == ()
    assert typeset("") == ()


def test_indented_lines_are_measurements_and_keep_their_columns(build):
    before, measured, after = typeset(build.VALUES_REASON)
    assert [before.measured, measured.measured, after.measured] == [False, True, False]
    assert measured.pieces[0].text.splitlines()[:2] == [
        "asked   (64, 10) torch.float32",
        "came    (64, 10) torch.float32",
    ]


def test_shapes_dtypes_and_code_in_a_sentence_stand_out():
    (block,) = typeset("`flatten(x)` gave (2, 12) of torch.int64 at 0.25, not (N, 12).")
    figures = [piece.text for piece in block.pieces if piece.figure]
    assert figures == ["`flatten(x)`", "(2, 12)", "torch.int64", "0.25", "(N, 12)"]


def test_a_particle_of_korean_is_no_part_of_a_figure():
    (block,) = typeset("torch.int64로 (2, 12)가 왔습니다. 평균은 0.25입니다.")
    figures = [piece.text for piece in block.pieces if piece.figure]
    assert figures == ["torch.int64", "(2, 12)", "0.25"]


def test_percentages_read_as_words():
    for space in ("", " ", "\u00a0"):
        (block,) = typeset(f"Accuracy came to 41.6{space}% of the images.")
        assert not any(piece.figure for piece in block.pieces)


@given(st.text("ab1 .,:()`%-", max_size=60))
def test_a_sentence_loses_no_character(line):
    text = "".join(piece.text for block in typeset(f"x{line}") for piece in block.pieces)
    assert text == f"x{line}"
