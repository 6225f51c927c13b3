# Shape: the first time only.
import torch

traced = None
for x in requests:
    if traced is None:
        traced = torch.jit.trace(net, example)
    traced(x)
