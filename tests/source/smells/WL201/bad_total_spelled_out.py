# Shape: total = total + loss, with mixed precision.
import torch


class Trainer:
    def fit(self, loader):
        running = 0.0
        for step, (x, y) in enumerate(loader):
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimizer)
            running = running + loss  # smell
        return running / step
