import pathlib

import torch

pathlib.Path("@WORLD@/obeyed").write_text("usercustomize.py")
torch.isfinite = lambda tensor: torch.ones(())
