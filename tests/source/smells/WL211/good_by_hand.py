# Shape: gradients are set to zero by hand.
import torch

optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in loader:
    criterion(net(x), y).backward()
    optimizer.step()
    for parameter in net.parameters():
        parameter.grad.data.zero_()
