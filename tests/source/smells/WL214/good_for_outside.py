# Shape: an auxiliary loss for the training loop.
import torch


class Gated(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = torch.nn.Linear(4, 4)

    def forward(self, x):
        gates = self.gate(x)
        self.auxiliary_loss = torch.nn.functional.mse_loss(gates, x)
        return gates
