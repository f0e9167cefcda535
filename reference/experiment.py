"""The reference's own training of one run, as a submission: see `grader/training/sharing.py`.

This file is not imported: its source runs in a worker, after a cell that sets `EXPERIMENT`, among
the homework's given code. Networks and initialisations are those of `solution.py`.
"""

widths = EXPERIMENT["widths"]


def draw(tensor, inputs):
    """As the homework asks for it; what is not drawn so keeps PyTorch's own initialisation."""
    if tensor.dim() == 1 and EXPERIMENT["biases"] == "zero":
        nn.init.zeros_(tensor)
    elif tensor.dim() > 1 and EXPERIMENT["weights"] == "kaiming":
        nn.init.normal_(tensor, std=(2.0 / inputs) ** 0.5)


def three_layer_convnet(x, params):
    """The network of Part II."""
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return flatten(x).mm(fc_w) + fc_b


if EXPERIMENT["run"] == "sequential_fc":
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(3 * 32 * 32, widths[0]), nn.ReLU(), nn.Linear(widths[0], 10)
    )
else:
    model = nn.Sequential(
        nn.Conv2d(3, widths[0], 5, padding=2), nn.ReLU(),
        nn.Conv2d(widths[0], widths[1], 3, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(widths[1] * 32 * 32, 10),
    )  # fmt: skip
for layer in model:
    if hasattr(layer, "weight"):
        draw(layer.weight.data, layer.weight[0].numel())
        draw(layer.bias.data, layer.weight[0].numel())

if EXPERIMENT["run"] == "barebones":
    params = [p.detach().clone() for p in model.parameters()]
    params[4] = params[4].T.contiguous()
    for param in params:
        param.requires_grad = True
    train_part2(three_layer_convnet, params, EXPERIMENT["learning_rate"])
else:
    optimizer = optim.SGD(
        model.parameters(),
        lr=EXPERIMENT["learning_rate"],
        momentum=EXPERIMENT["momentum"],
        nesterov=EXPERIMENT["nesterov"],
    )
    train_part34(model, optimizer)
