import time

import torch.nn.functional as F

time.sleep(7)


def flatten(x):
    time.sleep(3.5)
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    time.sleep(3.5)
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return x.reshape(x.shape[0], -1).mm(fc_w) + fc_b
