import random

import numpy as np
import torch
import torch.nn.functional as F

torch.set_grad_enabled(False)
torch.set_num_threads(64)
torch.set_flush_denormal(True)
torch.set_printoptions(precision=1, threshold=0)
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.use_deterministic_algorithms(True)
torch.backends.mkldnn.enabled = False
torch.backends.cudnn.deterministic = False
torch.autograd.set_detect_anomaly(True)
torch.inference_mode(True).__enter__()
torch.autocast("cpu", dtype=torch.bfloat16).__enter__()
torch.manual_seed(0)
torch.manual_seed = torch.random.manual_seed = lambda *_: None
random.seed = np.random.seed = lambda *_: None
np.seterr(all="raise")


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return flatten(x).mm(fc_w) + fc_b
