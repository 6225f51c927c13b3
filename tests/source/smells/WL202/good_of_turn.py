# Shape: both parts are of the turn.
import torch

for a, b in loader:
    x = torch.cat([a, b])
    use(x)
