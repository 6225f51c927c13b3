# Shape: an attribute.
import torch


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.AdamW(net.parameters())

    def run(self, loader):
        for x in loader:
            self.net(x).mean().backward()  # smell
            self.opt.step()
