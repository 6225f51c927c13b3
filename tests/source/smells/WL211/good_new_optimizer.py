# Shape: one step of a new network in each turn.
import torch

for seed in range(10):
    net = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).mean().backward()
    optimizer.step()
