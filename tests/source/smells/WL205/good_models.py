# Shape: another model each turn.
import torch

for name, net in models.items():
    torch.jit.trace(net, example).save(name)
