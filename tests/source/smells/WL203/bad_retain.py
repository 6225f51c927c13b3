# Shape: retain_graph=True against an error about a second backward.
import torch

for x, y in loader:
    loss = criterion(net(x), y)
    optimizer.zero_grad()
    loss.backward(retain_graph=True)  # smell
    optimizer.step()
