# Shape: a function of another package gets the optimizer.
import torch
from helpers import begin_step

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in loader:
    begin_step(optimizer)
    criterion(net(x), y).backward()
    optimizer.step()
