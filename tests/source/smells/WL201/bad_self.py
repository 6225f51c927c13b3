# Shape: a history in an attribute.
import torch


class Trainer:
    def __init__(self):
        self.history = []

    def fit(self, loader):
        for x, y in loader:
            loss = self.loss_fn(self.net(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.history.append(loss)  # smell
