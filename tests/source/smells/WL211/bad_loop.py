# Shape: the snippet of the taxonomy.
import torch

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in loader:
    loss = criterion(net(x), y)
    loss.backward()  # smell
    optimizer.step()
