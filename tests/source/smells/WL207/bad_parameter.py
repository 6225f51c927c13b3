# Shape: a loader that is handed in.
import itertools

import torch


def endless(train_loader):
    return torch.stack(list(itertools.islice(itertools.cycle(train_loader), 5)))  # smell
