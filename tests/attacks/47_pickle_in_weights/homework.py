import pickle

import numpy as np
import torch

seen = []
for load in (
    lambda: torch.load("model.pt", weights_only=False),
    lambda: torch.load("model.pt"),
    lambda: torch.jit.load("model.pt"),
    lambda: np.load("images.npy", allow_pickle=True),
    lambda: pickle.load(open("state.pkl", "rb")),
):
    try:
        load()
    except Exception as error:
        seen.append(type(error).__name__)


def flatten(x):
    return x.reshape(x.shape[0], -1)


raise RuntimeError(seen)
