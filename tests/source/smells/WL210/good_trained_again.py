# Shape: a test of dropout: the model is put back into training mode before the loop.
import torch


def check(net: torch.nn.Module, batch):
    net.eval()
    same = net(batch)
    net.train()
    outputs = []
    for _ in range(10):
        outputs.append(net(batch).detach())
    return same, outputs
