# Shape: the snippet of the taxonomy: a validation loop with gradients on.
import torch


def evaluate(model, loader):
    model.eval()
    right = 0
    for x, y in loader:
        right += (model(x).argmax(1) == y).sum().item()  # smell
    return right
