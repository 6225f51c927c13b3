# Shape: in a function.
from torch import optim


def train(net, loader):
    adam = optim.Adam(net.parameters())
    for epoch in range(3):
        for x, y in loader:
            loss = net(x, y)
            loss.backward()  # smell
            adam.step()
