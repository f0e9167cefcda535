# part: flatten
def flatten(img):
    return torch.flatten(img).unsqueeze(0)
