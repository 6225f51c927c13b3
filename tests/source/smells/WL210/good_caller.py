# Shape: the caller switches gradients off.
import torch


def evaluate(model, loader):
    model.eval()
    for x, y in loader:
        save(model(x))


def main(model, loader):
    with torch.no_grad():
        evaluate(model, loader)
