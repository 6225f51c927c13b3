# Shape: in a trainer class.
import torch


class Trainer:
    def validate(self):
        self.net.eval()
        for x, y in self.val_loader:
            out = self.net(x)  # smell
            self.metric.update(out, y)
