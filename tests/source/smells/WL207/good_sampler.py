# Shape: a cycle over names.
import itertools

from torch.utils.data import DataLoader

loaders = {"a": DataLoader(a), "b": DataLoader(b)}
for name in itertools.cycle(names):
    step(loaders[name])
