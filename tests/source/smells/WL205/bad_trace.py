# Shape: traced per request.
import torch

for x in requests:
    traced = torch.jit.trace(net, example)  # smell
    traced(x)
