# Shape: bounded, or begun anew each epoch.
from collections import deque

import torch

recent = deque(maxlen=100)
for x, y in loader:
    loss = torch.nn.functional.mse_loss(net(x), y)
    loss.backward()
    recent.append(loss)
    last = loss
