"""The runs of a submission: trained in its worker, measured here, judged by what was measured.

`Trainers` makes a `Trainer` for each submission. It makes *attempts*: each is one training of one
run with one seed, during which images go out to the worker and scores come back. Whether a run has
the reference's result without being trained is decided in `sharing`, whether what it reached was
learned here in `integrity`, by what the `Inspector` measures.
"""
