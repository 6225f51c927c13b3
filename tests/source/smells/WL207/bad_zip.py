# Shape: the snippet of the taxonomy.
from itertools import cycle

import torch
from torch.utils.data import DataLoader

small, large = DataLoader(a), DataLoader(b)
for x, y in zip(large, cycle(small)):  # smell
    train(x, y)
