# Shape: no loop.
import torch

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
net(x).mean().backward()
optimizer.step()
