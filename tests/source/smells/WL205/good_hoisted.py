# Shape: the fixed twin.
import torch

traced = torch.jit.trace(net, example)
for x in requests:
    traced(x)
