"""What a submission means: which of its definitions are its answers, which training is which run.

Decided once (`meaning`), for grading and for `torchgrade show`. Every decision that a reader would
not expect becomes a sentence of the result.
"""
