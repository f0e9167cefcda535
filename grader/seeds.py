"""Seeds: what is drawn for a submission, and for nobody else."""

from __future__ import annotations

import hashlib

from grader.rubric import Assignment


def derive_seed(assignment: Assignment, digest: str, *parts: object) -> int:
    """A 31-bit seed from the rubric's seed, the submission's bytes and what it is for."""
    text = ":".join(str(part) for part in (assignment.seed, digest, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1
