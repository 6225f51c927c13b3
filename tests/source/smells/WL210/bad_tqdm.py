# Shape: a progress bar.
import torch
from tqdm import tqdm


def test(model, test_loader, criterion):
    model.eval()
    total = 0
    for x, y in tqdm(test_loader):
        out = model(x)  # smell
        total += criterion(out, y).item()
    return total
