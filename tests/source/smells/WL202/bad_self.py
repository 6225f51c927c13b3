# Shape: an attribute that grows.
import torch


class Bank:
    def fill(self, loader):
        for x in loader:
            self.features = torch.cat((self.features, x), 0)  # smell
