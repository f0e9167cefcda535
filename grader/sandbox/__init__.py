"""The trust boundary, trusted half. Theory of operation.

Processes, and who is whose parent::

    scheduler (grader.cli)           trusted; no torch
     └─ launcher (grading.launcher)  loads torch, torchvision and numpy once; holds no secret
         ├─ examiner (grading.examiner)  one a slot; trusted: reference, rubric, held-out labels
         └─ keeper (sandbox.keeper)      one for each worker; starts it, watches it, ends it
             └─ worker (grader.harness)  isolated; the only process that runs student code

The launcher forks an examiner whenever the scheduler asks for one, and is the worker server of all
of them. It never loads the reference, the rubric or a label, so nothing of them is in the memory
that a worker inherits; and because torch is imported once and shared copy-on-write, a further torch
process costs neither seconds nor 700 MB.

An examiner asks for a worker over its control socket: one JSON record and two file descriptors,
the worker's end of the *channel* and the keeper's end of the *lifeline*. From then on the server is
out of it. The channel carries frames (`grader.protocol`). The lifeline carries two things: its end
of file, at which the keeper kills the worker, so that a deadline is enforced from outside and an
examiner that dies takes its workers along; and one record of how the worker ended.

What the worker may do is set by `sandbox.isolation` after the fork and before the first statement
of student code. Whatever of it a machine lacks is left out and reported, never silently.

The examiner decides; the worker returns values. A reply is parsed (`grader.protocol`), its tensors
are measured by the examiner's own code, and nothing else crosses.

This package may be imported by the trusted side only. `sandbox.server`, `sandbox.keeper` and
`sandbox.isolation` run in the launcher and must load neither the reference nor the rubric.
"""
