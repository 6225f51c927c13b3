# Shape: the snippet of the taxonomy: a running mean of a batch norm written by hand.
import torch


class Norm(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.running_mean = torch.zeros(size)

    def forward(self, x):
        mean = x.mean(0)
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean  # smell
        return x - mean
