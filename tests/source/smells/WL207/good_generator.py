# Shape: the fixed twin.
import torch
from torch.utils.data import DataLoader


def endless(loader):
    while True:
        yield from loader


batches = endless(DataLoader(data))
