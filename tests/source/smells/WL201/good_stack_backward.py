# Shape: kept in a list, stacked, then backward.
import torch

net = torch.nn.Linear(2, 2)
losses = []
for x in xs:
    losses.append(net(x).mean())
torch.stack(losses).mean().backward()
