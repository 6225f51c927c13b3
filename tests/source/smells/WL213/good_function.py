# Shape: the decorator of a method that updates, and the library's own layer.
import torch


class Norm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)

    @torch.no_grad()
    def update(self, mean):
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean

    def forward(self, x):
        self.update(x.mean(0))
        return self.norm(x)
