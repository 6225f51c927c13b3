# Shape: the snippet of the taxonomy: encoder and decoder in the training loop.
import torch.nn as nn
from torch.utils.data import DataLoader

loader = DataLoader(data)
for x, y in loader:
    encoder = nn.Linear(10, 5)  # smell
    out = encoder(x)
