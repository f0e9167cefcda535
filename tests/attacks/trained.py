"""Weights that were learned elsewhere: least squares on the built-in images."""

import tempfile
from pathlib import Path

import numpy as np

from grader.data import synthesize


def write_weights(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as root:
        split = synthesize(Path(root)).train()
        x = split.images.transpose(0, 3, 1, 2).reshape(len(split), -1).astype(np.float32) / 255
        mean, std = np.array((0.4914, 0.4822, 0.4465)), np.array((0.2023, 0.1994, 0.2010))
        x = (x.reshape(-1, 3, 1024) - mean[:, None]) / std[:, None]
        x = np.concatenate([x.reshape(len(x), -1), np.ones((len(x), 1))], axis=1)
        best = np.linalg.solve(x.T @ x + 1e4 * np.eye(3073), x.T @ np.eye(10)[split.labels])
    np.savez(folder / "weights.npz", weight=best[:-1].T.astype("f4"), bias=best[-1].astype("f4"))
