# Shape: a class of the program, built by a function.
import torch


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 3)


def make():
    return Encoder()


def train(train_loader):
    for batch in train_loader:
        encoder = make()  # smell
        encoder(batch)
