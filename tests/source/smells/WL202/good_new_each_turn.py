# Shape: a name that each turn begins anew.
import torch

for a, b in loader:
    x = net(a)
    x = torch.cat([x, b], dim=1)
    use(x)
