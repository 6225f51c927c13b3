# Shape: a counter, and a value that is set anew.
import torch


class Counting(torch.nn.Module):
    def forward(self, x):
        self.running_steps = self.running_steps + 1
        self.average = x.mean().item()
        return x
