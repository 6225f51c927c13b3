# Shape: the fixed twin of bad_mean.
import torch


class Norm(torch.nn.Module):
    def forward(self, x):
        mean = x.mean(0)
        with torch.no_grad():
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
        return x - mean
