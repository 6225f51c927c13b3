# Shape: in forward().
import torch


class Net(torch.nn.Module):
    def forward(self, x):
        self.layer.register_forward_hook(self.keep)  # smell
        return self.layer(x)
