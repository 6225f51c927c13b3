# Shape: no weights.
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return nn.Softmax(dim=1)(nn.ReLU()(x))
