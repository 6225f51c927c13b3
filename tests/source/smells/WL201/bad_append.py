# Shape: the commonest form in public code: losses.append(loss).
import torch
from torch import nn


def train(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    losses = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss)  # smell
    return losses
