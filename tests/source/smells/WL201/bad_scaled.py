# Shape: the loss is divided for gradient accumulation, the undivided one is added up.
import torch

total = torch.zeros(())
for i, (x, y) in enumerate(loader):
    loss = criterion(net(x), y)
    (loss / 4).backward()
    if i % 4 == 3:
        optimizer.step()
        optimizer.zero_grad()
    total += loss  # smell
