"""The trust boundary, student half: everything that shares a process with student code.

Theory of operation. A worker serves one connection. `load` runs the submission's cells in one
namespace, as a notebook would, with three things put in place of what a notebook would find:

- `torchvision.datasets.CIFAR10` and `DataLoader` serve the training split of the grader's data
  (`surroundings`); nothing else is in the process.
- The homework's given functions exist from the start (`loading.given`); a submission's own
  definition replaces them as in any Python program.
- Training is *rehearsed* (`recording.rehearsing`): a call of `train_part2` or `train_part34` is
  recorded with its arguments, and a loop of the student's own is stopped at its first optimizer
  step (`metering.watching` sees it), what it changed is put back (`recording.undo`), and it is
  recorded as the statement to run again. A call that is given no optimizer is begun and put back
  likewise, to see what it trains. What it did that works only once is put right when it is
  (`loading.once`).

What fails only because it is run here (`loading.running`) is run once more in another way.

`train` then runs what was recorded, the student's own function or loop, unchanged, but every batch
it draws passes a meter (`metering.gate`). The meter ends the run at its budget and now and then
pauses it; during a pause the worker answers `predict`, so that the trusted side measures accuracy
on images that the process sees without labels.

Everything in here can be changed by the student's code: nothing in here is relied upon for a
verdict, the meter included, which keeps honest work to its budget. This package imports
`grader.protocol` and nothing else of `grader`.
"""
