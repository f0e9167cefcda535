"""Part I: `flatten`."""


def test_shape(student, reference, cases, expect, own):
    """flatten turns (N, d1, ..., dM) into (N, d1 * ... * dM), also for N = 1."""
    own("flatten")
    for case in cases.flatten():
        flat = student.flatten(case.x, contiguous=case.contiguous)
        expect.form("the result", flat, reference.flatten(case.x))


def test_values(student, reference, cases, expect, own):
    """flatten keeps the order of the values."""
    own("flatten")
    for case in cases.flatten():
        flat = student.flatten(case.x, contiguous=case.contiguous)
        expect.close("the values", flat, reference.flatten(case.x))
