# Shape: a meter of the ImageNet example of PyTorch, emptied once an epoch only.
import torch


class AverageMeter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.sum = 0
        self.count = 0

    def update(self, value, n=1):
        self.sum += value * n
        self.count += n


def train(net, loader, optimizer, epochs):
    criterion = torch.nn.CrossEntropyLoss()
    losses = AverageMeter()
    for _ in range(epochs):
        losses.reset()
        for x, y in loader:
            loss = criterion(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.update(loss, len(x))  # smell
        print(losses.sum / losses.count)
