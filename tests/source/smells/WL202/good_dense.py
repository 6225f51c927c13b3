# Shape: a dense block: every layer takes what all before it gave.
import torch


def dense(blocks, x):
    for block in blocks:
        out = block(x)
        x = torch.cat([x, out], 1)
    return x
