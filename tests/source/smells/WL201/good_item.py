# Shape: the fixed twins.
import torch
from torch import nn


def train(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    losses, total, kept = [], 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        losses.append(loss.detach().cpu())
        losses += [float(loss)]
        total += loss.item() * len(x)
        kept += loss.data
    return losses, total, kept
