# Shape: in a method.
import torch


class Trainer:
    def fit(self):
        for epoch in range(self.epochs):
            batches = torch.utils.data.DataLoader(self.data, num_workers=2, shuffle=True)  # smell
            self.run(batches)
