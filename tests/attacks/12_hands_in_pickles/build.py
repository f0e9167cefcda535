"""The same pickle under every name that a grader may load; as text, so that it is filled in."""

CODE = "import pathlib; pathlib.Path('@WORLD@/loaded').write_text('loaded')"
PICKLE = f'cbuiltins\nexec\n(V{CODE}\ntR.'
NAMES = ("model.pth", "best_model.pth", "checkpoint.pth", "params.txt", "results.txt", "data.csv")


def build(folder):
    """Write them."""
    for name in NAMES:
        (folder / name).write_text(PICKLE)
    (folder / "datasets").mkdir()
    (folder / "datasets" / "cifar10.pth").write_text(PICKLE)
