# Shape: a loss per batch.
import torch
from torch import nn

for x, y in train_loader:
    loss = nn.CrossEntropyLoss()(net(x), y)
