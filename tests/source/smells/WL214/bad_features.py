# Shape: the snippet of the taxonomy: a result of the forward pass in an attribute.
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3)
        self.head = torch.nn.Linear(8, 2)

    def forward(self, x):
        self.features = self.conv(x)  # smell
        return self.head(self.features.mean((2, 3)))
