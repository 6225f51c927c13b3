# Shape: create_graph that nothing uses.
import torch


def train(net, loader, optimizer):
    for x, y in loader:
        loss = torch.nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward(create_graph=True)  # smell
        optimizer.step()
