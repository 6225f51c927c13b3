# Shape: an endless iterator.
from itertools import cycle

from torch.utils import data

batches = data.DataLoader(numbers)
endless = iter(cycle(batches))  # smell
for step in range(100):
    train(next(endless))
