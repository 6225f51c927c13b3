# Shape: in a class that inherits from one of the file.
import torch


class Base(torch.nn.Module):
    pass


class Centre(Base):
    def forward(self, x):
        self.running_centre = self.running_centre + 0.01 * (x.mean(0) - self.running_centre)  # smell
        return x - self.running_centre
