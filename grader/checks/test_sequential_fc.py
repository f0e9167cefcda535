"""Part IV, given code: the two-layer network."""


def test_accuracy(reaches):
    """The Sequential two-layer network reaches its validation accuracy within one epoch."""
    reaches("sequential_fc")
