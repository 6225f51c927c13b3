# Shape: the fixed twin of bad_meter, a meter that detaches, one without gradients, one that is emptied or new.
import torch


class Meter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.sum = 0

    def update(self, value):
        self.sum += value


class Detaching(Meter):
    def update(self, value):
        self.sum += value.detach()


class Quiet(Meter):
    @torch.no_grad()
    def update(self, value):
        self.sum += value


def train(net, loader, optimizer):
    kept, detaching, quiet, emptied = Meter(), Detaching(), Quiet(), Meter()
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        kept.update(loss.item())
        detaching.update(loss)
        quiet.update(loss)
        emptied.reset()
        emptied.update(loss)
        new = Meter()
        new.update(loss)
        print(emptied.sum, new.sum)
    return kept.sum
