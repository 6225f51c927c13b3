# Shape: the object of a library that averages what it is given, which its append() detaches.
import torch
from monai.metrics import CumulativeAverage

mean = CumulativeAverage()
for x, y in loader:
    loss = torch.nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
    mean.append(loss)
print(mean.aggregate())
