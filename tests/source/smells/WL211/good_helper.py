# Shape: a helper does it.
import torch


def begin(optimizer):
    optimizer.zero_grad()


adam = torch.optim.Adam(net.parameters())
for x in loader:
    begin(adam)
    net(x).mean().backward()
    adam.step()
