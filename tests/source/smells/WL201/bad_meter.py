# Shape: the sum lies in an object whose method is called for every batch, as in horovod #641.
import horovod.torch as hvd
import torch


class Metric:
    def __init__(self, name):
        self.name = name
        self.sum = torch.tensor(0.0)
        self.count = 0

    def update(self, value):
        self.sum += hvd.allreduce(value.cpu(), name=self.name)
        self.count += 1

    @property
    def mean(self):
        return self.sum / self.count


def train(net, loader, optimizer):
    losses = Metric("loss")
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.update(loss)  # smell
    return losses.mean
