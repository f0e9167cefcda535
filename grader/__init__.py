"""torchgrade: an automated grader for PyTorch homework."""
