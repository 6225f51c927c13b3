# Shape: a window of constant length.
import torch

window = torch.zeros(10)
for x in stream:
    window = torch.cat([window[1:], x])
