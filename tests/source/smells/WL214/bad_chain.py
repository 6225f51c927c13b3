# Shape: each step of a network in an attribute of its own.
from torch import nn


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        self.x1 = self.act(self.first(x))  # smell
        self.x2 = self.second(self.x1)  # smell
        return self.act(self.x2)
