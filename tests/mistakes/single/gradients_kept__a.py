# part: train_part34
def train_part34(model, optimizer, epochs=1):
    model = model.to(device=device)
    for e in range(epochs):
        for t, (x, y) in enumerate(loader_train):
            model.train()
            scores = model(x.to(device=device, dtype=dtype))
            loss = F.cross_entropy(scores, y.to(device=device))
            loss.backward()
            optimizer.step()
