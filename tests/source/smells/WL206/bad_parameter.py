# Shape: a layer with parameters of its own, made in a forward pass.
import torch
from torch import nn


class Radial(nn.Module):
    def __init__(self, centres):
        super().__init__()
        self.centres = nn.Parameter(torch.tensor(centres))

    def forward(self, x):
        return x - self.centres


class Net(nn.Module):
    def forward(self, x):
        return Radial([0.0, 1.0])(x)  # smell
