# Shape: in a branch, with a functional layer.
import torch.nn as nn
import torch.nn.functional as F


class Branch(nn.Module):
    def __init__(self, deep):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.deep = deep

    def forward(self, x):
        if self.deep:
            self.hidden = F.relu(self.layer(x))  # smell
            x = x + self.hidden
        return x
