# Shape: another input shape each turn.
import torch

for size in sizes:
    example = torch.rand(1, size)
    export(torch.jit.trace(net, example))
