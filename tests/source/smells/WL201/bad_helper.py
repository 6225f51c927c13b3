# Shape: the container is handed to a function that trains one batch.
import torch


def step(net, x, y, optimizer, kept):
    loss = torch.nn.functional.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kept.append(loss)


def run(net, loader, optimizer):
    kept = []
    for x, y in loader:
        step(net, x, y, optimizer, kept)  # smell
