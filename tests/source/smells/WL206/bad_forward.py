# Shape: a layer built in forward().
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        layer = nn.Linear(x.shape[1], 4)  # smell
        return layer(x)
